"""From pictures to vectors, patch by patch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Conv
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis
from loadstone.architectures.interpolation import Method
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_OTHER_SIZES = (
    "For pictures of another size: interpolate_pos_encoding=True, or an image processor that resizes them to this one."
)


@record
class Patches(Component):
    """A picture cut into patches, each of which becomes a vector (arXiv:2010.11929).

    Before the patches stand ``tokens`` of the model's own, such as a class token or a distillation token.
    """

    projection: Part
    """A :class:`~loadstone.architectures.components.leaves.Conv` whose stride is its kernel."""
    size: tuple[int, int]
    """Height and width of the pictures that the model was made for."""
    tokens: tuple[Part, ...] = ()
    """Each a ``Weight`` (1, count, width) or (width,), in their order."""
    position: Part | None = None
    """A ``Weight`` (1, tokens + patches, width), or without the first axis."""
    mask_token: Part | None = None
    """A ``Weight`` (1, 1, width), in the place of patches that a model is to guess."""
    norm: Part | None = None
    dropout: float = 0.0
    registers: Part | None = None
    """A ``Weight`` (1, count, width): tokens without positions, after the others (arXiv:2309.16588)."""
    any_size: bool = False
    """Whether pictures may have any size without being asked for: positions are interpolated."""
    method: Method = "bicubic"
    """How positions are interpolated."""

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {"pixel_values": self._axes(any_size=self.any_size or self.position is None)}

    @property
    def grid(self) -> tuple[int, int]:
        """How many patches there are above and beside each other."""
        rows, columns = self._conv.kernel
        return self.size[0] // rows, self.size[1] // columns

    @property
    def tokens_count(self) -> int:
        """How many vectors with positions stand before the patches'."""
        return sum(part.component.own_slots()[0].elements // self._conv.outputs for part in self.tokens)

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens + registers + patches, width) of ``pixel_values`` (batch, channels, height, width).

        ``bool_masked_pos`` (batch, patches): true for those that the mask token replaces. Without ``any_size`` and
        ``interpolate_pos_encoding`` a picture must have the size that there are positions for.
        """
        xp, may_resize = run.xp, self.any_size or self.position is None
        resized = may_resize or bool(given.get("interpolate_pos_encoding"))
        pixels = run.take(given, "pixel_values", self._axes(resized), "" if resized else _OTHER_SIZES)
        x = run(self.projection, pixels)
        batch, width, *grid = xp.shape(x)
        x = xp.permute_dims(xp.reshape(x, (batch, width, -1)), (0, 2, 1))
        if given.get("bool_masked_pos") is not None:
            x = self._masked(run, x, given, grid)
        tokens = [self._token(run, part, batch) for part in self.tokens]
        x = xp.concat((*tokens, x), axis=1) if tokens else x
        if self.position is not None:
            table = xp.reshape(run.weight(self.position), (1, -1, width))
            x = x + (self._positions(run, table, (grid[0], grid[1])) if resized else table)
        if self.registers is not None:
            own = self.tokens_count
            x = xp.concat((x[:, :own], self._token(run, self.registers, batch), x[:, own:]), axis=1)
        if self.norm is not None:
            x = run(self.norm, x)
        return run.dropout(x, self.dropout)

    def _token(self, run: Run, part: Part, batch: Any) -> Array:
        """A token or several, (batch, count, width)."""
        xp = run.xp
        token = xp.reshape(run.weight(part), (1, -1, self._conv.outputs))
        return xp.broadcast_to(token, (batch, *token.shape[1:]))

    def _masked(self, run: Run, x: Array, given: Mapping[str, Any], grid: list[Any]) -> Array:
        count = math.prod(grid) if all(isinstance(size, int) for size in grid) else None
        masked = run.take(given, "bool_masked_pos", (Axis("batch"), Axis("patches", count)))
        if self.mask_token is None:
            raise ArgumentError(
                "bool_masked_pos is given, and this model has no mask token. A masked image model has one."
            )
        hidden = run.xp.astype(masked, run.xp.int32)[..., None] > 0
        return run.xp.where(hidden, run.weight(self.mask_token), x)

    def _positions(self, run: Run, table: Array, grid: tuple[Any, Any]) -> Array:
        """(1, tokens + patches, width), for so many patches above and beside each other."""
        if grid == self.grid:
            return table
        xp, own, width = run.xp, self.tokens_count, table.shape[-1]
        patches = xp.permute_dims(xp.reshape(table[:, own:], (1, *self.grid, width)), (0, 3, 1, 2))
        wide = xp.permute_dims(xp.resize(patches, grid, self.method), (0, 2, 3, 1))
        return xp.concat((table[:, :own], xp.reshape(wide, (1, -1, width))), axis=1)

    @property
    def _conv(self) -> Conv:
        assert isinstance(self.projection.component, Conv)
        return self.projection.component

    def _axes(self, any_size: bool) -> tuple[Axis, ...]:
        rows, columns = self._conv.kernel
        sizes = (
            (Axis("height", least=rows, known=True), Axis("width", least=columns, known=True))
            if any_size
            else (Axis("height", self.size[0]), Axis("width", self.size[1]))
        )
        return (Axis("batch"), Axis("channels", self._conv.inputs), *sizes)
