"""Llama 1 to 3.2, and the many models that kept its shape (TinyLlama, SmolLM, Vicuna, Yi, …)."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family


class LlamaConfig(decoders.DecoderConfig):
    """The keys of a Llama model. Defaults are those of Llama 7B."""

    model_type = "llama"

    irrelevant: ClassVar = {
        **decoders.DecoderConfig.irrelevant,
        "pretraining_tp": "how products were split in training; results are the same",
    }

    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    attention_bias: bool = False
    mlp_bias: bool = False
    pretraining_tp: int = 1


def blueprint(config: LlamaConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = decoders.feed_forward(config, bias=config.mlp_bias)
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(config, index, rotary=rotary, bias=config.attention_bias),
            Part("mlp", feed_forward),
            norm,
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=LlamaConfig,
    stem="Llama",
    prefix="model",
    heads=decoders.decoder_heads("Llama", blueprint, decoders.HeadParts(question_prefix="transformer")),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2302.13971, arXiv:2307.09288, arXiv:2407.21783",
)
