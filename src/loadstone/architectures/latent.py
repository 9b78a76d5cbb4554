"""What the decoders with multi-head latent attention have in common (arXiv:2405.04434, section 2.1)."""

from __future__ import annotations

import math
from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.latent_attention import LatentAttention
from loadstone.architectures.components.leaves import Linear, RMSNorm
from loadstone.architectures.declarations import but
from loadstone.architectures.rotary import Rotary
from loadstone.errors import Fault, InvalidConfig

_NORM_EPS = 1e-6
"""Of the norms within attention, whatever ``rms_norm_eps`` says of the others."""


class LatentConfig(decoders.DecoderConfig):
    """The keys of a decoder with latent attention."""

    attribute_map: ClassVar = {"head_dim": "qk_rope_head_dim"}
    without: ClassVar[tuple[str, ...]] = ("head_dim",)
    follows: ClassVar = but(decoders.DecoderConfig.follows, "head_dim")
    irrelevant: ClassVar = {
        **decoders.DecoderConfig.irrelevant,
        "num_key_value_heads": "the keys and values of all heads are made of one latent",
        "pretraining_tp": "how products were split in training; results are the same",
    }

    kv_lora_rank: int = 512
    q_lora_rank: int | None = 1536
    qk_rope_head_dim: int = 64
    qk_nope_head_dim: int = 128
    v_head_dim: int = 128
    attention_bias: bool = False
    pretraining_tp: int | None = 1

    positive = (
        *(name for name in decoders.DecoderConfig.positive if name != "head_dim"),
        *("kv_lora_rank", "q_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"),
    )

    def check_together(self) -> None:
        if self.qk_rope_head_dim % 2:
            raise InvalidConfig([Fault("config key 'qk_rope_head_dim'", "an even number", str(self.qk_rope_head_dim))])


def rotary(config: LatentConfig, *, interleaved: bool) -> Rotary:
    """What turns the last values of queries, and the keys that heads share."""
    return decoders.rotary(config)._replace(interleaved=interleaved)


def attention(config: LatentConfig, index: int, turned: Rotary) -> LatentAttention:
    """``q_proj``, or ``q_a_proj``, ``q_a_layernorm`` and ``q_b_proj``; ``kv_a_proj_with_mqa``, ``kv_a_layernorm``,
    ``kv_b_proj``, ``o_proj``."""
    width, heads, std, bias = (
        config.hidden_size,
        config.num_attention_heads,
        config.initializer_range,
        config.attention_bias,
    )
    head_dim, rank = config.qk_nope_head_dim + config.qk_rope_head_dim, config.kv_lora_rank
    if (query_rank := config.q_lora_rank) is None:
        to_query: tuple[Part, ...] = (Part("q_proj", Linear(width, heads * head_dim, False, std)),)
    else:
        to_query = (
            Part("q_a_proj", Linear(width, query_rank, bias, std)),
            Part("q_a_layernorm", RMSNorm(query_rank, _NORM_EPS)),
            Part("q_b_proj", Linear(query_rank, heads * head_dim, False, std)),
        )
    return LatentAttention(
        heads=heads,
        kv_heads=heads,
        head_dim=head_dim,
        projections=(
            *to_query,
            Part("kv_a_proj_with_mqa", Linear(width, rank + config.qk_rope_head_dim, bias, std)),
            Part("kv_a_layernorm", RMSNorm(rank, _NORM_EPS)),
            Part("kv_b_proj", Linear(rank, heads * (config.qk_nope_head_dim + config.v_head_dim), False, std)),
        ),
        output=Part("o_proj", Linear(heads * config.v_head_dim, width, bias, std)),
        scale=head_dim**-0.5 * _magnitude(config) ** 2,
        rotary=turned,
        dropout=config.attention_dropout,
        index=index,
        rank=rank,
        value_dim=config.v_head_dim,
    )


def _magnitude(config: LatentConfig) -> float:
    """How much larger a longer context makes queries and keys (arXiv:2309.00071, section 3.4), of all of their values:
    those that do not turn have no other place for it."""
    keys = config.rope_parameters
    scale, factor = keys.get("mscale_all_dim"), keys.get("factor") or 1.0
    if keys.get("rope_type") == "default" or not scale or factor <= 1:
        return 1.0
    return 0.1 * float(scale) * math.log(factor) + 1.0
