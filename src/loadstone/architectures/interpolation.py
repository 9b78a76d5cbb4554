"""Pictures in other sizes, one axis at a time: which values of the old size each of the new is a mean of.

As ``torch.nn.functional.interpolate`` has it with ``align_corners=False``; ``bilinear_aligned`` with True. Its cubic is
Keys's with a = -0.75 (10.1109/TASSP.1981.1163711), where other libraries take -0.5; so does PyTorch's own that smooths
what becomes smaller, ``bicubic_antialiased``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, TypeAlias

Method: TypeAlias = Literal["area", "bilinear", "bilinear_aligned", "bicubic", "bicubic_antialiased"]

_CUBIC = -0.75
_SMOOTHING_CUBIC = -0.5


@lru_cache(maxsize=64)
def shares(inputs: int, outputs: int, method: Method) -> tuple[tuple[float, ...], ...]:
    """A matrix (outputs, inputs): each output's share of each input.

    >>> shares(2, 4, "bilinear")
    ((1.0, 0.0), (0.75, 0.25), (0.25, 0.75), (0.0, 1.0))
    """
    if method == "area":
        return tuple(_mean(inputs, outputs, output) for output in range(outputs))
    if method == "bicubic_antialiased":
        return tuple(_smooth(inputs, outputs, output) for output in range(outputs))
    rows, is_aligned = [], method == "bilinear_aligned"
    step = (inputs - 1) / max(outputs - 1, 1) if is_aligned else inputs / outputs
    for output in range(outputs):
        row = [0.0] * inputs
        for place, share in _places(output * step if is_aligned else (output + 0.5) * step - 0.5, method):
            row[min(max(place, 0), inputs - 1)] += share  # beyond the edge lies what is at the edge
        rows.append(tuple(row))
    return tuple(rows)


def _places(at: float, method: Method) -> Iterator[tuple[int, float]]:
    first = math.floor(at)
    beyond = at - first
    if method in ("bilinear", "bilinear_aligned"):
        yield from ((first, 1.0 - beyond), (first + 1, beyond))
        return
    for step in range(-1, 3):
        yield first + step, _cubic(abs(beyond - step))


def _mean(inputs: int, outputs: int, output: int) -> tuple[float, ...]:
    """Of one output: the mean of the inputs that it covers, those at its edges as much as others."""
    first, end = output * inputs // outputs, -(-(output + 1) * inputs // outputs)
    return tuple(1 / (end - first) if first <= place < end else 0.0 for place in range(inputs))


def _smooth(inputs: int, outputs: int, output: int) -> tuple[float, ...]:
    """Of one output: the cubic is as wide as what the output stands for, and nothing lies beyond the edge."""
    scale = inputs / outputs
    wide, center = max(scale, 1.0), (output + 0.5) * scale
    weights = [_cubic(abs(place + 0.5 - center) / wide, _SMOOTHING_CUBIC) for place in range(inputs)]
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _cubic(x: float, a: float = _CUBIC) -> float:
    """The kernel's value at a distance."""
    if x <= 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a if x < 2 else 0.0
