"""Stored bytes → float32, against ``ml_dtypes`` for every pattern of bits that there is."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from loadstone.core.tensors import DType
from loadstone.quantization.decode import floats, integers, unpacked
from loadstone.quantization.row_boxes import in_boxes


@pytest.mark.parametrize("dtype", [each for each in DType if each.is_floating and each.bits == 8], ids=str)
def test_every_byte_is_the_number_that_its_dtype_says(dtype: DType) -> None:
    raw = np.arange(256, dtype=np.uint8)
    expected = raw.view(getattr(ml_dtypes, dtype.value)).astype(np.float32)
    np.testing.assert_array_equal(floats(raw, dtype), expected)
    np.testing.assert_array_equal(np.signbit(floats(raw, dtype)), np.signbit(expected) & ~np.isnan(expected))


def test_every_bfloat16_and_float16_is_exact() -> None:
    raw = np.arange(1 << 16, dtype="<u2").view(np.uint8)
    np.testing.assert_array_equal(floats(raw, DType.BFLOAT16), raw.view(ml_dtypes.bfloat16).astype(np.float32))
    np.testing.assert_array_equal(floats(raw, DType.FLOAT16), raw.view("<f2").astype(np.float32))


@pytest.mark.parametrize("dtype", [DType.FLOAT32, DType.INT8, DType.INT32, DType.UINT8, DType.BOOL], ids=str)
def test_plain_numbers_keep_their_shape_but_for_the_last_dimension(dtype: DType) -> None:
    raw = np.zeros((3, 8), np.uint8)
    raw[:, ::4] = 1
    assert floats(raw, dtype).shape == (3, 64 // dtype.bits)
    np.testing.assert_array_equal(integers(raw, dtype).astype(np.float32), floats(raw, dtype))


def test_numbers_of_a_few_bits_come_lowest_bits_first() -> None:
    assert unpacked(np.array([0x87654321], np.uint32), 4).tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert unpacked(np.array([-1], np.int32), 8).tolist() == [255] * 4


@pytest.mark.parametrize("shape", [(7,), (5, 7), (4, 3, 7), (3, 4, 2, 7)])
def test_rows_in_any_pieces_fill_a_tensor_of_any_rank(shape: tuple[int, ...]) -> None:
    whole = np.arange(np.prod(shape)).reshape(shape)
    rows = whole.reshape(-1, shape[-1])
    for size in range(1, len(rows) + 1):
        made = np.full(shape, -1)
        for first in range(0, len(rows), size):
            for box, values in in_boxes(shape, first, rows[first : first + size]):
                assert made[box].shape == values.shape
                made[box] = values
        np.testing.assert_array_equal(made, whole)
