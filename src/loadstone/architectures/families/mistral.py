"""Mistral 7B and its descendants: Llama's shape with a sliding window."""

from __future__ import annotations

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family


class MistralConfig(decoders.DecoderConfig):
    """The keys of a Mistral model. Defaults are those of Mistral 7B v0.1."""

    model_type = "mistral"
    positive = (*decoders.DecoderConfig.positive, "sliding_window")

    intermediate_size: int = 14336
    num_key_value_heads: int | None = 8
    max_position_embeddings: int = 131072
    sliding_window: int | None = 4096
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2


def blueprint(config: MistralConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = decoders.feed_forward(config)
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(config, index, rotary=rotary, window=config.sliding_window),
            Part("mlp", feed_forward),
            norm,
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=MistralConfig,
    stem="Mistral",
    prefix="model",
    heads=decoders.decoder_heads("Mistral", blueprint),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2310.06825",
)
