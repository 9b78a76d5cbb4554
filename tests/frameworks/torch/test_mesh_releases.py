"""Which releases of PyTorch models on a mesh need."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from frameworks.torch import tiny

from loadstone import AutoModelForCausalLM
from loadstone.errors import ArgumentError


def test_an_older_release_is_refused_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.saved(tiny.llama(), tmp_path / "model")
    monkeypatch.setattr(torch, "__version__", torch.torch_version.TorchVersion("2.9.1"))
    with pytest.raises(ArgumentError, match=r"need PyTorch 2\.10 or later, and this is 2\.9\.1"):
        AutoModelForCausalLM.from_pretrained(folder, tp_plan="auto")
