"""Models of one's own: derived from a class with a head, or from a family's abstract class, with layers of Keras's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np
import pytest
from frameworks.tensorflow import tiny

import loadstone
from loadstone.errors import ArgumentError, MissingTensors, ShapeMismatch, UnknownArgument


class Scored(loadstone.TFLlamaForCausalLM):
    """A language model with a value head, as reinforcement learning uses."""

    optional_parts = (("value",),)

    def __init__(self, config: Any, scale: float = 1.0) -> None:
        super().__init__(config)
        self.scale = scale
        self.value = keras.layers.Dense(1)
        self.value.build((None, config.hidden_size))

    def values(self, ids: Any) -> Any:
        return self.scale * self.value(self.model(ids).last_hidden_state)[..., 0]


class Pair(loadstone.TFBertPreTrainedModel):
    """A cross encoder with a head of its own and a running mean."""

    optional_parts: ClassVar = (("norm",), ("head",), ("bert.pooler",))

    def __init__(self, config: Any, *, labels: int = 3) -> None:
        super().__init__(config)
        self.bert = loadstone.TFBertModel(config)
        self.norm = keras.layers.BatchNormalization()
        self.norm.build((None, config.hidden_size))
        self.head = keras.Sequential(
            [keras.layers.Dense(8, activation="tanh"), keras.layers.Dropout(0.1), keras.layers.Dense(labels)]
        )
        self.head.build((None, config.hidden_size))
        self.post_init()

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.head(self.norm(self.bert(inputs, training=training).pooler_output, training=training))


class Undeclared(loadstone.TFBertPreTrainedModel):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.bert = loadstone.TFBertModel(config, add_pooling_layer=False)
        self.classifier = keras.layers.Dense(2)
        self.classifier.build((None, config.hidden_size))


class Unbuilt(loadstone.TFBertPreTrainedModel):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.bert = loadstone.TFBertModel(config, add_pooling_layer=False)
        self.heads = [keras.layers.Dense(2), keras.layers.Dense(3)]


NEW = [
    *("norm.gamma", "norm.beta", "norm.moving_mean", "norm.moving_variance"),
    *("head.0.kernel", "head.0.bias", "head.2.kernel", "head.2.bias"),
]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return tiny.saved(tiny.model("TFBertModel", "bert"), tmp_path / "bare")


def test_a_class_with_a_head_can_be_extended_and_loaded(tmp_path: Path) -> None:
    base = tiny.llama()
    model = Scored.from_pretrained(tiny.saved(base, tmp_path / "base"), scale=2.0)
    assert isinstance(model, Scored) and model.scale == 2.0
    assert tiny.difference(model(tiny.IDS).logits, base(tiny.IDS).logits) == 0
    assert set(model.load_report.initialized) == {"value.kernel", "value.bias"}
    assert model.values(tiny.IDS).shape == (2, 6)
    assert model.generate(tiny.IDS, max_new_tokens=2).shape == (2, 8)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_slots_of_keras_layers_are_saved_and_loaded_by_path_and_name(bare: Path, tmp_path: Path, dtype: str) -> None:
    model = Pair.from_pretrained(bare, labels=4, dtype=dtype)
    assert list(model.load_report.initialized) == NEW
    assert {variable.dtype for variable in model.weights} == {dtype}
    assert model({"input_ids": tiny.IDS}).dtype == dtype
    again = Pair.from_pretrained(tiny.saved(model, tmp_path / "own"), labels=4, strict=True, dtype="auto")
    assert again.dtype == dtype
    assert tiny.difference(again(tiny.IDS), model(tiny.IDS)) == 0


def test_a_class_of_ones_own_can_be_made_trained_and_written_by_keras(tmp_path: Path) -> None:
    model = Pair(tiny.config("bert", num_hidden_layers=1), labels=2)
    tiny.compiled(model, "adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = np.array(model.norm.moving_mean)
    model.fit(tiny.IDS, np.array([0, 1]), verbose=0)
    assert tiny.difference(before, model.norm.moving_mean) > 0
    model.save(tmp_path / "pair.keras")

    class Two(Pair):
        def __init__(self, config: Any) -> None:
            super().__init__(config, labels=2)

    again = keras.models.load_model(tmp_path / "pair.keras", custom_objects={"Pair": Two})
    assert tiny.difference(again(tiny.IDS), model(tiny.IDS)) == 0


def test_a_new_part_that_is_not_declared_is_missing(bare: Path) -> None:
    with pytest.raises(MissingTensors) as raised:
        Undeclared.from_pretrained(bare)
    assert {fault.where for fault in raised.value.faults} == {"classifier.kernel", "classifier.bias"}


def test_layers_that_are_not_built_are_named_all_at_once(bare: Path) -> None:
    with pytest.raises(ArgumentError, match=r"heads\.0, heads\.1.*build"):
        Unbuilt.from_pretrained(bare)


def test_variables_of_one_name_are_refused(bare: Path) -> None:
    class Twins(loadstone.TFBertPreTrainedModel):
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.bert = loadstone.TFBertModel(config)
            self.first = self.add_weight(shape=(2,), name="scale")
            self.second = self.add_weight(shape=(2,), name="scale")

    with pytest.raises(ArgumentError, match="several variables of one name: scale"):
        Twins.from_pretrained(bare)


def test_a_stored_part_of_the_wrong_shape_is_found_before_anything_is_made(bare: Path, tmp_path: Path) -> None:
    folder = tiny.saved(Pair.from_pretrained(bare, labels=4), tmp_path / "four")
    with pytest.raises(ShapeMismatch, match=r"head\.2\.kernel"):
        Pair.from_pretrained(folder, labels=5)
    model = Pair.from_pretrained(folder, labels=5, ignore_mismatched_sizes=True)
    assert model(tiny.IDS).shape == (2, 5)


def test_a_keyword_that_the_class_does_not_take_is_refused(bare: Path) -> None:
    with pytest.raises(UnknownArgument, match="lables"):
        Pair.from_pretrained(bare, lables=4)
    for auto in (loadstone.TFAutoModel, loadstone.TFAutoModelForSequenceClassification):
        with pytest.raises(UnknownArgument, match=r"'num_lables'. Did you mean 'num_labels'\?"):
            auto.from_pretrained(bare, num_lables=4)
