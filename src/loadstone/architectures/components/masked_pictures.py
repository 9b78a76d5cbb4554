"""A tower that sees some patches of a picture, and a decoder that paints the others (arXiv:2111.06377)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.patches import interpolated
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class MaskedTower(Tower):
    """A tower that sees some of the patches, chosen by chance (arXiv:2111.06377)."""

    mask_ratio: float = 0.75
    """The share of the patches that are hidden."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: the arguments of a pass; the patches with the least ``noise`` (batch, patches) are seen."""
        run.begin(self, given)
        xp, x = run.xp, run(self.stem, given)
        order = xp.argsort(self._noise(run, given, x), axis=1)
        restore = xp.argsort(order, axis=1)
        seen = int(order.shape[1] * (1 - self.mask_ratio))
        x = xp.concat((x[:, :1], xp.at_places(x[:, 1:], order[:, :seen])), axis=1)
        last = run(self.stack, x)
        assert self.norm is not None
        out = run.end(run(self.norm, last), None, last)
        return run.output(
            "ViTMAEModelOutput",
            last_hidden_state=out.last_hidden_state,
            mask=xp.astype(restore >= seen, x.dtype),
            ids_restore=restore,
            hidden_states=out.hidden_states,
            attentions=out.attentions,
        )

    def _noise(self, run: Run, given: Mapping[str, Any], x: Array) -> Array:
        batch, places = run.xp.shape(x)[:2]
        if given.get("noise") is None:
            noise = run.random((batch, places - 1), x, always=True)
            if noise is None:
                raise ArgumentError("Give noise (batch, patches): the patches with the least of it are seen.")
            return noise
        run.take(given, "noise", (Axis("batch"), Axis("patches", run.known(places - 1))))
        return given["noise"]  # in its own dtype: rounded, some would be equal


@record
class MaskedStem(Component):
    """What a decoder reads: what an encoder says of the patches that it saw, and a token in the place of each other."""

    embed: Part
    mask_token: Part
    position: Part
    """A ``Weight`` (1, 1 + patches, width)."""
    grid: tuple[int, int]
    """How many patches there are positions for, above and beside each other."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, 1 + patches, width), of ``seen``, the encoder's output, and ``grid``, how many patches there
        are."""
        xp, seen = run.xp, given["seen"]
        x, restore = run(self.embed, seen.last_hidden_state), seen.ids_restore
        batch, places, width = xp.shape(x)
        hidden = xp.broadcast_to(run.weight(self.mask_token), (batch, xp.shape(restore)[1] + 1 - places, width))
        patches = xp.at_places(xp.concat((x[:, 1:], hidden), axis=1), restore)
        positions = interpolated(xp, run.weight(self.position), self.grid, given["grid"], 1)
        return xp.concat((x[:, :1], patches), axis=1) + positions


@record
class PatchPainter(Component):
    """Paints every patch, and says how far the hidden ones are from what they were."""

    decoder: Part
    pixels: Part
    patch: tuple[int, int]
    normed: bool
    """Whether the pixels of each patch are normed before."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Array, Array, Array, Array]:
        """The loss (), pixels (batch, patches, numbers), and ``mask`` and ``ids_restore`` of ``out``, the encoder's
        output."""
        xp = run.xp
        target, grid = self._patches(run, given)
        x = run(self.pixels, run(self.decoder, {"seen": out, "grid": grid}).last_hidden_state)[:, 1:]
        apart = xp.mean((x - target) ** 2, axis=-1)
        total = [xp.sum(xp.reshape(each, (-1,)), axis=0, keepdims=False) for each in (apart * out.mask, out.mask)]
        return total[0] / total[1], x, out.mask, out.ids_restore

    def _patches(self, run: Run, given: Mapping[str, Any]) -> tuple[Array, tuple[Any, Any]]:
        """The pixels of each patch, row by row, each with its channels, and how many patches there are."""
        xp, (high, wide) = run.xp, self.patch
        axes = (Axis("batch"), Axis("channels"), Axis("height", known=True), Axis("width", known=True))
        pixels = run.take(given, "pixel_values", axes)
        batch, channels, height, width = xp.shape(pixels)
        rows, columns = height // high, width // wide
        x = xp.reshape(pixels[:, :, : rows * high, : columns * wide], (batch, channels, rows, high, columns, wide))
        x = xp.reshape(xp.permute_dims(x, (0, 2, 4, 3, 5, 1)), (batch, rows * columns, high * wide * channels))
        if self.normed:
            x = x - xp.mean(x, axis=-1)[..., None]
            variance = xp.sum(x * x, axis=-1, keepdims=True) / (x.shape[-1] - 1)
            x = x / xp.sqrt(variance + 1e-6)
        return x, (rows, columns)
