"""What a model knows of itself, its parts and its vocabulary."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from frameworks.flax import tiny

import loadstone
from loadstone.architectures import components
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.flax.tree import put


def test_sizes_count_tied_numbers_once() -> None:
    apart, tied = tiny.llama(tie_word_embeddings=False), tiny.llama(tie_word_embeddings=True)
    assert apart.num_parameters() - tied.num_parameters() == 64 * 32
    assert tied.num_parameters(exclude_embeddings=True) == tied.num_parameters() - 64 * 32
    assert tied.get_memory_footprint() == 4 * tied.num_parameters()


def test_only_language_models_generate() -> None:
    assert tiny.llama().can_generate() and not tiny.bert().can_generate()


def test_embeddings_can_be_looked_up_and_replaced() -> None:
    model = tiny.bert()
    table = model.get_input_embeddings()
    assert table is model.bert.embeddings.word_embeddings
    assert model.get_output_embeddings() is model.cls.predictions.decoder
    other = tiny.bert(seed=1).get_input_embeddings()
    model.set_input_embeddings(other)
    assert model.cls.predictions.decoder.weight is other.weight
    classifier = tiny.model("FlaxBertForTokenClassification", "bert")
    assert classifier.get_output_embeddings() is None
    with pytest.raises(ArgumentError, match="no output embeddings"):
        classifier.set_output_embeddings(other)


@pytest.mark.parametrize("tied", [True, False])
def test_a_larger_vocabulary_keeps_the_old_rows(tied: bool) -> None:
    model = tiny.bert(tie_word_embeddings=tied, num_hidden_layers=1)
    before = model(tiny.IDS).logits
    table = model.resize_token_embeddings(65, pad_to_multiple_of=8)
    assert table.weight.shape == (72, 32) and model.config.vocab_size == 72
    after = model(tiny.IDS).logits
    assert after.shape == (2, 6, 72) and tiny.close(after[..., :64], before)
    assert (model.cls.predictions.decoder.weight is table.weight) is tied
    assert np.isfinite(model(np.full((1, 2), 71)).logits).all()


def test_a_smaller_vocabulary_keeps_the_first_rows_and_nonsense_is_refused() -> None:
    model = tiny.llama(num_hidden_layers=1)
    before = model(tiny.IDS).logits
    model.resize_token_embeddings(20)
    assert tiny.close(model(tiny.IDS).logits, before[..., :20])
    assert model.config.vocab_size == 20 and components.vocabulary(model.model.component) == 20
    with pytest.raises(ArgumentError, match="new_num_tokens is 0"):
        model.resize_token_embeddings(0)


def test_new_rows_can_be_the_mean_of_the_old_and_unknown_keywords_are_refused() -> None:
    model = tiny.llama(num_hidden_layers=1)
    old = np.asarray(model.get_input_embeddings().weight)
    new = np.asarray(model.resize_token_embeddings(66, mean_resizing=True).weight)
    assert np.array_equal(new[:64], old) and tiny.close(new[64:], np.stack([old.mean(axis=0)] * 2))
    with pytest.raises(UnknownArgument, match="'pad_to_multiple'"):
        model.resize_token_embeddings(80, pad_to_multiple=8)


def test_another_sizes_numbers_can_be_put_into_a_variable() -> None:
    slot = nnx.Param(jnp.zeros((2, 3)))
    put(slot, jnp.ones((4,), jnp.bfloat16))
    assert slot.shape == (4,) and slot.dtype == jnp.bfloat16


def test_the_classes_are_those_that_the_auto_classes_find() -> None:
    model = loadstone.FlaxAutoModel.from_config(tiny.config("bert", num_hidden_layers=1))
    assert type(model) is loadstone.FlaxBertModel
    assert isinstance(model, loadstone.FlaxBertPreTrainedModel) and model.base_model is model
    assert type(model).__name__ == "FlaxBertModel"
