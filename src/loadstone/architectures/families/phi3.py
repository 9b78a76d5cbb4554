"""Phi-3 and Phi-3.5: Llama's shape with fused projections and LongRoPE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import Gated
from loadstone.architectures.components.leaves import Linear, RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.rope_config import RopePlace
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION


class Phi3Config(decoders.DecoderConfig):
    """The keys of a Phi-3 model. Defaults are those of Phi-3 mini 4k."""

    model_type = "phi3"
    positive = (*decoders.DecoderConfig.positive, "sliding_window", "original_max_position_embeddings")
    irrelevant: ClassVar = {
        **decoders.DecoderConfig.irrelevant,
        "embd_pdrop": "the reference implementation never applies it",
    }
    within: ClassVar = {
        **decoders.DecoderConfig.within,
        "partial_rotary_factor": RopePlace("partial_rotary_factor"),
        "original_max_position_embeddings": RopePlace("original_max_position_embeddings"),
    }

    vocab_size: int = 32064
    hidden_size: int = 3072
    intermediate_size: int = 8192
    resid_pdrop: float = 0.0
    embd_pdrop: float = 0.0
    max_position_embeddings: int = 4096
    original_max_position_embeddings: int = 4096
    partial_rotary_factor: float | None = None
    rms_norm_eps: float = 1e-5
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 32000
    pad_token_id: int | None = 32000
    sliding_window: int | None = None

    def _take(self, values: Mapping[str, Any]) -> None:
        super()._take(values)
        # Where a file says it in two places, Transformers takes the one beside rope_parameters.
        if (original := values.get("original_max_position_embeddings")) is not None:
            self.original_max_position_embeddings = original

    def rope_type(self, name: object) -> object:
        """Early files wrote "su", and for a while "yarn", for what became LongRoPE."""
        return "longrope" if name in ("su", "yarn") else name


def blueprint(config: Phi3Config) -> Tower:
    """The bare model."""
    width, heads, std = config.hidden_size, config.num_attention_heads, config.initializer_range
    kv_heads, head_dim = config.num_key_value_heads or heads, config.head_dim or 0
    rotary = decoders.rotary(
        config,
        partial=config.partial_rotary_factor or 1.0,
        original_max_position=config.original_max_position_embeddings,
    )
    norm = RMSNorm(width, config.rms_norm_eps)
    feed_forward = Gated(
        projections=(Part("gate_up_proj", Linear(width, 2 * config.intermediate_size, False, std)),),
        activation=config.hidden_act,
        down=Part("down_proj", Linear(config.intermediate_size, width, False, std)),
    )
    layers = []
    for index in range(config.num_hidden_layers):
        attention = Attention(
            heads=heads,
            kv_heads=kv_heads,
            head_dim=head_dim,
            projections=(Part("qkv_proj", Linear(width, (heads + 2 * kv_heads) * head_dim, False, std)),),
            output=Part("o_proj", Linear(heads * head_dim, width, False, std)),
            scale=head_dim**-0.5,
            window=config.sliding_window,
            rotary=rotary,
            dropout=config.attention_dropout,
            index=index,
        )
        layers.append(decoders.pre_norm_layer(attention, Part("mlp", feed_forward), norm, config.resid_pdrop))
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Phi3Config,
    stem="Phi3",
    prefix="model",
    heads=decoders.decoder_heads("Phi3", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="arXiv:2404.14219",
)
