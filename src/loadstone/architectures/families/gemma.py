"""Gemma 1: Llama's shape with scaled embeddings and norms that store their gain minus 1."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION


class GemmaConfig(decoders.DecoderConfig):
    """The keys of a Gemma model. Defaults are those of Gemma 7B."""

    model_type = "gemma"
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, "use_bidirectional_attention")

    vocab_size: int = 256000
    hidden_size: int = 3072
    intermediate_size: int = 24576
    num_hidden_layers: int = 28
    num_attention_heads: int = 16
    num_key_value_heads: int | None = 16
    head_dim: int | None = 256
    hidden_act: str = "gelu_pytorch_tanh"
    hidden_activation: str | None = None
    max_position_embeddings: int = 8192
    pad_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    bos_token_id: int | None = 2
    tie_word_embeddings: bool = True
    attention_bias: bool = False
    use_bidirectional_attention: bool | None = None

    @property
    def activation(self) -> str:
        """Files say ``gelu`` and mean its tanh form, which the model was trained with."""
        name = self.hidden_activation or self.hidden_act
        return "gelu_pytorch_tanh" if name == "gelu" else name


def blueprint(config: GemmaConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps, offset=1.0)
    feed_forward = decoders.feed_forward(config, config.activation)
    causal = not config.use_bidirectional_attention
    layers = [
        decoders.pre_norm_layer(
            replace(
                decoders.separate_attention(config, index, rotary=rotary, bias=config.attention_bias), causal=causal
            ),
            Part("mlp", feed_forward),
            norm,
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm, scale=config.hidden_size**0.5)


FAMILY = Family(
    config=GemmaConfig,
    stem="Gemma",
    prefix="model",
    heads=decoders.decoder_heads("Gemma", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2403.08295",
)
