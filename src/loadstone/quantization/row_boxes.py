"""Where decoded rows lie in a tensor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def in_boxes(shape: Sequence[int], first: int, rows: Array) -> Iterator[tuple[tuple[slice, ...], Array]]:
    """Rows of a tensor, counted over all dimensions but the last, as boxes of it: as few as there can be.

    >>> [box[:2] for box, _ in in_boxes((2, 3, 4), 2, np.zeros((2, 4)))]
    [(slice(0, 1, None), slice(2, 3, None)), (slice(1, 2, None), slice(0, 1, None))]
    """
    if len(shape) == 1:
        yield (slice(0, shape[0]),), rows.reshape(shape)
        return
    if len(shape) == 2:
        yield (slice(first, first + len(rows)), slice(0, shape[1])), rows
        return
    inner = math.prod(shape[1:-1])
    at = 0
    while at < len(rows):
        number, start = divmod(first + at, inner)
        whole = (len(rows) - at) // inner if start == 0 else 0
        count = whole * inner if whole else min(inner - start, len(rows) - at)
        part = rows[at : at + count]
        if whole:
            others = (slice(0, size) for size in shape[1:])
            yield (slice(number, number + whole), *others), part.reshape(-1, *shape[1:])
        else:
            for box, values in in_boxes(shape[1:], start, part):
                yield (slice(number, number + 1), *box), values[None]
        at += count
