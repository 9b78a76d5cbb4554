"""Loading straight onto an accelerator. Run with ``make test-gpu``; no CI machine of this project has one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from loadstone import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

pytestmark = pytest.mark.gpu


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=99, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.parametrize("device_map", ["auto", 0, {"": 0}])
def test_model_on_the_accelerator_gives_the_logits_of_the_cpu(folder: Path, device_map: object) -> None:
    ids = torch.arange(12)[None]
    on_cpu = AutoModelForCausalLM.from_pretrained(folder)
    there = AutoModelForCausalLM.from_pretrained(folder, device_map=device_map)
    assert {slot.device.type for slot in (*there.parameters(), *there.buffers())} == {there.device.type}
    assert there.device.type != "cpu"
    assert there.hf_device_map == {"": 0}
    with torch.no_grad():
        difference = there(ids.to(there.device)).logits.cpu() - on_cpu(ids).logits
    assert difference.abs().max() < 1e-3


def test_numbers_are_cast_on_the_accelerator_exactly_as_on_the_cpu(folder: Path) -> None:
    on_cpu = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.bfloat16).state_dict()
    there = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.bfloat16, device_map="auto").state_dict()
    assert [name for name, slot in there.items() if not slot.cpu().equal(on_cpu[name])] == []
