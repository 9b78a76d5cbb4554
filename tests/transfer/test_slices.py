"""Any stretch of any array, with no more copied than what is asked for."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loadstone.transfer.slices import boxes, common, elements, of_array

SHAPES = st.lists(st.integers(0, 5), max_size=4).map(tuple)


@st.composite
def stretches(draw: st.DrawFn) -> tuple[tuple[int, ...], int, int]:
    shape = draw(SHAPES)
    start, stop = sorted(draw(st.tuples(*[st.integers(0, math.prod(shape))] * 2)))
    return shape, start, stop


@given(stretches())
def test_boxes_put_one_after_another_are_the_stretch(stretch: tuple[tuple[int, ...], int, int]) -> None:
    shape, start, stop = stretch
    array = np.arange(math.prod(shape)).reshape(shape)
    found = list(boxes(shape, start, stop))
    joined = np.concatenate([array[box].reshape(-1) for box in found]) if found else np.zeros(0)
    assert np.array_equal(joined, array.reshape(-1)[start:stop])
    assert len(found) <= max(1, 2 * len(shape) - 1)


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


@st.composite
def box_and_region(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[slice, ...], tuple[int | slice, ...]]:
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple))
    box, region = [], []
    for size in shape:
        first, last = (sorted(draw(st.tuples(*[st.integers(0, size)] * 2))) for _ in range(2))
        box.append(slice(*first))
        region.append(draw(st.one_of(st.integers(0, size - 1), st.just(slice(*last)))))
    return shape, tuple(box), tuple(region)


@given(box_and_region())
def test_what_a_box_and_a_region_share_is_copied_and_nothing_else(
    case: tuple[tuple[int, ...], tuple[slice, ...], tuple[int | slice, ...]],
) -> None:
    shape, box, region = case
    array = np.arange(1, math.prod(shape) + 1).reshape(shape)
    expected = np.zeros_like(array)
    expected[region] = array[region]
    made = np.zeros_like(array[box])
    if shared := common(box, region):
        made[shared[0]] = array[region][shared[1]]
    assert np.array_equal(made, expected[box])
