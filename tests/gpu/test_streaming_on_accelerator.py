"""Weights on the CPU and the disk that cross to a real accelerator. Run with ``make test-gpu``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from loadstone import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from loadstone.errors import LoadstoneError
from loadstone.frameworks.torch.placement.device_ring import DeviceRing

pytestmark = pytest.mark.gpu
LAYERS = 8
IDS = torch.arange(24).view(2, 12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 70 MB, so that copies take long enough to be overtaken by what does not wait for them."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=999,
        hidden_size=512,
        intermediate_size=1400,
        num_hidden_layers=LAYERS,
        num_attention_heads=8,
        num_key_value_heads=4,
        tie_word_embeddings=False,
    )
    path = tmp_path_factory.mktemp("model")
    LlamaForCausalLM(config).save_pretrained(path, max_shard_size="20MB")
    return path


def device_map(layers: list[Any], around: Any) -> dict[str, Any]:
    return {f"model.layers.{n}": place for n, place in enumerate(layers)} | {
        "model.embed_tokens": around,
        "model.norm": around,
        "lm_head": around,
    }


MAPS = {
    "cpu": device_map([0] + ["cpu"] * (LAYERS - 1), 0),
    "disk": device_map([0] + ["disk"] * (LAYERS - 1), 0),
    "mixed": device_map([0, "cpu", "disk", "cpu", 0, "disk", "disk", "cpu"], "cpu"),
    "table-on-disk": device_map([0, "cpu"] * (LAYERS // 2), "disk"),
}


@pytest.mark.parametrize("chosen", MAPS.values(), ids=MAPS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_logits_and_text_are_those_of_a_model_on_the_accelerator(
    chosen: Any, dtype: torch.dtype, folder: Path, tmp_path: Path
) -> None:
    whole = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, device_map=0)
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, device_map=chosen, offload_folder=tmp_path)
    with torch.no_grad():
        expected = whole(IDS.to(whole.device)).logits.cpu()
        for _ in range(20):  # a missing wait shows in some passes only
            found = model(IDS).logits
            assert found.device.type == "cpu", "where the inputs were"
            assert found.equal(expected)
        on_device = model(IDS.to(whole.device)).logits
        assert on_device.device == whole.device and on_device.cpu().equal(expected)
    text = whole.generate(IDS.to(whole.device), max_new_tokens=16, do_sample=False).cpu()
    assert model.generate(IDS, max_new_tokens=16, do_sample=False).cpu().equal(text)


def test_auto_within_a_budget_keeps_to_it(folder: Path) -> None:
    torch.accelerator.synchronize()
    before = torch.cuda.memory_allocated()
    model = AutoModelForCausalLM.from_pretrained(folder, device_map="auto", max_memory={0: "50MB", "cpu": "1GB"})
    assert set(model.hf_device_map.values()) == {0, "cpu"}
    assert torch.cuda.memory_allocated() - before <= 50e6
    with torch.no_grad():
        assert model(IDS).logits.isfinite().all()


def test_the_ring_brings_every_byte_whatever_the_order() -> None:
    blocks = [[torch.randint(0, 255, (3_000_001 * (n + 1),), dtype=torch.uint8)] for n in range(5)]
    ring = DeviceRing(blocks, torch.device(torch.accelerator.current_accelerator(), 0))  # type: ignore[call-overload]
    for index in [*range(5)] * 10 + [3, 0, 4, 1, 1, 2]:
        with ring.turn:
            (found,) = ring.tensors(index)
            twice = found.clone()  # work that reads the buffer, queued behind the copy
            ring.release(index)
        assert twice.cpu().equal(blocks[index][0])


def test_gradients_are_refused(folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=MAPS["cpu"])
    with pytest.raises(LoadstoneError, match="no gradients"):
        model(IDS).logits.sum().backward()


def test_saving_a_spread_model_gives_the_same_checkpoint(folder: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, device_map=MAPS["mixed"])
    with torch.no_grad():
        model(IDS)
    model.save_pretrained(tmp_path / "saved")
    expected = AutoModelForCausalLM.from_pretrained(folder).state_dict()
    found = AutoModelForCausalLM.from_pretrained(tmp_path / "saved").state_dict()
    assert all(found[name].equal(value) for name, value in expected.items())
