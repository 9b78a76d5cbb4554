"""GGUF models that stay packed: they compute what dequantized ones do, in the memory that the file takes."""

from __future__ import annotations

import copy
import pickle
import threading
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from checkpoint.test_gguf_open import logits, write
from forks import Forks
from frameworks.torch import tiny

import loadstone
from loadstone import AutoModelForCausalLM
from loadstone.errors import ArgumentError, SaveError
from loadstone.frameworks.torch.quantized.ggml_layers import PackedEmbedding, PackedLinear

QUANTS = gguf.GGMLQuantizationType


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("packed") / "model.gguf")


def packed(path: Path, **options: Any) -> Any:
    return AutoModelForCausalLM.from_pretrained(path, dequantize=False, **options)


def test_the_real_model_says_the_same_packed(smollm2: Path) -> None:
    plain, model = AutoModelForCausalLM.from_pretrained(smollm2), packed(smollm2)
    ids = torch.tensor([[1, 504, 3575, 282, 4649, 314, 260]])
    with torch.no_grad():
        assert (model(ids).logits - plain(ids).logits).abs().max() <= 1e-4
        told = [each.generate(ids, max_new_tokens=12, do_sample=False) for each in (plain, model)]
    assert torch.equal(*told)
    assert model.lm_head.weight is model.model.embed_tokens.weight
    kinds = {type(module) for name, module in model.named_modules() if name.endswith(("_proj", "lm_head"))}
    assert kinds == {PackedLinear} and type(model.model.embed_tokens) is PackedEmbedding
    assert model.num_parameters() == plain.num_parameters()
    assert model.get_memory_footprint() <= 1.01 * smollm2.stat().st_size
    assert model.state_dict().keys() == plain.state_dict().keys()


_RESIDENT = """
import sys, torch
from loadstone import LlamaForCausalLM

def resident_bytes():
    return sum(int(line.split()[1]) for line in open("/proc/self/smaps") if line.startswith("Rss:")) << 10

torch.set_num_threads(1)
ids = torch.tensor([[1, 504, 3575, 282]])
small = LlamaForCausalLM.from_pretrained(sys.argv[1], dequantize=False)
with torch.no_grad():
    small(ids % 64)
before = resident_bytes()
model = LlamaForCausalLM.from_pretrained(sys.argv[2], dequantize=False)
with torch.no_grad():
    model(ids)
print(resident_bytes() - before)
"""


def test_a_packed_model_takes_the_memory_that_its_file_takes(forks: Forks, path: Path, smollm2: Path) -> None:
    """All pages of a fresh process, the file's too, beyond what a tiny model left there."""
    done = forks.run(_RESIDENT, path, smollm2)
    done.check_returncode()
    assert 0.9 * smollm2.stat().st_size < int(done.stdout) <= 1.1 * smollm2.stat().st_size


@pytest.mark.parametrize("kind", [QUANTS.Q4_0, QUANTS.Q5_1, QUANTS.Q8_0, QUANTS.MXFP4], ids=lambda kind: kind.name)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_logits_are_those_of_the_dequantized_model(kind: Any, dtype: str, tmp_path: Path) -> None:
    path = write(tmp_path / "x.gguf", kind=kind)
    found = packed(path, torch_dtype=dtype)
    expected = AutoModelForCausalLM.from_pretrained(path, torch_dtype=dtype)
    assert found.dtype == expected.dtype == logits(found).dtype
    share = 1e-5 if dtype == "float32" else 0.05
    assert (logits(found) - logits(expected)).abs().max() <= share * logits(expected).abs().max()


def test_a_weight_is_the_bytes_of_the_file(path: Path) -> None:
    weight = packed(path).model.layers[1].mlp.down_proj.weight
    reader = gguf.GGUFReader(path)
    stored = next(each for each in reader.tensors if each.name == "blk.1.ffn_down.weight")
    assert weight.dtype is torch.uint8 and bytes(weight.numpy()) == bytes(stored.data)
    assert "100 % mapped" in str(packed(path).load_report)


def test_a_file_that_may_not_be_mapped_is_read(path: Path) -> None:
    model = packed(path, transfer=loadstone.transfer_options(read="buffered"))
    assert type(model.lm_head) is PackedLinear
    assert torch.equal(logits(model), logits(packed(path)))


def test_what_is_not_packed_is_in_the_dtype_asked_for(path: Path) -> None:
    model = packed(path, torch_dtype="bfloat16")
    assert {each.dtype for each in model.parameters()} == {torch.uint8, torch.bfloat16}
    assert model.config.torch_dtype == torch.bfloat16
    assert logits(model.float()).dtype is torch.float32
    torch.testing.assert_close(logits(model), logits(packed(path)), rtol=0.02, atol=0.01)  # norms were rounded
    assert packed(path, torch_dtype="auto").dtype is torch.bfloat16


def test_a_plan_says_what_it_takes(path: Path) -> None:
    forecast = loadstone.plan(path, device_map="cpu", dequantize=False)
    model = packed(path)
    assert forecast.bytes_by_device == {"cpu": model.get_memory_footprint(return_buffers=False)}
    assert forecast.peak_private_bytes == 0 and forecast.cast_bytes == 0


def test_a_device_map_may_name_the_cpu_and_no_disk(path: Path, tmp_path: Path) -> None:
    assert torch.equal(logits(packed(path, device_map="cpu")), logits(packed(path)))
    with pytest.raises(ArgumentError, match="must be on the device that computes with them"):
        packed(path, device_map={"": "disk"}, offload_folder=tmp_path)


@pytest.mark.parametrize("prefix", ["Flax", "TF"])
def test_other_frameworks_say_that_they_cannot(prefix: str, path: Path) -> None:
    pytest.importorskip("flax" if prefix == "Flax" else "tensorflow")
    with pytest.raises(ArgumentError, match="PyTorch only"):
        getattr(loadstone, f"{prefix}AutoModelForCausalLM").from_pretrained(path, dequantize=False)


def test_to_quantize_anew_is_refused(path: Path) -> None:
    with pytest.raises(ArgumentError, match="give one of them"):
        packed(path, quantization_config=loadstone.TorchAoConfig("int8"))


def test_saving_is_refused_before_anything_is_written(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"dequantize=True.*loadstone convert"):
        packed(path).save_pretrained(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


def test_its_vocabulary_cannot_grow(path: Path) -> None:
    model = packed(path)
    with pytest.raises(ArgumentError, match="dequantize=True"):
        model.resize_token_embeddings(70)


def test_a_state_dict_goes_from_one_packed_model_to_another(path: Path, tmp_path: Path) -> None:
    other = packed(write(tmp_path / "x.gguf", lambda _, tensors: [each.__imul__(2) for each in tensors.values()]))
    model = packed(path)
    assert not torch.equal(logits(other), logits(model))
    other.load_state_dict(model.state_dict())
    assert torch.equal(logits(other), logits(model))


def test_copies_and_pickles_compute_the_same(path: Path) -> None:
    model = packed(path)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(logits(other), logits(model))
        assert other.lm_head.weight.data_ptr() != model.lm_head.weight.data_ptr()


def test_two_threads_may_load_and_run(path: Path) -> None:
    expected, found = logits(packed(path)), []
    threads = [threading.Thread(target=lambda: found.append(logits(packed(path)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2 and all(torch.equal(each, expected) for each in found)


def test_norms_and_adapters_can_be_trained_and_packed_weights_stay(path: Path) -> None:
    model: Any = packed(path)
    plain: Any = AutoModelForCausalLM.from_pretrained(path)
    for each in (model, plain):
        each(tiny.IDS, labels=tiny.IDS).loss.backward()
    found, expected = (each.model.layers[0].input_layernorm.weight.grad for each in (model, plain))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    trained = {name for name, each in model.named_parameters() if each.requires_grad}
    assert trained and all("norm" in name for name in trained)


def test_an_adapter_trains_on_a_packed_model(path: Path) -> None:
    peft = pytest.importorskip("peft")
    model = packed(path)
    before = logits(model)
    adapted = peft.get_peft_model(model, peft.LoraConfig(target_modules=["q_proj", "down_proj"], r=2))
    adapted(input_ids=tiny.IDS, labels=tiny.IDS).loss.backward()
    grads = [each.grad for name, each in adapted.named_parameters() if "lora_B" in name]
    assert len(grads) == 4 and all(each is not None and each.abs().sum() > 0 for each in grads)
    assert torch.equal(logits(adapted), before)
