"""A class for each place of a picture from maps of several sizes: the whole at several scales, and a path from the
smallest map to the largest (UPerNet, arXiv:1807.10221; arXiv:1612.01105)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record

_PIXELS = (Axis("batch"), Axis("channels"), Axis("height", known=True), Axis("width", known=True))


@record
class PooledScales(Component):
    """What is made of a map's means over so many rows and columns, in the size of the map, beside the map itself."""

    scales: tuple[int, ...]
    blocks: tuple[Part, ...]
    """One for each scale."""
    bottleneck: Part

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, width, rows, columns) → the same."""
        xp = run.xp
        rows, columns = xp.shape(x)[2:]
        maps = [x]
        for scale, block in zip(self.scales, self.blocks, strict=True):
            means = run(block, xp.resize(x, (scale, scale), "area"))
            maps.append(xp.resize(means, (rows, columns), "bilinear"))
        return run(self.bottleneck, xp.concat(maps, axis=1))


@record
class UPerHead(Component):
    """Maps, the largest first, are added up from the smallest on, brought to one size and read together."""

    classifier: Part
    pooled: Part
    """A :class:`PooledScales`, of the smallest map."""
    laterals: tuple[Part, ...]
    """Of each of the others."""
    outputs: tuple[Part, ...]
    """Of the sums of these."""
    bottleneck: Part

    def compute(self, run: Run, maps: Sequence[Array]) -> Array:
        """``maps``, each (batch, width, rows, columns) → (batch, classes, rows, columns), as large as the largest."""
        xp = run.xp
        paths = [run(part, each) for part, each in zip(self.laterals, maps[:-1], strict=True)]
        paths.append(run(self.pooled, maps[-1]))
        for index in range(len(paths) - 1, 0, -1):
            rows, columns = xp.shape(paths[index - 1])[2:]
            paths[index - 1] = paths[index - 1] + xp.resize(paths[index], (rows, columns), "bilinear")
        read = [run(part, each) for part, each in zip(self.outputs, paths[:-1], strict=True)]
        rows, columns = xp.shape(read[0])[2:]
        read = [read[0], *(xp.resize(each, (rows, columns), "bilinear") for each in (*read[1:], paths[-1]))]
        return run(self.classifier, run(self.bottleneck, xp.concat(read, axis=1)))


@record
class PlainHead(Component):
    """Convolutions over one of several maps, which may be put beside what they make of it (FCN, arXiv:1411.4038)."""

    convs: tuple[Part, ...]
    beside: Part | None
    """Applied to the map and what was made of it, side by side."""
    classifier: Part
    read: int = 2

    def compute(self, run: Run, maps: Sequence[Array]) -> Array:
        x = maps[self.read]
        for conv in self.convs:
            x = run(conv, x)
        if self.beside is not None:
            x = run(self.beside, run.xp.concat((maps[self.read], x), axis=1))
        return run(self.classifier, x)


@record
class Pyramid(Component):
    """Logits of four hidden states, brought to four sizes; and those of another head, which only the loss reads."""

    pyramid: Part
    """A :class:`~loadstone.architectures.components.feature_maps.FeaturePyramid`."""
    head: Part
    auxiliary: Part | None
    taken: tuple[int, ...]
    """Which hidden states: 0 is what the first layer takes."""
    patch: tuple[int, int]
    ignored: int
    """The label that counts for nothing."""
    share: float
    """How often the loss of the other head is added."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """``out``: the output of the tower that read the picture in ``given``."""
        xp = run.xp
        sizes = xp.shape(run.take(given, "pixel_values", _PIXELS))[2:]
        grid = [size // side for size, side in zip(sizes, self.patch, strict=True)]
        maps = []
        for index in self.taken:
            x = xp.permute_dims(out.hidden_states[index][:, 1:], (0, 2, 1))
            batch, width, _ = xp.shape(x)
            maps.append(xp.reshape(x, (batch, width, *grid)))
        maps = run(self.pyramid, maps)
        logits = run(self.head, maps)
        if self.auxiliary is None:
            return logits, self.ignored
        return logits, self.ignored, run(self.auxiliary, maps), self.share
