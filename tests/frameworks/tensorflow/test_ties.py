"""A config that says tied over a file that holds both tensors, which differ."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
from frameworks.tensorflow import tiny

import loadstone

HEAD, TABLE = "lm_head.weight", "model.embed_tokens.weight"


def test_two_tensors_that_differ_are_two_variables_for_good(tmp_path: Path) -> None:
    original = tiny.llama(num_hidden_layers=1, tie_word_embeddings=False)
    path = tiny.saved(original, tmp_path / "model") / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"tie_word_embeddings": True}))
    model = loadstone.TFAutoModelForCausalLM.from_pretrained(path.parent, strict=True)
    weights, expected = model.named_weights(), original.named_weights()
    assert weights[HEAD] is not weights[TABLE]
    assert all(np.array_equal(weights[name].numpy(), expected[name].numpy()) for name in expected)
    assert model.load_report.untied == {HEAD: TABLE} and model.config.tie_word_embeddings is False
    tiny.saved(model, tmp_path / "again")
    assert json.loads((tmp_path / "again" / "config.json").read_text())["tie_word_embeddings"] is False
    again = loadstone.TFAutoModelForCausalLM.from_pretrained(tmp_path / "again", strict=True)
    assert np.array_equal(again.lm_head.weight.numpy(), original.lm_head.weight.numpy())
    assert not again.load_report.untied
    state = {name: variable.numpy() for name, variable in expected.items()}
    given = loadstone.TFAutoModelForCausalLM.from_pretrained(path.parent, state_dict=state)
    assert np.array_equal(given.lm_head.weight.numpy(), state[HEAD]) and given.load_report.untied


def test_a_variable_that_was_untied_by_hand_is_saved_as_such(tmp_path: Path) -> None:
    model = tiny.llama(num_hidden_layers=1, tie_word_embeddings=True)
    model.lm_head.weight = keras.Variable(model.lm_head.weight.numpy() + 1, name=HEAD)
    tiny.saved(model, tmp_path)
    again = loadstone.TFAutoModelForCausalLM.from_pretrained(tmp_path, strict=True)
    assert np.array_equal(again.lm_head.weight.numpy(), model.lm_head.weight.numpy())
    assert np.array_equal(again.model.embed_tokens.weight.numpy(), model.model.embed_tokens.weight.numpy())
    assert again.config.tie_word_embeddings is False
