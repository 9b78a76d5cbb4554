"""bitsandbytes' NF4, FP4 and INT8, against bitsandbytes itself, bit for bit; and what is no such checkpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bitsandbytes.functional as bnb
import pytest
import torch
from quantization.reading import assert_everywhere, of_four_bits
from quantization.stored import Tensors, opened

from loadstone.core.tensors import DType
from loadstone.errors import CorruptCheckpoint

SETTINGS = {"quant_method": "bitsandbytes", "load_in_4bit": True}
WEIGHT = "layer.weight"


def four_bits(
    weight: torch.Tensor, kind: str = "nf4", block: int = 64, nested: bool = False, storage: torch.dtype = torch.uint8
) -> tuple[Tensors, torch.Tensor]:
    """What ``Linear4bit`` saves of a weight, and the numbers that it computes with."""
    codes, state = bnb.quantize_4bit(
        weight, blocksize=block, quant_type=kind, compress_statistics=nested, quant_storage=storage
    )
    companions = {f"{WEIGHT}.{name}": tensor for name, tensor in state.as_dict(packed=True).items()}
    return {WEIGHT: codes, **companions}, of_four_bits(codes, state)


def noise(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(dtype)


@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
@pytest.mark.parametrize("kind", ["nf4", "fp4"])
@pytest.mark.parametrize("shape", [(48, 256), (30, 200), (5, 7), (7, 9), (64, 80), (4, 30, 32), (130, 1024)], ids=str)
def test_four_bits_come_out_as_bitsandbytes_has_them(
    shape: tuple[int, ...], kind: str, nested: bool, tmp_path: Path
) -> None:
    tensors, numbers = four_bits(noise(*shape), kind, nested=nested)
    found = opened(tmp_path, tensors, SETTINGS)
    assert list(found) == [WEIGHT] and found[WEIGHT].packing is not None
    assert found[WEIGHT].packing.kind == f"bitsandbytes {kind.upper()}"
    assert_everywhere(found[WEIGHT], numbers)


def test_what_comes_out_is_near_what_went_in(tmp_path: Path) -> None:
    """Blocks that end within a row: see :func:`of_four_bits`."""
    weight = noise(64, 80)
    found = opened(tmp_path, four_bits(weight)[0], SETTINGS).numpy(WEIGHT)
    assert (torch.from_numpy(found) - weight).abs().max() < 0.16 * weight.abs().max()


@pytest.mark.parametrize("block", [32, 128, 512, 4096])
def test_blocks_of_any_size_come_out(block: int, tmp_path: Path) -> None:
    tensors, numbers = four_bits(noise(40, 330), block=block, nested=True)
    assert_everywhere(opened(tmp_path, tensors, SETTINGS)[WEIGHT], numbers)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_the_dtype_is_the_one_before_quantizing_and_rounding_to_it_is_bitsandbytes_own(
    dtype: torch.dtype, tmp_path: Path
) -> None:
    tensors, numbers = four_bits(noise(24, 130, dtype=dtype), nested=True)
    found = opened(tmp_path, tensors, SETTINGS)
    assert str(dtype) == f"torch.{found[WEIGHT].dtype}" and numbers.dtype is dtype
    torch.testing.assert_close(torch.from_numpy(found.numpy(WEIGHT)).to(dtype), numbers, rtol=0, atol=0)


@pytest.mark.parametrize("storage", [torch.bfloat16, torch.float32], ids=str)
def test_codes_may_be_stored_as_some_wider_dtype(storage: torch.dtype, tmp_path: Path) -> None:
    tensors, numbers = four_bits(noise(16, 64), storage=storage)
    assert tensors[WEIGHT].dtype is storage
    assert_everywhere(opened(tmp_path, tensors, SETTINGS)[WEIGHT], numbers)


def int8(weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
    """What ``Linear8bitLt`` saves of a weight, and the numbers that it stands for."""
    codes, magnitudes, _ = bnb.int8_vectorwise_quant(weight)
    layout = torch.tensor(0, dtype=torch.uint8)
    stored = {WEIGHT: codes, "layer.SCB": magnitudes, "layer.weight_format": layout}
    return stored, bnb.int8_vectorwise_dequant(codes, magnitudes)


@pytest.mark.parametrize("tells_layout", [True, False])
def test_int8_comes_out_as_bitsandbytes_has_it(tells_layout: bool, tmp_path: Path) -> None:
    tensors, numbers = int8(noise(37, 129, dtype=torch.float16))
    if not tells_layout:  # as the first versions saved it
        del tensors["layer.weight_format"]
    found = opened(tmp_path, tensors, {"load_in_8bit": True})
    assert list(found) == [WEIGHT] and found[WEIGHT].dtype is DType.FLOAT16
    assert_everywhere(found[WEIGHT], numbers)


def test_what_is_not_quantized_stays_as_it_is(tmp_path: Path) -> None:
    tensors, _ = four_bits(noise(8, 64))
    others = {"norm.weight": noise(8), "layer.bias": noise(8), "attn.bias": torch.ones(1, 1, 4, 4, dtype=torch.uint8)}
    found = opened(tmp_path, tensors | others, SETTINGS)
    assert set(found) == {WEIGHT, *others}
    assert all(found[name].packing is None for name in others)


STATE = f"{WEIGHT}.quant_state.bitsandbytes__nf4"


def said(**changes: Any) -> Callable[[Tensors], None]:
    """Other words in the state; None takes a key away."""

    def change(tensors: Tensors) -> None:
        state = json.loads(bytes(tensors[STATE].numpy())) | changes
        text = json.dumps({key: value for key, value in state.items() if value is not None})
        tensors[STATE] = torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8)

    return change


def text(raw: bytes) -> Callable[[Tensors], None]:
    return lambda tensors: tensors.update({STATE: torch.frombuffer(bytearray(raw), dtype=torch.uint8)})


def without(*suffixes: str) -> Callable[[Tensors], None]:
    def change(tensors: Tensors) -> None:
        for suffix in suffixes:
            del tensors[WEIGHT + suffix]

    return change


def other(suffix: str, tensor: torch.Tensor) -> Callable[[Tensors], None]:
    return lambda tensors: tensors.update({WEIGHT + suffix: tensor})


def renamed(tensors: Tensors) -> None:
    tensors[f"{WEIGHT}.quant_state.bitsandbytes__af4"] = tensors.pop(STATE)


BAD: dict[str, tuple[Callable[[Tensors], None], str]] = {
    "no state": (without(".quant_state.bitsandbytes__nf4"), "a state, layer.weight.quant_state.bitsandbytes__…"),
    "no weight": (without(""), "the tensor that it belongs to, layer.weight, found none"),
    "no absmax": (without(".absmax"), "its absmax, layer.weight.absmax, found none"),
    "no map": (without(".quant_map"), "its quant_map, layer.weight.quant_map, found none"),
    "no nested absmax": (without(".nested_absmax"), "its nested_absmax"),
    "no nested at all": (without(".nested_absmax", ".nested_quant_map"), "magnitudes that are quantized too"),
    "no nested offset": (said(nested_offset=None), "a nested_offset that is a number"),
    "unknown type": (renamed, "one of nf4, fp4, found af4"),
    "other type inside": (said(quant_type="fp4"), "quant_type 'nf4', as its name says, found quant_type 'fp4'"),
    "larger shape": (said(shape=[80, 200]), "8000 bytes, two codes of shape"),
    "smaller shape": (said(shape=[8, 20]), "80 bytes, two codes of shape"),
    "huge shape": (said(shape=[2**39, 2**39, 2**39]), "two codes of shape"),
    "overflowing shape": (said(shape=[2**64, 1]), "a shape of integers"),
    "negative shape": (said(shape=[-40, -200]), "a shape of integers"),
    "boolean shape": (said(shape=[True, 8000]), "a shape of integers"),
    "no shape": (said(shape=[]), "a shape of integers"),
    "text as shape": (said(shape="40, 200"), "a shape of integers"),
    "block of 0": (said(blocksize=0), "a blocksize from 1 to 65536"),
    "half a block": (said(blocksize=0.5), "a blocksize from 1 to 65536"),
    "other block": (said(blocksize=32), "250 × uint8"),
    "other nested block": (said(nested_blocksize=32), "4 × float32"),
    "nested block of 0": (said(nested_blocksize=0), "a nested_blocksize from 1"),
    "huge offset": (said(nested_offset=10**400), "a nested_offset that is a number"),
    "unknown dtype": (said(dtype="float8"), "a dtype that is one of float32"),
    "object as dtype": (said(dtype={"a": [1]}), "a dtype that is one of float32"),
    "other nested dtype": (said(nested_dtype="float16"), "nested_dtype 'float32'"),
    "no JSON": (text(b"nf4"), "a JSON object"),
    "a list": (text(b"[1]"), "a JSON object"),
    "no UTF-8": (text(b'{"\xff": 1}'), "a JSON object"),
    "infinite": (text(b'{"nested_offset": Infinity}'), "a JSON object"),
    "infinite by digits": (text(b'{"nested_offset": 1e999}'), "a JSON object"),
    "a key twice": (text(b'{"shape": [1], "shape": [2]}'), "a JSON object"),
    "deep": (text(b'{"a":' + b"[" * 60000 + b"]" * 5), "a JSON object"),
    "many digits": (text(b'{"shape": ' + b"9" * 50000 + b"}"), "a JSON object"),
    "a large state": (text(b" " * 70000), "1 to 65536 bytes of JSON"),
    "a state of floats": (other(".quant_state.bitsandbytes__nf4", torch.ones(9)), "1 to 65536 bytes of JSON"),
    "short absmax": (other(".absmax", torch.ones(124, dtype=torch.uint8)), "125 × uint8"),
    "absmax of floats": (other(".absmax", torch.ones(125)), "125 × uint8"),
    "short map": (other(".quant_map", torch.ones(15)), "16 × float32"),
    "map of bytes": (other(".nested_quant_map", torch.ones(256, dtype=torch.uint8)), "256 × float32"),
    "short codes": (other("", torch.ones(3999, 1, dtype=torch.uint8)), "4000 bytes, two codes of shape"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_makes_no_sense_is_named_before_anything_is_decoded(case: str, tmp_path: Path) -> None:
    change, message = BAD[case]
    tensors, _ = four_bits(noise(40, 200), nested=True)
    change(tensors)
    with pytest.raises(CorruptCheckpoint) as caught:
        opened(tmp_path, tensors, SETTINGS)
    assert message in str(caught.value) and f"model.safetensors: tensor '{WEIGHT}" in str(caught.value)
    assert len(str(caught.value)) < 1500


INT8_BAD: dict[str, tuple[dict[str, torch.Tensor | None], str]] = {
    "no magnitudes": ({"layer.SCB": None}, "what it is scaled by, layer.SCB, found none"),
    "no weight": ({WEIGHT: None}, "the tensor that it belongs to, layer.weight, found none"),
    "few magnitudes": ({"layer.SCB": torch.ones(7)}, "8 × float32, found float32, shape (7,)"),
    "other magnitudes": ({"layer.SCB": torch.ones(8, dtype=torch.float16)}, "8 × float32, found float16"),
    "other layout": ({"layer.weight_format": torch.tensor(2, dtype=torch.uint8)}, "in rows (0), found 2 (col_turing)"),
    "unknown layout": ({"layer.weight_format": torch.tensor(99, dtype=torch.uint8)}, "in rows (0), found 99 (99)"),
    "long layout": ({"layer.weight_format": torch.zeros(9, dtype=torch.uint8)}, "one byte"),
    "a vector": ({WEIGHT: torch.ones(8, dtype=torch.int8)}, "a matrix, found shape (8,)"),
}


@pytest.mark.parametrize("case", INT8_BAD)
def test_int8_that_makes_no_sense_is_named(case: str, tmp_path: Path) -> None:
    changes, message = INT8_BAD[case]
    tensors = {name: tensor for name, tensor in (int8(noise(8, 16))[0] | changes).items() if tensor is not None}
    with pytest.raises(CorruptCheckpoint) as caught:
        opened(tmp_path, tensors, SETTINGS)
    assert message in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    tensors, _ = four_bits(noise(40, 200))
    said(blocksize=0, dtype="x")(tensors)
    del tensors[f"{WEIGHT}.absmax"]
    tensors |= {"other.weight": torch.ones(2, 2, dtype=torch.int8)}
    with pytest.raises(CorruptCheckpoint) as caught:
        opened(tmp_path, tensors, SETTINGS)
    assert len(caught.value.faults) == 4
