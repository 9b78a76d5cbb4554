"""From pictures to vectors, patch by patch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Conv
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
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
    """A ``Weight`` (1, all that have positions, width), or without the first axis."""
    mask_token: Part | None = None
    """A ``Weight`` (1, 1, width), in the place of patches that a model is to guess."""
    norm: Part | None = None
    dropout: float = 0.0
    registers: Part | None = None
    """A ``Weight`` (1, count, width): tokens without positions, after the others (arXiv:2309.16588)."""
    last: tuple[Part, ...] = ()
    """Tokens with positions that stand after the patches, such as those for what is to be found in a picture."""
    any_size: bool = False
    """Whether pictures may have any size without being asked for: positions are interpolated."""
    method: Method = "bicubic"
    """How positions are interpolated."""

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        # Where pictures may have any size, too: a graph must know theirs when it is traced.
        return {"pixel_values": self._axes(any_size=False)}

    @property
    def patch(self) -> tuple[int, ...]:
        """Height and width of a patch."""
        return self._conv.kernel

    @property
    def grid(self) -> tuple[int, int]:
        """How many patches there are above and beside each other."""
        rows, columns = self.patch
        return self.size[0] // rows, self.size[1] // columns

    @property
    def tokens_count(self) -> int:
        """How many vectors with positions stand before the patches'."""
        return sum(part.component.own_slots()[0].elements // self._conv.outputs for part in self.tokens)

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, places, width) of ``pixel_values`` (batch, channels, height, width): of tokens, registers,
        patches and the last tokens. The state gets the grid.

        ``bool_masked_pos`` (batch, patches): true for those that the mask token replaces. Without ``any_size`` and
        ``interpolate_pos_encoding`` a picture must have the size that there are positions for.
        """
        xp, may_resize = run.xp, self.any_size or self.position is None
        resized = may_resize or bool(given.get("interpolate_pos_encoding"))
        pixels = run.take(given, "pixel_values", self._axes(resized), "" if resized else _OTHER_SIZES)
        x = run(self.projection, pixels)
        batch, width, *grid = xp.shape(x)
        run.state.grid = (grid[0], grid[1])
        x = xp.permute_dims(xp.reshape(x, (batch, width, -1)), (0, 2, 1))
        if given.get("bool_masked_pos") is not None:
            x = self._masked(run, x, given, grid)
        tokens = [self._token(run, part, batch) for part in self.tokens]
        last = [self._token(run, part, batch) for part in self.last]
        x = xp.concat((*tokens, x, *last), axis=1) if tokens or last else x
        if self.position is not None:
            table = xp.reshape(run.weight(self.position), (1, -1, width))
            own = self.tokens_count
            x = x + (interpolated(xp, table, self.grid, run.state.grid, own, self.method) if resized else table)
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

    @property
    def _conv(self) -> Conv:
        assert isinstance(self.projection.component, Conv)
        return self.projection.component

    def _axes(self, any_size: bool) -> tuple[Axis, ...]:
        rows, columns = self.patch
        sizes = (
            (Axis("height", least=rows, known=True), Axis("width", least=columns, known=True))
            if any_size
            else (Axis("height", self.size[0]), Axis("width", self.size[1]))
        )
        return (Axis("batch"), Axis("channels", self._conv.inputs), *sizes)


def interpolated(
    xp: ArrayFunctions,
    table: Array,
    grid: tuple[int, int],
    wanted: tuple[Any, Any],
    before: int,
    method: Method = "bicubic",
) -> Array:
    """Positions (1, before + patches + after, width) for ``wanted`` rows and columns of patches, from a table for those
    of another ``grid``; those before and after the patches stay as they are."""
    if grid == wanted:
        return table
    end = before + grid[0] * grid[1]
    patches = xp.permute_dims(xp.reshape(table[:, before:end], (1, *grid, table.shape[-1])), (0, 3, 1, 2))
    wide = xp.permute_dims(xp.resize(patches, wanted, method), (0, 2, 3, 1))
    return xp.concat((table[:, :before], xp.reshape(wide, (1, -1, table.shape[-1])), table[:, end:]), axis=1)
