"""The cache of a fixed size."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from frameworks.flax import tiny

from loadstone.errors import ArgumentError

STEPS = ((0, 3), (3, 4), (4, 6))


@pytest.mark.parametrize("changes", [{}, {"sliding_window": 2}], ids=["full", "window"])
def test_cached_steps_give_the_logits_of_the_whole_text(changes: dict[str, int]) -> None:
    if changes:
        model = tiny.model("FlaxMixtralForCausalLM", "mixtral", num_hidden_layers=2, **changes)
    else:
        model = tiny.llama(num_hidden_layers=2)
    whole = model(tiny.IDS).logits
    cache = model.init_cache(2, 9)
    for start, end in STEPS:
        out = model(tiny.IDS[:, start:end], past_key_values=cache)
        cache = out.past_key_values
        assert tiny.close(out.logits, whole[:, start:end])
    assert (cache.get_seq_length(), cache.max_length, cache.batch, len(cache)) == (6, 9, 2, 2)
    assert cache[1][0].shape == (2, 2, 9, 8)


def test_a_growing_mask_compiles_no_more_than_a_full_one(traces: list[tuple[int, ...]]) -> None:
    model = tiny.llama(num_hidden_layers=1)
    mask = np.array([[0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]])
    whole = model(tiny.IDS, attention_mask=mask).logits
    cache = model.init_cache(2, 8)
    for step in range(6):
        out = model(tiny.IDS[:, step : step + 1], attention_mask=mask[:, : step + 1], past_key_values=cache)
        cache = out.past_key_values
        assert tiny.close(out.logits[1], whole[1, step : step + 1])
        assert step < 2 or tiny.close(out.logits[0], whole[0, step : step + 1])
    assert traces == [(2, 6), (2, 1)]


def test_one_compiled_step_serves_a_scan() -> None:
    model = tiny.llama(num_hidden_layers=1)

    @jax.jit
    def all_steps(model: object, ids: jax.Array) -> jax.Array:
        def step(cache: object, token: jax.Array) -> tuple[object, jax.Array]:
            out = model(token[:, None], past_key_values=cache)
            return out.past_key_values, out.logits[:, 0]

        return jax.lax.scan(step, model.init_cache(2, 6), ids.T)[1].swapaxes(0, 1)

    assert tiny.close(all_steps(model, jnp.asarray(tiny.IDS)), model(tiny.IDS).logits)


def test_a_full_cache_is_an_error_and_under_jit_nan() -> None:
    model = tiny.llama(num_hidden_layers=1)
    full = model(tiny.IDS, past_key_values=model.init_cache(2, 6)).past_key_values
    with pytest.raises(ArgumentError, match="room for 6 tokens, it holds 6, and 1 more do not fit"):
        model(tiny.IDS[:, :1], past_key_values=full)
    out = jax.jit(lambda model, cache: model(tiny.IDS[:, :1], past_key_values=cache))(model, full)
    assert np.isnan(out.logits).all()


def test_a_mask_for_the_new_tokens_alone_is_an_error() -> None:
    model = tiny.llama(num_hidden_layers=1)
    cache = model(tiny.IDS, past_key_values=model.init_cache(2, 8)).past_key_values
    with pytest.raises(ArgumentError, match=r"\(2, 1\), expected \(2, 7\)"):
        model(tiny.IDS[:, :1], attention_mask=np.ones((2, 1)), past_key_values=cache)


def test_use_cache_without_a_cache_returns_the_keys_of_these_tokens() -> None:
    model = tiny.llama(num_hidden_layers=1)
    assert model(tiny.IDS).past_key_values is None
    assert model(tiny.IDS, use_cache=True).past_key_values.get_seq_length() == 6


def test_an_encoder_has_no_cache_and_sizes_must_make_sense() -> None:
    with pytest.raises(ArgumentError, match="is no decoder"):
        tiny.bert(num_hidden_layers=1).init_cache(1, 8)
    for sizes in ((0, 8), (1, 0), (1, 2.5)):
        with pytest.raises(ArgumentError, match="expected an integer of at least 1"):
            tiny.llama(num_hidden_layers=1).init_cache(*sizes)
