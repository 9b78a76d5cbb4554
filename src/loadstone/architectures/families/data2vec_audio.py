"""data2vec for sound: wav2vec 2.0's encoder, told by several convolutions where a frame is."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import sound_configs, waveform_heads, waveforms
from loadstone.architectures.components import (
    AlongTime,
    Conv,
    LayerNorm,
    Part,
    Residual,
    SoundConv,
    Tower,
)
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import AUDIO_CLASSIFICATION, AUDIO_FRAME_CLASSIFICATION, AUDIO_XVECTOR, CTC


class Data2VecAudioConfig(sound_configs.AdaptedConfig, sound_configs.SpeakerConfig):
    """The keys of a data2vec model that hears. Defaults are those of data2vec audio base."""

    model_type = "data2vec-audio"

    without = ("feat_extract_norm", "do_stable_layer_norm", "apply_spec_augment")

    num_conv_pos_embeddings: int = 5
    conv_pos_kernel_size: int = 19

    positive = (*sound_configs.SpeakerConfig.positive, *sound_configs.AdaptedConfig.positive, "conv_pos_kernel_size")
    follows: ClassVar = {**sound_configs.SpeakerConfig.follows, **sound_configs.AdaptedConfig.follows}


def positions(config: Data2VecAudioConfig) -> Part:
    """``pos_conv_embed.layers.0`` …: each with a norm that has no weights."""
    width, kernel, groups = config.hidden_size, config.conv_pos_kernel_size, config.num_conv_pos_embedding_groups
    padding = ((kernel // 2, (kernel - 1) // 2),)
    conv = Conv(width, width, (kernel,), 1, padding, groups, std=(2 * groups / (width * kernel)) ** 0.5)
    norm = Part("layer_norm", LayerNorm(width, affine=False))
    step = SoundConv(Part("conv", conv), config.feat_extract_activation, norm)
    steps = tuple(Part(f"layers.{index}", step) for index in range(config.num_conv_pos_embeddings))
    return Part("", Residual(Part("pos_conv_embed", AlongTime(steps))))


def blueprint(config: Data2VecAudioConfig) -> Tower:
    """``feature_extractor``, ``feature_projection``, ``encoder`` and ``adapter``."""
    layers = [waveforms.layer(config, index) for index in range(config.num_hidden_layers)]
    encoder = waveforms.encoder(config, [positions(config)], layers)
    return waveforms.tower(config, waveforms.stem(config), encoder)


FAMILY = Family(
    config=Data2VecAudioConfig,
    stem="Data2VecAudio",
    prefix="data2vec_audio",
    heads=waveform_heads.heads(
        *("Data2VecAudio", "data2vec_audio", blueprint),
        *(CTC, AUDIO_CLASSIFICATION, AUDIO_FRAME_CLASSIFICATION, AUDIO_XVECTOR),
    ),
    leftovers=("masked_spec_embed",),
    class_names=waveforms.CLASS_NAMES,
    sources="arXiv:2202.03555",
)
