"""From pictures of bodies to where their joints are (arXiv:2204.12484, arXiv:2212.04246)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.feature_maps import MAPS
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class BodyPatches(Component):
    """The stem: a picture with a margin in patches, each with a position of its own and one that all share."""

    projection: Part
    position: Part
    """A ``Weight`` (1, 1 + patches, width), of which all share the first."""
    size: tuple[int, int]
    channels: int
    experts: int = 1

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        height, width = (Axis(name, size) for name, size in zip(("height", "width"), self.size, strict=True))
        pixels = {"pixel_values": (Axis("batch"), Axis("channels", self.channels), height, width)}
        return pixels if self.experts == 1 else {**pixels, "dataset_index": (Axis("batch"),)}

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, patches, width); the state gets which expert each picture goes to."""
        xp = run.xp
        x = run(self.projection, run.take(given, "pixel_values", self.reads()["pixel_values"]))
        batch, width, *_ = xp.shape(x)
        x = xp.permute_dims(xp.reshape(x, (batch, width, -1)), (0, 2, 1))
        if self.experts > 1:
            run.state.experts = self._experts(run, given)
        table = run.weight(self.position)
        return x + table[:, 1:] + table[:, :1]

    def _experts(self, run: Run, given: Mapping[str, Any]) -> Array:
        chosen = run.take(given, "dataset_index", (Axis("batch"),), f"There are {self.experts} experts.")
        numbers = run.numbers(chosen)
        if numbers is not None and numbers.size and not 0 <= numbers.min() <= numbers.max() < self.experts:
            raise ArgumentError(f"dataset_index has {numbers.tolist()}, expected 0 to {self.experts - 1}.")
        return chosen


@record
class PartExperts(Component):
    """A feed-forward network part of whose output is one expert's, the same for all of a picture (arXiv:2212.04246)."""

    up: Part
    activation: str
    down: Part
    experts: tuple[Part, ...]

    def compute(self, run: Run, x: Array) -> Array:
        xp, chosen = run.xp, run.state.experts
        inner = xp.activations[self.activation](run(self.up, x))
        own = 0.0
        for index, part in enumerate(self.experts):
            own = own + run(part, inner) * xp.astype(chosen == index, x.dtype)[:, None, None]
        return xp.concat((run(self.down, inner), own), axis=-1)


@record
class Enlarged(Component):
    """Pictures so many times as large."""

    factor: int

    def compute(self, run: Run, x: Array) -> Array:
        rows, columns = run.xp.shape(x)[2:]
        return run.xp.resize(x, (rows * self.factor, columns * self.factor), "bilinear")


@record
class Heatmaps(Component):
    """What a decoder makes of the last map of a backbone."""

    decoder: Part
    grid: tuple[int, int]
    """How many patches lie above and beside each other."""

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> Array:
        """(batch, keypoints, rows, columns)."""
        xp, x = run.xp, out[MAPS][-1]
        batch, _, width = xp.shape(x)
        x = run(self.decoder, xp.reshape(xp.permute_dims(x, (0, 2, 1)), (batch, width, *self.grid)))
        if given.get("flip_pairs") is None:
            return x
        pairs = xp.near(run.take(given, "flip_pairs", (Axis("pairs"), Axis("sides", 2))), x)
        return xp.flip(xp.take(x, self._changed(run, pairs, x.shape[1]), axis=1), axis=-1)

    def _changed(self, run: Run, pairs: Array, count: int) -> Array:
        """(keypoints,): what takes the place of each, where those of each pair (pairs, 2) change places."""
        xp, numbers = run.xp, run.numbers(pairs)
        if numbers is not None and numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
            raise ArgumentError(f"flip_pairs has {numbers.tolist()}, expected keypoints from 0 to {count - 1}.")
        own = xp.astype(xp.arange(count, like=pairs), xp.int32)
        left, right = (xp.astype(pairs[:, side], xp.int32) for side in (0, 1))
        moves = [
            xp.sum(xp.astype(own[:, None] == mine[None], xp.int32) * (other - mine)[None], axis=1, keepdims=False)
            for mine, other in ((left, right), (right, left))
        ]
        return own + moves[0] + moves[1]
