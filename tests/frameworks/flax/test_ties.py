"""A config that says tied over a file that holds both tensors, which differ."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flax import nnx
from frameworks.flax import tiny

import loadstone
from loadstone.errors import UnusedTensors

HEAD, TABLE = "lm_head.weight", "model.embed_tokens.weight"


def contradicted(folder: Path) -> tuple[Any, Path]:
    """A model of two tensors, and its folder, whose config says that they are one."""
    model = tiny.llama(num_hidden_layers=1, tie_word_embeddings=False)
    path = tiny.saved(model, folder) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"tie_word_embeddings": True}))
    return model, folder


def test_two_tensors_that_differ_are_two_parameters_for_good(tmp_path: Path) -> None:
    original, folder = contradicted(tmp_path / "model")
    model = loadstone.FlaxAutoModelForCausalLM.from_pretrained(folder, strict=True)
    tiny.assert_same(model, original)
    assert model.load_report.untied == {HEAD: TABLE} and model.config.tie_word_embeddings is False
    model.tie_weights()
    model.set_input_embeddings(model.get_input_embeddings())
    tiny.assert_same(copy.deepcopy(model), original)
    tiny.saved(model, tmp_path / "again")
    assert json.loads((tmp_path / "again" / "config.json").read_text())["tie_word_embeddings"] is False
    again = loadstone.FlaxAutoModelForCausalLM.from_pretrained(tmp_path / "again", strict=True)
    tiny.assert_same(again, original)
    assert not again.load_report.untied
    again.resize_token_embeddings(70)
    assert np.array_equal(again.lm_head.weight[...][:64], original.lm_head.weight[...])


def test_arrays_that_are_given_are_compared_too(tmp_path: Path) -> None:
    original, folder = contradicted(tmp_path)
    state = tiny.numbers(original)
    model = loadstone.FlaxAutoModelForCausalLM.from_pretrained(folder, state_dict=state)
    tiny.assert_same(model, original)
    model = loadstone.FlaxAutoModelForCausalLM.from_pretrained(folder, state_dict=state | {HEAD: state[TABLE].copy()})
    assert model.lm_head.weight is model.model.embed_tokens.weight and not model.load_report.untied


def test_a_head_that_was_untied_by_hand_is_saved_as_such(tmp_path: Path) -> None:
    model = tiny.llama(num_hidden_layers=1, tie_word_embeddings=True)
    model.lm_head.weight = nnx.Param(model.lm_head.weight[...] + 1)
    model.set_input_embeddings(model.get_input_embeddings())
    tiny.saved(model, tmp_path)
    again = loadstone.FlaxAutoModelForCausalLM.from_pretrained(tmp_path, strict=True)
    tiny.assert_same(again, model)
    assert again.config.tie_word_embeddings is False


def test_a_class_whose_code_shares_one_variable_is_refused_two(tmp_path: Path) -> None:
    class Own(loadstone.FlaxPreTrainedModel):
        config_class = loadstone.LlamaConfig
        family_spec = loadstone.FlaxLlamaForCausalLM.family_spec

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.one = nnx.Linear(2, 2, use_bias=False, rngs=nnx.Rngs(0))
            self.two = nnx.Linear(2, 2, use_bias=False, rngs=nnx.Rngs(0))
            self.two.kernel = self.one.kernel

    state = {"one.kernel": np.zeros((2, 2), np.float32), "two.kernel": np.ones((2, 2), np.float32)}
    with pytest.raises(UnusedTensors, match=r"two\.kernel.*one\.kernel"):
        Own.from_pretrained(None, config=tiny.config("llama"), state_dict=state)
