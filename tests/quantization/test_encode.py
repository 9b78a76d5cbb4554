"""Numbers → stored bytes, against PyTorch and ``ml_dtypes``, where rounding is hardest."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch

from loadstone.core.tensors import DType
from loadstone.quantization.decode import exact, floats
from loadstone.quantization.encode import TARGETS, narrowed, overflows, recode

SMALL = [dtype for dtype in TARGETS if dtype.bits <= 16]


def hard_numbers(dtype: DType) -> np.ndarray[Any, Any]:
    """Every number of a dtype, what lies in the middle between neighbors, and the next float32 on either side."""
    codes = np.arange(1 << dtype.bits, dtype=f"u{dtype.bits // 8}")
    numbers = floats(codes.view(np.uint8), dtype)
    finite = np.sort(numbers[np.isfinite(numbers)].astype(np.float64))
    middles = ((finite[1:] + finite[:-1]) / 2).astype(np.float32)
    beyond = np.float32(finite[-1]) + np.float32(finite[-1] - finite[-2]) * np.float32([0.4, 0.5, 0.6, 1, 3])
    all_of_them = np.concatenate([numbers, middles, beyond, -beyond, np.float32([np.inf, -np.inf, np.nan, 0.0, -0.0])])
    all_of_them = all_of_them.astype(np.float32)
    return np.concatenate([all_of_them, np.nextafter(all_of_them, np.inf), np.nextafter(all_of_them, -np.inf)])


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize("dtype", SMALL, ids=str)
def test_numbers_are_rounded_as_pytorch_rounds_them(dtype: DType) -> None:
    values = hard_numbers(dtype).astype(np.float32)
    found = floats(narrowed(values, dtype).view(np.uint8), dtype)
    expected = torch.from_numpy(values).to(getattr(torch, dtype.value)).float().numpy()
    np.testing.assert_array_equal(found, expected)
    is_number = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found)[is_number], np.signbit(expected)[is_number])


@pytest.mark.parametrize("dtype", SMALL, ids=str)
def test_every_number_of_a_dtype_comes_back_bit_by_bit(dtype: DType) -> None:
    codes = np.arange(1 << dtype.bits, dtype=f"u{dtype.bits // 8}")
    numbers = floats(codes.view(np.uint8), dtype)
    kept = ~np.isnan(numbers)
    np.testing.assert_array_equal(narrowed(numbers, dtype)[kept], codes[kept])


@pytest.mark.parametrize("target", SMALL, ids=str)
@pytest.mark.parametrize("source", [each for each in DType if each.is_floating and each.bits in (8, 16)], ids=str)
def test_words_that_are_looked_up_are_what_rounding_makes_of_the_numbers(source: DType, target: DType) -> None:
    codes = np.random.default_rng(0).permutation(1 << source.bits).astype(f"<u{source.bits // 8}")
    numbers = floats(codes.view(np.uint8), source)
    expected = narrowed(numbers, target)
    words = np.empty_like(expected)
    assert recode(codes, source, target, words) == overflows(numbers, expected, target)
    np.testing.assert_array_equal(words, expected)
    kept = codes[np.abs(numbers) <= 1]
    assert not recode(kept, source, target, words[: len(kept)])


def test_nan_of_any_bits_stays_nan_in_bfloat16() -> None:
    bits = np.array([0x7F800001, 0x7FFFFFFF, 0xFF800001, 0xFFFFFFFF, 0x7FC00000], np.uint32)
    assert np.isnan(floats(narrowed(bits.view(np.float32), DType.BFLOAT16).view(np.uint8), DType.BFLOAT16)).all()


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("dtype", TARGETS, ids=str)
def test_float64_is_rounded_to_every_dtype(dtype: DType) -> None:
    values = np.random.default_rng(0).standard_normal(1000) * 10.0 ** np.arange(-10, 10).repeat(50)
    found = narrowed(values, dtype).view(getattr(ml_dtypes, dtype.value, dtype.value))
    between = values if dtype in (DType.FLOAT64, DType.FLOAT16) else values.astype(np.float32)
    if dtype is DType.FLOAT8_E4M3FN:  # ml_dtypes makes NaN of what is beyond, PyTorch the largest number
        between = between.clip(-448, 448)
    np.testing.assert_array_equal(found.astype(np.float64), between.astype(found.dtype).astype(np.float64))


@pytest.mark.parametrize("dtype", [each for each in TARGETS if each is not DType.FLOAT64], ids=str)
def test_only_a_finite_number_that_is_lost_overflows(dtype: DType) -> None:
    largest = float(ml_dtypes.finfo(getattr(ml_dtypes, dtype.value, dtype.value)).max)
    for values, lost in (
        ([1.0, largest, -largest], False),
        ([np.inf, -np.inf, np.nan, 0.0], dtype is DType.FLOAT8_E4M3FN),
        ([1.0, 2 * largest], True),
        ([-2 * largest, np.inf], True),
    ):
        numbers = np.array(values)
        assert overflows(numbers, narrowed(numbers, dtype), dtype) is lost, values


def test_what_numpy_has_of_its_own_is_given_as_it_is() -> None:
    numbers = np.array([1, 1 << 60], "<i8")
    assert exact(numbers.view(np.uint8), DType.INT64).tolist() == [1, 1 << 60]
    assert exact(np.float64([0.1]).view(np.uint8), DType.FLOAT64).tolist() == [0.1]
