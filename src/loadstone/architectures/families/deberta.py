"""DeBERTa: disentangled attention over distances, with one map for queries, keys and values."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from loadstone.architectures import disentangled, encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.disentangled import DisentangledAttention
from loadstone.architectures.components.leaves import Linear, Weight
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import MULTIPLE_CHOICE
from loadstone.configs.keys import Refusal
from loadstone.core.records import record


class DebertaConfig(disentangled.DisentangledConfig):
    """The keys of a DeBERTa model. Defaults are those of DeBERTa base."""

    model_type = "deberta"
    refused: ClassVar = {
        **disentangled.DisentangledConfig.refused,
        "talking_head": Refusal((False,), "heads do not hear each other here"),
    }

    vocab_size: int = 50265
    talking_head: bool = False


@record
class FusedDisentangledAttention(DisentangledAttention):
    """The same with one map of queries, keys and values, and biases of queries and values alone."""

    query_bias: Part = field(kw_only=True)
    value_bias: Part = field(kw_only=True)

    def _project(self, run: Run, x: Array) -> tuple[Array, Array, Array]:
        query, key, value = super()._project(run, x)
        by_head = (-1, 1, self.head_dim)
        query_bias, value_bias = (
            run.xp.reshape(run.weight(part), by_head) for part in (self.query_bias, self.value_bias)
        )
        return query + query_bias, key, value + value_bias


def attention(config: DebertaConfig, index: int) -> FusedDisentangledAttention:
    """Attention of a layer."""
    width, heads, dim = config.hidden_size, config.num_attention_heads, config.head_width
    terms = config.terms if config.relative_attention else ()
    fused = Linear(width, 3 * width, bias=False, std=config.initializer_range)
    maps = {
        "c2p": Part("pos_proj", Linear(width, width, bias=False, std=config.initializer_range)),
        "p2c": Part("pos_q_proj", encoders.linear(config, width, width)),
    }
    return FusedDisentangledAttention(
        heads=heads,
        kv_heads=heads,
        head_dim=dim,
        projections=(Part("in_proj", fused),),
        output=None,
        scale=(dim * (1 + len(config.terms))) ** -0.5,
        causal=False,
        fused="heads",
        dropout=config.attention_probs_dropout_prob,
        index=index,
        terms=terms,
        maps=tuple(maps[term] for term in terms),
        distance_dropout=config.hidden_dropout_prob,
        query_bias=Part("q_bias", Weight((width,))),
        value_bias=Part("v_bias", Weight((width,))),
    )


def blueprint(config: DebertaConfig) -> Tower:
    """The bare model."""
    return disentangled.tower(config, lambda index: attention(config, index), 2 * config.farthest)


FAMILY = Family(
    config=DebertaConfig,
    stem="Deberta",
    prefix="deberta",
    heads=disentangled.heads("Deberta", blueprint, without=MULTIPLE_CHOICE),
    rules=encoders.RULES,
    leftovers=disentangled.LEFTOVERS,
    class_names=disentangled.class_names("Deberta"),
    sources="arXiv:2006.03654",
)
