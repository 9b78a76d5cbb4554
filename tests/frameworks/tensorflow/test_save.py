"""Model → folder: how tensors are fetched from where they are. What is written: tests/parity/test_frameworks_…"""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from loadstone.core.slices import boxes
from loadstone.frameworks.tensorflow import save


@pytest.mark.parametrize(
    ("shape", "is_turned"), [((5,), False), ((7, 3), False), ((7, 3), True), ((1, 6), True), ((4, 3, 5), False)]
)
def test_a_tensor_on_an_accelerator_is_fetched_by_the_box(shape: tuple[int, ...], is_turned: bool) -> None:
    """On the CPU here, where boxes give the same bytes as a view does."""
    array = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
    expected = (array.T if is_turned else array).reshape(-1)
    wanted = shape[::-1] if is_turned else shape
    for start in range(array.size):
        for stop in range(start + 1, array.size + 1, 4):
            found = save._fetch(tf.constant(array), boxes(wanted, start, stop), is_turned)
            assert found.tobytes() == expected[start:stop].tobytes()
