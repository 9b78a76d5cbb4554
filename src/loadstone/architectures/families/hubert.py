"""HuBERT: wav2vec 2.0's convolutions and encoder, trained on clusters of what is heard."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import sound_configs, waveform_heads, waveforms
from loadstone.architectures.components import (
    AlongTime,
    BatchNorm,
    Conv,
    Part,
    Residual,
    SoundConv,
    Tower,
)
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import AUDIO_CLASSIFICATION, CTC


class HubertConfig(sound_configs.WaveformConfig):
    """The keys of a HuBERT model. Defaults are those of HuBERT base."""

    model_type = "hubert"

    feat_proj_layer_norm: bool = True
    conv_pos_batch_norm: bool = False

    positive: ClassVar = sound_configs.WaveformConfig.positive


def positions(config: HubertConfig) -> Part:
    """``pos_conv_embed``; its weight is as it is where a batch norm comes before."""
    if not config.conv_pos_batch_norm:
        return waveforms.positions(config)
    width, kernel, groups = config.hidden_size, config.num_conv_pos_embeddings, config.num_conv_pos_embedding_groups
    padding = ((kernel // 2, (kernel - 1) // 2),)
    conv = Conv(width, width, (kernel,), 1, padding, groups, std=(2 * groups / (width * kernel)) ** 0.5)
    step = SoundConv(Part("conv", conv), config.feat_extract_activation)
    parts = (Part("batch_norm", BatchNorm(width)), Part("", step))
    return Part("", Residual(Part("pos_conv_embed", AlongTime(parts))))


def blueprint(config: HubertConfig) -> Tower:
    """``feature_extractor``, ``feature_projection`` and ``encoder``."""
    layers = [waveforms.layer(config, index) for index in range(config.num_hidden_layers)]
    encoder = waveforms.encoder(config, [positions(config)], layers)
    return waveforms.tower(config, waveforms.stem(config, normed=config.feat_proj_layer_norm, plain=True), encoder)


FAMILY = Family(
    config=HubertConfig,
    stem="Hubert",
    prefix="hubert",
    heads=waveform_heads.heads("Hubert", "hubert", blueprint, CTC, AUDIO_CLASSIFICATION),
    rules=waveforms.NAMES,
    leftovers=("masked_spec_embed",),
    class_names=waveforms.CLASS_NAMES,
    sources="arXiv:2106.07447",
)
