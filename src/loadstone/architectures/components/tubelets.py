"""Films cut into blocks of space and time, some of which are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Conv
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record
from loadstone.errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np

HIDDEN = "hidden_patches"
"""Under this name a pass is told how many are hidden in each row, where arrays have no values when it is compiled."""


@record
class Tubelets(Component):
    """A film cut into tubelets, each of which becomes a vector, with the sines and cosines of its place; those that are
    hidden are left out (arXiv:2203.12602)."""

    projection: Part
    """A :class:`~loadstone.architectures.components.leaves.Conv` over frames, height and width, whose stride is its
    kernel."""
    size: tuple[int, int, int]
    """Frames, height and width of the films that the model was made for."""

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        frames, height, width = self.size
        sizes = (Axis("height", height), Axis("width", width))
        return {"pixel_values": (Axis("batch"), Axis("frames", frames), Axis("channels", self.conv.inputs), *sizes)}

    @property
    def conv(self) -> Conv:
        """What makes vectors of them."""
        assert isinstance(self.projection.component, Conv)
        return self.projection.component

    @property
    def grid(self) -> tuple[int, int, int]:
        """How many there are along time, height and width."""
        frames, height, width = (size // side for size, side in zip(self.size, self.conv.kernel, strict=True))
        return frames, height, width

    @property
    def count(self) -> int:
        """How many there are."""
        frames, rows, columns = self.grid
        return frames * rows * columns

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tubelets, width) of ``pixel_values`` (batch, frames, channels, height, width).

        ``bool_masked_pos`` (batch, tubelets): true for those that are hidden, as many in each row.
        """
        xp = run.xp
        pixels = run.take(given, "pixel_values", self.reads()["pixel_values"])
        x = run(self.projection, xp.permute_dims(pixels, (0, 2, 1, 3, 4)))
        x = xp.permute_dims(xp.reshape(x, (*xp.shape(x)[:2], self.count)), (0, 2, 1))
        x = x + positions(run, self.count, x)
        if given.get("bool_masked_pos") is None:
            return x
        order, seen = self.seen_first(run, given)
        return xp.at_places(x, xp.slice(order, 0, seen))

    def seen_first(self, run: Run, given: Mapping[str, Any]) -> tuple[Array, Any]:
        """The places of the tubelets (batch, tubelets), of those first that are seen, and how many these are."""
        xp = run.xp
        masked = run.take(given, "bool_masked_pos", (Axis("batch"), Axis("tubelets", self.count)))
        hidden = xp.astype(masked, xp.int32)
        order = xp.argsort(hidden * self.count + xp.arange(self.count, like=hidden)[None], axis=1)
        if (numbers := run.numbers(hidden)) is not None:
            return order, self.count - hidden_in_each(numbers)
        told = given.get(HIDDEN)
        return order, self.count - (run.size(xp.sum(hidden[:1], axis=1, keepdims=False)[0]) if told is None else told)


def hidden_in_each(masked: np.ndarray) -> int:
    """How many are hidden in each row of a mask (batch, tubelets); :class:`ArgumentError` where rows differ, or none is
    seen."""
    counts = (masked != 0).sum(axis=-1)
    if counts.size == 0 or (counts != counts.flat[0]).any() or counts.flat[0] == masked.shape[-1]:
        raise ArgumentError(
            f"bool_masked_pos hides {counts.tolist()} of {masked.shape[-1]} tubelets in its rows, expected the same "
            "number in each, and not all."
        )
    return int(counts.flat[0])


def positions(run: Run, count: int, like: Array) -> Array:
    """(1, count, width) of sines and cosines in turn, as ``like`` (batch, tubelets, width) is."""
    xp = run.xp
    return xp.astype(xp.near(xp.asarray(_sinusoids(count, like.shape[-1])), like), like.dtype)[None]


@lru_cache(maxsize=8)
def _sinusoids(count: int, width: int) -> Any:
    """Sines in the even columns, cosines in the odd ones (arXiv:1706.03762, section 3.5)."""
    import numpy as np

    columns = np.arange(width)
    angles = np.arange(count)[:, None] / 10000 ** (2 * (columns // 2) / width)
    return np.where(columns % 2 == 0, np.sin(angles), np.cos(angles)).astype(np.float32)
