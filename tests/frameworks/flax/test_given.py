"""What a save is given, against the slots of the model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from frameworks.flax import tiny

import loadstone
from loadstone.errors import StateMismatch

Auto = loadstone.FlaxAutoModelForCausalLM


def with_head(value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda state: {**state, "lm_head.weight": value}


def deleted() -> jax.Array:
    array = jnp.ones((64, 32))
    array.delete()
    return array


GIVEN: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a name less": (lambda state: {n: v for n, v in state.items() if "lm_head" not in n}, r"lm_head.*found none"),
    "a name more": (lambda state: {**state, "lm_head.kernel": np.ones(2)}, r"lm_head\.kernel: expected the name"),
    "another shape": (with_head(np.ones((32, 64))), r"expected shape \(64, 32\), found shape \(32, 64\)"),
    "integers": (with_head(np.ones((64, 32), np.int32)), r"lm_head\.weight.*one of int32"),
    "no array": (with_head(1.0), r"lm_head\.weight.*found a float"),
    "no memory": (with_head(jax.ShapeDtypeStruct((64, 32), jnp.float32)), r"lm_head\.weight.*without memory"),
    "what was donated": (with_head(deleted()), r"lm_head\.weight.*deleted"),
}


@pytest.mark.parametrize("name", GIVEN)
def test_arrays_that_are_not_the_models_are_refused_and_the_old_checkpoint_stays(name: str, tmp_path: Path) -> None:
    change, message = GIVEN[name]
    model = tiny.llama()
    before = {path.name: path.read_bytes() for path in tiny.saved(model, tmp_path).iterdir()}
    with pytest.raises(StateMismatch, match=message):
        model.save_pretrained(tmp_path, state_dict=change(tiny.numbers(model)))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_model_that_is_not_what_its_config_says_is_refused(tmp_path: Path) -> None:
    model = tiny.llama(num_hidden_layers=2)
    model.config.num_hidden_layers = 1
    with pytest.raises(StateMismatch, match=r"layers\.1\..*name of a slot[\s\S]*config"):
        model.save_pretrained(tmp_path)
    model = tiny.llama()
    model.lm_head.weight = nnx.Param(jnp.ones((70, 32)))
    with pytest.raises(StateMismatch, match=r"lm_head\.weight: expected shape \(64, 32\), found shape \(70, 32\)"):
        model.save_pretrained(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_save_within_a_compiled_function_is_refused(tmp_path: Path) -> None:
    @nnx.jit
    def step(model: Any) -> None:
        model.save_pretrained(tmp_path / "new")

    with pytest.raises(StateMismatch, match="tracer"):
        step(tiny.llama())
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("tied", [False, True])
def test_the_state_of_nnx_is_taken_as_it_is(tied: bool, tmp_path: Path) -> None:
    """Nested, and with one name only for what is tied."""
    model = tiny.llama(tie_word_embeddings=tied)
    again = Auto.from_pretrained(
        tiny.saved(tiny.llama(1, tie_word_embeddings=tied), tmp_path, state_dict=nnx.state(model))
    )
    tiny.assert_same(again, model)


def test_tied_slots_given_with_different_values_are_each_kept(tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=True)
    own = np.asarray(model.lm_head.weight[...])
    state = {**tiny.numbers(model), "model.embed_tokens.weight": own, "lm_head.weight": own + 1}
    again = Auto.from_pretrained(tiny.saved(model, tmp_path, state_dict=state))
    assert np.array_equal(again.lm_head.weight[...], state["lm_head.weight"])
    assert np.array_equal(again.model.embed_tokens.weight[...], own)


class Scored(loadstone.FlaxLlamaForCausalLM):
    """A class of one's own, with a slot more than its family's."""

    def __init__(self, config: Any, **options: Any) -> None:
        super().__init__(config, **options)
        self.value = nnx.Linear(config.hidden_size, 1, rngs=nnx.Rngs(0))


def test_a_class_of_ones_own_is_compared_with_the_slots_that_it_has(tmp_path: Path) -> None:
    model = Scored(tiny.config("llama"))
    tiny.assert_same(Scored.from_pretrained(tiny.saved(model, tmp_path)), model)
    with pytest.raises(StateMismatch, match=r"value\.kernel: expected a tensor of shape \(32, 1\), found none"):
        model.save_pretrained(tmp_path, state_dict=tiny.numbers(tiny.llama()))
