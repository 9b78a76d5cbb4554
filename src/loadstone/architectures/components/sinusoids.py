"""Positions as sines and cosines that no file holds."""

from __future__ import annotations

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class Sinusoids(Component):
    """Sines and cosines of positions (arXiv:1706.03762, section 3.5), worked out where they are needed.

    All sines come before all cosines, of wavelengths from 2π to 10000 · 2π, as in tensor2tensor and fairseq. There is
    one for any position: a text may have any length.
    """

    width: int
    padding: int | None = None
    """The position whose vector is 0."""

    def compute(self, run: Run, positions: Array) -> Array:
        """``positions`` (batch or 1, places) → (batch or 1, places, width) in float32."""
        xp, half = run.xp, self.width // 2
        frequencies = xp.asarray([10000 ** (-index / max(half - 1, 1)) for index in range(half)])
        angles = xp.astype(positions, xp.float32)[..., None] * xp.near(frequencies, positions)
        vectors = xp.concat((xp.sin(angles), xp.cos(angles)), axis=-1)
        if self.width % 2:
            vectors = xp.pad(vectors, 0, 1, axis=-1)
        if self.padding is None:
            return vectors
        return xp.where((positions == self.padding)[..., None], 0.0, vectors)
