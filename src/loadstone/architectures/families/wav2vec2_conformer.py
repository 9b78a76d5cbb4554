"""wav2vec 2.0 with Conformers in place of its encoder's layers."""

from __future__ import annotations

from typing import Any, ClassVar

from loadstone.architectures import conformers, sound_configs, waveform_heads, waveforms
from loadstone.architectures.components import Chain, Dropout, Part, Stack, Tower, Weight
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import (
    AUDIO_CLASSIFICATION,
    AUDIO_FRAME_CLASSIFICATION,
    AUDIO_XVECTOR,
    CTC,
    PRETRAINING,
)

_EPS = 1e-5
"""Of all norms in a layer, whatever the config says."""


class Wav2Vec2ConformerConfig(sound_configs.AdaptedConfig, sound_configs.QuantizedConfig, sound_configs.SpeakerConfig):
    """The keys of a wav2vec 2.0 model with Conformers. Defaults are those of its large one."""

    model_type = "wav2vec2-conformer"

    without = ("do_stable_layer_norm",)

    position_embeddings_type: str | None = "relative"
    rotary_embedding_base: int = 10000
    max_source_positions: int = 5000
    conv_depthwise_kernel_size: int = 31
    conformer_conv_dropout: float = 0.1

    positive = (
        *sound_configs.SpeakerConfig.positive,
        *sound_configs.AdaptedConfig.positive,
        *sound_configs.QuantizedConfig.positive,
        *("rotary_embedding_base", "max_source_positions", "conv_depthwise_kernel_size"),
    )
    follows: ClassVar = {**sound_configs.SpeakerConfig.follows, **sound_configs.AdaptedConfig.follows}
    irrelevant: ClassVar = {**sound_configs.SpeakerConfig.irrelevant, **sound_configs.QuantizedConfig.irrelevant}

    def check_together(self) -> None:
        super().check_together()
        conformers.check(self, "relative", "rotary", None)


def blueprint(config: Wav2Vec2ConformerConfig) -> Tower:
    """``feature_extractor``, ``feature_projection``, ``encoder`` and ``adapter``.

    ``encoder.pos_conv_embed`` is in every file, and nothing uses it; nor the frequencies of a rotary, which follow from
    the config.
    """
    layers = (
        Part(f"layers.{index}", conformers.layer(config, index, _EPS, causal=False))
        for index in range(config.num_hidden_layers)
    )
    beside = [waveforms.positions(config)]
    if config.position_embeddings_type == "rotary":
        beside.insert(0, Part("embed_positions.inv_freq", frequencies(config)))
    steps = (Part("dropout", Dropout(config.hidden_dropout)), Part("", Stack(tuple(layers))))
    encoder = Part("encoder", Chain(steps, beside=tuple(beside)))
    return waveforms.tower(config, waveforms.stem(config), encoder, normed=True)


def frequencies(config: Wav2Vec2ConformerConfig) -> Weight:
    """Those of the rotary, as files have them."""
    values, _ = conformers.rotary(config).frequencies()

    def initial(rng: Any, shape: tuple[int, ...]) -> Any:
        import numpy as np

        return np.asarray(values, np.float32)

    return Weight((len(values),), trained=False, initial=initial)


FAMILY = Family(
    config=Wav2Vec2ConformerConfig,
    stem="Wav2Vec2Conformer",
    prefix="wav2vec2_conformer",
    heads=waveform_heads.heads(
        *("Wav2Vec2Conformer", "wav2vec2_conformer", blueprint),
        *(CTC, AUDIO_CLASSIFICATION, AUDIO_FRAME_CLASSIFICATION, AUDIO_XVECTOR, PRETRAINING),
    ),
    rules=waveforms.NAMES,
    leftovers=("masked_spec_embed", "embed_positions.pe"),
    class_names={**waveforms.CLASS_NAMES, **conformers.ATTENTION_NAMES, "conv_module": "{}ConvolutionModule"},
    sources="arXiv:2010.05171",
)
