"""From vectors of patches back to pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_AXES = (Axis("batch"), Axis("channels"), Axis("height", known=True), Axis("width", known=True))


@record
class PixelDecoder(Component):
    """Each patch's vector becomes a square of pixels: a convolution whose channels are laid out side by side
    (arXiv:1609.05158)."""

    conv: Part
    """(batch, width, rows, columns) → (batch, channels · stride², rows, columns)."""
    patch: tuple[int, int]
    """Height and width of the patches that a picture was cut into."""
    stride: int
    """Height and width of the squares."""
    skipped: int = 1
    """How many vectors stand before the patches'."""

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> Array:
        """A picture (batch, channels, height, width); ``out``: the output of the tower that read ``given``."""
        xp, side = run.xp, self.stride
        sizes = xp.shape(run.take(given, "pixel_values", _AXES))[2:]
        x = out.last_hidden_state[:, self.skipped :]
        batch, _, width = xp.shape(x)
        rows, columns = self.grid((sizes[0], sizes[1]))
        if given.get("bool_masked_pos") is not None:
            self._check(run, (rows, columns), sizes)
        x = run(self.conv, xp.reshape(xp.permute_dims(x, (0, 2, 1)), (batch, width, rows, columns)))
        channels = x.shape[1] // side**2
        x = xp.reshape(x, (batch, channels, side, side, rows, columns))
        return xp.reshape(xp.permute_dims(x, (0, 1, 4, 2, 5, 3)), (batch, channels, rows * side, columns * side))

    def grid(self, sizes: tuple[int, int]) -> tuple[int, int]:
        """How many vectors lie above and beside each other for a picture of some height and width."""
        rows, columns = (size // patch for size, patch in zip(sizes, self.patch, strict=True))
        return rows, columns

    def _check(self, run: Run, grid: tuple[Any, Any], sizes: Any) -> None:
        """Whether the picture can be compared with the one that was read."""
        if self.patch != (self.stride, self.stride):
            raise ArgumentError(
                "bool_masked_pos needs config.encoder_stride to be the side of what a vector stands for, so that the "
                f"picture painted has the size of the one read; they are {self.stride} and {self.patch}."
            )
        painted = tuple(count * self.stride for count in grid)
        if painted != tuple(sizes):
            raise ArgumentError(
                f"pixel_values has height and width {tuple(sizes)}, expected multiples of {self.stride} where "
                "bool_masked_pos is given: pixels beyond the last patch are not painted."
            )
