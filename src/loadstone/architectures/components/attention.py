"""Attention, and how it knows positions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal

from loadstone.architectures.components.base import CacheEntry, Component, Part
from loadstone.architectures.components.masks import MEMORY, MaskKind
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.architectures.components.splitting import Role, Section
from loadstone.architectures.rotary import Rotary
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class Attention(Component):
    """Multi-head attention with grouped keys and values (arXiv:1706.03762, arXiv:2305.13245).

    ``projections`` are three linear maps (query, key, value) or one fused map; ``fused`` tells how one is set
    out: all queries, then keys, then values (``"blocks"``), or for each key the queries that share it, that key and its
    value (``"heads"``).
    """

    heads: int
    kv_heads: int
    head_dim: int
    projections: tuple[Part, ...]
    output: Part | None
    scale: float
    causal: bool = True
    memory: bool = False
    """Whether keys and values are of what the state calls memory, another tower's output: once for a text."""
    window: int | None = None
    """How far a token sees: causal, the last ``window`` tokens; otherwise, ``window`` tokens to each side."""
    rotary: Rotary | None = None
    query_norm: Part | None = None
    key_norm: Part | None = None
    bias: Part | None = None
    """A :class:`RelativeBias` that this layer computes, for itself and the layers after it."""
    softcap: float | None = None
    sinks: Part | None = None
    """A ``Weight`` (heads,): the score of one more place, in which there is nothing (arXiv:2309.17453)."""
    fused: Literal["blocks", "heads"] = "blocks"
    dropout: float = 0.0
    index: int = 0
    """Which layer of the key-value cache it uses."""
    shows_bias: bool = False
    """Whether what its module returns has the bias before the weights."""
    shows_attention: bool = True
    """See :class:`~loadstone.architectures.components.base.Component`."""

    computes_shares: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _ = self.mask_kind  # a traced graph could not

    @cached_property
    def mask_kind(self) -> MaskKind:
        """Which of the state's masks it uses."""
        return MEMORY if self.memory else MaskKind(self.causal, self.window)

    @property
    def kept(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Of keys and of values in the cache: how many heads, and how wide each is."""
        return (self.kv_heads, self.head_dim), (self.kv_heads, self.head_dim)

    def keeps(self, batch: int, length: int) -> dict[str, CacheEntry]:
        tokens = min(length, self.window or length)
        keys, values = (CacheEntry((batch, heads, tokens, dim)) for heads, dim in self.kept)
        return {"key": keys, "value": values} if self.causal or self.memory else {}

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, width) → (batch, tokens, width)."""
        if self.bias is not None:
            run(self.bias, x)
        return self._attended(run, x)

    def _attended(self, run: Run, x: Array) -> Array:
        if self.memory:
            query, (key, value) = (
                by_head(run.xp, run(self.projections[0], x), self.head_dim),
                self._memory(run),
            )
        else:
            query, key, value = self._project(run, x)
            if self.query_norm is not None and self.key_norm is not None:
                query, key = run(self.query_norm, query), run(self.key_norm, key)
            if self.rotary is not None:
                turn = rotate_neighbors if self.rotary.interleaved else rotate
                cos, sin = run.state.rotary[self.rotary]
                query, key = turn(run.xp, query, cos, sin), turn(run.xp, key, cos, sin)
            key, value = run.state.keep(self.index, key, value)
        out = run.attend(self, query, key, value)
        return out if self.output is None else run(self.output, out)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        queries, keys = Section(self.heads), Section(self.kv_heads, repeats=True)
        if len(self.projections) > 1:
            for part, section in zip(self.projections, (queries, keys, keys), strict=True):
                yield part, Role("outputs", section.units, (section,))
        elif self.fused == "heads":
            yield self.projections[0], Role("outputs", self.kv_heads, (Section(self.kv_heads),))
        else:
            sections = (queries, keys, keys)
            yield self.projections[0], Role("outputs", sum(each.units for each in sections), sections)
        for norm in (self.query_norm, self.key_norm):
            if norm is not None:
                yield norm, Role("within")
        if self.bias is not None:
            yield self.bias, Role("outputs", self.heads, (queries,))
        if self.output is not None:
            yield self.output, Role("inputs", self.heads)

    def _memory(self, run: Run) -> tuple[Array, Array]:
        """Keys and values (batch, kv_heads, places, head_dim) of the memory: the cache's, if it has them."""
        state = run.state
        kept = state.recall(self.index, "memory_key"), state.recall(self.index, "memory_value")
        if kept[0] is not None:
            return kept
        if state.memory is None:
            raise ArgumentError("Give encoder_hidden_states: what an encoder has said, at which this decoder looks.")
        key, value = (by_head(run.xp, run(part, state.memory), self.head_dim) for part in self.projections[1:])
        state.store(self.index, "memory_key", key)
        state.store(self.index, "memory_value", value)
        return key, value

    def _project(self, run: Run, x: Array) -> tuple[Array, Array, Array]:
        """Query (batch, heads, tokens, head_dim), key and value (batch, kv_heads, tokens, head_dim)."""
        xp, dim = run.xp, self.head_dim
        if len(self.projections) > 1:
            of_query, of_key, of_value = self.projections
            query, key, value = run(of_query, x), run(of_key, x), run(of_value, x)
        elif self.fused == "heads":
            shared = self.heads // self.kv_heads
            by_key = by_head(xp, run(self.projections[0], x), (shared + 2) * dim)
            queries, key, value = xp.split(by_key, (shared * dim, dim, dim))
            return _each_by_itself(xp, queries, shared, dim), key, value
        else:
            sizes = (self.heads * dim, self.kv_heads * dim, self.kv_heads * dim)
            fused = self.projections[0]
            query, key, value = xp.split(run(fused, x), run.shares(fused, sizes))
        return by_head(xp, query, dim), by_head(xp, key, dim), by_head(xp, value, dim)


def by_head(xp: ArrayFunctions, x: Array, dim: int) -> Array:
    """(batch, tokens, heads · dim) → (batch, heads, tokens, dim), for so many heads as are here."""
    batch, tokens, _ = xp.shape(x)
    return xp.permute_dims(xp.reshape(x, (batch, tokens, x.shape[-1] // dim, dim)), (0, 2, 1, 3))


def _each_by_itself(xp: ArrayFunctions, x: Array, shared: int, dim: int) -> Array:
    """(batch, keys, tokens, shared · dim), the queries of each key → (batch, keys · shared, tokens, dim)."""
    if shared == 1:
        return x
    batch, keys, tokens, _ = xp.shape(x)
    apart = xp.permute_dims(xp.reshape(x, (batch, keys, tokens, shared, dim)), (0, 1, 3, 2, 4))
    return xp.reshape(apart, (batch, keys * shared, tokens, dim))


def rotary_tables(xp: ArrayFunctions, rotary: Rotary, position_ids: Array, dtype: Any) -> tuple[Array, Array]:
    """``position_ids`` (batch or 1, tokens) → cos and sin (batch or 1, 1, tokens, dim). Angles are float32.

    Or several rows of positions, (rows, batch or 1, tokens), for a rotary with sections.
    """
    plain, factor = rotary.frequencies()
    frequencies = xp.near(xp.asarray(plain), position_ids)
    if rotary.depends_on_length:
        length = xp.max(position_ids) + 1
        if rotary.kind == "longrope":
            long, far_factor = rotary.frequencies(rotary.limit + 1)
            far = xp.near(xp.asarray(long), position_ids)
            factor = factor if far_factor == factor else xp.where(length > rotary.limit, far_factor, factor)
        else:
            # Dynamic NTK multiplies theta by growth^(dim / (dim - 2)). Taken to the power -2i / dim that is growth to
            # an exponent that does not depend on theta, and which float32 holds well.
            scaling = dict(rotary.scaling)["factor"]
            growth = scaling * xp.astype(length, xp.float32) / rotary.max_position - (scaling - 1)
            exponents = [-2 * i / (rotary.dim - 2) for i in range(rotary.dim // 2)]
            far = frequencies * growth ** xp.near(xp.asarray(exponents), position_ids)
        frequencies = xp.where(length > rotary.limit, far, frequencies)
    angles = angles_of(xp, rotary, position_ids, frequencies)
    angles = xp.concat((angles, angles), axis=-1)
    return xp.astype(xp.cos(angles) * factor, dtype), xp.astype(xp.sin(angles) * factor, dtype)


def angles_of(xp: ArrayFunctions, rotary: Rotary, position_ids: Array, frequencies: Array) -> Array:
    """Positions (batch or 1, tokens), or several rows of them, times frequencies: (batch or 1, 1, tokens, frequencies).

    Of several rows each section of the frequencies takes one.
    """
    positions = xp.astype(position_ids, xp.float32)
    if len(position_ids.shape) == 2:
        return positions[:, None, :, None] * frequencies
    angles, start = [], 0
    for section, count in enumerate(rotary.sections):
        row = positions[section % position_ids.shape[0]]
        angles.append(row[:, None, :, None] * frequencies[start : start + count])
        start += count
    return xp.concat(angles, axis=-1)


def rotate(xp: ArrayFunctions, x: Array, cos: Array, sin: Array) -> Array:
    """Turn the first values of each head by their positions, pairing the first half with the second (arXiv:2104.09864).

    ``x`` (batch, heads, tokens, head_dim), ``cos`` and ``sin`` (batch or 1, 1, tokens, dim) with dim ≤ head_dim.
    """
    dim, head_dim = cos.shape[-1], x.shape[-1]
    half, passing = dim // 2, None
    if dim != head_dim:
        x, passing = xp.split(x, (dim, head_dim - dim))
    first, second = xp.split(x, (half, half))
    turned = x * cos + xp.concat((-second, first), axis=-1) * sin
    return turned if passing is None else xp.concat((turned, passing), axis=-1)


def rotate_neighbors(xp: ArrayFunctions, x: Array, cos: Array, sin: Array) -> Array:
    """The same, pairing each value with the next, as in the paper."""
    dim, head_dim = cos.shape[-1], x.shape[-1]
    half, shape = dim // 2, xp.shape(x)
    turning, passing = (x, None) if dim == head_dim else xp.split(x, (dim, head_dim - dim))
    pairs = xp.reshape(turning, (*shape[:-1], half, 2))
    first, second, cos, sin = pairs[..., 0], pairs[..., 1], cos[..., :half], sin[..., :half]
    turned = first * cos - second * sin, second * cos + first * sin
    joined = xp.reshape(xp.concat([each[..., None] for each in turned], axis=-1), (*shape[:-1], dim))
    return joined if passing is None else xp.concat((joined, passing), axis=-1)


@record
class RelativeBias(Component):
    """A learned number for each head and distance bucket, added to attention scores (T5's, arXiv:1910.10683)."""

    table: Part
    buckets: int
    max_distance: int = 128
    both_ways: bool = True
    """Whether half of the buckets are for keys that come after the query; else these share one."""

    computes_shares: ClassVar[bool] = True
    biases_attention: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        """Leaves the bias (1, heads, queries, keys) in the state, for all layers from here on; gives ``x`` back."""
        xp = run.xp
        queries, keys = run.places(x)
        bucket = distance_buckets(xp, queries - keys, self.buckets, self.max_distance, both_ways=self.both_ways)
        run.state.bias = xp.permute_dims(run(self.table, bucket), (2, 0, 1))[None]
        return x

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        if role is not None:
            yield self.table, role


def distance_buckets(
    xp: ArrayFunctions, behind: Array, buckets: int, max_distance: int, *, both_ways: bool = True
) -> Array:
    """The bucket of each distance: how far a key is ``behind`` its query, or before it, where this is below 0.

    With ``both_ways`` half of the buckets are for keys before their queries, else these share one. Half of the buckets
    are of one distance each, the others wider and wider, up to ``max_distance``.
    """
    distance = xp.abs(behind) if both_ways else xp.clip(behind, min=0)
    buckets = buckets // 2 if both_ways else buckets
    near = buckets // 2
    spread = xp.log(xp.astype(xp.clip(distance, min=1), xp.float32) / near) / math.log(max_distance / near)
    far = xp.clip(near + xp.astype(spread * (buckets - near), xp.int32), max=buckets - 1)
    bucket = xp.where(distance < near, distance, far)
    return bucket + xp.where(behind < 0, buckets, 0) if both_ways else bucket
