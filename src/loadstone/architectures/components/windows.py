"""Attention within windows of a picture, and what lies around it (arXiv:2103.14030)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import accumulate
from typing import Any, ClassVar

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Conv
from loadstone.architectures.components.pixels import PixelDecoder
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_HIDDEN = -100.0
"""Added to the scores of places that are no neighbors."""
_LARGEST_SCALE = math.log(100)
_TINY = 1e-24
"""The least square of a length that is divided by."""


@record
class PatchGrid(Component):
    """A picture cut into patches, each of which becomes a vector in its row and column: (batch, rows, columns, width).

    What is left beside the last whole patch makes one more.
    """

    projection: Part
    """A :class:`~loadstone.architectures.components.leaves.Conv` whose stride is its kernel."""
    norm: Part
    size: tuple[int, int]
    """Height and width of the pictures that the model was made for."""
    position: Part | None = None
    """A ``Weight`` (1, patches, width)."""
    mask_token: Part | None = None
    """A ``Weight`` (1, 1, width), in the place of patches that a model is to guess."""
    dropout: float = 0.0

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {"pixel_values": self._axes(self.size)}

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """``pixel_values`` (batch, channels, height, width) may have any size; where positions are learned, only if
        ``interpolate_pos_encoding`` says that they are to be interpolated.

        ``bool_masked_pos`` (batch, patches): true for those that the mask token replaces.
        """
        xp, resized = run.xp, self.position is None or bool(given.get("interpolate_pos_encoding"))
        hint = "" if resized else "For pictures of another size: interpolate_pos_encoding=True."
        x = run.take(given, "pixel_values", self._axes((None, None) if resized else self.size), hint)
        for axis, patch in zip((2, 3), self._conv.kernel, strict=True):
            x = xp.pad(x, 0, -xp.shape(x)[axis] % patch, axis=axis)
        x = run(self.norm, xp.permute_dims(run(self.projection, x), (0, 2, 3, 1)))
        batch, rows, columns, width = xp.shape(x)
        if given.get("bool_masked_pos") is not None:
            masked = run.take(given, "bool_masked_pos", (Axis("batch"), Axis("patches", rows * columns)))
            if self.mask_token is None:
                raise ArgumentError(
                    "bool_masked_pos is given, and this model has no mask token. A masked image model has one."
                )
            hidden = xp.reshape(xp.astype(masked, xp.int32), (batch, rows, columns, 1)) > 0
            x = xp.where(hidden, xp.reshape(run.weight(self.mask_token), (1, 1, 1, width)), x)
        if self.position is not None:
            x = x + self._positions(run, run.weight(self.position), (rows, columns))
        return run.dropout(x, self.dropout)

    def _positions(self, run: Run, table: Array, grid: tuple[int, int]) -> Array:
        """(1, rows, columns, width), for so many rows and columns."""
        xp = run.xp
        own = tuple(size // patch for size, patch in zip(self.size, self._conv.kernel, strict=True))
        table = xp.reshape(table, (1, *own, table.shape[-1]))
        if grid == own:
            return table
        return xp.permute_dims(xp.resize(xp.permute_dims(table, (0, 3, 1, 2)), grid, "bicubic"), (0, 2, 3, 1))

    @property
    def _conv(self) -> Conv:
        assert isinstance(self.projection.component, Conv)
        return self.projection.component

    def _axes(self, size: tuple[int | None, int | None]) -> tuple[Axis, ...]:
        sizes = (Axis("height", size[0], known=True), Axis("width", size[1], known=True))
        return (Axis("batch"), Axis("channels", self._conv.inputs), *sizes)


@record
class WindowAttention(Attention):
    """Attention among the places of a window alone; ``bias`` gives what is added to their scores, (1, heads, places,
    places)."""

    side: int = 7
    """How many rows and columns a window has."""
    shift: int = 0
    """How far windows are moved up and left; what is moved out comes in at the other end, and sees only its like."""
    shifts_above: int = 0
    """Windows are moved in pictures with more rows and more columns than these."""

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, rows, columns, width) → the same."""
        xp = run.xp
        batch, rows, columns, width = xp.shape(x)
        shift = self.shift if min(rows, columns) > self.shifts_above else 0
        wide = xp.pad(xp.pad(x, 0, -rows % self.side, axis=1), 0, -columns % self.side, axis=2)
        if shift:
            wide = xp.roll(wide, (-shift, -shift), axis=(1, 2))
        grid = tuple(xp.shape(wide)[1:3])
        windows = self._windows(xp, wide)
        assert self.bias is not None
        bias = run(self.bias, windows)
        if shift:
            hidden = self._hidden(xp, windows, (grid[0], grid[1]), shift)
            each = (xp.shape(hidden)[0], 1, self.side**2, self.side**2)
            hidden = xp.broadcast_to(xp.reshape(hidden, (1, *each)), (batch, *each))
            bias = bias + xp.reshape(hidden, (batch * each[0], *each[1:]))
        run.state.bias = bias
        query, key, value = self._project(run, windows)
        if self.query_norm is not None and self.key_norm is not None:
            query, key = run(self.query_norm, query), run(self.key_norm, key)
        out = run.attend(self, query, key, value)
        assert self.output is not None
        out = run(self.output, out)
        side = self.side
        out = xp.reshape(out, (batch, grid[0] // side, grid[1] // side, side, side, width))
        out = xp.reshape(xp.permute_dims(out, (0, 1, 3, 2, 4, 5)), (batch, *grid, width))
        if shift:
            out = xp.roll(out, (shift, shift), axis=(1, 2))
        return out[:, :rows, :columns]

    def _windows(self, xp: ArrayFunctions, x: Array) -> Array:
        """(batch, rows, columns, width) → (batch · windows, places, width)."""
        batch, rows, columns, width = xp.shape(x)
        side = self.side
        x = xp.reshape(x, (batch, rows // side, side, columns // side, side, width))
        return xp.reshape(xp.permute_dims(x, (0, 1, 3, 2, 4, 5)), (-1, side**2, width))

    def _hidden(self, xp: ArrayFunctions, like: Array, grid: tuple[int, int], shift: int) -> Array:
        """What is added to the scores where moved windows hold what are no neighbors, (windows, places, places)."""
        down, across = (self._regions(xp, like, size, shift) for size in grid)
        regions = (3 * down[:, None] + across)[None, :, :, None]
        places = self._windows(xp, regions)[..., 0]
        return xp.where(places[:, :, None] == places[:, None, :], 0.0, _HIDDEN)

    def _regions(self, xp: ArrayFunctions, like: Array, size: int, shift: int) -> Array:
        """Along one axis: 0 for what lies in windows of its own, 1 and 2 for the two halves of the last."""
        places = xp.arange(size, like=like)
        return xp.astype(places >= size - self.side, xp.int32) + xp.astype(places >= size - shift, xp.int32)


def by_place(xp: ArrayFunctions, table: Array, side: int) -> Array:
    """From numbers for each distance between two places, ((2 · side - 1)², heads), to those for each pair of places of
    a window, (1, heads, places, places)."""
    places, span = xp.arange(side**2, like=table), 2 * side - 1
    down, across = places // side, places % side
    apart = (down[:, None] - down + side - 1) * span + across[:, None] - across + side - 1
    pairs = xp.take(table, xp.reshape(apart, (-1,)), axis=0)
    return xp.permute_dims(xp.reshape(pairs, (side**2, side**2, -1)), (2, 0, 1))[None]


@record
class WindowBias(Component):
    """A learned number for each head and distance."""

    table: Part
    """A ``Weight`` ((2 · side - 1)², heads)."""
    side: int

    def compute(self, run: Run, x: Array) -> Array:
        return by_place(run.xp, run.weight(self.table), self.side)


@record
class ContinuousBias(Component):
    """For each head a number that two maps make of the distance, on a logarithmic scale (arXiv:2111.09883)."""

    up: Part
    down: Part
    side: int
    trained_side: int = 0
    """How many rows and columns windows had when these maps were trained, where it was another number."""

    def __post_init__(self) -> None:
        steps = [self._distance(step) for step in range(1 - self.side, self.side)]
        self.__dict__["_distances"] = [number for down in steps for across in steps for number in (down, across)]

    def compute(self, run: Run, x: Array) -> Array:
        xp = run.xp
        distances = xp.reshape(xp.asarray(self.__dict__["_distances"]), (-1, 2))
        distances = xp.astype(xp.near(distances, x), x.dtype)
        table = run(self.down, xp.activations["relu"](run(self.up, distances)))
        return 16 * xp.activations["sigmoid"](by_place(xp, table, self.side))

    def _distance(self, steps: int) -> float:
        widest = (self.trained_side or self.side) - 1
        share = 8 * steps / widest if widest else float(steps)
        return math.copysign(math.log2(abs(share) + 1) / math.log2(8), share)


@record
class Unit(Component):
    """Vectors of the last axis in length 1; times a learned number for each head, if there is one."""

    scale: Part | None = None
    """A ``Weight`` (heads, 1, 1): its logarithm."""

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, heads, places, head_dim) → the same. Lengths are in float32."""
        xp = run.xp
        wide = xp.astype(x, xp.float32)
        unit = wide / xp.sqrt(xp.clip(xp.sum(wide * wide, axis=-1, keepdims=True), min=_TINY))
        if self.scale is not None:
            unit = unit * xp.exp(xp.clip(xp.astype(run.weight(self.scale), xp.float32), max=_LARGEST_SCALE))
        return xp.astype(unit, x.dtype)


@record
class PatchMerging(Component):
    """Four neighbors become one place: side by side, then what ``steps`` make of them."""

    steps: tuple[Part, ...]

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, rows, columns, width) → half as many rows and columns, rounded up."""
        xp = run.xp
        x = xp.pad(xp.pad(x, 0, xp.shape(x)[1] % 2, axis=1), 0, xp.shape(x)[2] % 2, axis=2)
        x = xp.concat([x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)], axis=-1)
        for step in self.steps:
            x = run(step, x)
        return x


@record
class GridPooler(Component):
    """The mean over all rows and columns of (batch, rows, columns, width)."""

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.mean(_in_a_row(run.xp, x), axis=1)


@record
class GridTower(Tower):
    """A tower whose layers see places in rows and columns, (batch, rows, columns, width).

    Its output has them one after another, (batch, places, width), and as pictures in ``reshaped_hidden_states``. Of
    attention it shows the last of each stage.
    """

    depths: tuple[int, ...] = ()
    """How many layers each stage has."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        out, xp = super().compute(run, given), run.xp
        out.last_hidden_state = _in_a_row(xp, out.last_hidden_state)
        if out.hidden_states is not None:
            grids = out.hidden_states
            out.hidden_states = tuple(_in_a_row(xp, each) for each in grids)
            out.reshaped_hidden_states = tuple(xp.permute_dims(each, (0, 3, 1, 2)) for each in grids)
        if out.attentions is not None:
            out.attentions = tuple(out.attentions[end - 1] for end in accumulate(self.depths))
        return out


def _in_a_row(xp: ArrayFunctions, x: Array) -> Array:
    """(batch, rows, columns, width) → (batch, places, width)."""
    batch, _, _, width = xp.shape(x)
    return xp.reshape(x, (batch, -1, width))


@record
class GridDecoder(PixelDecoder):
    """The same, of vectors that stand for what is beyond the last whole square, too."""

    def grid(self, sizes: tuple[int, int]) -> tuple[int, int]:
        height, width = (-(-size // patch) for size, patch in zip(sizes, self.patch, strict=True))
        return height, width
