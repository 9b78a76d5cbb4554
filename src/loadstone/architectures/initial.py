"""Random initial values for a slot, after its family's scheme, for the frameworks that take arrays from NumPy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.leaves import (
    BatchNorm,
    Conv,
    ConvTranspose,
    Embedding,
    Experts,
    GroupNorm,
    Initial,
    LayerNorm,
    Linear,
    RMSNorm,
    Weight,
)
from loadstone.core.records import record

if TYPE_CHECKING:
    import numpy as np


def initial(leaf: Component, name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """What the slot ``name`` (``"weight"``, ``"bias"``, …) of a leaf holds before training, as float32.

    Linear maps, convolutions, embeddings and experts are normal (cut off where the leaf says so), biases 0, norms have
    gain 1 (and variance 1), a lone array is normal around a value; unless the leaf says otherwise.
    """
    import numpy as np

    own = own_way(leaf, name)
    if own is not None:
        values: np.ndarray = own(rng, shape)
        return values
    if isinstance(leaf, Weight):
        offset = np.float32(leaf.value)
        return _normal(shape, leaf.std, None, rng) + offset if leaf.std else np.full(shape, offset, np.float32)
    if isinstance(leaf, Experts) and name.endswith("bias"):
        return np.zeros(shape, np.float32)
    if isinstance(leaf, Experts) or (isinstance(leaf, Linear | Conv | ConvTranspose | Embedding) and name == "weight"):
        table = _normal(shape, leaf.std, getattr(leaf, "cutoff", None), rng)
        if isinstance(leaf, Embedding) and leaf.padding is not None and leaf.zero_padding:
            table[leaf.padding] = 0.0
        return table
    gain = 0.0
    if isinstance(leaf, RMSNorm):
        gain = 1.0 - leaf.offset
    elif isinstance(leaf, LayerNorm | GroupNorm | BatchNorm) and name in ("weight", "running_var"):
        gain = 1.0
    return np.full(shape, gain, np.float32)


def own_way(leaf: Component, name: str) -> Initial | None:
    """What a leaf itself has said of the initial values of a slot; None where its kind says it."""
    if isinstance(leaf, Linear | Conv) and name == "bias":
        return leaf.initial_bias
    says = isinstance(leaf, Weight) or (isinstance(leaf, Linear | Conv | Embedding) and name == "weight")
    return leaf.initial if says else None  # type: ignore[attr-defined]


@record
class Uniform:
    """Initial values between two bounds."""

    low: float
    high: float

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return rng.uniform(self.low, self.high, shape).astype("float32")


@record
class Normal:
    """Normal initial values."""

    std: float

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return _normal(shape, self.std, None, rng)


@record
class Xavier:
    """Uniform initial values whose bounds follow from the shape (outputs, inputs, …): √(6 / (inputs + outputs))
    (Glorot and Bengio, 2010, equation 16)."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        bound = (6 / ((shape[0] + shape[1]) * math.prod(shape[2:]))) ** 0.5
        return Uniform(-bound, bound)(rng, shape)


def _normal(shape: tuple[int, ...], std: float, cutoff: float | None, rng: np.random.Generator) -> np.ndarray:
    """Normal numbers; those beyond ``cutoff`` standard deviations are drawn again."""
    import numpy as np

    samples = rng.standard_normal(shape, np.float32)
    if cutoff is not None:
        beyond = np.abs(samples) > cutoff
        while beyond.any():
            samples[beyond] = rng.standard_normal(int(beyond.sum()), np.float32)
            beyond = np.abs(samples) > cutoff
    samples *= np.float32(std)
    return samples


def sinusoids(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Sines of the positions in the even columns, cosines in the odd ones (arXiv:1706.03762, section 3.5)."""
    import numpy as np

    count, width = shape
    columns = np.arange(width)
    angles = np.arange(count)[:, None] / 10000 ** (2 * (columns // 2) / width)
    return np.where(columns % 2 == 0, np.sin(angles), np.cos(angles)).astype(np.float32)


def sinusoids_in_halves(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """The same with all sines before all cosines, as Marian has them."""
    import numpy as np

    table = sinusoids(rng, shape)
    return np.concatenate((table[:, 0::2], table[:, 1::2]), axis=1)


def sinusoids_to_the_end(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """All sines before all cosines, of wavelengths up to 10000 · 2π itself, as in tensor2tensor."""
    import numpy as np

    count, width = shape
    half = width // 2
    angles = np.arange(count)[:, None] * 10000 ** (-np.arange(half) / max(half - 1, 1))
    return np.concatenate((np.sin(angles), np.cos(angles)), axis=1).astype(np.float32)


@record
class GridSinusoids:
    """Sines and cosines of columns, then of rows, for each patch of a grid; zeros for the token before them."""

    grid: tuple[int, int]

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        import numpy as np

        quarter = shape[-1] // 4
        frequencies = 10000.0 ** (-np.arange(quarter) / quarter)
        rows, columns = np.indices(self.grid).reshape(2, -1, 1)
        halves = [np.concatenate((np.sin(at * frequencies), np.cos(at * frequencies)), 1) for at in (columns, rows)]
        table = np.concatenate(halves, axis=1)
        return np.concatenate((np.zeros((1, shape[-1])), table))[None].astype(np.float32)
