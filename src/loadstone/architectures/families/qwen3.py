"""Qwen 3: Qwen 2 with normed queries and keys in place of biases."""

from __future__ import annotations

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.families.qwen2 import WindowedDecoderConfig
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import SLIDING


class Qwen3Config(WindowedDecoderConfig):
    """The keys of a Qwen 3 model. Defaults are those of Qwen 3 8B."""

    model_type = "qwen3"

    vocab_size: int = 151936
    intermediate_size: int = 22016
    num_key_value_heads: int | None = 32
    head_dim: int | None = 128
    max_position_embeddings: int = 32768
    attention_bias: bool = False


def blueprint(config: Qwen3Config) -> Tower:
    """The bare model."""
    head_dim = config.head_dim or 0
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = decoders.feed_forward(config)
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(
                config,
                index,
                rotary=rotary,
                bias=config.attention_bias,
                window=config.sliding_window if layer_type == SLIDING else None,
                head_norm=RMSNorm(head_dim, config.rms_norm_eps),
            ),
            Part("mlp", feed_forward),
            norm,
        )
        for index, layer_type in enumerate(config.layer_types or ())
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Qwen3Config,
    stem="Qwen3",
    prefix="model",
    heads=decoders.decoder_heads("Qwen3", blueprint, decoders.HeadParts(question_prefix="transformer")),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2505.09388",
)
