"""GLM-4 9B: Llama with half of each head turning, each value with the next, and one map for gate and up."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import Gated
from loadstone.architectures.components.leaves import Linear, RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.rope_config import RopePlace
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig


def _three_ends(config: PretrainedConfig, given: int | list[int] | None) -> int | list[int]:
    return [151329, 151336, 151338] if given is None else given


class GlmConfig(decoders.DecoderConfig):
    """The keys of a GLM-4 model. Defaults are those of GLM-4 9B chat."""

    model_type = "glm"
    within: ClassVar = {
        **decoders.DecoderConfig.within,
        "partial_rotary_factor": RopePlace("partial_rotary_factor"),
    }
    follows: ClassVar = {**decoders.DecoderConfig.follows, "eos_token_id": Rule(_three_ends)}

    vocab_size: int = 151552
    intermediate_size: int = 13696
    num_hidden_layers: int = 40
    num_key_value_heads: int | None = 2
    head_dim: int | None = 128
    max_position_embeddings: int = 131072
    partial_rotary_factor: float = 0.5
    rms_norm_eps: float = 1.5625e-07
    pad_token_id: int | None = 151329
    eos_token_id: int | list[int] | None = None
    attention_bias: bool = True


def attention(config: GlmConfig, index: int) -> Attention:
    """Llama's, with biases of queries, keys and values alone."""
    rotary = decoders.rotary(config, partial=config.partial_rotary_factor)._replace(interleaved=True)
    return decoders.separate_attention(config, index, rotary=rotary, bias=(config.attention_bias, False))


def feed_forward(config: GlmConfig) -> Gated:
    """Llama's, with one map for gate and up."""
    width, inner, std = config.hidden_size, config.intermediate_size, config.initializer_range
    return Gated(
        projections=(Part("gate_up_proj", Linear(width, 2 * inner, False, std)),),
        activation=config.hidden_act,
        down=Part("down_proj", Linear(inner, width, False, std)),
    )


def blueprint(config: GlmConfig) -> Tower:
    """The bare model."""
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    layers = [
        decoders.pre_norm_layer(attention(config, index), Part("mlp", feed_forward(config)), norm)
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=GlmConfig,
    stem="Glm",
    prefix="model",
    heads=decoders.decoder_heads("Glm", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2406.12793",
)
