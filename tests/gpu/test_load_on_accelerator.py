"""Loading straight onto an accelerator. Run with ``make test-gpu``; no CI machine of this project has one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from loadstone import (
    AutoModelForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MixtralConfig,
    MixtralForCausalLM,
    transfer_options,
)

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


@pytest.mark.parametrize("read", ["auto", "buffered", "direct"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_experts_and_tensors_larger_than_a_lane_arrive_as_on_the_cpu(
    read: str, dtype: torch.dtype, tmp_path: Path
) -> None:
    config = MixtralConfig(
        vocab_size=20_001, hidden_size=512, intermediate_size=640, num_hidden_layers=2, num_attention_heads=8,
        num_key_value_heads=2, num_local_experts=4,
    )  # fmt: skip
    MixtralForCausalLM(config).save_pretrained(tmp_path, max_shard_size="20MB")
    on_cpu = AutoModelForCausalLM.from_pretrained(tmp_path, torch_dtype=dtype).state_dict()
    for _ in range(3):  # the ring is used again
        there = AutoModelForCausalLM.from_pretrained(
            tmp_path, torch_dtype=dtype, device_map=0, transfer=transfer_options(read)
        ).state_dict()
        assert [name for name, slot in there.items() if not slot.cpu().equal(on_cpu[name])] == []


def test_numbers_are_cast_on_the_accelerator_exactly_as_on_the_cpu(folder: Path) -> None:
    on_cpu = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.bfloat16).state_dict()
    there = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.bfloat16, device_map="auto").state_dict()
    assert [name for name, slot in there.items() if not slot.cpu().equal(on_cpu[name])] == []
