"""``model.fit`` with the model's own loss and with Keras's, ``evaluate`` and ``predict``."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from frameworks.tensorflow import tiny

import loadstone
from loadstone.errors import ArgumentError

RNG = np.random.default_rng(0)
IDS = RNG.integers(4, 64, (12, 6))
CLASSES = (IDS[:, 0] > 30).astype(np.int64)
SPARSE = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def classifier() -> Any:
    keras.utils.set_random_seed(0)
    return loadstone.TFBertForSequenceClassification(tiny.config("bert", num_labels=2, num_hidden_layers=1))


@pytest.mark.parametrize("way", ["labels among the inputs", "labels as y", "a loss of Keras's"])
def test_fit_learns(way: str) -> None:
    if way == "a loss of Keras's":
        model = tiny.compiled(classifier(), keras.optimizers.Adam(5e-3), loss=SPARSE, metrics=["accuracy"])
    elif way == "labels as y":
        model = tiny.compiled(classifier(), keras.optimizers.Adam(5e-3), metrics=["accuracy"])
    else:
        model = classifier()
        model.compile(keras.optimizers.Adam(5e-3), metrics=["accuracy"])
    inputs: dict[str, Any] = {"input_ids": IDS, "attention_mask": np.ones_like(IDS)}
    data = (inputs | {"labels": CLASSES}, None) if way == "labels among the inputs" else (inputs, CLASSES)
    history = model.fit(*data, batch_size=4, epochs=8, verbose=0).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    final, accuracy = model.evaluate(*data, verbose=0)
    assert final < 0.5 and accuracy == 1.0


def test_both_losses_are_one_for_single_labels() -> None:
    model = classifier()
    model.compile("sgd")
    own = model.evaluate(IDS, CLASSES, verbose=0)
    model.compile("sgd", loss=SPARSE)
    assert model.evaluate(IDS, CLASSES, verbose=0) == pytest.approx(own, rel=1e-5)


def test_a_language_model_learns_its_own_labels() -> None:
    model = tiny.compiled(loadstone.TFLlamaForCausalLM(tiny.config("llama")), keras.optimizers.Adam(1e-2))
    history = model.fit({"input_ids": IDS, "labels": IDS}, epochs=6, batch_size=12, verbose=0).history
    assert history["loss"][-1] < 0.8 * history["loss"][0]


def test_positions_of_a_span_are_targets_either_way() -> None:
    model = loadstone.TFBertForQuestionAnswering(tiny.config("bert"))
    start, end = np.full(12, 1), np.full(12, 3)
    tiny.compiled(model, keras.optimizers.Adam(1e-2))
    model.fit({"input_ids": IDS}, {"start_positions": start, "end_positions": end}, verbose=0)
    tiny.compiled(model, keras.optimizers.Adam(1e-2), loss={"start_logits": SPARSE, "end_logits": SPARSE})
    history = model.fit({"input_ids": IDS}, {"start_logits": start, "end_logits": end}, epochs=4, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_frozen_layers_stay_as_they_are() -> None:
    model = classifier()
    model.bert.trainable = False
    before = tiny.numbers(model)
    model.compile(keras.optimizers.Adam(1e-2))
    model.fit({"input_ids": IDS, "labels": CLASSES}, verbose=0)
    changed = {name for name, each in tiny.numbers(model).items() if not np.array_equal(each, before[name])}
    assert changed == {"classifier.weight", "classifier.bias"}


def test_bfloat16_trains() -> None:
    keras.utils.set_random_seed(0)
    model = loadstone.TFAutoModelForSequenceClassification.from_config(
        tiny.config("bert", num_labels=2, num_hidden_layers=1), dtype="bfloat16"
    )
    # Not Adam: Keras keeps its rates in the variables' dtype, where 0.999 is 1 and so no step is taken.
    tiny.compiled(model, keras.optimizers.SGD(0.3, momentum=0.9))
    history = model.fit({"input_ids": IDS, "labels": CLASSES}, epochs=15, verbose=0).history
    assert history["loss"][-1] < 0.9 * history["loss"][0]
    assert {variable.dtype for variable in model.weights} == {"bfloat16"}


def test_predict_joins_the_batches_and_needs_no_labels() -> None:
    model = classifier()
    out = model.predict({"input_ids": IDS, "labels": CLASSES}, batch_size=5, verbose=0)
    assert out.logits.shape == (12, 2) and out.loss is None
    assert tiny.difference(out.logits, model(IDS).logits) < 1e-6


def test_without_labels_and_loss_fit_says_what_it_wants() -> None:
    model = classifier()
    model.compile("sgd")
    with pytest.raises(ArgumentError, match="labels"):
        model.fit({"input_ids": IDS}, verbose=0)
    with pytest.raises(ArgumentError, match="sample_weight"):
        model.fit({"input_ids": IDS}, CLASSES, sample_weight=np.ones(12), verbose=0)


def test_a_loss_of_keras_weighs_samples() -> None:
    model = classifier()
    model.compile("sgd", loss=SPARSE)
    whole = model.evaluate(IDS, CLASSES, verbose=0)
    assert model.evaluate(IDS, CLASSES, sample_weight=np.full(12, 2.0), verbose=0) == pytest.approx(2 * whole, rel=1e-4)
