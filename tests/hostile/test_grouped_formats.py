"""Damaged quantized checkpoints: what is read comes out, all else is one of our errors."""

from __future__ import annotations

import copy
import random
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from quantization.test_pieces import MADE
from safetensors.torch import save_file

import loadstone
from loadstone.errors import LoadstoneError
from loadstone.pipeline.quantized_checkpoint import dequantized

DTYPES = (torch.int8, torch.uint8, torch.int32, torch.int64, torch.float16, torch.float32, torch.float8_e4m3fn)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    -1,
    0,
    1,
    3,
    7,
    1 << 40,
    1.5,
    "",
    "x",
    [],
    [0],
    {},
    {"a": 1},
    "tensor",
    "int",
)
ROUNDS = 40


def spoil_tensor(stored: dict[str, torch.Tensor], chance: random.Random) -> None:
    name = chance.choice(sorted(stored))
    tensor = stored[name]
    how = chance.randrange(7)
    if how == 0 and len(stored) > 1:
        del stored[name]
    elif how == 1:
        stored[f"{name}{chance.choice(['', '.weight', '_scale', '.qweight'])}"] = tensor
    elif how == 2:
        stored[name] = torch.zeros(tensor.shape, dtype=chance.choice(DTYPES))
    elif how == 3:
        stored[name] = tensor.flatten()[: chance.randrange(tensor.numel() + 1)].clone()
    elif how == 4:
        stored[name] = tensor.reshape(chance.choice([(-1,), (1, -1), (-1, 1), (1, 1, -1)])).clone()
    elif how == 5:
        noise = [chance.randrange(256) for _ in range(tensor.numel() * tensor.element_size())]
        stored[name] = torch.tensor(noise, dtype=torch.uint8).view(tensor.dtype).view(tensor.shape)
    else:
        stored[name] = tensor.repeat(*[chance.choice([1, 1, 2]) for _ in tensor.shape])


def spoil_settings(settings: Any, chance: random.Random) -> None:
    while True:
        keys = list(settings) if isinstance(settings, dict) else list(range(len(settings)))
        key = chance.choice(keys)
        inner = settings[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.7:
            settings = inner
            continue
        if key != "quant_method":
            settings[key] = chance.choice(VALUES)
        return


@pytest.mark.parametrize("name", ["GPTQ 3", "GPTQ 4 in order", "AWQ gemm", "AWQ gemv", *list(MADE)[8:]])
def test_damage_ends_in_numbers_or_in_one_of_our_errors(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    whole, settings = MADE[name]()
    refused = 0
    for _ in range(ROUNDS):
        stored, changed = dict(whole), copy.deepcopy(settings)
        for _ in range(chance.choice([1, 1, 2])):
            if chance.random() < 0.7:
                spoil_tensor(stored, chance)
            else:
                spoil_settings(changed, chance)
        save_file({key: tensor.clone().contiguous() for key, tensor in stored.items()}, tmp_path / "model.safetensors")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                checkpoint = dequantized(loadstone.open_checkpoint(tmp_path), changed)
                for each, tensor in checkpoint.items():
                    assert checkpoint.numpy(each).shape == tensor.shape
                    assert np.prod(tensor.shape) <= 8 * sum(part.numel() * 8 for part in stored.values())
            except LoadstoneError:
                refused += 1
    assert refused > ROUNDS // 4
