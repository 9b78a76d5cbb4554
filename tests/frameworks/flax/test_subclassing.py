"""Models of one's own: derived from a class with a head, or from a family's abstract class."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import jax
import numpy as np
import pytest
from flax import nnx
from frameworks.flax import tiny

import loadstone
from loadstone.errors import MissingTensors, UnknownArgument


class Scored(loadstone.FlaxLlamaForCausalLM):
    """A language model with a value head, as reinforcement learning uses."""

    optional_parts = (("value",),)

    def __init__(self, config: Any, scale: float = 1.0) -> None:
        super().__init__(config)
        self.scale = scale
        self.value = nnx.Linear(config.hidden_size, 1, rngs=nnx.Rngs(5))

    def values(self, ids: Any) -> jax.Array:
        return self.scale * self.value(self.model(ids).last_hidden_state)[..., 0]


class Pair(loadstone.FlaxBertPreTrainedModel):
    """A cross encoder with a head and a random state of its own."""

    optional_parts: ClassVar = (("head",), ("bert.pooler",))

    def __init__(self, config: Any, *, labels: int = 3) -> None:
        super().__init__(config)
        rngs = nnx.Rngs(7)
        self.bert = loadstone.FlaxBertModel(config)
        self.head = nnx.Sequential(nnx.Linear(config.hidden_size, 8, rngs=rngs), nnx.Linear(8, labels, rngs=rngs))
        self.dropout = nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, ids: Any, train: bool = False) -> jax.Array:
        return self.head(self.dropout(self.bert(ids).pooler_output, deterministic=not train))


class Undeclared(loadstone.FlaxBertPreTrainedModel):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.bert = loadstone.FlaxBertModel(config, add_pooling_layer=False)
        self.classifier = nnx.Linear(config.hidden_size, 2, rngs=nnx.Rngs(0))


def test_a_class_with_a_head_can_be_extended_and_loaded(tmp_path: Path) -> None:
    base = tiny.llama(num_hidden_layers=1)
    model = Scored.from_pretrained(tiny.saved(base, tmp_path / "base"), scale=2.0)
    assert isinstance(model, Scored) and model.scale == 2.0
    assert tiny.close(model(tiny.IDS).logits, base(tiny.IDS).logits)
    assert set(model.load_report.initialized) == {"value.kernel", "value.bias"}
    assert np.array_equal(model.value.kernel[...], nnx.Linear(32, 1, rngs=nnx.Rngs(5)).kernel[...])
    assert model.generate(tiny.IDS, max_new_tokens=2).shape == (2, 8)
    again = Scored.from_pretrained(tiny.saved(model, tmp_path / "own"), scale=2.0)
    assert not again.load_report.initialized
    assert tiny.close(again.values(tiny.IDS), model.values(tiny.IDS))


@pytest.mark.parametrize("class_name", ["FlaxBertForMaskedLM", "FlaxBertModel"])
def test_a_class_on_a_familys_parts_loads_with_and_without_the_prefix(class_name: str, tmp_path: Path) -> None:
    base = tiny.model(class_name, "bert", num_hidden_layers=1)
    model = Pair.from_pretrained(tiny.saved(base, tmp_path), labels=5)
    inner = base.bert if class_name == "FlaxBertForMaskedLM" else base
    assert tiny.close(model.bert(tiny.IDS).last_hidden_state, inner(tiny.IDS).last_hidden_state)
    assert model(tiny.IDS).shape == (2, 5)
    fresh = {name.split(".")[0] for name in model.load_report.initialized}
    assert fresh == ({"head", "bert"} if class_name == "FlaxBertForMaskedLM" else {"head"})


def test_random_state_of_ones_own_is_made_as_the_constructor_makes_it(tmp_path: Path) -> None:
    config = tiny.config("bert", num_hidden_layers=1)
    model = Pair.from_pretrained(tiny.saved(Pair(config), tmp_path))
    assert not model.load_report.initialized
    made = Pair(config)
    for one, other in zip(jax.tree.leaves(model.dropout), jax.tree.leaves(made.dropout), strict=True):
        plain = jax.dtypes.issubdtype(one.dtype, jax.dtypes.prng_key)
        assert np.array_equal(*(jax.random.key_data(each) if plain else each for each in (one, other)))
    step = nnx.jit(lambda model: model(tiny.IDS, train=True))
    assert not tiny.close(step(model), step(model))


def test_a_part_that_is_not_declared_optional_is_an_error(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.model("FlaxBertModel", "bert", num_hidden_layers=1), tmp_path)
    with pytest.raises(MissingTensors, match=r"classifier\.kernel"):
        Undeclared.from_pretrained(folder)


def test_arguments_reach_the_constructor_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.model("FlaxBertModel", "bert", num_hidden_layers=1), tmp_path)
    assert Pair.from_pretrained(folder, labels=2)(tiny.IDS).shape == (2, 2)
    with pytest.raises(UnknownArgument, match="label_count"):
        Pair.from_pretrained(folder, label_count=2)


def test_a_bare_model_may_leave_out_its_pooler(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.model("FlaxBertModel", "bert", num_hidden_layers=1), tmp_path)
    model = loadstone.FlaxBertModel.from_pretrained(folder, add_pooling_layer=False)
    assert model(tiny.IDS).pooler_output is None
    assert set(model.load_report.unused) == {"pooler.dense.weight", "pooler.dense.bias"}
