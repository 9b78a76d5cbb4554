"""Patches of pictures and films of any size, one after another, each picture with a grid of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Conv
from loadstone.architectures.components.masks import see_within
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.core.records import record


class Places(NamedTuple):
    """Where several vectors lie in their grids, each array of the same shape."""

    time: Array
    row: Array
    column: Array
    frame: Array
    """The number of the frame among those of all grids."""
    size: Array
    """The longer of the grid's height and width."""
    is_last: Array
    """Whether it is the last of its grid."""


def places(xp: ArrayFunctions, grids: Array, index: Array, side: int = 1) -> Places:
    """Where the vectors with these numbers (vectors,) lie: they go grid after grid, frame after frame.

    ``grids`` (pictures, 3): how many vectors lie along time, height and width. A frame goes block by block, of ``side``
    × ``side`` vectors, and each block row by row.
    """
    grids = xp.astype(grids, xp.int32)
    sizes = grids[:, 0] * grids[:, 1] * grids[:, 2]
    ends, frames = xp.cumulative_sum(sizes, axis=0), xp.cumulative_sum(grids[:, 0], axis=0)
    which = xp.sum(xp.astype(index[:, None] >= ends[None], xp.int32), axis=1, keepdims=False)
    size, start, frame = (xp.take(each, which, axis=0) for each in (sizes, ends - sizes, frames - grids[:, 0]))
    height, width = xp.take(grids[:, 1], which, axis=0), xp.take(grids[:, 2], which, axis=0)
    within = index - start
    time, place = within // (height * width), within % (height * width)
    block, place = place // side**2, place % side**2
    row, column = block // (width // side) * side + place // side, block % (width // side) * side + place % side
    return Places(time, row, column, frame + time, xp.where(height > width, height, width), within == size - 1)


@record
class GridPatches(Component):
    """The stem of a tower that reads patches of all pictures as one row; a patch sees those of its own frame."""

    embed: Part
    """A :class:`Conv` over time, height and width, as large as a patch."""
    side: int
    """Patches come block by block, of so many in height and width."""

    @property
    def numbers(self) -> int:
        """How many numbers a patch has."""
        conv = self.embed.component
        assert isinstance(conv, Conv)
        total = conv.inputs
        for size in conv.kernel:
            total *= size
        return total

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """``pixel_values`` (patches, numbers), ``grids`` (pictures, 3) → vectors (1, patches, width).

        Leaves rows and columns (2, 1, patches) as positions in the state, and masks.
        """
        xp, conv = run.xp, self.embed.component
        assert isinstance(conv, Conv)
        x = run(self.embed, xp.reshape(given["pixel_values"], (-1, conv.inputs, *conv.kernel)))
        x = xp.reshape(x, (1, -1, conv.outputs))
        place = places(xp, given["grids"], xp.arange(xp.shape(x)[1], like=given["grids"]), self.side)
        run.state.position_ids = xp.concat((place.row[None, None], place.column[None, None]), axis=0)
        see_within(run, place.frame[None])
        return x


@record
class Fold(Component):
    """``count`` vectors that follow each other become one: (batch, places, width) → (batch, places / count, count ·
    width)."""

    count: int

    def compute(self, run: Run, x: Array) -> Array:
        batch, _, width = run.xp.shape(x)
        return run.xp.reshape(x, (batch, -1, self.count * width))
