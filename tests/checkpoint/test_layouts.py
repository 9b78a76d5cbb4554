"""Reordered dimensions and tensors in several runs, against NumPy."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.checkpoint import Checkpoint
from loadstone.checkpoint.layouts import in_runs, is_row_major, kernel_order, reordered
from loadstone.checkpoint.mapping import CheckpointFiles
from loadstone.core.slices import ByteRange, row_major
from loadstone.core.tensors import DType, StoredTensor

SHAPES = st.lists(st.integers(1, 5), max_size=4).map(tuple)


@given(SHAPES)
def test_row_major_strides_are_known_as_such(shape: tuple[int, ...]) -> None:
    assert is_row_major(shape, row_major(shape))
    assert is_row_major(shape, [step // 4 for step in np.zeros(shape, np.float32).strides])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((2, 3), (3, 2)), ((5, 2, 3), (3, 2, 5)), ((5, 6, 2, 3), (3, 2, 5, 6)), ((4,), (4,)), ((), ())],
)
def test_a_kernel_gets_the_shape_of_the_hubs_weight(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    tensor = StoredTensor("a", DType.FLOAT32, shape, Path("f"), 0, 4 * math.prod(shape))
    assert reordered(tensor, kernel_order(len(shape))).shape == expected


def test_a_reordering_that_moves_no_element_needs_no_strides() -> None:
    tensor = StoredTensor("a", DType.FLOAT32, (1, 7), Path("f"), 0, 28)
    assert reordered(tensor, (1, 0)) == tensor._replace(shape=(7, 1))


@given(SHAPES, st.data())
def test_any_order_of_any_runs_reads_as_numpy_puts_them(
    tmp_path_factory: pytest.TempPathFactory, shape: tuple[int, ...], data: st.DataObject
) -> None:
    """Runs of any length, apart in the file, in any order; then the dimensions in any order."""
    elements = math.prod(shape)
    cuts = sorted(data.draw(st.sets(st.integers(1, elements - 1), max_size=5))) if elements > 1 else []
    bounds = list(zip([0, *cuts], [*cuts, elements], strict=True))
    array = np.arange(1, elements + 1, dtype=np.int16).reshape(shape)
    content, runs = bytearray(b"\xee" * 3), {}
    for index in data.draw(st.permutations(range(len(bounds)))):
        start, stop = bounds[index]
        runs[index] = ByteRange(0, 2 * (stop - start)).shift(len(content))
        content += array.reshape(-1)[start:stop].tobytes() + b"\xee" * index
    path = tmp_path_factory.mktemp("runs") / "file"
    path.write_bytes(content)
    whole = in_runs("a", DType.INT16, shape, path, [runs[index] for index in range(len(bounds))])
    order = data.draw(st.permutations(range(len(shape))))
    for tensor, expected in ((whole, array), (reordered(whole, order), array.transpose(order))):
        checkpoint = Checkpoint([tensor], CheckpointFiles("flax", (path,)))
        assert np.array_equal(checkpoint.numpy("a"), expected)
        assert checkpoint.nbytes == 2 * elements
        assert all(
            tensor.offset <= part.offset and part.offset + part.nbytes <= tensor.offset + tensor.nbytes
            for part, _ in tensor.slices
        )
