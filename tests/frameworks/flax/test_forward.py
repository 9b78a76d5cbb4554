"""One forward pass: compiled once for each shape, checked before, the same however it is run."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from frameworks.flax import tiny

import loadstone
from loadstone.errors import ArgumentError

LEFT = np.array([[0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]])


def test_a_plain_call_is_compiled_once_for_each_shape(traces: list[tuple[int, ...]]) -> None:
    model = tiny.llama(num_hidden_layers=1)
    for ids in (tiny.IDS, tiny.IDS + 1, tiny.IDS[:, :4], tiny.IDS):
        model(ids)
    assert traces == [(2, 6), (2, 4)]


def test_compiled_and_step_by_step_give_the_same_numbers() -> None:
    model = tiny.llama(num_hidden_layers=1)
    compiled = model(tiny.IDS, attention_mask=LEFT).logits
    with jax.disable_jit():
        assert tiny.close(model(tiny.IDS, attention_mask=LEFT).logits, compiled)


def test_a_change_of_numbers_or_config_shows_in_the_next_call() -> None:
    model = tiny.model("FlaxLlamaForSequenceClassification", "llama", num_labels=2, pad_token_id=0, num_hidden_layers=1)
    first = model(tiny.IDS).logits
    model.config.pad_token_id = 10  # now the first row ends before its last token
    second = model(tiny.IDS).logits
    assert not tiny.close(first[0], second[0]) and tiny.close(first[1], second[1])
    model.score.weight[...] = 2 * model.score.weight[...]
    assert tiny.close(model(tiny.IDS).logits, 2 * second)


def test_a_module_of_ones_own_in_a_layer_is_used_and_its_state_advances() -> None:
    class Noisy(nnx.Module):
        def __init__(self, inner: Any) -> None:
            self.inner, self.drop, self.count = inner, nnx.Dropout(0.5, rngs=nnx.Rngs(0)), nnx.BatchStat(jnp.zeros(()))

        def __call__(self, x: jax.Array) -> jax.Array:
            self.count[...] = self.count[...] + 1
            return self.drop(self.inner(x))

    model = tiny.bert(num_hidden_layers=1)
    plain = model(tiny.IDS).logits
    query = model.bert.encoder.layer[0].attention.self.query
    model.bert.encoder.layer[0].attention.self.query = noisy = Noisy(query)
    first, second = model(tiny.IDS).logits, model(tiny.IDS).logits
    assert not tiny.close(first, plain) and not tiny.close(first, second)
    assert noisy.count[...] == 2
    nnx.jit(lambda model: model(tiny.IDS).logits)(model)
    assert noisy.count[...] == 3


def test_rows_with_padding_are_what_they_are_alone() -> None:
    model = tiny.llama()
    positions = np.array([[0, 0, 0, 1, 2, 3], [0, 1, 2, 3, 4, 5]])
    both = model(tiny.IDS, attention_mask=LEFT, position_ids=positions).logits
    assert tiny.close(both[0, 2:], model(tiny.IDS[:1, 2:]).logits[0])
    assert tiny.close(both[1], model(tiny.IDS[1:]).logits[0])
    assert np.isfinite(both).all()


def test_a_ready_made_mask_is_taken_as_it_is() -> None:
    model = tiny.bert(num_hidden_layers=1)
    mask = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]])
    expected = model(tiny.IDS, attention_mask=mask).logits
    seen = np.broadcast_to(mask[:, None, None, :].astype(bool), (2, 1, 6, 6))
    assert tiny.close(model(tiny.IDS, attention_mask=seen).logits, expected)
    added = np.where(seen, 0.0, -1e9).astype(np.float32)
    assert tiny.close(model(tiny.IDS, attention_mask=np.repeat(added, 4, axis=1)).logits, expected)


def test_return_dict_false_gives_the_tuple_without_what_is_not_set() -> None:
    out = tiny.llama(num_hidden_layers=1)(tiny.IDS, labels=tiny.IDS, return_dict=False)
    assert isinstance(out, tuple) and [each.shape for each in out] == [(), (2, 6, 64)]


def test_logits_to_keep_takes_a_number_or_places() -> None:
    model = tiny.llama(num_hidden_layers=1)
    whole = model(tiny.IDS).logits
    assert tiny.close(model(tiny.IDS, logits_to_keep=2).logits, whole[:, -2:])
    assert tiny.close(model(tiny.IDS, logits_to_keep=np.array([0, 4])).logits, whole[:, np.array([0, 4])])


def test_embeddings_in_place_of_ids_give_the_same() -> None:
    model = tiny.llama(num_hidden_layers=1)
    vectors = model.get_input_embeddings()(jnp.asarray(tiny.IDS))
    assert tiny.close(model(inputs_embeds=vectors).logits, model(tiny.IDS).logits)


def test_in_a_compiled_program_an_id_without_a_vector_gives_nan_and_not_some_other_token() -> None:
    model, ids = tiny.llama(num_hidden_layers=1), np.array([[5, 63], [5, 64], [5, -1]])
    logits = nnx.jit(lambda model, ids: model(ids).logits)(model, ids)
    assert np.isfinite(logits[0]).all() and np.isnan(logits[1:, 1]).all()


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({}, "either input_ids or inputs_embeds"),
        ({"input_ids": tiny.IDS, "inputs_embeds": np.zeros((2, 6, 32), np.float32)}, "one of the two"),
        ({"input_ids": tiny.IDS[0]}, r"int32 of shape \(6,\)"),
        ({"input_ids": tiny.IDS.astype(np.float32)}, "float32 of shape"),
        ({"input_ids": tiny.IDS, "attention_mask": np.ones((2, 7))}, r"\(2, 7\), expected \(2, 6\)"),
        ({"input_ids": tiny.IDS, "attention_mask": np.ones((3, 6))}, r"\(3, 6\), expected \(2, 6\)"),
        ({"input_ids": tiny.IDS, "train": True}, "give dropout_rng="),
    ],
)
def test_inputs_that_make_no_sense_get_an_error_that_says_what_is_expected(inputs: Any, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        tiny.bert(num_hidden_layers=1)(**inputs)


def test_dropout_acts_only_in_training_and_as_its_key_says() -> None:
    model = tiny.bert(num_hidden_layers=1)
    plain = model(tiny.IDS, dropout_rng=jax.random.key(0)).logits
    assert tiny.close(plain, model(tiny.IDS).logits)
    one, same, other = (model(tiny.IDS, train=True, dropout_rng=jax.random.key(seed)).logits for seed in (0, 0, 1))
    assert tiny.close(one, same) and not tiny.close(one, other) and not tiny.close(one, plain)


def test_training_without_any_dropout_needs_no_key() -> None:
    model = tiny.llama(num_hidden_layers=1)
    assert tiny.close(model(tiny.IDS, train=True).logits, model(tiny.IDS).logits)


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
def test_outputs_have_the_dtype_of_the_parameters(dtype: Any) -> None:
    model = loadstone.FlaxLlamaForCausalLM(tiny.config("llama", num_hidden_layers=1), dtype=dtype)
    out = model(tiny.IDS, output_hidden_states=True, use_cache=True)
    assert model.dtype == dtype and out.logits.dtype == dtype and out.hidden_states[0].dtype == dtype
    assert out.past_key_values.keys[0].dtype == dtype
