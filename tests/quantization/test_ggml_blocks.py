"""Blocks of every ggml type come out as the ``gguf`` package has them, bit for bit."""

from __future__ import annotations

import sys

import gguf
import numpy as np
import pytest

from loadstone.errors import CheckpointError, UnsupportedDType
from loadstone.quantization.ggml_blocks import WITHOUT_NUMBERS, decode, needs_package
from loadstone.quantization.ggml_types import TYPES

KINDS = {kind.name: number for number, kind in TYPES.items()}
BLOCKS = sorted(kind.name for kind in TYPES.values() if kind.dtype is None and kind.name not in WITHOUT_NUMBERS)
WRITTEN = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "TQ1_0", "TQ2_0", "MXFP4"]
"""Those that the gguf package can write."""
PLAIN = ["F32", "F16", "BF16"]


def reference(raw: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(all="ignore"):
        return gguf.quants.dequantize(raw, gguf.GGMLQuantizationType[name])


def assert_same_bits(found: np.ndarray, expected: np.ndarray) -> None:
    """NaN is NaN, whatever its bits; all else, zeros' signs too, is the same."""
    assert found.dtype == np.float32 and found.shape == expected.shape
    both_nan = np.isnan(found) & np.isnan(expected)
    same = found.view(np.uint32) == np.ascontiguousarray(expected, dtype=np.float32).view(np.uint32)
    assert (same | both_nan).all()


@pytest.mark.parametrize("name", [*BLOCKS, *PLAIN])
def test_any_bytes_come_out_as_the_gguf_package_has_them(name: str) -> None:
    kind = TYPES[KINDS[name]]
    raw = np.random.default_rng(len(name)).integers(0, 256, (37, 3 * kind.nbytes), np.uint8)
    assert_same_bits(decode(raw, kind), reference(raw, name))


@pytest.mark.parametrize("name", [*WRITTEN, *PLAIN])
def test_quantized_numbers_come_out_as_the_gguf_package_has_them(name: str) -> None:
    kind = TYPES[KINDS[name]]
    numbers = np.random.default_rng(3).standard_normal((5, 2 * kind.elements * (1 if kind.elements > 1 else 64)))
    raw = gguf.quants.quantize(numbers.astype(np.float32), gguf.GGMLQuantizationType[name])
    found = decode(np.ascontiguousarray(raw).view(np.uint8), kind)
    assert_same_bits(found, reference(raw, name))
    assert np.abs(found - numbers).max() < 2.5


def test_there_are_types_of_both_kinds() -> None:
    assert [name for name in BLOCKS if not needs_package(TYPES[KINDS[name]])] == sorted(
        ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]
    )
    assert {"IQ1_M", "TQ1_0", "MXFP4", "NVFP4"} < set(BLOCKS)


def test_without_the_gguf_package_the_error_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    kind = TYPES[KINDS["IQ4_XS"]]
    with pytest.raises(CheckpointError, match="pip install gguf"):
        decode(np.zeros((1, kind.nbytes), np.uint8), kind)
    assert decode(np.zeros((1, 18), np.uint8), TYPES[KINDS["Q4_0"]]).shape == (1, 32)


@pytest.mark.parametrize("name", sorted(WITHOUT_NUMBERS))
def test_types_that_nobody_defines_are_refused(name: str) -> None:
    kind = TYPES[KINDS[name]]
    with pytest.raises(NotImplementedError):
        reference(np.zeros((1, kind.nbytes), np.uint8), name)
    with pytest.raises(UnsupportedDType, match=name):
        decode(np.zeros((1, kind.nbytes), np.uint8), kind)
