"""``loadstone.plan``: from headers alone, and what it says holds."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from forks import Forks
from frameworks.torch import tiny

import loadstone
from loadstone.errors import (
    ArgumentError,
    DoesNotFit,
    InvalidConfig,
    InvalidDeviceMap,
    LoadstoneError,
    UnknownModelType,
)

PLANNED = """
import json, sys, time
import loadstone
start = time.perf_counter()
room = {"max_memory": {"cpu": "30GiB"}, "offload_folder": "offload"}
forecast = loadstone.plan(sys.argv[1], device_map="auto", dtype="auto", **room)
seconds = time.perf_counter() - start
assert not {"torch", "jax", "tensorflow", "numpy"} & set(sys.modules), "plan imports no framework"
peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"s": seconds, "rss": peak, "json": forecast.to_json()}))
"""

MEASURED = """
import json, sys, threading, time
import torch
import loadstone
loadstone.AutoModelForCausalLM.from_pretrained(sys.argv[1])  # all that loading imports
folder, how = sys.argv[2], json.loads(sys.argv[3])

def private():
    lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return sum(int(lines[key].split()[0]) * 1024 for key in ("RssAnon", "RssShmem"))

before, seen, done = private(), [0], threading.Event()
def watch():
    while not done.is_set():
        seen.append(private())
        time.sleep(0.001)
watcher = threading.Thread(target=watch)
watcher.start()
model = loadstone.AutoModelForCausalLM.from_pretrained(folder, **how)
after = private()
done.set()
watcher.join()
print(json.dumps({"peak": max(*seen, after) - before, "map": model.hf_device_map}))
"""


def run(code: str, *arguments: Any) -> Any:
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny.saved(tiny.llama(tie_word_embeddings=False), tmp_path / "tiny")


def test_no_framework_is_imported(folder: Path) -> None:
    seen = run(PLANNED, folder)["json"]
    assert seen["model_class"] == "LlamaForCausalLM" and seen["dtype"] == "float32"
    assert seen["device_map"] == {"": "cpu"}
    assert seen["bytes_by_device"] == {"cpu": seen["parameters"] * 4}
    assert seen["peak_private_bytes"] == 0, "all are views"


def test_a_checkpoint_of_a_hundred_thousand_tensors(tmp_path: Path) -> None:
    """Sparse files: 400 GB by their sizes, headers only on the disk."""
    layers, experts = 256, 128
    width, inner, vocab = 2048, 2048, 151_936
    config: dict[str, Any] = dict(
        architectures=["Qwen3MoeForCausalLM"],
        model_type="qwen3_moe",
        hidden_size=width,
        moe_intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=32,
        num_key_value_heads=4,
        head_dim=128,
        num_experts=experts,
        vocab_size=vocab,
    )
    (tmp_path / "config.json").write_text(json.dumps(config))
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (vocab, width)}
    for layer in range(layers):
        block = f"model.layers.{layer}"
        shapes |= {f"{block}.self_attn.{name}_proj.weight": (512, width) for name in "kv"}
        shapes |= {f"{block}.self_attn.q_proj.weight": (4096, width), f"{block}.self_attn.o_proj.weight": (width, 4096)}
        shapes |= {f"{block}.self_attn.{name}_norm.weight": (128,) for name in "qk"}
        shapes |= {f"{block}.{name}_layernorm.weight": (width,) for name in ("input", "post_attention")}
        shapes[f"{block}.mlp.gate.weight"] = (experts, width)
        for expert in range(experts):
            stem = f"{block}.mlp.experts.{expert}"
            shapes |= {f"{stem}.{name}_proj.weight": (inner, width) for name in ("gate", "up")}
            shapes[f"{stem}.down_proj.weight"] = (width, inner)
    shapes |= {"model.norm.weight": (width,), "lm_head.weight": (vocab, width)}
    names = list(shapes)
    assert len(names) > 100_000
    shards, weight_map, total = 80, {}, 0
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        header, at = {}, 0
        for name in names[shard::shards]:
            size = 2
            for extent in shapes[name]:
                size *= extent
            header[name] = {"dtype": "BF16", "shape": shapes[name], "data_offsets": [at, at + size]}
            at += size
            weight_map[name] = file
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with (tmp_path / file).open("wb") as out:
            out.write(struct.pack("<Q", len(text)) + text)
            out.truncate(8 + len(text) + at)
        total += at
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    seen = run(PLANNED, tmp_path)
    assert sum(seen["json"]["bytes_by_device"].values()) == total > 800e9
    assert 20e9 < seen["json"]["bytes_by_device"]["cpu"] < 32e9
    assert seen["rss"] < 200e6
    assert seen["s"] < 5, "under a second on an idle machine; benchmarks/RESULTS.md has the figure"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """335 MB in float32."""
    sizes: dict[str, Any] = dict(hidden_size=1024, num_attention_heads=8, num_key_value_heads=8, vocab_size=8192)
    model = loadstone.LlamaForCausalLM(tiny.config("llama", **sizes, num_hidden_layers=4, intermediate_size=4096))
    return tiny.saved(model, tmp_path_factory.mktemp("plan") / "large", max_shard_size="100MB")


@pytest.mark.parametrize("how", ["cast", "offloaded", "views"])
def test_the_peak_of_private_memory_is_the_forecast_one(
    how: str, forks: Forks, folder: Path, large: Path, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {
        "cast": {"dtype": "bfloat16", "device_map": "cpu"},
        "offloaded": {"dtype": "bfloat16", "device_map": "auto", "max_memory": {"cpu": "110MB"}},
        "views": {"dtype": "auto", "device_map": "cpu"},
    }[how]
    asked["offload_folder"] = str(tmp_path / "offload")
    forecast = loadstone.plan(large, **asked)
    done = forks.run(MEASURED, folder, large, json.dumps(asked))
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["map"] == forecast.device_map
    staging = 64 << 20 if how == "offloaded" else 4 << 20
    low, high = 0.95 * forecast.peak_private_bytes, 1.05 * forecast.peak_private_bytes + staging
    assert low <= measured["peak"] <= high, (forecast.peak_private_bytes, measured)


def test_bytes_to_cast_to_offload_and_to_read_each_time(folder: Path) -> None:
    whole = loadstone.plan(folder, device_map="cpu")
    stored = whole.bytes_by_device["cpu"]
    cast = loadstone.plan(folder, device_map="cpu", dtype="float16")
    assert (cast.cast_bytes, cast.peak_private_bytes, cast.read_bytes) == (stored // 2, stored // 2, stored)
    room: dict[str, Any] = {"max_memory": {"cpu": "35kB"}, "offload_folder": folder / "offload"}
    offloaded = loadstone.plan(folder, device_map="disk", dtype="float16", **room)
    assert offloaded.offload_bytes == stored // 2 == offloaded.bytes_by_device["disk"]
    assert 0 < offloaded.streamed_bytes < stored // 2
    viewed = loadstone.plan(folder, device_map="disk", max_memory={"cpu": "100MB"})
    assert (viewed.offload_bytes, viewed.streamed_bytes, viewed.read_bytes) == (0, 0, 0)


def test_room_for_the_texts_that_are_announced(folder: Path) -> None:
    sizes = {"cpu": "1MB"}
    plain = loadstone.plan(folder, max_memory=sizes)
    announced = loadstone.plan(folder, max_memory=sizes, max_batch=4, max_length=32)
    keys_and_values = 2 * 2 * 4 * 32 * 2 * 8 * 4  # both, layers, texts, tokens, heads, head_dim, bytes
    assert announced.reserve_bytes >= plain.reserve_bytes + keys_and_values
    with pytest.raises(DoesNotFit):
        loadstone.plan(folder, max_memory=sizes, max_batch=64, max_length=2048)


def test_a_head_that_is_missing_is_forecast_as_new(folder: Path) -> None:
    forecast = loadstone.plan(folder, head="sequence-classification")
    assert forecast.model_class == "LlamaForSequenceClassification"
    assert set(forecast.initialized) == {"score.weight"} and forecast.unused == ("lm_head.weight",)


def test_a_config_that_is_given_is_the_one_that_is_planned_for(folder: Path) -> None:
    config = loadstone.AutoConfig.from_pretrained(folder)
    config.num_hidden_layers = 1
    forecast = loadstone.plan(folder, config=config)
    assert any(name.startswith("model.layers.1.") for name in forecast.unused)
    assert not any(name.startswith("model.layers.0.") for name in forecast.unused)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"device_map": {"model": "cpu"}}, InvalidDeviceMap, "lm_head"),
        ({"device_map": "cuda:x"}, ArgumentError, "is no device"),
        ({"max_memory": {"cpu": "10 GiBs"}}, ArgumentError, "10 GiBs"),
        ({"max_memory": {"cpu": "-1GB"}}, ArgumentError, "-1GB"),
        ({"max_memory": {"cpu": 100}}, DoesNotFit, "short"),
        ({"device_map": {"": "cpu"}, "max_memory": {"cpu": "20kB"}}, DoesNotFit, "more than the 20000 bytes"),
        ({"head": "nonsense"}, UnknownModelType, "nonsense"),
        ({"nonsense": 1}, ArgumentError, "nonsense"),
    ],
)
def test_what_cannot_be_planned_is_said(folder: Path, asked: dict[str, Any], error: type, said: str) -> None:
    with pytest.raises(error) as caught:
        loadstone.plan(folder, **asked)
    assert isinstance(caught.value, LoadstoneError) and said in str(caught.value)


def test_everything_is_in_its_json_and_the_main_things_in_its_text(folder: Path) -> None:
    forecast = loadstone.plan(folder, max_memory={"cpu": "70kB"})
    assert json.loads(json.dumps(forecast.to_json()))["device_map"] == forecast.device_map
    text = str(forecast)
    assert text.splitlines()[0].startswith("LlamaForCausalLM from ") and "of 70.00 kB" in text
    assert all(module.reason for module in forecast.modules if module.place == "disk")


def test_a_quantized_checkpoint_is_planned_as_it_would_be_loaded(tmp_path: Path) -> None:
    from quantization.test_gptq import a_model

    plain = tiny.saved(tiny.llama(), tmp_path / "plain")
    a_model(plain, tmp_path / "packed")
    whole, packed = loadstone.plan(plain, device_map="cpu"), (tmp_path / "packed")
    with pytest.raises(InvalidConfig, match="dequantize=True"):
        loadstone.plan(packed, device_map="cpu")
    forecast = loadstone.plan(packed, device_map="cpu", dequantize=True)
    assert (forecast.parameters, forecast.bytes_by_device) == (whole.parameters, whole.bytes_by_device)
    assert not forecast.unused and not forecast.initialized
    unpacked_bytes = 4 * 2 * (2 * 32 * 32 + 2 * 16 * 32 + 3 * 32 * 48)  # of two layers, in float32
    assert forecast.cast_bytes == forecast.peak_private_bytes == unpacked_bytes
    assert forecast.read_bytes < whole.read_bytes - unpacked_bytes // 2
