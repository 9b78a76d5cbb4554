"""A model is called as Keras models are: with ids, a dict of inputs or keywords, eagerly or compiled."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from frameworks.tensorflow import tiny

import loadstone
from loadstone.errors import ArgumentError
from loadstone.frameworks.outputs import SequenceClassifierOutput

MASK = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]])


@pytest.fixture(scope="module")
def bert() -> Any:
    return tiny.bert()


@pytest.fixture(scope="module")
def llama() -> Any:
    return tiny.llama()


def test_ids_a_dict_and_keywords_are_one(bert: Any) -> None:
    expected = bert(tf.constant(tiny.IDS), tf.constant(MASK)).logits
    for out in (
        bert(tiny.IDS, MASK),
        bert(tiny.IDS.tolist(), attention_mask=MASK.tolist()),
        bert({"input_ids": tiny.IDS, "attention_mask": MASK}),
        bert({"input_ids": tiny.IDS}, attention_mask=MASK),
        bert(input_ids=tiny.IDS, attention_mask=MASK, token_type_ids=np.zeros_like(MASK)),
    ):
        assert tiny.difference(out.logits, expected) == 0
    assert tiny.difference(bert(tiny.IDS).logits, expected) > 0


def test_outputs_are_the_shared_ones_and_also_mappings(bert: Any) -> None:
    out = bert(tiny.IDS, output_hidden_states=True)
    assert isinstance(out, SequenceClassifierOutput)
    assert list(out) == ["logits", "hidden_states"] and dict(out.items())["logits"] is out[0] is out["logits"]
    assert len(bert(tiny.IDS, return_dict=False)) == 1


def test_tf_function_returns_the_same_kind_of_output(bert: Any) -> None:
    out = tf.function(bert)(tf.constant(tiny.IDS), output_hidden_states=True)
    expected = bert(tiny.IDS, output_hidden_states=True)
    assert type(out) is type(expected) and out.keys() == expected.keys()
    assert tiny.difference(out.logits, expected.logits) < 1e-6
    assert tf.nest.map_structure(lambda each: each.shape, out).logits == (2, 3)


def test_one_trace_serves_every_shape(llama: Any) -> None:
    spec = tf.TensorSpec((None, None), tf.int32)
    step = tf.function(lambda ids, mask: llama(ids, mask).logits, input_signature=[spec, spec])
    for rows, length in ((1, 1), (2, 6), (2, 3)):
        ids, mask = tiny.IDS[:rows, :length], np.ones((rows, length), np.int32)
        mask[0, : length // 2] = 0
        found = step(tf.constant(ids, tf.int32), tf.constant(mask))
        assert tiny.difference(found, llama(ids, mask).logits) < 1e-5
    assert step.experimental_get_tracing_count() == 1


def test_xla_compiles_it(bert: Any, llama: Any) -> None:
    for model in (bert, llama):
        found = tf.function(model, jit_compile=True)(tf.constant(tiny.IDS))
        assert tiny.difference(found.logits, model(tiny.IDS).logits) < 1e-5


def test_it_takes_part_in_a_functional_model(bert: Any) -> None:
    ids, mask = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
    hidden = bert.bert({"input_ids": ids, "attention_mask": mask}).last_hidden_state
    assert hidden.shape == (None, None, 32)
    whole = keras.Model([ids, mask], keras.layers.Dense(2)(hidden[:, 0]))
    assert whole([tiny.IDS, MASK]).shape == (2, 2)
    assert {id(v) for v in bert.bert.weights} <= {id(v) for v in whole.weights}


def test_a_ready_made_mask_stands_in_for_a_padding_mask(bert: Any) -> None:
    seen = MASK[:, None, None, :].astype(bool)
    expected = bert.bert(tiny.IDS, MASK).last_hidden_state
    for mask in (seen, np.where(seen, 0.0, -1e9).astype(np.float32)):
        assert tiny.difference(bert.bert(tiny.IDS, attention_mask=mask).last_hidden_state, expected) < 1e-6


def test_a_row_of_nothing_but_padding_has_no_nan(bert: Any, llama: Any) -> None:
    mask = np.array([[0] * 6, [1] * 6])
    assert np.isfinite(bert(tiny.IDS, mask).logits).all() and np.isfinite(llama(tiny.IDS, mask).logits).all()


def test_dropout_works_while_training_only() -> None:
    model = tiny.bert()
    still = model(tiny.IDS).logits
    assert tiny.difference(model(tiny.IDS, training=False).logits, still) == 0
    keras.utils.set_random_seed(1)
    first = model(tiny.IDS, training=True).logits
    keras.utils.set_random_seed(1)
    assert tiny.difference(model(tiny.IDS, training=True).logits, first) == 0
    assert tiny.difference(model(tiny.IDS, training=True).logits, first) > 0
    assert tiny.difference(first, still) > 0
    assert model.non_trainable_variables == []


def test_a_layer_of_ones_own_may_stand_in_for_a_leaf() -> None:
    model = tiny.bert()
    model.classifier = keras.layers.Dense(5)
    assert model(tiny.IDS).logits.shape == (2, 5)


def test_a_layer_that_is_dropped_leaves_its_input() -> None:
    none: dict[str, Any] = dict(dropout=0.0, attention_dropout=0.0)
    model = tiny.model("TFOPTModel", "opt", num_hidden_layers=2, layerdrop=1.0, **none)
    out = model(tiny.IDS, training=True, output_hidden_states=True)
    assert tiny.difference(out.hidden_states[0], out.hidden_states[1]) == 0
    assert tiny.difference(*model(tiny.IDS, output_hidden_states=True).hidden_states[:2]) > 0


def test_the_padding_row_gets_no_gradient_as_in_pytorch() -> None:
    model = tiny.model("TFBertModel", "bert", pad_token_id=0)
    table = model.embeddings.word_embeddings.weight
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model([[0, 1, 2]]).last_hidden_state ** 2)
    gradient = tf.convert_to_tensor(tape.gradient(loss, table.value)).numpy()
    assert not gradient[0].any() and gradient[1].any()


def test_experts_refuse_xla_and_train_without_it() -> None:
    model = tiny.model("TFMixtralForCausalLM", "mixtral")
    assert not any(layer.supports_jit for layer in model._flatten_layers() if type(layer).__name__ == "Experts")
    model.compile("sgd")
    before = tiny.numbers(model)
    model.fit({"input_ids": tiny.IDS, "labels": tiny.IDS}, verbose=0)
    after = tiny.numbers(model)
    assert (
        tiny.difference(
            before["model.layers.0.block_sparse_moe.experts.down_proj"],
            after["model.layers.0.block_sparse_moe.experts.down_proj"],
        )
        > 0
    )


# Refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (dict(input_idz=tiny.IDS), "Did you mean 'input_ids'"),
        (dict(input_ids=tiny.IDS.astype(np.float32)), "integers"),
        (dict(input_ids=tiny.IDS[0]), r"\(batch, tokens\)"),
        (dict(input_ids=np.stack([tiny.IDS, MASK])), r"\(batch, tokens\)"),
        (dict(input_ids=tiny.IDS, attention_mask=np.ones((2, 9))), r"expected \(2, 6\)"),
        (dict(input_ids=tiny.IDS, attention_mask=np.ones((3, 6))), r"expected \(2, 6\)"),
        (dict(input_ids=tiny.IDS, inputs_embeds=np.ones((2, 6, 32), np.float32)), "one of the two"),
        (dict(), "either input_ids or inputs_embeds"),
    ],
)
def test_inputs_that_make_no_sense_are_refused_in_one_line(bert: Any, inputs: dict[str, Any], said: str) -> None:
    for given in ((inputs,), ()):
        with pytest.raises(ArgumentError, match=said) as raised:
            bert(*given, **({} if given else inputs))
        assert "\n" not in str(raised.value)


def test_an_input_given_twice_is_refused(bert: Any) -> None:
    with pytest.raises(ArgumentError, match="twice"):
        bert({"input_ids": tiny.IDS}, input_ids=tiny.IDS)
    with pytest.raises(ArgumentError, match="keyword"):
        bert({"input_ids": tiny.IDS}, MASK)


def test_use_cache_without_a_cache_says_how_to_make_one(llama: Any) -> None:
    with pytest.raises(ArgumentError, match=r"init_cache\(batch_size, max_length\)"):
        llama(tiny.IDS, use_cache=True)
    with pytest.raises(ArgumentError, match="init_cache"):
        llama(tiny.IDS, past_key_values=[])


def test_a_cache_that_does_not_fit_is_refused(llama: Any) -> None:
    with pytest.raises(ArgumentError, match="room for 4 tokens"):
        llama(tiny.IDS, past_key_values=llama.init_cache(2, 4))
    with pytest.raises(ArgumentError, match="3 sequences"):
        llama(tiny.IDS, past_key_values=llama.init_cache(3, 8))
    with pytest.raises(ArgumentError, match="max_length is 0"):
        llama.init_cache(2, 0)


def test_an_encoder_has_no_cache(bert: Any) -> None:
    with pytest.raises(ArgumentError, match="no decoder"):
        bert.init_cache(2, 8)


def test_a_class_wants_a_config_and_an_abstract_class_parts(tmp_path: Any) -> None:
    with pytest.raises(ArgumentError, match="from_pretrained"):
        loadstone.TFBertModel("folder")
    with pytest.raises(ArgumentError, match="TFAutoModel"):
        loadstone.TFPreTrainedModel.from_pretrained(tmp_path)
    with pytest.raises(ArgumentError, match="TFAutoModel"):
        loadstone.TFBertPreTrainedModel.from_pretrained(tmp_path)
