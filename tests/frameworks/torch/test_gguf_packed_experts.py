"""Mixtures of experts from GGUF files stay packed: they compute the same, in the memory that the file takes."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from checkpoint.test_gguf_open import logits, write
from forks import Forks
from frameworks.torch import tiny

import loadstone
from loadstone import AutoModelForCausalLM
from loadstone.errors import ArgumentError, CorruptCheckpoint, MissingTensors, SaveError
from loadstone.frameworks.torch.loading.module_walk import plain_class
from loadstone.frameworks.torch.modeling.leaves import Experts
from loadstone.frameworks.torch.quantized.ggml_experts import PackedExperts

QUANTS = gguf.GGMLQuantizationType
Q8_0, Q4_0, Q5_1 = QUANTS.Q8_0, QUANTS.Q4_0, QUANTS.Q5_1
NO_KINDS: Mapping[str, Any] = MappingProxyType({})


def mixture(
    path: Path,
    kinds: Mapping[str, Any] = NO_KINDS,
    order: tuple[str, ...] = ("gate", "down", "up"),
    one_by_one: bool = False,
    **sizes: int,
) -> Path:
    """A Mixtral with its experts in that order, stacked or as files of old have them."""
    count, width, inner, layers = (
        sizes.get(name, value) for name, value in (("count", 4), ("width", 32), ("inner", 64), ("layers", 2))
    )

    def change(values: dict[str, Any], tensors: dict[str, np.ndarray]) -> None:
        random = np.random.default_rng(1)
        heads = {"attention.head_count": width // 8, "attention.head_count_kv": width // 8}
        lengths = {"embedding_length": width, "feed_forward_length": inner, "block_count": layers}
        values.update({**lengths, **heads, "expert_count": count, "expert_used_count": 2})
        shapes = {"token_embd": (64, width), "output_norm": (width,), "output": (64, width)}
        for layer in range(layers):
            shapes |= {f"blk.{layer}.attn_{name}": (width, width) for name in ("q", "k", "v", "output")}
            shapes |= {f"blk.{layer}.{name}_norm": (width,) for name in ("attn", "ffn")}
            shapes[f"blk.{layer}.ffn_gate_inp"] = (count, width)
            for number in range(count) if one_by_one else (None,):
                for name in order:
                    shape = (width, inner) if name == "down" else (inner, width)
                    of = "_exps" if number is None else f".{number}"
                    shapes[f"blk.{layer}.ffn_{name}{of}"] = (count, *shape) if number is None else shape
        tensors.clear()
        for name, shape in shapes.items():
            tensors[f"{name}.weight"] = random.standard_normal(shape, np.float32) / width**0.5

    return write(path, change, Q8_0, kinds=kinds)


def packed(path: Path, **options: Any) -> Any:
    return AutoModelForCausalLM.from_pretrained(path, dequantize=False, **options)


def plain(path: Path, **options: Any) -> Any:
    return AutoModelForCausalLM.from_pretrained(path, **options)


def experts(model: Any, layer: int = 0) -> Any:
    return model.model.layers[layer].block_sparse_moe.experts


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixture(tmp_path_factory.mktemp("mixture") / "model.gguf")


FILES: dict[str, dict[str, Any]] = {
    "one type": {},
    "up first": dict(order=("up", "gate", "down")),
    "gates and ups of two types": dict(kinds={"ffn_gate_exps": Q4_0, "ffn_up_exps": Q5_1}),
    "plain downs": dict(kinds={"ffn_down_exps": None}),
    "a plain gate": dict(kinds={"ffn_gate_exps": np.float16}),
    "downs in other blocks": dict(kinds={"ffn_down_exps": QUANTS.MXFP4}),
    "one by one": dict(one_by_one=True),
    "one by one, of two types": dict(one_by_one=True, kinds={"ffn_gate.1": Q4_0}),
    "one by one, ups of another": dict(one_by_one=True, kinds={"ffn_up.": Q4_0}),
    "every expert for every token": dict(count=2),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_logits_are_those_of_the_dequantized_model(name: str, dtype: str, tmp_path: Path) -> None:
    path = mixture(tmp_path / "x.gguf", **FILES[name])
    found, expected = logits(packed(path, torch_dtype=dtype)), logits(plain(path, torch_dtype=dtype))
    assert found.dtype is expected.dtype
    share = 1e-5 if dtype == "float32" else 0.05
    assert (found - expected).abs().max() <= share * expected.abs().max()


@pytest.mark.parametrize(
    ("name", "slots"),
    {
        "one type": ["gate_up_proj", "down_proj"],
        "up first": ["gate_up_proj", "down_proj"],
        "gates and ups of two types": ["gate_up_proj", "down_proj"],
        "plain downs": ["gate_up_proj"],
        "a plain gate": ["down_proj"],
        "one by one": ["gate_up_proj", "down_proj"],
        "one by one, of two types": ["down_proj"],
        "one by one, ups of another": ["gate_up_proj", "down_proj"],
    }.items(),
)
def test_what_is_in_blocks_stays_so(name: str, slots: list[str], tmp_path: Path) -> None:
    path = mixture(tmp_path / "x.gguf", **FILES[name])
    model, other = packed(path), plain(path)
    found = experts(model)
    assert type(found) is PackedExperts and plain_class(experts(other)) is Experts
    assert [each for each, weight in found.named_parameters() if weight.dtype is torch.uint8] == slots
    assert model.num_parameters() == other.num_parameters()
    assert model.state_dict().keys() == other.state_dict().keys()


@pytest.mark.parametrize("name", ["one type", "up first", "one by one", "downs in other blocks"])
def test_experts_at_equal_distances_are_the_bytes_of_the_file_and_no_copy(name: str, tmp_path: Path) -> None:
    path = mixture(tmp_path / "x.gguf", **FILES[name])
    model = packed(path)
    assert "100 % mapped" in str(model.load_report)
    assert loadstone.plan(path, device_map="cpu", dequantize=False).peak_private_bytes == 0
    stored = {each.name: bytes(each.data) for each in gguf.GGUFReader(path).tensors}
    one_by_one = name == "one by one"
    for expert in range(4):
        ends = f".{expert}.weight" if one_by_one else "_exps.weight"
        parts = {each: stored[f"blk.1.ffn_{each}{ends}"] for each in ("gate", "up", "down")}
        if not one_by_one:
            sizes = {each: len(data) // 4 for each, data in parts.items()}
            parts = {each: data[expert * sizes[each] : (expert + 1) * sizes[each]] for each, data in parts.items()}
        first, second = ("up", "gate") if name == "up first" else ("gate", "up")
        found = experts(model, 1)
        assert found.gate_up_proj[expert].numpy().tobytes() == parts[first] + parts[second]
        assert found.down_proj[expert].numpy().tobytes() == parts["down"]


@pytest.mark.parametrize("name", FILES)
def test_a_plan_says_what_it_takes(name: str, tmp_path: Path) -> None:
    path = mixture(tmp_path / "x.gguf", **FILES[name])
    forecast = loadstone.plan(path, device_map="cpu", dequantize=False)
    model = packed(path)
    assert forecast.bytes_by_device == {"cpu": model.get_memory_footprint(return_buffers=False)}
    assert forecast.parameters == model.num_parameters()
    if name == "gates and ups of two types":  # put together in memory
        assert forecast.peak_private_bytes == sum(experts(model, layer).gate_up_proj.nbytes for layer in range(2))


def test_a_file_that_may_not_be_mapped_is_read(path: Path) -> None:
    model = packed(path, transfer=loadstone.transfer_options(read="buffered"))
    assert type(experts(model)) is PackedExperts
    assert torch.equal(logits(model), logits(packed(path)))


_RESIDENT = """
import json, sys, torch
from loadstone import MixtralForCausalLM

def resident_bytes():
    return sum(int(line.split()[1]) for line in open("/proc/self/smaps") if line.startswith("Rss:")) << 10

def peak_bytes():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")) << 10

torch.set_num_threads(1)
ids = torch.tensor([[1, 4, 35, 2, 9, 50, 41, 27]])
small = MixtralForCausalLM.from_pretrained(sys.argv[1], dequantize=False)
with torch.no_grad():
    for some in (ids[:, :1], ids, ids.repeat(4, 1)):  # functions for few tokens and for many are compiled
        small(some)
before = resident_bytes()
open("/proc/self/clear_refs", "w").write("5")  # the peak begins anew
model = MixtralForCausalLM.from_pretrained(sys.argv[2], dequantize=False)
with torch.no_grad():
    model(ids)
print(json.dumps({"resident": resident_bytes() - before, "peak": peak_bytes() - before}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("name", ["one type", "gates and ups of two types"])
def test_a_mixture_takes_the_memory_that_its_file_takes(name: str, forks: Forks, tmp_path: Path) -> None:
    """All pages of a fresh process, the file's too, beyond what a model of one such layer left there: what decoding
    and products need for some rows at a time is as much for either."""
    sizes: dict[str, Any] = dict(width=512, inner=768)
    small = mixture(tmp_path / "small.gguf", **FILES[name], count=2, layers=1, **sizes)
    large = mixture(tmp_path / "large.gguf", **FILES[name], count=16, layers=3, **sizes)
    done = forks.run(_RESIDENT, small, large)
    done.check_returncode()
    found, size = json.loads(done.stdout), large.stat().st_size
    assert 0.85 * size < found["resident"] <= 1.1 * size  # less where new pages are some that were let go before
    assert found["peak"] <= 1.1 * size


def test_a_device_map_may_name_the_cpu_and_no_disk(path: Path, tmp_path: Path) -> None:
    model = packed(path, device_map="cpu")
    assert model.hf_device_map == {"": "cpu"} and torch.equal(logits(model), logits(packed(path)))
    with pytest.raises(ArgumentError, match="must be on the device that computes with them"):
        packed(path, device_map={"": "disk"}, offload_folder=tmp_path)
    with pytest.raises(ArgumentError, match="must be on the device that computes with them"):
        packed(path, device_map="auto", max_memory={"cpu": "64KB"}, offload_folder=tmp_path)


def test_saving_is_refused_before_anything_is_written(path: Path, tmp_path: Path) -> None:
    model = packed(path)
    with pytest.raises(SaveError, match=r"dequantize=True.*loadstone convert"):
        model.save_pretrained(tmp_path / "saved")
    state = {name: tensor for name, tensor in model.state_dict().items() if "experts" in name}
    with pytest.raises(SaveError, match=r"4 weights .* model\.layers\.0\.block_sparse_moe\.experts\.gate_up_proj"):
        model.save_pretrained(tmp_path / "saved", state_dict=state)
    assert not (tmp_path / "saved").exists()


def test_a_state_dict_goes_from_one_packed_mixture_to_another(path: Path, tmp_path: Path) -> None:
    model = packed(path)
    other = packed(mixture(tmp_path / "x.gguf", order=("down", "gate", "up")))
    assert not torch.equal(logits(other), logits(model))
    other.load_state_dict(model.state_dict())
    assert torch.equal(logits(other), logits(model))


def test_copies_and_pickles_compute_the_same(path: Path) -> None:
    model = packed(path)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(logits(other), logits(model))
        assert experts(other).down_proj.data_ptr() != experts(model).down_proj.data_ptr()


def test_norms_and_routers_are_trained_through_packed_experts(path: Path) -> None:
    model, other = packed(path), plain(path)
    for each in (model, other):
        each(tiny.IDS, labels=tiny.IDS).loss.backward()
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            found, expected = parameter.grad, other.get_parameter(name).grad
            torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-6, msg=name)
    assert experts(model).gate_up_proj.grad is None


@pytest.mark.parametrize("one_by_one", [False, True])
def test_experts_without_ups_are_told_as_they_are_of_a_dequantized_model(one_by_one: bool, tmp_path: Path) -> None:
    path = mixture(tmp_path / "x.gguf", order=("gate", "down"), one_by_one=one_by_one)
    told = []
    for load in (plain, packed):
        with pytest.raises((CorruptCheckpoint, MissingTensors), match="gate_up_proj") as raised:
            load(path)
        told.append((raised.type, str(raised.value)))
    assert told[0] == told[1]
