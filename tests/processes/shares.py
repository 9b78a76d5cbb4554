"""Two ranks load a model whose files nobody has read yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import torch

import loadstone


class Read(NamedTuple):
    """What a rank read ahead, and whether the model is right."""

    nbytes: int
    is_equal: bool


def read_ahead(folder: Path, keywords: dict[str, Any]) -> Read:
    """By ``from_pretrained``."""
    model = loadstone.AutoModelForCausalLM.from_pretrained(folder, torch_dtype="auto", **keywords)
    stage = next(stage for stage in model.load_report.stages if stage.name == "read")
    plain = loadstone.open_checkpoint(folder)
    equal = all(
        torch.equal(
            tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor, torch.from_numpy(plain.numpy(name))
        )
        for name, tensor in model.state_dict().items()
    )
    return Read(stage.nbytes, equal)
