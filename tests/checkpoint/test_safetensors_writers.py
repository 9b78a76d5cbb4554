"""Safetensors files that Transformers 4's Flax and TensorFlow classes wrote: the header says whose names they have."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import loadstone
from loadstone.checkpoint import open_checkpoint
from loadstone.errors import CorruptCheckpoint

Array = np.ndarray[Any, Any]
BERT = {
    "model_type": "bert",
    "architectures": ["BertForMaskedLM"],
    "vocab_size": 20,
    "hidden_size": 8,
    "intermediate_size": 12,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "max_position_embeddings": 16,
}
GPT2 = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 20, "n_embd": 8, "n_layer": 1}
GPT2 |= {"n_head": 2, "n_positions": 16}


def plain(tmp_path: Path, config: Mapping[str, Any]) -> Path:
    """A tiny model of random numbers, as Loadstone saves it."""
    made = loadstone.AutoConfig.for_model(**{key: value for key, value in config.items() if key != "architectures"})
    auto = loadstone.AutoModelForMaskedLM if config is BERT else loadstone.AutoModelForCausalLM
    model = auto.from_config(made)
    for parameter in model.parameters():
        parameter.data.normal_()
    model.save_pretrained(tmp_path / "plain")
    return tmp_path / "plain"


def in_flax(name: str, array: Array) -> tuple[str, Array]:
    module, _, leaf = name.rpartition(".")
    if leaf != "weight":
        return name, array
    if "LayerNorm" in name or "ln_" in name:
        return f"{module}.scale", array
    if "embeddings" in name or "wte" in name or "wpe" in name:
        return f"{module}.embedding", array
    return f"{module}.kernel", array.T


def in_tensorflow(name: str, array: Array) -> tuple[str, Array]:
    module, _, leaf = name.rpartition(".")
    is_norm = "LayerNorm" in name or "ln_" in name
    if is_norm:
        leaf = {"weight": "gamma", "bias": "beta"}[leaf]
    elif leaf == "weight" and ("position_embeddings" in name or "token_type" in name or "wpe" in name):
        leaf = "embeddings"
    elif leaf == "weight" and ("attn" in name or "mlp.c_" in name):
        pass  # GPT-2's maps lie as they do on the Hub
    elif leaf == "weight" and "word_embeddings" not in name and "wte" not in name:
        leaf, array = "kernel", array.T
    elif leaf == "bias" and ("attn" in name or "mlp.c_" in name):
        array = array[None]
    levels = module.replace(".", "/").replace("/layer/0", "/layer_._0").replace("/h/0", "/h_._0")
    return f"{'mlm___' if levels.startswith('cls') else ''}{levels}/{leaf}:0", array


def rewritten(folder: Path, form: Callable[[str, Array], tuple[str, Array]], writer: str, sharded_as: str = "") -> Path:
    """The same numbers as that framework's classes wrote them; with a model's name in two shards and an index."""
    checkpoint = open_checkpoint(folder)
    arrays = dict(form(name, checkpoint.numpy(name)) for name in checkpoint)
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    target = folder.with_name(writer)
    target.mkdir()
    (target / "config.json").write_bytes((folder / "config.json").read_bytes())
    if not sharded_as:
        save_file(arrays, target / "model.safetensors", {"format": writer})
        return target
    weight_map = {}
    for number, names in enumerate((list(arrays)[::2], list(arrays)[1::2]), 1):
        shard = f"model-0000{number}-of-00002.safetensors"
        save_file({name: arrays[name] for name in names}, target / shard, {"format": writer})
        # Transformers strips a variable's name of the model's in the shards, and not in the index.
        weight_map |= {f"{sharded_as}/{name}": shard for name in names}
    (target / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return target


@pytest.mark.parametrize("config", [BERT, GPT2], ids=["bert", "gpt2"])
@pytest.mark.parametrize(("form", "writer"), [(in_tensorflow, "tf"), (in_flax, "flax")], ids=["tf", "flax"])
def test_names_and_layouts_are_those_of_the_header(
    tmp_path: Path, config: Mapping[str, Any], form: Callable[[str, Array], tuple[str, Array]], writer: str
) -> None:
    folder = plain(tmp_path, config)
    assert loadstone.diff(folder, rewritten(folder, form, writer)).is_empty


@pytest.mark.parametrize("auto", ["AutoModelForMaskedLM", "FlaxAutoModelForMaskedLM", "TFAutoModelForMaskedLM"])
@pytest.mark.parametrize(("form", "writer"), [(in_tensorflow, "tf"), (in_flax, "flax")], ids=["tf", "flax"])
def test_every_framework_loads_them(
    tmp_path: Path, auto: str, form: Callable[[str, Array], tuple[str, Array]], writer: str
) -> None:
    folder = plain(tmp_path, BERT)
    getattr(loadstone, auto).from_pretrained(rewritten(folder, form, writer)).save_pretrained(tmp_path / "again")
    assert loadstone.diff(folder, tmp_path / "again").is_empty


def test_converting_writes_them_in_the_names_of_the_hub(tmp_path: Path) -> None:
    folder = plain(tmp_path, BERT)
    loadstone.convert(rewritten(folder, in_tensorflow, "tf"), tmp_path / "again")
    checkpoint = open_checkpoint(tmp_path / "again")
    assert checkpoint.metadata["format"] == "pt"
    assert loadstone.diff(folder, tmp_path / "again").is_empty


def test_shards_agree_with_an_index_that_has_the_models_name_in_front(tmp_path: Path) -> None:
    folder = plain(tmp_path, BERT)
    assert loadstone.diff(folder, rewritten(folder, in_tensorflow, "tf", "tf_bert_for_masked_lm")).is_empty


@pytest.mark.parametrize("said", ["mlx", "np", "pt"])
def test_any_other_format_has_the_hubs_names(tmp_path: Path, said: str) -> None:
    save_file({"a.kernel": np.ones((2, 3), np.float32)}, tmp_path / "model.safetensors", {"format": said})
    assert open_checkpoint(tmp_path)["a.kernel"].shape == (2, 3)


def test_two_that_become_one_name_are_refused(tmp_path: Path) -> None:
    arrays = {"a.kernel": np.ones((2, 3), np.float32), "a.scale": np.ones(3, np.float32)}
    save_file(arrays, tmp_path / "model.safetensors", {"format": "flax"})
    with pytest.raises(CorruptCheckpoint, match=r"one tensor of this name, found 'a\.kernel' and 'a\.scale'"):
        open_checkpoint(tmp_path)
