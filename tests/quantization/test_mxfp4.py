"""MXFP4 experts, against Transformers' own decoder, bit for bit; and what is no such checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
import torch
from quantization.reading import assert_everywhere
from quantization.stored import Tensors, opened

from loadstone.core.tensors import DType
from loadstone.errors import CorruptCheckpoint
from loadstone.quantization.nibbles import E2M1, looked_up

SETTINGS = {"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]}
NAME = "model.layers.0.mlp.experts.gate_up_proj"


def experts(*shape: int, lowest: int = 100, highest: int = 150) -> Tensors:
    """Random codes and scales for (experts, outputs, groups)."""
    dice = np.random.default_rng(0)
    blocks = dice.integers(0, 256, (*shape, 16), np.uint8)
    scales = dice.integers(lowest, highest, shape, np.uint8)
    return {f"{NAME}_blocks": torch.from_numpy(blocks), f"{NAME}_scales": torch.from_numpy(scales)}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32], ids=str)
@pytest.mark.parametrize("shape", [(3, 10, 4), (1, 64, 1), (5, 1, 9), (2, 96, 33)], ids=str)
def test_experts_come_out_turned_as_transformers_has_them(
    shape: tuple[int, int, int], dtype: torch.dtype, tmp_path: Path
) -> None:
    from transformers.integrations.mxfp4 import convert_moe_packed_tensors

    tensors = experts(*shape)
    expected = convert_moe_packed_tensors(*tensors.values(), dtype=dtype)
    found = opened(tmp_path, tensors, SETTINGS)
    assert list(found) == [NAME] and found[NAME].dtype is DType.BFLOAT16
    assert_everywhere(found[NAME], expected)


def test_every_scale_but_that_of_nan_is_transformers_own(tmp_path: Path) -> None:
    from transformers.integrations.mxfp4 import convert_moe_packed_tensors

    tensors = experts(1, 255, 2)
    tensors[f"{NAME}_scales"][0, :, :] = torch.arange(255, dtype=torch.uint8)[:, None]
    expected = convert_moe_packed_tensors(*tensors.values(), dtype=torch.float32)
    assert_everywhere(opened(tmp_path, tensors, SETTINGS)[NAME], expected)


def test_a_scale_of_255_is_nan_as_the_specification_says(tmp_path: Path) -> None:
    tensors = experts(1, 2, 1)
    tensors[f"{NAME}_scales"][0, 1, 0] = 255
    found = opened(tmp_path, tensors, SETTINGS).numpy(NAME)
    assert np.isnan(found[0, :, 1]).all() and not np.isnan(found[0, :, 0]).any()


def test_every_code_is_the_number_of_its_dtype() -> None:
    codes = np.arange(16, dtype=np.uint8)
    np.testing.assert_array_equal(E2M1, codes.view(ml_dtypes.float4_e2m1fn).astype(np.float32))
    assert np.signbit(E2M1[8]) and E2M1.dtype == np.float32
    assert looked_up(np.array([[0x2F]], np.uint8), E2M1, high_first=True).tolist() == [[1, -6]]


def test_what_is_not_quantized_stays_as_it_is(tmp_path: Path) -> None:
    others = {f"{NAME}_bias": torch.ones(3, 10), "norm.weight": torch.ones(8), "experts_blocks.weight": torch.ones(2)}
    found = opened(tmp_path, experts(3, 10, 4) | others, SETTINGS)
    assert set(found) == {NAME, *others} and all(found[name].packing is None for name in others)


BLOCKS, SCALES = f"{NAME}_blocks", f"{NAME}_scales"
BAD: dict[str, tuple[Callable[[Tensors], object], str]] = {
    "no scales": (lambda tensors: tensors.pop(SCALES), f"its scales, {SCALES}, found none"),
    "no blocks": (lambda tensors: tensors.pop(BLOCKS), "blocks that it scales, found none"),
    "other scales": (
        lambda tensors: tensors.update({SCALES: torch.ones(3, 10, 5, dtype=torch.uint8)}),
        "bytes of shape (3, 10, 4), found uint8, shape (3, 10, 5)",
    ),
    "scales of floats": (lambda tensors: tensors.update({SCALES: torch.ones(3, 10, 4)}), "found float32"),
    "blocks of floats": (lambda tensors: tensors.update({BLOCKS: torch.ones(3, 10, 4, 16)}), "found float32"),
    "blocks of 8": (
        lambda tensors: tensors.update({BLOCKS: torch.ones(3, 10, 8, 8, dtype=torch.uint8)}),
        "(experts, outputs, groups, 16), found uint8, shape (3, 10, 8, 8)",
    ),
    "one expert": (lambda tensors: tensors.update({BLOCKS: tensors[BLOCKS][0]}), "(experts, outputs, groups, 16)"),
    "no expert": (lambda tensors: tensors.update({BLOCKS: tensors[BLOCKS][:0]}), "(experts, outputs, groups, 16)"),
    "stored twice": (lambda tensors: tensors.update({NAME: torch.ones(3, 128, 10)}), "one way to store a tensor"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_makes_no_sense_is_named(case: str, tmp_path: Path) -> None:
    change, message = BAD[case]
    tensors = experts(3, 10, 4)
    change(tensors)
    with pytest.raises(CorruptCheckpoint) as caught:
        opened(tmp_path, tensors, SETTINGS)
    assert message in str(caught.value) and f"model.safetensors: tensor '{NAME}" in str(caught.value)
