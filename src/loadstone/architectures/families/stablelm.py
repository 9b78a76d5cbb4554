"""StableLM: Llama with layer norms and rotary on part of each head, in its second version also with parallel layers."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.head_norm import HeadLayerNorm
from loadstone.architectures.components.layers import Chain, Layer, Residual, Sum, pre_norm
from loadstone.architectures.components.leaves import Dropout, LayerNorm, Weight
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.rope_config import RopePlace
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION


class StableLmConfig(decoders.DecoderConfig):
    """The keys of a StableLM model. Defaults are those of StableLM 3B."""

    model_type = "stablelm"
    without = ("rms_norm_eps",)
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, "qk_layernorm")
    within: ClassVar = {
        **decoders.DecoderConfig.within,
        "partial_rotary_factor": RopePlace("partial_rotary_factor"),
    }

    vocab_size: int = 50304
    hidden_size: int = 2560
    intermediate_size: int = 6912
    num_key_value_heads: int | None = 32
    max_position_embeddings: int = 4096
    layer_norm_eps: float = 1e-5
    partial_rotary_factor: float = 0.25
    use_qkv_bias: bool = False
    qk_layernorm: bool = False
    use_parallel_residual: bool = False
    hidden_dropout: float = 0.0
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 0

    def check_together(self) -> None:
        super().check_together()
        decoders.check_head_dim(self)


def attention(config: StableLmConfig, index: int) -> Attention:
    """Llama's, perhaps with a layer norm for each head of queries and of keys."""
    rotary = decoders.rotary(config, partial=config.partial_rotary_factor)
    plain = decoders.separate_attention(config, index, rotary=rotary, bias=(config.use_qkv_bias, False))
    if not config.qk_layernorm:
        return plain

    def normed(name: str, heads: int) -> Part:
        gains = (Part(f"norms.{head}.weight", Weight((plain.head_dim,), value=1.0)) for head in range(heads))
        return Part(name, HeadLayerNorm(config.layer_norm_eps, tuple(gains)))

    query_norm, key_norm = normed("q_layernorm", plain.heads), normed("k_layernorm", plain.kv_heads)
    return replace(plain, query_norm=query_norm, key_norm=key_norm)


def blueprint(config: StableLmConfig) -> Tower:
    """The bare model."""
    norm = LayerNorm(config.hidden_size, config.layer_norm_eps)
    first, second = Part("input_layernorm", norm), Part("post_attention_layernorm", norm)
    feed_forward = Part("mlp", decoders.feed_forward(config))
    layers = []
    for index in range(config.num_hidden_layers):
        attends = Part("self_attn", attention(config, index))
        if config.use_parallel_residual:
            thinks = Part("", Chain((feed_forward, Part("", Dropout(config.hidden_dropout)))))
            steps = [Part("", Residual(Part("", Sum((attends, thinks))), first))]
        else:
            steps = [pre_norm(attends, first), pre_norm(feed_forward, second, config.hidden_dropout)]
        layers.append(Layer(tuple(steps)))
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=StableLmConfig,
    stem="StableLm",
    prefix="model",
    heads=decoders.decoder_heads(
        "StableLm", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)
    ),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    class_names={**DECODERS, "HeadLayerNorm": "{}LayerNormPerHead"},
    sources="arXiv:2402.17834",
)
