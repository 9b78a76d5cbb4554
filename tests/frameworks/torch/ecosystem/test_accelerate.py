"""accelerate: what it prepares, dispatches and saves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone


@pytest.fixture
def accelerator() -> Iterator[Any]:
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(True)  # other tests have one without mixed precision
    yield Accelerator(cpu=True, mixed_precision="bf16")
    AcceleratorState._reset_state(True)


def test_autocast_computes_in_bfloat16_and_gives_float32(accelerator: Any, tmp_path: Path) -> None:
    base = tiny.saved(tiny.llama(), tmp_path)
    outputs = []
    for library in (loadstone, transformers):
        model = library.AutoModelForCausalLM.from_pretrained(base)
        prepared = accelerator.prepare(model)
        outputs.append(prepared(tiny.IDS, labels=tiny.IDS, output_hidden_states=True))
        accelerator.backward(outputs[-1].loss)
        assert model.lm_head.weight.grad.dtype == torch.float32
        assert accelerator.unwrap_model(prepared) is model
        assert type(accelerator.unwrap_model(prepared, keep_fp32_wrapper=False)) is type(model)
    ours, theirs = outputs
    assert ours.logits.dtype == ours.loss.dtype == torch.float32
    assert all(states.dtype == torch.float32 for states in ours.hidden_states)
    assert torch.equal(ours.logits, theirs.logits) and torch.equal(ours.loss, theirs.loss)
    plain = loadstone.AutoModelForCausalLM.from_pretrained(base)(tiny.IDS).logits
    assert not torch.equal(ours.logits, plain), "computed in bfloat16"


def test_a_state_is_saved_and_comes_back(accelerator: Any, tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    model, optimizer = accelerator.prepare(model, torch.optim.AdamW(model.parameters(), lr=1e-2))
    before = tiny.numbers(model)
    accelerator.save_state(str(tmp_path))
    model(tiny.IDS, labels=tiny.IDS).loss.backward()
    optimizer.step()
    assert not torch.equal(model.lm_head.weight, before["lm_head.weight"])
    accelerator.load_state(str(tmp_path))
    tiny.assert_same(tiny.numbers(model), before)
    assert model.lm_head.weight is model.model.embed_tokens.weight


def test_layers_are_kept_whole_and_weights_come_from_elsewhere(tmp_path: Path) -> None:
    from accelerate import cpu_offload, disk_offload, infer_auto_device_map

    model = tiny.llama(num_hidden_layers=6)
    layer = sum(p.numel() * p.element_size() for p in model.model.layers[0].parameters())
    devices = infer_auto_device_map(
        model, max_memory={0: 3 * layer, "cpu": 10**9}, no_split_module_classes=model._no_split_modules
    )
    assert not any(name.startswith("model.layers.") and name.count(".") > 2 for name in devices), devices
    assert set(devices.values()) == {0, "cpu"}
    expected = tiny.llama()(tiny.IDS).logits
    assert torch.equal(cpu_offload(tiny.llama(), execution_device="cpu")(tiny.IDS).logits, expected)
    elsewhere = disk_offload(tiny.llama(), tmp_path, execution_device="cpu")
    assert torch.equal(elsewhere(tiny.IDS).logits, expected)
