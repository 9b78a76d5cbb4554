"""What a save is given, against the slots of the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from frameworks.tensorflow import tiny

import loadstone
from loadstone.errors import StateMismatch


def with_head(value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda state: {**state, "lm_head.weight": value}


GIVEN: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a name less": (lambda state: {n: v for n, v in state.items() if "lm_head" not in n}, r"lm_head.*found none"),
    "a name more": (lambda state: {**state, "lm_head.kernel": np.ones(2)}, r"lm_head\.kernel: expected the name"),
    "another shape": (with_head(tf.ones((32, 64))), r"expected shape \(64, 32\), found shape \(32, 64\)"),
    "integers": (with_head(tf.ones((64, 32), tf.int32)), r"lm_head\.weight.*one of int32"),
    "no array": (with_head(1.0), r"lm_head\.weight.*found a float"),
    "a symbol": (with_head(keras.Input((64, 32))), r"lm_head\.weight.*symbolic"),
    "a sparse tensor": (with_head(tf.sparse.from_dense(tf.ones((64, 32)))), r"found a SparseTensor[\s\S]*to_dense"),
    "texts": (with_head(np.full((64, 32), "x")), r"no checkpoint stores"),
}


@pytest.mark.parametrize("name", GIVEN)
def test_arrays_that_are_not_the_models_are_refused_and_the_old_checkpoint_stays(name: str, tmp_path: Path) -> None:
    change, message = GIVEN[name]
    model = tiny.llama()
    before = {path.name: path.read_bytes() for path in tiny.saved(model, tmp_path).iterdir()}
    with pytest.raises(StateMismatch, match=message):
        model.save_pretrained(tmp_path, state_dict=change(model.named_weights()))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_model_that_is_not_what_its_config_says_is_refused(tmp_path: Path) -> None:
    model = tiny.llama(num_hidden_layers=2)
    model.config.num_hidden_layers = 1
    with pytest.raises(StateMismatch, match=r"layers\.1\..*name of a slot[\s\S]*config"):
        model.save_pretrained(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_of_tied_slots_one_name_is_enough_and_different_values_are_each_kept(tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    state = {name: value for name, value in model.named_weights().items() if "embed_tokens" not in name}
    again = loadstone.TFLlamaForCausalLM.from_pretrained(tiny.saved(model, tmp_path, state_dict=state))
    assert np.array_equal(again.named_weights()["model.embed_tokens.weight"], state["lm_head.weight"])
    state = {**model.named_weights(), "lm_head.weight": tf.ones((64, 32))}
    parted = loadstone.TFLlamaForCausalLM.from_pretrained(tiny.saved(model, tmp_path, state_dict=state)).named_weights()
    assert np.array_equal(parted["lm_head.weight"], np.ones((64, 32)))
    assert np.array_equal(parted["model.embed_tokens.weight"], again.named_weights()["model.embed_tokens.weight"])
