"""Any stretch of any array, with no more copied than what is asked for."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loadstone.transfer.array_bytes import elements, of_array

SHAPES = st.lists(st.integers(0, 5), max_size=4).map(tuple)


@st.composite
def stretches(draw: st.DrawFn) -> tuple[tuple[int, ...], int, int]:
    shape = draw(SHAPES)
    start, stop = sorted(draw(st.tuples(*[st.integers(0, math.prod(shape))] * 2)))
    return shape, start, stop


@given(stretches(), st.sampled_from(["c", "transposed", "reversed", "every other"]), st.sampled_from([1, 2, 4, 8]))
def test_any_bytes_of_any_array_are_read(stretch: tuple[tuple[int, ...], int, int], layout: str, width: int) -> None:
    shape, start, stop = stretch
    array = np.arange(math.prod(shape), dtype=f"u{width}").reshape(shape)
    array = {"c": array, "transposed": array.T, "reversed": array[::-1] if shape else array}.get(
        layout, np.repeat(array, 2, -1)[..., ::2] if shape else array
    )
    raw = array.tobytes()
    for first, last in ((start, stop), (start * width, stop * width)):
        assert bytes(of_array(array)(first, last)) == raw[first:last]


def test_what_lies_in_a_row_is_viewed_and_not_copied() -> None:
    array = np.zeros((3, 4), np.int16)
    view = np.frombuffer(of_array(array)(2, 20), np.uint8)
    assert view.ctypes.data == array.ctypes.data + 2


def test_a_stretch_of_a_transposed_array_takes_its_own_size_and_not_the_arrays() -> None:
    read = of_array(np.zeros((4096, 4096), np.float32).T)
    tracemalloc.start()
    try:
        read(1_000_001, 3_000_001)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_bytes_within_an_element_are_cut_from_it() -> None:
    asked: list[tuple[int, int]] = []

    def read(first: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        asked.append((first, last))
        return np.arange(first * 4, last * 4, dtype=np.uint8)

    assert bytes(elements(4, read)(5, 11)) == bytes(range(5, 11))
    assert asked == [(1, 3)]
