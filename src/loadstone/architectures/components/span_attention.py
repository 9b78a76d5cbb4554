"""Attention of which half of the heads are convolutions whose kernels depend on what they are at."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class SpanConv(Component):
    """For each token and head a kernel over its neighbors, made of the token's query and of what lies around it
    (arXiv:2008.02496, section 3.2)."""

    size: int
    """Of the kernels, which is odd."""
    around: Part
    """A convolution over the tokens: what lies around each."""
    kernel: Part
    """A map of query times what lies around to the kernels of all heads."""
    values: Part
    """A map to what the kernels are applied to."""

    computes_shares: ClassVar[bool] = False

    def compute(self, run: Run, x: Array, query: Array) -> Array:
        """``x`` (batch, tokens, width), ``query`` (batch, heads, tokens, dim) → (batch, tokens, heads · dim)."""
        xp, size = run.xp, self.size
        batch, heads, tokens, dim = xp.shape(query)
        flat = xp.reshape(xp.permute_dims(query, (0, 2, 1, 3)), (batch, tokens, heads * dim))
        kernels = xp.reshape(run(self.kernel, run(self.around, x) * flat), (batch, tokens, heads, size))
        kernels = xp.astype(xp.softmax(kernels), x.dtype)
        values = xp.pad(run(self.values, x), size // 2, size // 2, axis=1)
        total = None
        for place, share in enumerate(xp.unstack(kernels, size)):
            seen = xp.reshape(xp.slice(values, place, tokens), (batch, tokens, heads, dim))
            term = share[..., None] * seen
            total = term if total is None else total + term
        return xp.reshape(total, (batch, tokens, heads * dim))


@record
class MixedAttention(Attention):
    """Attention, and beside what it says a :class:`SpanConv` with the same queries (ConvBERT's mixed attention)."""

    spans: Part = field(kw_only=True)

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, width) → (batch, tokens, 2 · heads · head_dim)."""
        query, key, value = self._project(run, x)
        return run.xp.concat((run.attend(self, query, key, value), run(self.spans, x, query)), axis=-1)


@record
class SeparableConv(Component):
    """A convolution over tokens of each number by itself, and a map of all of them (arXiv:1610.02357)."""

    depthwise: Part
    pointwise: Part
    bias: Part
    """A :class:`~loadstone.architectures.components.leaves.Weight` (outputs, 1)."""

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, inputs) → (batch, tokens, outputs)."""
        xp = run.xp
        columns = run(self.pointwise, run(self.depthwise, xp.permute_dims(x, (0, 2, 1)))) + run.weight(self.bias)
        return xp.permute_dims(columns, (0, 2, 1))


@record
class GroupedLinear(Component):
    """A linear map of each of several groups of a vector's numbers (arXiv:2008.02496, section 3.3)."""

    weight: Part
    """A ``Weight`` (groups, inputs / groups, outputs / groups)."""
    bias: Part
    """A ``Weight`` (outputs,)."""
    groups: int

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, inputs) → (batch, tokens, outputs)."""
        xp, (batch, tokens, width) = run.xp, run.xp.shape(x)
        split = xp.permute_dims(xp.reshape(x, (batch, tokens, self.groups, width // self.groups)), (0, 2, 1, 3))
        mapped = xp.permute_dims(split @ run.weight(self.weight), (0, 2, 1, 3))
        bias = run.weight(self.bias)
        return xp.reshape(mapped, (batch, tokens, bias.shape[0])) + bias
