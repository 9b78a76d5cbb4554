"""Pictures of many shapes in one batch: each is given as its patches, padded, and says how these lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.masks import Room, see_all
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_AXES = (Axis("batch"), Axis("patches"))


@record
class PaddedPatches(Component):
    """The stem of a tower that keeps the shapes of pictures (NaFlex, arXiv:2502.14786, section 2.4.2).

    The table of positions is a square of vectors, which is resized to the shape of each picture.
    """

    embed: Part
    """A :class:`~loadstone.architectures.components.leaves.Linear` from the numbers of a patch."""
    position: Part
    """A ``Weight`` (side², width)."""
    side: int

    @property
    def _patches(self) -> tuple[Axis, ...]:
        embed = self.embed.component
        assert isinstance(embed, Linear)
        return (*_AXES, Axis("numbers", embed.inputs))

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {
            "pixel_values": self._patches,
            "pixel_attention_mask": _AXES,
            "spatial_shapes": (Axis("batch"), Axis("axes", 2)),
        }

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, patches, width) of ``pixel_values`` (batch, patches, numbers).

        ``spatial_shapes`` (batch, 2): how many patches lie above and beside each other, row after row; what comes after
        these is padding. ``pixel_attention_mask`` (batch, patches): 1 for a patch, 0 for padding. The state gets masks.
        """
        xp = run.xp
        x = run(self.embed, run.take(given, "pixel_values", self._patches))
        count = xp.shape(x)[1]
        shapes = xp.near(run.take(given, "spatial_shapes", self.reads()["spatial_shapes"]), x)
        self._check(run, shapes, run.known(count))
        if given.get("pixel_attention_mask") is not None:
            padding = xp.astype(xp.near(run.take(given, "pixel_attention_mask", _AXES), x), xp.bool_)
            run.state.padding = None if run.surely(padding) else padding
            see_all(run, x, Room(count, keys=count), None, run.state.padding)
        return x + xp.astype(self._positions(run, shapes, xp.arange(count, like=x)), x.dtype)

    def _positions(self, run: Run, shapes: Array, patch: Array) -> Array:
        """(batch, patches, width) of patches with these numbers (patches,): bilinear, and smoothed where the table
        becomes smaller, in float32. Padding has what the first patch has."""
        xp = run.xp
        height, width = (xp.astype(shapes[:, axis, None], xp.int32) for axis in (0, 1))
        patch = xp.astype(patch[None], xp.int32)
        patch = xp.where(patch < height * width, patch, 0)
        rows, columns = self._shares(xp, patch // width, height), self._shares(xp, patch % width, width)
        batch, count = xp.shape(patch)
        shares = xp.reshape(rows[..., None] * columns[..., None, :], (batch, count, self.side**2))
        return shares @ xp.astype(run.weight(self.position), xp.float32)

    def _shares(self, xp: ArrayFunctions, place: Array, size: Array) -> Array:
        """Which of the table's ``side`` places a place (batch, patches) along an axis of a size (batch, 1) is a mean
        of: (batch, patches, side)."""
        scale = self.side / xp.astype(size, xp.float32)
        wide, center = xp.clip(scale, min=1.0)[..., None], ((xp.astype(place, xp.float32) + 0.5) * scale)[..., None]
        own = xp.astype(xp.arange(self.side, like=place), xp.float32) + 0.5
        shares = xp.clip(1 - xp.abs(own - center) / wide, min=0.0)
        return shares / xp.sum(shares, axis=-1, keepdims=True)

    def _check(self, run: Run, shapes: Array, count: int | None) -> None:
        """:class:`ArgumentError` for shapes of no patches, or of more than are given, where they are known."""
        numbers = run.numbers(shapes)
        if numbers is None:
            return
        for number, (height, width) in enumerate(numbers.tolist()):
            if height < 1 or width < 1 or (count is not None and height * width > count):
                raise ArgumentError(
                    f"spatial_shapes has {height} × {width} patches for picture {number}, expected at least 1 × 1 and "
                    f"at most the {count} patches that pixel_values has for each picture."
                )
