"""A decoder that paints the tubelets of a film that an encoder did not see (arXiv:2203.12602)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.tubelets import Tubelets, positions
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_COLORS = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and standard deviation of ImageNet's red, green and blue, by which pixels come normed."""


@record
class FilmStem(Component):
    """What the decoder reads: what the encoder says of the tubelets that it saw, then a token for each other."""

    embed: Part
    mask_token: Part

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tubelets, width). ``order`` (batch, tubelets): their places."""
        xp, order = run.xp, given["order"]
        x = run(self.embed, given["seen"])
        batch, places, width = xp.shape(x)
        hidden = xp.broadcast_to(run.weight(self.mask_token), (batch, order.shape[1] - places, width))
        table = xp.broadcast_to(positions(run, order.shape[1], x), (batch, order.shape[1], width))
        return xp.concat((x, hidden), axis=1) + xp.at_places(table, order)


@record
class FilmPainter(Component):
    """Paints the tubelets that are hidden, and says how far they are from what they were."""

    decoder: Part
    pixels: Part
    tubelets: Tubelets
    """The stem of the encoder."""
    normed: bool
    """Whether the pixels of each channel of each tubelet are normed before."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Array, Array]:
        """The loss () and pixels (batch, hidden tubelets, numbers). ``out``: the output of the encoder."""
        xp = run.xp
        if given.get("bool_masked_pos") is None:
            raise ArgumentError("Give bool_masked_pos (batch, tubelets): what is to be painted.")
        order, seen = self.tubelets.seen_first(run, given)
        if run.known(seen) == self.tubelets.count:
            raise ArgumentError("bool_masked_pos hides nothing that could be painted.")
        hidden = self.tubelets.count - seen
        decoded = run(self.decoder, {"seen": out.last_hidden_state, "order": order}).last_hidden_state
        x = run(self.pixels, xp.slice(decoded, seen, hidden))
        apart = x - xp.at_places(self._target(run, given), xp.slice(order, seen, hidden))
        return xp.mean(xp.reshape(apart * apart, (-1,)), axis=0), x

    def _target(self, run: Run, given: Mapping[str, Any]) -> Array:
        """The pixels of each tubelet (batch, tubelets, numbers), frame by frame and row by row, each with its
        channels."""
        xp, stem = run.xp, self.tubelets
        pixels = run.take(given, "pixel_values", stem.reads()["pixel_values"])
        channels = stem.conv.inputs
        if channels == 3:
            mean, spread = (xp.near(xp.asarray(values), pixels)[:, None, None] for values in _COLORS)
            pixels = pixels * xp.astype(spread, pixels.dtype) + xp.astype(mean, pixels.dtype)
        sides = [size for pair in zip(stem.grid, stem.conv.kernel, strict=True) for size in pair]
        frames, height, width = (count * side for count, side in zip(stem.grid, stem.conv.kernel, strict=True))
        cut = pixels[:, :frames, :, :height, :width]
        x = xp.reshape(cut, (-1, *sides[:2], channels, *sides[2:]))
        x = xp.permute_dims(x, (0, 1, 4, 6, 2, 5, 7, 3))
        x = xp.reshape(x, (-1, stem.count, sides[1] * sides[3] * sides[5], channels))
        if self.normed:
            x = x - xp.mean(x, axis=2)[:, :, None]
            variance = xp.sum(x * x, axis=2, keepdims=True) / (x.shape[2] - 1)
            x = x / (xp.sqrt(variance) + 1e-6)
        return xp.reshape(x, (-1, stem.count, sides[1] * sides[3] * sides[5] * channels))
