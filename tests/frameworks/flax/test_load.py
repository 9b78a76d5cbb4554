"""Loading: where the numbers lie, in which dtype, on which device, and what is newly made."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from frameworks.flax import tiny

import loadstone
from loadstone.errors import ArgumentError, UnknownArgument, UnsupportedDType
from loadstone.frameworks.flax import initial
from loadstone.transfer import mapped_file as mapping


@pytest.fixture
def maps(monkeypatch: pytest.MonkeyPatch) -> list[mapping.MappedFile]:
    """The files that a load maps."""
    seen: list[mapping.MappedFile] = []
    plain = mapping.MappedFile.__init__

    def noted(self: Any, *arguments: Any) -> None:
        plain(self, *arguments)
        seen.append(self)

    monkeypatch.setattr(mapping.MappedFile, "__init__", noted)
    return seen


def aligned(path: Path) -> None:
    """Move the tensors of a safetensors file so that all begin at a multiple of 64 bytes."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length].rstrip()
    header += b" " * (-(8 + len(header)) % 64)
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])


def test_aligned_tensors_are_the_mapped_file_itself(tmp_path: Path, maps: list[mapping.MappedFile]) -> None:
    model = tiny.llama()
    aligned(tiny.saved(model, tmp_path) / "model.safetensors")
    loaded = loadstone.FlaxLlamaForCausalLM.from_pretrained(tmp_path)
    tiny.assert_same(loaded, model)
    start = np.frombuffer(maps[0].buffer, np.uint8).ctypes.data
    for array in jax.tree.leaves(nnx.state(loaded)):
        assert start <= array.unsafe_buffer_pointer() < start + maps[0].nbytes
    assert "100 % mapped" in str(loaded.load_report)


def test_tensors_that_are_not_aligned_are_copied_into_one_stretch(tmp_path: Path) -> None:
    model = tiny.llama()
    path = tiny.saved(model, tmp_path) / "model.safetensors"
    aligned(path)
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little") + 8
    path.write_bytes(length.to_bytes(8, "little") + content[8:length] + b" " * 8 + content[length:])
    loaded = loadstone.FlaxLlamaForCausalLM.from_pretrained(tmp_path)
    tiny.assert_same(loaded, model)
    places = [array.unsafe_buffer_pointer() for array in jax.tree.leaves(nnx.state(loaded))]
    assert all(place % 64 == 0 for place in places)
    nbytes = loaded.get_memory_footprint()
    assert max(places) - min(places) < nbytes + 64 * len(places)


def test_floating_point_slots_have_the_dtype_that_was_asked_for(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(), tmp_path)
    whole = loadstone.FlaxLlamaForCausalLM.from_pretrained(folder)
    for asked in (jnp.bfloat16, "bfloat16"):
        loaded = loadstone.FlaxLlamaForCausalLM.from_pretrained(folder, dtype=asked)
        assert {str(leaf.dtype) for leaf in jax.tree.leaves(loaded)} == {"bfloat16"}
        expected = jax.tree.map(lambda leaf: leaf.astype(jnp.bfloat16), whole)
        tiny.assert_same(loaded, expected)
        assert loaded.dtype == jnp.bfloat16 and loaded.config.torch_dtype == "bfloat16"
    with pytest.raises(UnsupportedDType):
        loadstone.FlaxLlamaForCausalLM.from_pretrained(folder, dtype="int8")


def test_loading_draws_numbers_only_for_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path)
    drawn: list[str] = []
    plain = initial.initial_arrays
    monkeypatch.setattr(
        "loadstone.frameworks.flax.fill.initial_arrays",
        lambda slots, *rest: drawn.extend(slot.name for slot in slots) or plain(slots, *rest),
    )
    model, info = loadstone.FlaxBertForSequenceClassification.from_pretrained(
        folder, num_labels=3, output_loading_info=True
    )
    assert set(drawn) == {"classifier.weight", "classifier.bias", "bert.pooler.dense.weight", "bert.pooler.dense.bias"}
    assert set(info["missing_keys"]) == set(drawn)
    assert float(jnp.abs(model.classifier.weight[...]).sum()) > 0 and model.classifier.bias[...].tolist() == [0, 0, 0]


def test_new_parts_follow_the_seed_and_nothing_else(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path)
    load = loadstone.FlaxBertForTokenClassification.from_pretrained
    one, same, other = (load(folder, seed=seed).classifier.weight[...] for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert np.array_equal(one, loadstone.FlaxBertForTokenClassification(tiny.config("bert"), seed=1).classifier.weight)


def test_keys_set_by_the_caller_reach_the_model_and_auto_within_a_config_means_as_stored(tmp_path: Path) -> None:
    keys = {"use_sliding_window": True, "max_window_layers": 1, "sliding_window": 3, "torch_dtype": "auto"}
    config = loadstone.Qwen2Config(**tiny.LLAMA | keys | {"num_hidden_layers": 2})
    loadstone.FlaxAutoModelForCausalLM.from_config(config, dtype="bfloat16").save_pretrained(tmp_path)
    values = json.loads((tmp_path / "config.json").read_text())
    layer_types = {"layer_types": ["full_attention", "sliding_attention"]}
    (tmp_path / "config.json").write_text(json.dumps(values | layer_types | {"torch_dtype": "auto"}))
    load = partial(loadstone.FlaxAutoModelForCausalLM.from_pretrained, tmp_path)
    rope = {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 1e4}}
    model = load(num_hidden_layers=1, dtype="auto", **rope)
    assert len(model.model.layers) == 1 and model.dtype == jnp.bfloat16
    assert not np.array_equal(model(tiny.IDS).logits, load(num_hidden_layers=1, dtype="auto")(tiny.IDS).logits)
    assert loadstone.FlaxAutoModelForCausalLM.from_config(config).dtype == jnp.float32


def test_from_config_draws_the_familys_numbers_in_the_dtype_asked_for() -> None:
    config = tiny.config("llama", initializer_range=0.5, hidden_size=64)
    model = loadstone.FlaxAutoModelForCausalLM.from_config(config, dtype="bfloat16", seed=4)
    weight = np.asarray(model.model.layers[0].mlp.up_proj.weight[...], np.float32)
    assert abs(weight.std() - 0.5) < 0.02 and model.dtype == jnp.bfloat16
    assert (np.asarray(model.model.norm.weight[...]) == 1).all()
    assert model.config is not config and model.config.torch_dtype == jnp.bfloat16
    with pytest.raises(UnknownArgument, match="color"):
        loadstone.FlaxAutoModelForCausalLM.from_config(config, color=1)
    with pytest.raises(UnsupportedDType, match="int8"):
        loadstone.FlaxAutoModelForCausalLM.from_config(config, dtype="int8")


def test_arrays_that_the_caller_holds_take_the_place_of_files(tmp_path: Path) -> None:
    model = tiny.llama()
    held = {name: jnp.asarray(array) for name, array in tiny.numbers(model).items()}
    loaded = loadstone.FlaxLlamaForCausalLM.from_pretrained(None, config=model.config, state_dict=held)
    tiny.assert_same(loaded, model)


@pytest.mark.parametrize("device_map", [None, "auto", "cpu", "cpu:0", 0, {"": "cpu"}, jax.devices()[0]])
def test_a_model_goes_to_the_device_asked_for(device_map: Any, tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(num_hidden_layers=1), tmp_path)
    loaded = loadstone.FlaxLlamaForCausalLM.from_pretrained(folder, device_map=device_map)
    assert loaded.lm_head.weight[...].devices() == {jax.devices()[0]}
    assert loaded.load_report.device == str(jax.devices()[0])


@pytest.mark.parametrize(
    ("placed", "says"),
    [
        (dict(device_map="disk"), "device_map is 'disk'.*It has 'cpu:0'"),
        (dict(device_map="cpu:9"), "there are 1 such devices"),
        (dict(device_map=True), "device_map is True"),
        (dict(device_map={"model": 0, "lm_head": "cpu"}), "sharding="),
        (dict(device_map="cpu", sharding=jax.sharding.Mesh(jax.devices()[:1], "m")), "not both"),
        (dict(sharding="auto"), "Give a jax.sharding.Mesh"),
        (dict(sharding=(jax.sharding.Mesh(jax.devices()[:1], "m"), {"weight": "m"})), "is no pattern"),
        (dict(sharding=(jax.sharding.Mesh(jax.devices()[:1], "m"), {"(": jax.P()})), "no regular expression"),
    ],
)
def test_places_that_jax_does_not_have_get_an_error_that_says_what_to_use(
    placed: Any, says: str, tmp_path: Path
) -> None:
    folder = tiny.saved(tiny.llama(num_hidden_layers=1), tmp_path)
    with pytest.raises(ArgumentError, match=says):
        loadstone.FlaxLlamaForCausalLM.from_pretrained(folder, **placed)


def test_a_class_without_parts_of_its_own_says_what_to_use(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="FlaxAutoModel"):
        loadstone.FlaxLlamaPreTrainedModel.from_pretrained(tmp_path)
    with pytest.raises(ArgumentError, match=r"FlaxLlamaModel.from_pretrained\('a'\)"):
        loadstone.FlaxLlamaModel("a")
