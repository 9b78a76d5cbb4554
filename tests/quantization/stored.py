"""Small checkpoints whose weights are stored in fewer bits, and what comes out, for the tests of every format."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.pipeline.quantized_checkpoint import dequantized

Tensors = dict[str, torch.Tensor]
Quantize = Callable[[str, torch.Tensor], tuple[Tensors, torch.Tensor]]
"""A weight's name and numbers → what is stored in its place, and what comes out of that, as float32."""


def quantized(plain: Path, to: Path, settings: Mapping[str, Any], quantize: Quantize, keep: str = "lm_head") -> Tensors:
    """Write a copy of a one-file checkpoint with its linear weights quantized; the numbers of every tensor."""
    shutil.copytree(plain, to, dirs_exist_ok=True)
    config = json.loads((to / "config.json").read_text())
    (to / "config.json").write_text(json.dumps(config | {"quantization_config": dict(settings)}))
    stored: Tensors = {}
    numbers: Tensors = {}
    for name, tensor in load_file(plain / "model.safetensors").items():
        if name.endswith("proj.weight") and keep not in name:
            parts, numbers[name] = quantize(name, tensor)
            stored |= {part: each.contiguous() for part, each in parts.items()}
        else:
            stored[name] = numbers[name] = tensor
    save_file(stored, to / "model.safetensors", metadata={"format": "pt"})
    return numbers


def assert_numbers(found: Mapping[str, torch.Tensor], expected: Tensors, dtype: torch.dtype) -> None:
    """Every tensor, exactly."""
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name].detach(), tensor.to(dtype), rtol=0, atol=0, msg=name)


def opened(
    folder: Path,
    tensors: Mapping[str, torch.Tensor],
    settings: Mapping[str, Any],
    metadata: Mapping[str, str] | None = None,
) -> Checkpoint:
    """What a checkpoint of these tensors is to a model."""
    whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
    save_file(whole, folder / "model.safetensors", metadata=dict(metadata or {}) | {"format": "pt"})
    return dequantized(open_checkpoint(folder), settings)


def weight_in(checkpoint: Checkpoint, name: str = "weight") -> torch.Tensor:
    """A tensor's numbers."""
    return torch.from_numpy(checkpoint.numpy(name))


def assert_same(found: torch.Tensor, expected: torch.Tensor) -> None:
    """Equal numbers of one dtype, exactly."""
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
