"""Packed checkpoints damaged at random, by the hundred: our error, or the same numbers however they are read."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from quantization import test_bitsandbytes, test_mxfp4, test_torchao
from quantization.reading import in_pieces
from quantization.stored import Tensors, opened
from torchao.prototype.mx_formats.mx_tensor import MXTensor
from torchao.prototype.safetensors.safetensors_support import flatten_tensor_state_dict
from torchao.quantization import Float8Tensor, Int8Tensor, PerBlock, PerRow

from loadstone.errors import LoadstoneError

VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    3,
    16,
    32,
    64,
    1 << 31,
    1 << 70,
    0.5,
    1e300,
    "",
    "x",
    "nf4",
    "float32",
]
VALUES += [[], [0], [1], [8, 16], [16, 8], [1, 32], [1 << 40, 1], [[1]], {}, {"_data": "float16"}, {"_type": [1]}]
DTYPES = [torch.uint8, torch.int8, torch.int32, torch.float16, torch.float32, torch.float64, torch.bool]


def weights() -> dict[str, tuple[Tensors, dict[str, str]]]:
    plain = torch.randn(8, 64, generator=torch.Generator().manual_seed(0))
    of_torchao = {
        "torchao int8": Int8Tensor.from_hp(plain, PerRow()),
        "torchao float8": Float8Tensor.from_hp(plain, granularity=PerBlock([4, 16])),
        "torchao mx": MXTensor.to_mx(plain, torch.float4_e2m1fn_x2, 32, is_swizzled_scales=True),
    }
    return {
        "bitsandbytes nf4": (test_bitsandbytes.four_bits(plain, nested=True)[0], {}),
        "bitsandbytes odd": (test_bitsandbytes.four_bits(plain[:5, :7])[0], {}),
        "bitsandbytes int8": (test_bitsandbytes.int8(plain)[0], {}),
        "mxfp4": (test_mxfp4.experts(2, 4, 3), {}),
        **{name: flatten_tensor_state_dict({test_torchao.NAME: each}) for name, each in of_torchao.items()},
    }


def damage_json(dice: random.Random, text: str) -> str:
    """Another value somewhere in it, a key less, or some characters gone."""
    if dice.random() < 0.2:
        at = dice.randrange(len(text))
        return text[:at] + text[at + dice.randint(1, 9) :]
    value: Any = json.loads(text)
    inside = value
    while True:
        key = dice.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
        if isinstance(inside[key], dict | list) and inside[key] and dice.random() < 0.5:
            inside = inside[key]
        elif dice.random() < 0.2:
            del inside[key]
            return json.dumps(value)
        else:
            inside[key] = dice.choice(VALUES)
            return json.dumps(value)


def damage(dice: random.Random, tensors: Tensors) -> None:
    """A tensor less, one more, or one of another dtype or shape."""
    name = dice.choice(list(tensors))
    raw = tensors[name].contiguous().reshape(-1).view(torch.uint8)
    match dice.randrange(5):
        case 0:
            del tensors[name]
        case 1:
            tensors[name] = raw.to(dice.choice(DTYPES))
        case 2:
            tensors[name] = tensors[name].flatten()[: dice.randrange(tensors[name].numel())].clone()
        case 3:
            tensors[name] = raw.repeat(2, 1)
        case _:
            tensors[dice.choice(["a.weight", "a.SCB", "b.weight.absmax", "c_scales", f"{name}x"])] = raw.clone()


WEIGHTS = weights()


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_damaged_checkpoint_is_refused_or_has_the_same_numbers_however_it_is_read(name: str, tmp_path: Path) -> None:
    dice = random.Random(name)
    method = name.partition(" ")[0]
    outcomes = {True: 0, False: 0}
    for _ in range(300):
        tensors, metadata = map(dict, WEIGHTS[name])
        state = next((each for each in tensors if "quant_state" in each), None)
        if state is not None and dice.random() < 0.7:
            text = damage_json(dice, bytes(tensors[state].numpy()).decode())
            tensors[state] = torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8)
        if test_torchao.NAME in metadata and dice.random() < 0.7:
            metadata[test_torchao.NAME] = damage_json(dice, metadata[test_torchao.NAME])
        if dice.random() < 0.5:
            damage(dice, tensors)
        try:
            checkpoint = opened(tmp_path, tensors, {"quant_method": method}, metadata)
        except LoadstoneError as error:
            assert len(str(error)) < 5000
            outcomes[False] += 1
            continue
        outcomes[True] += 1
        for tensor in checkpoint.values():
            if tensor.packing is not None:
                np.testing.assert_array_equal(in_pieces(tensor, 3).numpy(), checkpoint.numpy(tensor.name))
    assert min(outcomes.values()) > 20
