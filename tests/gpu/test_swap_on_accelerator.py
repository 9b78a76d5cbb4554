"""Other weights for a model on an accelerator. Run with ``make test-gpu``; no CI machine of this project has one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny

from loadstone import AutoModelForCausalLM

pytestmark = pytest.mark.gpu


@torch.no_grad()
def logits(model: Any) -> torch.Tensor:
    return model(tiny.IDS.to(model.device)).logits


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_model_there_is_the_other_checkpoints(dtype: torch.dtype, tmp_path: Path) -> None:
    folders = [tiny.saved(tiny.llama(seed), tmp_path / str(seed)) for seed in (1, 2)]
    model = AutoModelForCausalLM.from_pretrained(folders[0], torch_dtype=dtype, device_map=0)
    assert model.device.type != "cpu"
    for folder, in_place in ((folders[1], False), (folders[0], True), (folders[1], True), (folders[0], False)):
        before = [each.data_ptr() for each in model.parameters()]
        model.swap_weights(folder, in_place=in_place)
        assert ([each.data_ptr() for each in model.parameters()] == before) is in_place
        wanted = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, device_map=0)
        assert torch.equal(logits(model), logits(wanted))
        assert {each.device for each in model.parameters()} == {wanted.device}
