"""Pictures in other sizes, one axis at a time: which values of the old size each of the new is a mean of.

As ``torch.nn.functional.interpolate`` has it with ``align_corners=False`` and without antialiasing; its cubic is Keys's
with a = -0.75 (10.1109/TASSP.1981.1163711), where other libraries take -0.5.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, TypeAlias

Method: TypeAlias = Literal["bilinear", "bicubic"]

_CUBIC = -0.75


@lru_cache(maxsize=64)
def shares(inputs: int, outputs: int, method: Method) -> tuple[tuple[float, ...], ...]:
    """A matrix (outputs, inputs): each output's share of each input.

    >>> shares(2, 4, "bilinear")
    ((1.0, 0.0), (0.75, 0.25), (0.25, 0.75), (0.0, 1.0))
    """
    rows = []
    for output in range(outputs):
        row = [0.0] * inputs
        for place, share in _places((output + 0.5) * inputs / outputs - 0.5, method):
            row[min(max(place, 0), inputs - 1)] += share  # beyond the edge lies what is at the edge
        rows.append(tuple(row))
    return tuple(rows)


def _places(at: float, method: Method) -> Iterator[tuple[int, float]]:
    first = math.floor(at)
    beyond = at - first
    if method == "bilinear":
        yield from ((first, 1.0 - beyond), (first + 1, beyond))
        return
    for step in range(-1, 3):
        yield first + step, _cubic(abs(beyond - step))


def _cubic(x: float) -> float:
    """The kernel's value at a distance."""
    if x <= 1:
        return ((_CUBIC + 2) * x - (_CUBIC + 3)) * x * x + 1
    return ((_CUBIC * x - 5 * _CUBIC) * x + 8 * _CUBIC) * x - 4 * _CUBIC if x < 2 else 0.0
