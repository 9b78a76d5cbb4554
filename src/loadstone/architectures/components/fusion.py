"""From what a tower says of patches to a picture of the whole: maps of several layers, fused from the last to the first
(DPT, arXiv:2103.13413)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.feature_maps import MAPS
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record

_PIXELS = (Axis("batch"), Axis("channels"), Axis("height", known=True), Axis("width", known=True))


@record
class Fusion(Component):
    """One step of the fusion: what came out of the last, and a map beside it, become a larger map."""

    projection: Part
    beside: Part
    """What is made of the map before it is added."""
    after: Part
    """What is made of the sum."""

    def compute(self, run: Run, x: Array, beside: Array | None, sizes: tuple[int, int]) -> Array:
        """``x`` and ``beside`` (batch, width, rows, columns) → (batch, width, *sizes)."""
        xp = run.xp
        if beside is not None:
            rows, columns = xp.shape(x)[2:]
            if tuple(xp.shape(beside)[2:]) != (rows, columns):
                beside = xp.resize(beside, (rows, columns), "bilinear")
            x = x + run(self.beside, beside)
        return run(self.projection, xp.resize(run(self.after, x), sizes, "bilinear_aligned"))


@record
class Neck(Component):
    """Vectors of patches become maps of several sizes, and these are fused."""

    layers: tuple[Part, ...]
    """For each map: (batch, width, rows, columns) → other channels, in another size."""
    readouts: tuple[Part, ...] = ()
    """For each map: a patch's vector and the class token's side by side → a vector."""
    convs: tuple[Part, ...] = ()
    """For each map: into the width of the fusion."""
    fusions: tuple[Part, ...] = ()
    adds: bool = False
    """Whether the class token's vector is added to that of each patch."""
    follows: bool = False
    """Whether a fused map has the size of the next; else it is twice as large as what it is made of."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, vectors: Sequence[Array], grid: tuple[int, int]) -> list[Array]:
        """``vectors``, each (batch, 1 + patches, width), of patches in a ``grid`` → the fused maps, the last first."""
        maps = [self._map(run, index, x, grid) for index, x in enumerate(vectors)][::-1]
        fused: list[Array] = []
        for index, (part, each) in enumerate(zip(self.fusions, maps, strict=True)):
            rows, columns = run.xp.shape(fused[-1] if fused else each)[2:]
            follows = self.follows and index + 1 < len(maps)
            sizes = tuple(run.xp.shape(maps[index + 1])[2:]) if follows else (2 * rows, 2 * columns)
            fused.append(run(part, fused[-1], each, sizes) if fused else run(part, each, None, sizes))
        return fused

    def _map(self, run: Run, index: int, x: Array, grid: tuple[int, int]) -> Array:
        xp = run.xp
        token, x = x[:, :1], x[:, 1:]
        batch, _, width = xp.shape(x)
        if self.readouts:
            x = run(self.readouts[index], xp.concat((x, xp.broadcast_to(token, xp.shape(x))), axis=-1))
        elif self.adds:
            x = x + token
        x = xp.permute_dims(xp.reshape(x, (batch, *grid, width)), (0, 3, 1, 2))
        return run(self.convs[index], run(self.layers[index], x))


@record
class MapHead(Component):
    """What is made of one fused map, which becomes larger between convolutions."""

    before: tuple[Part, ...]
    after: tuple[Part, ...] = ()

    def compute(self, run: Run, x: Array, sizes: tuple[int, int] | None) -> Array:
        """``x`` (batch, width, rows, columns) → (batch, channels, *sizes), or twice as large."""
        for step in self.before:
            x = run(step, x)
        rows, columns = run.xp.shape(x)[2:]
        x = run.xp.resize(x, sizes or (2 * rows, 2 * columns), "bilinear_aligned")
        for step in self.after:
            x = run(step, x)
        return x


@record
class FusedMaps(Component):
    """A neck over all that a tower says of a picture, and a head that reads one of the maps that it fuses."""

    neck: Part
    head: Part
    patch: tuple[int, int]
    """Height and width of the patches."""
    read: int = -1
    """Which of the fused maps."""
    taken: tuple[int, ...] = ()
    """Which hidden states there are maps of, where the output has none."""
    in_patches: bool = False
    """Whether what is made has the size of the picture, as far as it is cut into patches."""

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> Array:
        """(batch, height, width): the one channel of the head. ``out``: the output of the tower that read ``given``."""
        fused, grid = self.fused(run, out, given)
        sizes = (grid[0] * self.patch[0], grid[1] * self.patch[1])
        return run(self.head, fused[self.read], sizes if self.in_patches else None)[:, 0]

    def fused(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[list[Array], tuple[int, int]]:
        """The fused maps, the smallest first, and how many patches lie above and beside each other."""
        height, width = run.xp.shape(run.take(given, "pixel_values", _PIXELS))[2:]
        grid = height // self.patch[0], width // self.patch[1]
        return run(self.neck, out.get(MAPS) or [out.hidden_states[index] for index in self.taken], grid), grid


@record
class FusedClasses(FusedMaps):
    """A class for each place, and what the loss is told besides."""

    auxiliary: Part | None = None
    """Another head, over the last of the fused maps, that only the loss reads."""
    ignored: int = 255
    """The label that counts for nothing."""
    share: float = 0.0
    """How often the loss of the other head is added."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Any, ...]:
        fused, _ = self.fused(run, out, given)
        logits = run(self.head, fused[self.read], None)
        if self.auxiliary is None:
            return logits, self.ignored
        return logits, self.ignored, run(self.auxiliary, fused[-1]), self.share
