"""What ranges of bytes and boxes of elements share, and where they lie: sets and NumPy say what is right."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loadstone.core.slices import (
    Box,
    ByteRange,
    boxes,
    normalize,
    overlap,
    relative,
    row_major,
    shape_of,
    start_of,
    within,
)

RANGES = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda ends: ByteRange(*sorted(ends)))
SHAPES = st.lists(st.integers(1, 4), max_size=4).map(tuple)


def numbered(shape: tuple[int, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.arange(math.prod(shape)).reshape(shape)


@st.composite
def boxes_of(draw: st.DrawFn, shape: tuple[int, ...]) -> Box:
    """Any box that names every dimension and holds something."""
    index: list[int | slice] = []
    for size in shape:
        place = draw(st.integers(0, size - 1))
        index.append(place if draw(st.booleans()) else slice(place, draw(st.integers(place + 1, size))))
    return tuple(index)


@given(RANGES, RANGES)
def test_ranges_overlap_in_the_bytes_that_are_in_both(one: ByteRange, other: ByteRange) -> None:
    shared = one.overlap(other)
    assert set(range(*one)) & set(range(*other)) == (set() if shared is None else set(range(*shared)))
    assert shared is None or shared.nbytes > 0
    assert one.nbytes == len(range(*one))


@given(RANGES, st.integers(1, 9))
def test_a_range_is_split_without_loss_and_only_the_last_part_is_short(whole: ByteRange, nbytes: int) -> None:
    parts = list(whole.split(nbytes))
    assert [at for part in parts for at in range(*part)] == list(range(*whole))
    assert all(part.nbytes == nbytes for part in parts[:-1]) and all(0 < part.nbytes <= nbytes for part in parts)


@given(RANGES, st.integers(-5, 5))
def test_a_shifted_range_has_the_same_bytes_counted_from_elsewhere(whole: ByteRange, nbytes: int) -> None:
    assert list(range(*whole.shift(nbytes))) == [at + nbytes for at in range(*whole)]


@given(SHAPES, st.data())
def test_a_normal_box_picks_what_the_index_picks_and_names_its_shape(
    shape: tuple[int, ...], data: st.DataObject
) -> None:
    box = data.draw(boxes_of(shape))
    opened = tuple(
        slice(index.start or None, None if index.stop == size else index.stop) if isinstance(index, slice) else index
        for index, size in zip(box, shape, strict=True)
    )
    named = opened[: data.draw(st.integers(0, len(shape)))]
    found = normalize(named, shape)
    assert found[: len(named)] == box[: len(named)] and len(found) == len(shape)
    array = numbered(shape)
    assert np.array_equal(array[found], array[named])
    assert shape_of(found) == np.shape(array[named])


@given(SHAPES, st.data())
def test_a_box_has_a_start_if_its_elements_follow_one_another(shape: tuple[int, ...], data: st.DataObject) -> None:
    box = data.draw(boxes_of(shape))
    inside = numbered(shape)[box].reshape(-1)
    expected = int(inside[0]) if inside[-1] - inside[0] == len(inside) - 1 else None
    assert start_of(box, shape, row_major(shape)) == expected


def test_the_start_of_a_box_that_names_outer_dimensions_only_takes_the_others_whole() -> None:
    assert start_of((1, slice(2, 4)), (3, 5, 7), row_major((3, 5, 7))) == 35 + 14
    assert start_of((slice(1, 3), slice(2, 4)), (3, 5, 7), row_major((3, 5, 7))) is None


@given(SHAPES)
def test_row_major_steps_are_those_of_numpy(shape: tuple[int, ...]) -> None:
    expected = np.array(numbered(shape).strides) // 8
    is_used = np.array(shape) > 1
    assert np.array_equal(np.array(row_major(shape))[is_used], expected[is_used])


@given(SHAPES, st.data())
def test_two_boxes_share_the_elements_that_are_in_both(shape: tuple[int, ...], data: st.DataObject) -> None:
    one, other = data.draw(boxes_of(shape)), data.draw(boxes_of(shape))
    array = numbered(shape)
    in_both = np.intersect1d(array[one], array[other])
    shared = overlap(one, other)
    if shared is None:
        assert in_both.size == 0
        return
    assert np.array_equal(np.ravel(array[shared]), in_both)
    for box in (one, other):
        assert np.array_equal(array[box][relative(shared, box)], array[shared])


def test_scalars_share_their_element_and_so_the_empty_box() -> None:
    assert overlap((), ()) == () and relative((), ()) == ()


@given(SHAPES, st.data())
def test_a_box_within_a_box_picks_what_one_after_the_other_does(shape: tuple[int, ...], data: st.DataObject) -> None:
    outer = data.draw(boxes_of(shape))
    inner = data.draw(boxes_of(shape_of(outer)))
    array = numbered(shape)
    assert np.array_equal(array[within(outer, inner)], array[outer][inner])
    assert within(None, outer) == outer
    assert relative(within(outer, inner), outer) == inner


@given(st.lists(st.integers(0, 5), max_size=4).map(tuple), st.data())
def test_boxes_put_one_after_another_are_the_elements_asked_for(shape: tuple[int, ...], data: st.DataObject) -> None:
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, math.prod(shape))] * 2)))
    array = numbered(shape)
    found = list(boxes(shape, start, stop))
    joined = np.concatenate([array[box].reshape(-1) for box in found]) if found else np.zeros(0)
    assert np.array_equal(joined, array.reshape(-1)[start:stop])
    assert len(found) <= max(1, 2 * len(shape) - 1)
