"""Any rows of a packed tensor come out as they come out of the whole, for every format whose codes are grouped."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from quantization import test_compressed_tensors as compressed
from quantization.element_by_element import Example
from quantization.stored import Tensors
from safetensors.torch import save_file
from transfer.weights_of import weights_of

import loadstone
from loadstone.core.tensors import Packing, StoredTensor
from loadstone.frameworks.torch.loading.copies import make
from loadstone.frameworks.torch.loading.jobs import Job
from loadstone.materialize import decode as unpacking
from loadstone.pipeline.quantized_checkpoint import dequantized
from loadstone.planning.recipes import Piece
from loadstone.quantization.bitstream import Code, decoded, values

Kept = tuple[Tensors, dict[str, Any]]


def gptq(bits: int, ordered: bool = False) -> Kept:
    order = [i // 16 for i in range(160)]
    if ordered:
        random.Random(1).shuffle(order)
    return Example(64, 160, bits, 16, order).gptq(), {"quant_method": "gptq", "bits": bits, "group_size": 16}


def awq(version: str) -> Kept:
    example = Example(64, 160, 4, 20)
    stored = example.awq_gemm() if version == "gemm" else example.awq_gemv(1)
    return stored, {"quant_method": "awq", "version": version, "group_size": 20}


def by_case(case: str) -> Kept:
    format, weights = compressed.CASES[case]
    weight = torch.randn(110, 96, generator=torch.Generator().manual_seed(2))
    return compressed.packed(weight, format, weights)[0], compressed.config_of(format, weights)


MADE = {
    **{f"GPTQ {bits}": lambda bits=bits: gptq(bits) for bits in (2, 3, 4, 8)},
    "GPTQ 3 in order": lambda: gptq(3, ordered=True),
    "GPTQ 4 in order": lambda: gptq(4, ordered=True),
    "AWQ gemm": lambda: awq("gemm"),
    "AWQ gemv": lambda: awq("gemv"),
    **{case: lambda case=case: by_case(case) for case in compressed.CASES},
}


def tensor_of(kept: Kept, folder: Path) -> tuple[StoredTensor, Packing, np.ndarray[Any, Any]]:
    stored, settings = kept
    save_file({name: each.contiguous() for name, each in stored.items()}, folder / "model.safetensors")
    checkpoint = dequantized(loadstone.open_checkpoint(folder), settings)
    (tensor,) = checkpoint.values()
    assert tensor.packing is not None
    return tensor, tensor.packing, checkpoint.numpy(tensor.name)


@pytest.mark.parametrize("name", MADE)
def test_rows_in_any_pieces_are_rows_of_the_whole(name: str, tmp_path: Path) -> None:
    tensor, packing, whole = tensor_of(MADE[name](), tmp_path)
    raw = [np.fromfile(part.file, np.uint8, part.nbytes, offset=part.offset) for part in packing.parts]
    rows = raw[0].reshape(packing.rows, -1)
    for size in range(packing.step, packing.rows + packing.step, packing.step):
        made = np.full(tensor.shape, np.nan, np.float32)
        for first in range(0, packing.rows, size):
            for box, numbers in packing.decode(first, rows[first : first + size], raw[1:]):
                assert numbers.dtype == np.float32
                made[box] = numbers
        np.testing.assert_array_equal(made, whole)


@pytest.mark.parametrize("name", ["GPTQ 3 in order", "AWQ gemm", "packed int4, zeros", "NVFP4"])
def test_slots_get_them_in_steps_whole_and_in_part(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_ELEMENTS", 1000)
    tensor, packing, whole = tensor_of(MADE[name](), tmp_path)
    jobs = [Job("whole", [Piece(tensor)], tensor.shape, torch.float32)]
    jobs.append(Job("part", [Piece(tensor, slice(37, 57))], (20, tensor.shape[1]), torch.float32))
    made = make(jobs, torch.device("cpu"), weights_of(packing.parts)).tensors
    np.testing.assert_array_equal(made["whole"].numpy(), whole)
    np.testing.assert_array_equal(made["part"].numpy(), whole[37:57])


@pytest.mark.parametrize("name", MADE)
def test_a_packing_is_hashable_and_says_what_it_is(name: str, tmp_path: Path) -> None:
    _, packing, _ = tensor_of(MADE[name](), tmp_path)
    assert hash(packing) == hash(packing) and packing.kind.split()[0] in ("GPTQ", "AWQ", "compressed-tensors")
    assert packing.parts[0].name in repr(packing)


@pytest.mark.parametrize("count", [1, 8, 31, 32, 100])
@pytest.mark.parametrize("bits", range(1, 9))
def test_codes_of_any_bits_come_in_the_order_of_the_bits(bits: int, count: int) -> None:
    codes = [random.Random(bits * count).randrange(1 << bits) for _ in range(count)]
    number = sum(code << (bits * place) for place, code in enumerate(codes))
    raw = np.frombuffer(number.to_bytes(4 * Code(bits).words(count), "little"), np.uint8)
    assert decoded(np.stack([raw, raw]), Code(bits), count).tolist() == [codes, codes]
    offset = [code - (1 << (bits - 1)) for code in codes]
    assert decoded(raw, Code(bits, "offset"), count).tolist() == offset


def test_small_floats_are_those_of_their_specification() -> None:
    import ml_dtypes

    for bits, name in ((4, "float4_e2m1fn"), (6, "float6_e2m3fn")):
        codes = np.arange(1 << bits, dtype=np.uint8)
        expected = codes.view(getattr(ml_dtypes, name)).astype(np.float32)
        np.testing.assert_array_equal(values(Code(bits, "float")), expected)
        assert np.signbit(values(Code(bits, "float")))[1 << (bits - 1)]
