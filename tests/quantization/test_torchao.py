"""What torchao writes into safetensors files, against torchao's own numbers, bit for bit; and what is no such file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from quantization.reading import assert_everywhere
from quantization.stored import Tensors, opened
from torchao.float8.inference import Float8MMConfig
from torchao.prototype.mx_formats.mx_tensor import MXTensor
from torchao.prototype.mx_formats.nvfp4_tensor import NVFP4Tensor, per_tensor_amax_to_scale
from torchao.prototype.safetensors.safetensors_support import flatten_tensor_state_dict
from torchao.quantization import (
    Float8Tensor,
    Int4Tensor,
    Int4TilePackedTo4dTensor,
    Int8Tensor,
    IntxUnpackedToInt8Tensor,
    MappingType,
    PerBlock,
    PerRow,
    PerTensor,
)

from loadstone.checkpoint import Checkpoint
from loadstone.core.tensors import DType
from loadstone.errors import CorruptCheckpoint, InvalidConfig

SETTINGS = {"quant_method": "torchao", "quant_type": {"default": {"_type": "Int8WeightOnlyConfig", "_data": {}}}}
NAME = "model.layer.weight"


def noise(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(dtype)


def written(folder: Path, weight: torch.Tensor) -> Checkpoint:
    """What torchao writes of a weight and of a plain one, opened."""
    tensors, metadata = flatten_tensor_state_dict({NAME: weight, "model.norm.weight": torch.ones(4)})
    assert NAME not in tensors
    return opened(folder, tensors, SETTINGS, metadata)


def assert_is(folder: Path, weight: Any, numbers: torch.Tensor, dtype: torch.dtype) -> None:
    found = written(folder, weight)
    assert set(found) == {NAME, "model.norm.weight"} and found["model.norm.weight"].packing is None
    assert f"torch.{found[NAME].dtype}" == str(dtype) and numbers.dtype is dtype
    torch.testing.assert_close(torch.from_numpy(found.numpy(NAME)).to(dtype), numbers, rtol=0, atol=0)


DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)


@DTYPES
@pytest.mark.parametrize("mapping", [MappingType.SYMMETRIC, MappingType.ASYMMETRIC], ids=lambda each: each.name)
@pytest.mark.parametrize("granularity", [PerRow(), PerTensor(), PerBlock([8, 16])], ids=str)
@pytest.mark.parametrize("shape", [(24, 64), (3, 16, 32)], ids=str)
def test_int8_comes_out(
    shape: tuple[int, ...], granularity: Any, mapping: MappingType, dtype: torch.dtype, tmp_path: Path
) -> None:
    if isinstance(granularity, PerBlock) and len(shape) == 3:
        granularity = PerBlock([1, 8, 16])
    weight = Int8Tensor.from_hp(noise(*shape, dtype=dtype), granularity, mapping)
    assert_is(tmp_path, weight, weight.dequantize(), dtype)
    assert_everywhere(written(tmp_path, weight)[NAME], weight.dequantize(torch.float32))


@DTYPES
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_integers_of_any_width_in_bytes_come_out(bits: int, dtype: torch.dtype, tmp_path: Path) -> None:
    target = getattr(torch, f"int{bits}")
    mapping = MappingType.ASYMMETRIC
    weight = IntxUnpackedToInt8Tensor.from_hp(noise(24, 96, dtype=dtype), (1, 32), target, mapping_type=mapping)
    assert weight.zero_point.abs().max() > 0
    assert_is(tmp_path, weight, weight.dequantize(), dtype)


@DTYPES
@pytest.mark.parametrize("granularity", [PerRow(), PerRow(dim=0), PerTensor(), PerBlock([8, 16])], ids=str)
def test_float8_comes_out(granularity: Any, dtype: torch.dtype, tmp_path: Path) -> None:
    weight = Float8Tensor.from_hp(noise(24, 64, dtype=dtype), granularity=granularity, mm_config=Float8MMConfig())
    assert_is(tmp_path, weight, weight.dequantize(), dtype)
    assert_everywhere(written(tmp_path, weight)[NAME], weight.dequantize(torch.float32))


@pytest.mark.parametrize("scales", [(24, 1), (1, 1), (1, 64), (3, 4)], ids=str)
def test_float8_that_does_not_say_its_blocks_has_them_by_its_scales(scales: tuple[int, int], tmp_path: Path) -> None:
    codes = noise(24, 64).to(torch.float8_e4m3fn)
    weight = Float8Tensor(codes, noise(*scales).abs(), dtype=torch.float32)
    assert_everywhere(written(tmp_path, weight)[NAME], weight.dequantize())


@pytest.mark.parametrize("shape", [(12, 64), (3, 5, 96)], ids=str)
def test_int4_comes_out_by_its_definition(shape: tuple[int, ...], tmp_path: Path) -> None:
    """Whatever makes these needs a graphics processor: code × scale + zero, the lower half of a byte first."""
    codes = torch.randint(-8, 8, shape, generator=torch.Generator().manual_seed(0), dtype=torch.int8)
    packed = (codes[..., ::2] & 15) | (codes[..., 1::2] << 4)
    scale, zero = (noise(*shape[:-2], shape[-1] // 32, shape[-2], dtype=torch.bfloat16) * by for by in (1, 3))
    box = [*(1 for _ in shape[:-1]), 32]
    numbers = codes.float() * scale.mT.float().repeat_interleave(32, -1) + zero.mT.float().repeat_interleave(32, -1)
    weight = Int4Tensor(packed, scale, zero, box, torch.Size(shape))
    found = written(tmp_path, weight)[NAME]
    assert found.dtype is DType.BFLOAT16
    assert_everywhere(found, numbers)


@DTYPES
@pytest.mark.parametrize("swizzled", [False, True], ids=["in order", "tiled"])
@pytest.mark.parametrize("element", [torch.float8_e4m3fn, torch.float8_e5m2, torch.float4_e2m1fn_x2], ids=str)
@pytest.mark.parametrize("shape", [(24, 64), (130, 416), (3, 128, 96)], ids=str)
def test_mx_comes_out(
    shape: tuple[int, ...], element: torch.dtype, swizzled: bool, dtype: torch.dtype, tmp_path: Path
) -> None:
    plain = noise(*shape, dtype=torch.bfloat16 if dtype is torch.float16 else dtype)
    weight = MXTensor.to_mx(plain, element, block_size=32, is_swizzled_scales=swizzled)
    assert_is(tmp_path, weight, weight.dequantize(), plain.dtype)
    assert_everywhere(written(tmp_path, weight)[NAME], weight.dequantize(torch.float32))


@pytest.mark.parametrize("over", [False, True], ids=["blocks alone", "two levels"])
@pytest.mark.parametrize("swizzled", [False, True], ids=["in order", "tiled"])
@pytest.mark.parametrize("shape", [(24, 64), (130, 208), (3, 128, 96)], ids=str)
def test_nvfp4_comes_out(shape: tuple[int, ...], swizzled: bool, over: bool, tmp_path: Path) -> None:
    plain = noise(*shape, dtype=torch.bfloat16)
    scale = per_tensor_amax_to_scale(plain.float().abs().max()) if over else None
    weight = NVFP4Tensor.to_nvfp4(plain, per_tensor_scale=scale, is_swizzled_scales=swizzled)
    assert_is(tmp_path, weight, weight.dequantize(), torch.bfloat16)
    assert_everywhere(written(tmp_path, weight)[NAME], weight.dequantize(torch.float32))


def test_nvfp4_may_have_a_scale_for_each_expert(tmp_path: Path) -> None:
    single = NVFP4Tensor.to_nvfp4(noise(3, 8, 32, dtype=torch.bfloat16))
    over = torch.tensor([0.5, 3.0, 7.0]).reshape(3, 1, 1)
    weight = NVFP4Tensor(single.qdata, single.scale, 16, torch.bfloat16, over)
    assert_everywhere(written(tmp_path, weight)[NAME], single.dequantize(torch.float32) * over)


def test_a_tensor_that_is_described_and_not_stored_is_left_to_what_needs_it(tmp_path: Path) -> None:
    weight = Int8Tensor.from_hp(noise(8, 16), PerRow())
    tensors, metadata = flatten_tensor_state_dict({NAME: weight, "lm_head.weight": weight})
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith("lm_head")}
    assert list(opened(tmp_path, kept, SETTINGS, metadata)) == [NAME]


PREFIX = "model.layer._weight_"


def told(**changes: Any) -> Callable[[Tensors, dict[str, str]], None]:
    """Other words of the weight's ``_data``; None takes a key away."""

    def change(tensors: Tensors, metadata: dict[str, str]) -> None:
        said = json.loads(metadata[NAME])
        data = {key: value for key, value in (said["_data"] | changes).items() if value is not None}
        metadata[NAME] = json.dumps(said | {"_data": data})

    return change


def raw(text: str) -> Callable[[Tensors, dict[str, str]], None]:
    return lambda tensors, metadata: metadata.update({NAME: text})


def part(name: str, tensor: torch.Tensor | None) -> Callable[[Tensors, dict[str, str]], None]:
    def change(tensors: Tensors, metadata: dict[str, str]) -> None:
        if tensor is None:
            del tensors[PREFIX + name]
        else:
            tensors[PREFIX + name] = tensor

    return change


BAD: dict[str, tuple[Callable[[Tensors, dict[str, str]], None], str]] = {
    "no scale": (part("scale", None), f"the scale of {NAME} beside it, found none"),
    "no codes": (part("qdata", None), f"the qdata of {NAME} beside it, found none"),
    "other scales": (part("scale", torch.ones(7, 1)), "8 × 1 blocks of (1, 16), found float32"),
    "scales of bytes": (part("scale", torch.ones(8, 1, dtype=torch.uint8)), "found uint8"),
    "other zeros": (part("zero_point", torch.ones(9, 1, dtype=torch.int8)), "8 values, one for each of 8 × 1 blocks"),
    "codes of floats": (part("qdata", torch.ones(8, 16)), "expected int8, found float32"),
    "a vector": (part("qdata", torch.ones(16, dtype=torch.int8)), "a block_size for 1 dimensions"),
    "no codes at all": (part("qdata", torch.ones(0, 16, dtype=torch.int8)), "contiguous row-major values"),
    "activations scaled": (part("act_pre_scale", torch.ones(16)), "what the layer's input is multiplied by"),
    "a box that does not fit": (told(block_size=[3, 16]), "a shape in whole blocks of (3, 16), found shape (8, 16)"),
    "a box of 0": (told(block_size=[0, 16]), "a block_size for 2 dimensions"),
    "a large box": (told(block_size=[1, 2**70]), "a block_size for 2 dimensions"),
    "a box of one": (told(block_size=[16]), "a block_size for 2 dimensions"),
    "a box of truths": (told(block_size=[True, 16]), "a block_size for 2 dimensions"),
    "no box": (told(block_size=None), "a block_size for 2 dimensions"),
    "unknown dtype": (told(dtype={"_type": "torch.dtype", "_data": "int8"}), "a floating-point dtype"),
    "dtype of text": (told(dtype="bfloat16"), "a floating-point dtype"),
    "no dtype": (told(dtype=None), "a floating-point dtype"),
    "no JSON": (raw('{"_type": '), "a type that is one of Int8Tensor"),
    "deep": (raw('{"_type": ' + "[" * 50000), "a type that is one of Int8Tensor"),
    "unknown type": (raw('{"_type": "Int3Tensor", "_data": {}}'), "found 'Int3Tensor'"),
    "a list as type": (raw('{"_type": [1], "_data": {}}'), "found [1]"),
    "no data": (raw('{"_type": "Int8Tensor"}'), "a type that is one of Int8Tensor"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_makes_no_sense_is_named(case: str, tmp_path: Path) -> None:
    change, message = BAD[case]
    tensors, metadata = flatten_tensor_state_dict({NAME: Int8Tensor.from_hp(noise(8, 16), PerRow())})
    change(tensors, metadata)
    with pytest.raises(CorruptCheckpoint) as caught:
        opened(tmp_path, tensors, SETTINGS, metadata)
    assert message in str(caught.value) and f"model.safetensors: tensor '{PREFIX}" in str(caught.value)
    assert len(str(caught.value)) < 1500


def refused(folder: Path, weight: torch.Tensor, changes: Mapping[str, torch.Tensor], **said: Any) -> str:
    tensors, metadata = flatten_tensor_state_dict({NAME: weight})
    told(**said)(tensors, metadata)
    with pytest.raises(CorruptCheckpoint) as caught:
        opened(folder, tensors | {PREFIX + name: tensor for name, tensor in changes.items()}, SETTINGS, metadata)
    return str(caught.value)


def test_tiles_of_the_wrong_size_are_named(tmp_path: Path) -> None:
    weight = MXTensor.to_mx(noise(24, 64), torch.float8_e4m3fn, block_size=32, is_swizzled_scales=True)
    said = refused(tmp_path, weight, {"scale": torch.ones(32, 8).to(torch.float8_e8m0fnu)})
    assert "48 values, one for each of 24 × 2 blocks of (1, 32)" in said


def test_int4_whose_shape_is_not_that_of_its_bytes_is_named(tmp_path: Path) -> None:
    scale = torch.ones(2, 12)
    weight = Int4Tensor(torch.ones(12, 32, dtype=torch.int8), scale, scale, [1, 32], torch.Size((12, 64)))
    assert "the bytes of shape (12, 96), found 384 bytes" in refused(tmp_path, weight, {}, shape=[12, 96])
    assert "a shape for 2 dimensions" in refused(tmp_path, weight, {}, shape=[12, -64])
    assert "24 values, one for each of 12 × 2 blocks" in refused(tmp_path, weight, {"scale": torch.ones(12, 2)})


def test_mx_of_an_unknown_element_or_a_block_of_no_size_is_named(tmp_path: Path) -> None:
    weight = MXTensor.to_mx(noise(24, 64), torch.float8_e4m3fn, block_size=32)
    assert "an elem_dtype of float4_e2m1fn_x2" in refused(tmp_path, weight, {}, elem_dtype="fp6_e3m2")
    assert "a block_size of at least 1" in refused(tmp_path, weight, {}, block_size=0)
    assert "a shape in whole blocks of (1, 24)" in refused(tmp_path, weight, {}, block_size=24)


def test_what_only_one_kind_of_processor_can_read_is_refused(tmp_path: Path) -> None:
    codes, scales = torch.zeros(1, 8, 32, 4, dtype=torch.int32), torch.zeros(32, 8, 2, dtype=torch.bfloat16)
    weight = Int4TilePackedTo4dTensor(codes, scales, [1, 32], torch.Size((8, 1024)))
    said = refused(tmp_path, weight, {})
    assert "found 'Int4TilePackedTo4dTensor'. Load it with torchao" in said


def test_files_that_do_not_describe_their_tensors_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="describe its tensors in their metadata"):
        opened(tmp_path, {NAME: noise(8, 16)}, SETTINGS)
