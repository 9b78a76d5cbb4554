"""WavLM: wav2vec 2.0's encoder, which hears how far apart frames are, by a gate of each frame's own."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import sound_configs, waveform_heads, waveforms
from loadstone.architectures.components import Embedding, Layer, Part, RelativeBias, Tower, Weight
from loadstone.architectures.components.distance_attention import GatedAttention
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import AUDIO_CLASSIFICATION, AUDIO_FRAME_CLASSIFICATION, AUDIO_XVECTOR, CTC


class WavLMConfig(sound_configs.AdaptedConfig, sound_configs.QuantizedConfig, sound_configs.SpeakerConfig):
    """The keys of a WavLM model. Defaults are those of WavLM base."""

    model_type = "wavlm"

    without = ("feat_quantizer_dropout",)

    ctc_loss_reduction: str = "mean"
    num_buckets: int = 320
    max_bucket_distance: int = 800
    num_ctc_classes: int = 80

    positive = (
        *sound_configs.SpeakerConfig.positive,
        *sound_configs.AdaptedConfig.positive,
        *("num_buckets", "max_bucket_distance"),
    )
    follows: ClassVar = {**sound_configs.SpeakerConfig.follows, **sound_configs.AdaptedConfig.follows}
    irrelevant: ClassVar = {
        **sound_configs.SpeakerConfig.irrelevant,
        **dict.fromkeys(
            (
                *("num_codevectors_per_group", "num_codevector_groups", "contrastive_logits_temperature"),
                *("num_negatives", "codevector_dim", "proj_codevector_dim", "diversity_loss_weight", "num_ctc_classes"),
            ),
            "of pretraining, for which the family has no class",
        ),
    }

    def check_together(self) -> None:
        super().check_together()
        sound_configs.check_buckets(self, "num_buckets", "max_bucket_distance")


def layer(config: WavLMConfig, index: int) -> Layer:
    """One of wav2vec 2.0's, with ``gru_rel_pos_const`` and ``gru_rel_pos_linear`` in ``attention``, and in that of the
    first, which is never left out, ``rel_attn_embed``."""
    plain, heads = waveforms.attention(config, index), config.num_attention_heads
    table = Part("rel_attn_embed", Embedding(config.num_buckets, heads, std=config.initializer_range))
    bias = RelativeBias(table, config.num_buckets, config.max_bucket_distance)
    attention = GatedAttention(
        **{name: getattr(plain, name) for name in ("heads", "kv_heads", "head_dim", "projections", "output")},
        **{name: getattr(plain, name) for name in ("scale", "causal", "dropout", "index")},
        bias=None if index else Part("", bias),
        gate=Part("gru_rel_pos_linear", waveforms.linear(config, plain.head_dim, 8)),
        scales=Part("gru_rel_pos_const", Weight((1, heads, 1, 1), value=1.0)),
    )
    made = waveforms.layer(config, index, attention)
    return made if index else replace(made, skip=0.0)


def blueprint(config: WavLMConfig) -> Tower:
    """``feature_extractor``, ``feature_projection``, ``encoder`` and ``adapter``."""
    layers = [layer(config, index) for index in range(config.num_hidden_layers)]
    encoder = waveforms.encoder(config, [waveforms.positions(config)], layers)
    return waveforms.tower(config, waveforms.stem(config), encoder)


FAMILY = Family(
    config=WavLMConfig,
    stem="WavLM",
    prefix="wavlm",
    heads=waveform_heads.heads(
        "WavLM", "wavlm", blueprint, CTC, AUDIO_CLASSIFICATION, AUDIO_FRAME_CLASSIFICATION, AUDIO_XVECTOR
    ),
    rules=waveforms.NAMES,
    leftovers=("masked_spec_embed",),
    class_names={**waveforms.CLASS_NAMES, "GatedAttention": "{}Attention"},
    sources="arXiv:2110.13900",
)
