"""Keras's own ways to write a model: ``.keras``, ``.weights.h5``, SavedModel; and its summary."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from frameworks.tensorflow import tiny

import loadstone
from loadstone.errors import ArgumentError

INPUTS = {"input_ids": tf.constant(tiny.IDS, tf.int32), "attention_mask": tf.ones((2, 6), tf.int32)}


def slots_in(file: Path) -> dict[str, Any]:
    """Path of attributes, without Keras's level ``vars``, → numbers."""
    found: dict[str, Any] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name.replace("/vars/", "/")] = item[()]

    with h5py.File(file) as opened:
        opened.visititems(visit)
    return found


@pytest.mark.parametrize("made", [tiny.llama, tiny.bert])
def test_weights_h5_names_each_variable_by_the_path_of_its_slot(tmp_path: Path, made: Any) -> None:
    model = made()
    model.save_weights(tmp_path / "model.weights.h5")
    stored = {
        name.replace("output_/", "output/"): each for name, each in slots_in(tmp_path / "model.weights.h5").items()
    }
    stored = {name.replace("/", "."): each for name, each in stored.items()}
    expected = tiny.numbers(model)
    assert stored.keys() == expected.keys()
    assert all(np.array_equal(stored[name], each) for name, each in expected.items())


@pytest.mark.parametrize("name", ["model.weights.h5", "model.keras"])
@pytest.mark.parametrize("made", [tiny.llama, tiny.bert])
def test_what_keras_wrote_opens_as_a_checkpoint(tmp_path: Path, made: Any, name: str) -> None:
    model = made()
    (model.save_weights if name.endswith("h5") else model.save)(tmp_path / name)
    model.config.save_pretrained(tmp_path)
    again = type(model).from_pretrained(tmp_path, strict=True)
    assert tiny.difference(again(tiny.IDS).logits, model(tiny.IDS).logits) == 0


def test_weights_h5_holds_a_tied_variable_once_and_comes_back(tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    model.save_weights(tmp_path / "model.weights.h5")
    assert "lm_head/weight" not in slots_in(tmp_path / "model.weights.h5")
    other = tiny.llama(seed=1, tie_word_embeddings=True)
    other.load_weights(tmp_path / "model.weights.h5")
    assert other.lm_head.weight is other.model.embed_tokens.weight
    assert tiny.difference(other(tiny.IDS).logits, model(tiny.IDS).logits) == 0


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_keras_file_comes_back_as_the_same_model(tmp_path: Path, dtype: str) -> None:
    base = tiny.bert(hidden_act="gelu_new")
    model = loadstone.TFAutoModelForSequenceClassification.from_pretrained(
        tiny.saved(base, tmp_path / "m"), dtype=dtype
    )
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again) is type(model) and again.config.to_dict() == model.config.to_dict() and again.dtype == dtype
    assert tiny.difference(again(tiny.IDS).logits, model(tiny.IDS).logits) == 0


def test_a_keras_file_keeps_the_optimizers_state(tmp_path: Path) -> None:
    model = tiny.compiled(tiny.bert(), keras.optimizers.Adam(1e-3))
    model.fit({"input_ids": tiny.IDS, "labels": np.array([0, 1])}, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert int(again.optimizer.iterations.value) == 1
    assert len(again.optimizer.variables) == len(model.optimizer.variables)


def test_a_model_can_be_copied() -> None:
    model = tiny.llama(tie_word_embeddings=True)
    other = copy.deepcopy(model)
    assert other.lm_head.weight is other.model.embed_tokens.weight is not model.lm_head.weight
    assert tiny.difference(other(tiny.IDS).logits, model(tiny.IDS).logits) == 0


def test_keras_from_config_says_what_loadstones_is() -> None:
    with pytest.raises(ArgumentError, match="TFAutoModel"):
        loadstone.TFBertModel.from_config(tiny.config("bert"))


def test_export_serves_the_same_logits(tmp_path: Path) -> None:
    model = tiny.bert()
    model.export(tmp_path / "served", verbose=False)
    inputs = INPUTS | {"token_type_ids": tf.zeros((2, 6), tf.int32)}
    served = tf.saved_model.load(str(tmp_path / "served"))
    assert tiny.difference(served.serve(inputs)["logits"], model(inputs).logits) < 1e-6
    fewer = served.serve({name: each[:1, :3] for name, each in inputs.items()})
    assert tiny.difference(fewer["logits"], model(tiny.IDS[:1, :3]).logits) < 1e-6


def test_export_takes_an_input_signature(tmp_path: Path) -> None:
    model = tiny.llama()
    model.export(tmp_path / "served", verbose=False, input_signature=[tf.TensorSpec((None, None), tf.int32)])
    served = tf.saved_model.load(str(tmp_path / "served"))
    assert tiny.difference(served.serve(INPUTS["input_ids"])["logits"], model(tiny.IDS).logits) < 1e-5


@pytest.mark.parametrize("signatures", ["given", "default"])
def test_a_saved_model_has_a_serving_signature(tmp_path: Path, signatures: str) -> None:
    model = tiny.llama()
    given = {"signatures": model.serving} if signatures == "given" else {}
    tf.saved_model.save(model, str(tmp_path), **given)
    served = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    assert tiny.difference(served(**INPUTS)["logits"], model(INPUTS).logits) < 1e-5


def test_summary_lists_the_layers_and_counts_tied_numbers_once() -> None:
    model, lines = tiny.llama(tie_word_embeddings=True), []
    model.summary(print_fn=lambda text, **_: lines.append(text))
    text = "\n".join(lines)
    assert "model (TFLlamaModel)" in text and "lm_head (Linear)" in text
    assert f"Total params: {model.num_parameters():,}" in text
    lines.clear()
    model.model.summary(print_fn=lambda text, **_: lines.append(text), expand_nested=True)
    assert all(name in "\n".join(lines) for name in ("embed_tokens", "layers", "norm"))


def test_a_generating_model_can_still_be_written(tmp_path: Path) -> None:
    model = tiny.llama()
    model.generate(tiny.IDS, max_new_tokens=2)
    model.save_weights(tmp_path / "model.weights.h5")
    tf.saved_model.save(model, str(tmp_path / "saved"))
    assert tiny.saved(model, tmp_path / "own").joinpath("model.safetensors").exists()
