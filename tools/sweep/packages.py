"""The packages that some model types need, made to import where PyTorch has no CUDA."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


def show_torchvision() -> list[Any]:
    """Puts the Python files of torchvision, which the Makefile installs apart, on the path; timm imports them.

    Returns what has to live as long as they are used: their kernels, declared and without code. Nothing in a model
    calls them.
    """
    import torch

    beside = Path(sys.prefix) / "torchvision"
    if not beside.is_dir() or importlib.util.find_spec("torchvision") or torch.version.cuda:
        return []
    sys.path.append(str(beside))
    declared = torch.library.Library("torchvision", "DEF")
    for operator in _OPERATORS:
        declared.define(operator)
    return [declared]
