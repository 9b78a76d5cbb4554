"""The habits of Flax users: transforms, splitting and merging, skeletons, copies, training."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from frameworks.flax import tiny

import loadstone
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax import initial


def loss_of(model: Any) -> jax.Array:
    return model(tiny.IDS, labels=tiny.IDS).loss


def test_nnx_jit_returns_the_output_that_the_plain_call_returns() -> None:
    model = tiny.llama()
    out = nnx.jit(lambda model, ids: model(ids, output_hidden_states=True))(model, tiny.IDS)
    plain = model(tiny.IDS, output_hidden_states=True)
    assert type(out) is type(plain) and out.keys() == plain.keys()
    assert tiny.close(out.logits, plain.logits) and tiny.close(out.hidden_states[1], plain.hidden_states[1])


def test_jax_jit_takes_a_model_as_an_argument() -> None:
    model = tiny.bert()
    out = jax.jit(lambda model, ids: model(ids).logits)(model, tiny.IDS)
    assert tiny.close(out, model(tiny.IDS).logits)


def test_gradients_are_those_of_finite_differences() -> None:
    model = tiny.llama(num_hidden_layers=1)
    gradients = nnx.grad(loss_of)(model)
    weight = model.model.layers[0].mlp.down_proj.weight
    at, step, kept = (3, 4), 1e-2, weight[...]
    weight[...] = kept.at[at].add(step)
    above = loss_of(model)
    weight[...] = kept.at[at].add(-step)
    below = loss_of(model)
    found = gradients["model"]["layers"][0]["mlp"]["down_proj"]["weight"][at]
    assert abs(float(found) - float(above - below) / (2 * step)) < 1e-3 * max(1.0, abs(float(found)))


def test_gradients_are_the_same_with_checkpointing_and_under_jit() -> None:
    model = tiny.llama(num_hidden_layers=1)
    plain = nnx.grad(loss_of)(model)
    jitted = nnx.jit(nnx.grad(loss_of))(model)
    model.gradient_checkpointing_enable()
    assert model.is_gradient_checkpointing
    saved = nnx.grad(loss_of)(model)
    for other in (jitted, saved):
        assert all(tiny.close(a, b) for a, b in zip(jax.tree.leaves(plain), jax.tree.leaves(other), strict=True))
    model.gradient_checkpointing_disable()
    assert not model.is_gradient_checkpointing


def test_the_padding_row_of_a_table_gets_no_gradient() -> None:
    model = tiny.model("FlaxBertModel", "bert", pad_token_id=5, num_hidden_layers=1)
    gradients = nnx.grad(lambda model: jnp.sum(jnp.square(model(tiny.IDS).last_hidden_state[0, :, :3])))(model)
    rows = jnp.abs(gradients["embeddings"]["word_embeddings"]["weight"][...]).sum(axis=1)
    assert rows[5] == 0 and rows[6] > 0


def test_split_and_merge_keep_numbers_ties_and_config() -> None:
    model = tiny.llama(tie_word_embeddings=True)
    again = nnx.merge(*nnx.split(model))
    assert again.lm_head.weight is again.model.embed_tokens.weight
    assert again.config is model.config
    tiny.assert_same(again, model)


def test_a_tied_parameter_gets_both_gradients() -> None:
    tied = tiny.llama(tie_word_embeddings=True, num_hidden_layers=1)
    apart = tiny.llama(tie_word_embeddings=False, num_hidden_layers=1)
    nnx.update(apart, {"model": nnx.to_pure_dict(nnx.state(tied.model))})
    apart.lm_head.weight[...] = tied.lm_head.weight[...]
    both, each = nnx.grad(loss_of)(tied), nnx.grad(loss_of)(apart)
    total = each["lm_head"]["weight"][...] + each["model"]["embed_tokens"]["weight"][...]
    assert tiny.close(both["lm_head"]["weight"][...], total)


def test_eval_shape_gives_the_slots_and_draws_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(*args: Any) -> Any:
        raise AssertionError("random numbers were drawn")

    monkeypatch.setattr(initial, "initial", drawn)
    skeleton = nnx.eval_shape(lambda: loadstone.FlaxLlamaForCausalLM(tiny.config("llama"), dtype=jnp.bfloat16))
    weight = skeleton.model.layers[0].self_attn.k_proj.weight
    assert weight.shape == (16, 32) and weight.dtype == jnp.bfloat16


def test_a_skeleton_says_that_it_has_no_numbers() -> None:
    skeleton = loadstone.FlaxLlamaForCausalLM(tiny.config("llama"), seed=None)
    for use in (skeleton, skeleton.generate):
        with pytest.raises(ArgumentError, match="is a skeleton"):
            use(tiny.IDS)


def test_a_model_made_under_jit_has_the_numbers_of_one_made_outside() -> None:
    config = tiny.config("llama", num_hidden_layers=1)
    made = nnx.jit(lambda: loadstone.FlaxLlamaForCausalLM(config, seed=3))()
    tiny.assert_same(made, loadstone.FlaxLlamaForCausalLM(config, seed=3))


def test_pickles_and_copies_are_models_of_their_own() -> None:
    model = tiny.llama()
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        tiny.assert_same(again, model)
        assert again.config == model.config and again.config is not model.config
        again.lm_head.weight[...] = jnp.zeros_like(again.lm_head.weight[...])
        assert float(jnp.abs(model.lm_head.weight[...]).sum()) > 0
        assert float(jnp.abs(again(tiny.IDS).logits).sum()) == 0


def test_an_optimizer_brings_the_loss_down() -> None:
    model = tiny.bert(num_hidden_layers=1)
    optimizer = nnx.Optimizer(model, optax.adam(1e-2), wrt=nnx.Param)

    @nnx.jit
    def step(model: Any, optimizer: Any, key: jax.Array) -> jax.Array:
        def loss(model: Any) -> jax.Array:
            return model(tiny.IDS, labels=tiny.IDS, train=True, dropout_rng=key).loss

        value, gradients = nnx.value_and_grad(loss)(model)
        optimizer.update(model, gradients)
        return value

    losses = [float(step(model, optimizer, key)) for key in jax.random.split(jax.random.key(0), 8)]
    assert losses[-1] < 0.85 * losses[0]
    assert model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight


def test_a_loaded_model_can_be_donated_without_changing_its_file(tmp_path: Any) -> None:
    folder = tiny.saved(tiny.llama(), tmp_path)
    before = (folder / "model.safetensors").read_bytes()
    structure, state = nnx.split(loadstone.FlaxLlamaForCausalLM.from_pretrained(folder))
    double = jax.jit(lambda state: jax.tree.map(lambda x: 2 * x, state), donate_argnums=0)
    doubled = nnx.merge(structure, jax.block_until_ready(double(state)))
    assert (folder / "model.safetensors").read_bytes() == before
    again = loadstone.FlaxLlamaForCausalLM.from_pretrained(folder)
    assert np.array_equal(doubled.lm_head.weight[...], 2 * again.lm_head.weight[...])
