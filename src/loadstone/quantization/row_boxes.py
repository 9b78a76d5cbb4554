"""Where decoded rows lie in a tensor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from loadstone.core.slices import Box, boxes, shape_of

if TYPE_CHECKING:
    from loadstone.core.arrays import FloatArray


def in_boxes(shape: Sequence[int], first: int, rows: FloatArray) -> Iterator[tuple[Box, FloatArray]]:
    """Rows of a tensor, counted over all dimensions but the last, as boxes of it: as few as there can be.

    >>> [box[:2] for box, _ in in_boxes((2, 3, 4), 2, np.zeros((2, 4)))]
    [(slice(0, 1, None), slice(2, 3, None)), (slice(1, 2, None), slice(0, 1, None))]
    """
    at = 0
    for box in boxes(shape[:-1], first, first + len(rows)):
        outer = shape_of(box)
        count = math.prod(outer)
        yield (*box, slice(0, shape[-1])), rows[at : at + count].reshape(*outer, shape[-1])
        at += count
