"""Phi-1, Phi-1.5 and Phi-2: attention and feed-forward network side by side under one norm, biases everywhere."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.leaves import Embedding, LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.parallel_layers import parallel_layer
from loadstone.architectures.rope_config import RopePlace
from loadstone.architectures.rotary import make_rotary
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION


class PhiConfig(decoders.DecoderConfig):
    """The keys of a Phi model. Defaults are those of Phi-1."""

    model_type = "phi"
    without = ("rms_norm_eps",)
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, "qk_layernorm")
    within: ClassVar = {
        **decoders.DecoderConfig.within,
        "partial_rotary_factor": RopePlace("partial_rotary_factor"),
    }

    vocab_size: int = 51200
    hidden_size: int = 2048
    intermediate_size: int = 8192
    num_hidden_layers: int = 24
    hidden_act: str = "gelu_new"
    resid_pdrop: float = 0.0
    embd_pdrop: float = 0.0
    layer_norm_eps: float = 1e-5
    partial_rotary_factor: float = 0.5
    qk_layernorm: bool = False
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2


def blueprint(config: PhiConfig) -> Tower:
    """The bare model."""
    width, heads, std = config.hidden_size, config.num_attention_heads, config.initializer_range
    kv_heads, head_dim = config.num_key_value_heads or heads, config.head_dim or 0
    rotary = make_rotary(
        head_dim=head_dim,
        theta=config.rope_theta,
        max_position=config.max_position_embeddings,
        scaling=config.rope_parameters,
        partial=config.partial_rotary_factor,
    )
    norm, head_norm = LayerNorm(width, config.layer_norm_eps), LayerNorm(head_dim, config.layer_norm_eps)
    feed_forward = FeedForward(
        up=Part("fc1", Linear(width, config.intermediate_size, std=std)),
        activation=config.hidden_act,
        down=Part("fc2", Linear(config.intermediate_size, width, std=std)),
    )
    outputs = {"q_proj": heads * head_dim, "k_proj": kv_heads * head_dim, "v_proj": kv_heads * head_dim}
    layers = []
    for index in range(config.num_hidden_layers):
        attention = Attention(
            heads=heads,
            kv_heads=kv_heads,
            head_dim=head_dim,
            projections=tuple(Part(name, Linear(width, count, std=std)) for name, count in outputs.items()),
            output=Part("dense", Linear(heads * head_dim, width, std=std)),
            scale=head_dim**-0.5,
            rotary=rotary,
            query_norm=Part("q_layernorm", head_norm) if config.qk_layernorm else None,
            key_norm=Part("k_layernorm", head_norm) if config.qk_layernorm else None,
            dropout=config.attention_dropout,
            index=index,
        )
        bodies = (Part("self_attn", attention), Part("mlp", feed_forward))
        layers.append(parallel_layer(bodies, Part("input_layernorm", norm), config.resid_pdrop))
    table = Embedding(config.vocab_size, width, decoders.padding(config), std=std)
    return Tower(
        stem=Part("", Embeddings(Part("embed_tokens", table), dropout=config.embd_pdrop)),
        stack=decoders.stack(layers),
        norm=Part("final_layernorm", norm),
        width=width,
    )


FAMILY = Family(
    config=PhiConfig,
    stem="Phi",
    prefix="model",
    heads=decoders.decoder_heads(
        "Phi",
        blueprint,
        decoders.HeadParts(lm_head_bias=True),
        tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION),
    ),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED[:1],
    sources="arXiv:2306.11644, arXiv:2309.05463",
)
