"""Layers of T5 and models like it: a learned bias is all that they know of positions, and attention has no scale.

``config`` is T5's, or one with the same keys.
"""

from __future__ import annotations

from typing import Any

from loadstone.architectures.components.attention import Attention, RelativeBias
from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward, Gated
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual, Stack
from loadstone.architectures.components.leaves import Dropout, Embedding, Linear, RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.errors import Fault, InvalidConfig


def check(config: Any) -> None:
    """:class:`InvalidConfig` for a feed-forward network or buckets of distances that there are not."""
    kind, _, activation = config.feed_forward_proj.rpartition("-")
    if kind not in ("", "gated"):
        expected = "an activation function, or gated- and one"
        raise InvalidConfig([Fault("config key 'feed_forward_proj'", expected, repr(config.feed_forward_proj))])
    check_activation(activation)
    buckets, furthest = config.relative_attention_num_buckets, config.relative_attention_max_distance
    if buckets < 4:  # near and far, before and after
        raise InvalidConfig([Fault("config key 'relative_attention_num_buckets'", "at least 4", repr(buckets))])
    if furthest <= buckets // 2:
        expected = f"more than half of relative_attention_num_buckets, {buckets // 2}"
        raise InvalidConfig([Fault("config key 'relative_attention_max_distance'", expected, repr(furthest))])


def table(config: Any) -> Embedding:
    """A table of the vocabulary."""
    return Embedding(config.vocab_size, config.d_model, std=config.initializer_factor)


def attention(config: Any, index: int, *, causal: bool, memory: bool = False) -> Attention:
    """Attention without a scale; the first layer's has the bias of all, where they have not one each."""
    width, inner, factor = config.d_model, config.num_heads * config.d_kv, config.initializer_factor
    wide, buckets = factor * width**-0.5, config.relative_attention_num_buckets
    table = Part("relative_attention_bias", Embedding(buckets, config.num_heads, std=wide))
    bias = RelativeBias(table, buckets, config.relative_attention_max_distance, both_ways=not causal)
    spread = {"q": wide * config.d_kv**-0.5, "k": wide, "v": wide}
    return Attention(
        heads=config.num_heads,
        kv_heads=config.num_heads,
        head_dim=config.d_kv,
        projections=tuple(Part(name, Linear(width, inner, False, std)) for name, std in spread.items()),
        output=Part("o", Linear(inner, width, False, factor * inner**-0.5)),
        scale=1.0,
        causal=causal,
        memory=memory,
        bias=Part("", bias) if not memory and (index == 0 or config.bias_in_every_layer) else None,
        dropout=config.dropout_rate,
        index=index,
        shows_bias=not config.bias_in_every_layer,
    )


def feed_forward(config: Any) -> Component:
    """``wi`` and ``wo``, or with a gate ``wi_0``, ``wi_1`` and ``wo``."""
    width, inner, factor = config.d_model, config.d_ff, config.initializer_factor
    up, down = Linear(width, inner, False, factor * width**-0.5), Linear(inner, width, False, factor * inner**-0.5)
    kind, _, activation = config.feed_forward_proj.rpartition("-")
    if not kind:
        return FeedForward(Part("wi", up), activation, Part("wo", down), config.dropout_rate)
    activation = "gelu_new" if activation == "gelu" else activation
    return Gated((Part("wi_0", up), Part("wi_1", up)), activation, Part("wo", down), config.dropout_rate)


def tower(config: Any, layers: int, *, writes: bool) -> Tower:
    """``embed_tokens``, ``block.0.layer.0``, …, ``final_layer_norm``; one that ``writes`` looks at what was read."""
    norm, end = RMSNorm(config.d_model, config.layer_norm_epsilon), Part("", Add(dropout=config.dropout_rate))
    blocks = []
    for index in range(layers):
        bodies = [Part("SelfAttention", attention(config, index, causal=writes))]
        if writes:
            bodies.append(Part("EncDecAttention", attention(config, index, causal=False, memory=True)))
        bodies.append(Part("DenseReluDense", feed_forward(config)))
        steps = (
            Residual(body, Part("layer_norm", norm), end, shows_attention=isinstance(body.component, Attention))
            for body in bodies
        )
        numbered = tuple(Part(f"layer.{number}", step) for number, step in enumerate(steps))
        layer = Layer(numbered, shows_attention=not config.bias_in_every_layer)
        blocks.append(Part(f"block.{index}", layer))
    return Tower(
        stem=Part("", Embeddings(Part("embed_tokens", table(config)), dropout=config.dropout_rate)),
        stack=Part("", Stack(tuple(blocks))),
        norm=Part("", Chain((Part("final_layer_norm", norm), Part("", Dropout(config.dropout_rate))))),
        width=config.d_model,
    )
