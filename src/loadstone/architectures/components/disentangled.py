"""Disentangled attention: what is said and how far apart it is, each by vectors of their own (arXiv:2006.03654)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Stack
from loadstone.architectures.components.leaves import Embedding
from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role, Section
from loadstone.core.records import record

Term = Literal["c2p", "p2c"]
"""A query and how far away a key is, or a key and how far away the query is."""


@record
class DisentangledAttention(Attention):
    """Attention whose scores have terms for distances, made of vectors that the layers of a stack share.

    Padding attends to all places alike.
    """

    terms: tuple[Term, ...] = ()
    maps: tuple[Part, ...] = ()
    """What makes keys (``c2p``) or queries (``p2c``) of distances, for each term; without any, the maps that make those
    of places."""
    distance_dropout: float = 0.0

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → the same."""
        xp, state = run.xp, run.state
        query, key, value = self._project(run, x)
        bias = self._bias(run, query, key)
        if state.padding is not None:
            real = xp.astype(state.padding, query.dtype)[:, None, :, None]
            query, bias = query * real, None if bias is None else bias * real
        if bias is not None:
            state.bias = bias
        out = run.attend(self, query, key, value)
        return out if self.output is None else run(self.output, out)

    def _bias(self, run: Run, query: Array, key: Array) -> Array | None:
        """The terms (batch, heads, queries, keys); None where the layers have no distances."""
        if run.state.distances is None or not self.terms:
            return None
        xp, (vectors, kind) = run.xp, run.state.distances
        vectors = run.dropout(vectors, self.distance_dropout)[None]
        bias = None
        for index, term in enumerate(self.terms):
            part = self.maps[index] if self.maps else self.projections[1 if term == "c2p" else 0]
            made = run(part, vectors)
            made = xp.permute_dims(xp.reshape(made, (made.shape[1], -1, self.head_dim)), (1, 2, 0))
            if term == "c2p":
                by_kind = xp.permute_dims(query @ made, (2, 3, 0, 1))
                scores = xp.permute_dims(xp.at_places(by_kind, kind), (2, 3, 0, 1))
            else:
                by_kind = xp.permute_dims(key @ made, (2, 3, 0, 1))
                scores = xp.permute_dims(xp.at_places(by_kind, xp.permute_dims(kind, (1, 0))), (2, 3, 1, 0))
            bias = scores if bias is None else bias + scores
        assert bias is not None
        return bias * self.scale

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield from super().roles(role)
        heads = Section(self.heads)
        yield from ((part, Role("outputs", self.heads, (heads,))) for part in self.maps)


@record
class DistanceLayers(Stack):
    """Layers that share vectors for how far apart places are; perhaps a convolution beside the first layer.

    The vectors are ``2 · span``: of distances that are negative, then of the others. Distances of more than half of
    ``buckets`` share vectors, in buckets whose widths grow up to the distance ``longest``.
    """

    table: Part | None = None
    """An ``Embedding`` of (2 · span, width)."""
    norm: Part | None = None
    """Over these vectors."""
    convolution: Part | None = None
    """A :class:`ConvolutionBeside`."""
    buckets: int = 0
    longest: int = 0

    def __post_init__(self) -> None:
        _ = self.starts  # a traced graph could not

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → the same; leaves the vectors, and which of them each pair of places has, in
        the state."""
        if self.table is not None:
            self._leave_distances(run, self.table, x)
        first = x
        for index, part in enumerate(run.blocks(self.layers)):
            run.state.add_hidden_state(x)
            x = run.block(part, x, index)
            if index == 0 and self.convolution is not None:
                x = run(self.convolution, first, x)
        return x

    def _leave_distances(self, run: Run, table: Part, x: Array) -> None:
        assert isinstance(table.component, Embedding)
        xp, count = run.xp, table.component.count
        vectors = run(table, xp.arange(count, like=x))
        if self.norm is not None:
            vectors = run(self.norm, vectors)
        queries, keys = run.places(x)
        ahead = queries - keys
        far = xp.abs(ahead)
        if self.starts:
            # Of each distance once, not of each pair.
            near = xp.arange(xp.shape(x)[1], like=x)
            starts = xp.astype(xp.near(xp.asarray(self.starts), x), xp.int32)
            later = xp.sum(xp.astype(near[:, None] >= starts, xp.int32), axis=1, keepdims=False)
            bucket = xp.astype(xp.clip(near, max=self.buckets // 2), xp.int32) + later
            far = xp.reshape(xp.take(bucket, xp.reshape(far, (-1,)), axis=0), xp.shape(far))
        signed = xp.where(ahead < 0, -far, far)
        run.state.distances = vectors, xp.clip(signed + count // 2, min=0, max=count - 1)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The least distance of each bucket beyond those of one distance each."""
        if not self.buckets:
            return ()
        near = self.buckets // 2
        whole = math.log((self.longest - 1) / near)

        def bucket(distance: int) -> int:
            return math.ceil(math.log(distance / near) / whole * (near - 1))

        starts = []
        for index in range(1, self.buckets - near + 1 if near > 1 else 1):
            start = max(near + 1, int(near * math.exp(whole * (index - 1) / (near - 1))) - 1)
            while bucket(start) < index:
                start += 1
            starts.append(start)
        return tuple(starts)


@record
class ConvolutionBeside(Component):
    """What a convolution over places says of the input of the first layer, added to the output of that layer."""

    conv: Part
    """A :class:`~loadstone.architectures.components.leaves.Conv` over one axis."""
    norm: Part
    activation: str
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_activation(self.activation)

    def compute(self, run: Run, first: Array, x: Array) -> Array:
        """``first`` and ``x`` (batch, places, width) → the same, 0 for padding."""
        xp, padding = run.xp, run.state.padding
        said = xp.permute_dims(run(self.conv, xp.permute_dims(first, (0, 2, 1))), (0, 2, 1))
        real = None if padding is None else xp.astype(padding, x.dtype)[..., None]
        said = run.dropout(said if real is None else said * real, self.dropout)
        x = run(self.norm, x + xp.activations[self.activation](said))
        return x if real is None else x * real


@record
class PaddedEmbeddings(Embeddings):
    """Embeddings that are 0 for padding, which sees everything in the layers above."""

    widen: Part | None = None
    """Applied to what tokens, segments and positions add up to."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens, width) of ids, or of what stands for them."""
        xp, x = run.xp, self._added(run, given)
        if self.widen is not None:
            x = run(self.widen, x)
        if self.norm is not None:
            x = run(self.norm, x)
        if (padding := run.state.padding) is not None:
            run.state.masks[MaskKind(causal=False)] = run.mask(padding[:, None, None, :] | ~padding[:, None, :, None])
            x = x * xp.astype(padding, x.dtype)[..., None]
        return run.dropout(x, self.dropout)
