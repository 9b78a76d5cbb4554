"""wav2vec 2.0: convolutions over samples, and an encoder over the frames that they make."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import sound_configs, waveform_heads, waveforms
from loadstone.architectures.components import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import (
    AUDIO_CLASSIFICATION,
    AUDIO_FRAME_CLASSIFICATION,
    AUDIO_XVECTOR,
    CTC,
    PRETRAINING,
)


class Wav2Vec2Config(sound_configs.AdaptedConfig, sound_configs.QuantizedConfig, sound_configs.SpeakerConfig):
    """The keys of a wav2vec 2.0 model. Defaults are those of wav2vec 2.0 base."""

    model_type = "wav2vec2"

    adapter_attn_dim: int | None = None

    positive = (
        *sound_configs.SpeakerConfig.positive,
        *sound_configs.AdaptedConfig.positive,
        *sound_configs.QuantizedConfig.positive,
        "adapter_attn_dim",
    )
    follows: ClassVar = {**sound_configs.SpeakerConfig.follows, **sound_configs.AdaptedConfig.follows}
    irrelevant: ClassVar = {**sound_configs.SpeakerConfig.irrelevant, **sound_configs.QuantizedConfig.irrelevant}


def blueprint(config: Wav2Vec2Config) -> Tower:
    """``feature_extractor``, ``feature_projection``, ``encoder`` and ``adapter``."""
    layers = [waveforms.layer(config, index) for index in range(config.num_hidden_layers)]
    encoder = waveforms.encoder(config, [waveforms.positions(config)], layers)
    return waveforms.tower(config, waveforms.stem(config), encoder)


FAMILY = Family(
    config=Wav2Vec2Config,
    stem="Wav2Vec2",
    prefix="wav2vec2",
    heads=waveform_heads.heads(
        *("Wav2Vec2", "wav2vec2", blueprint),
        *(CTC, AUDIO_CLASSIFICATION, AUDIO_FRAME_CLASSIFICATION, AUDIO_XVECTOR, PRETRAINING),
    ),
    rules=waveforms.NAMES,
    leftovers=("masked_spec_embed",),
    class_names=waveforms.CLASS_NAMES,
    sources="arXiv:2006.11477",
)
