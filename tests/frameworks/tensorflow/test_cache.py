"""The key-value cache of fixed size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from frameworks.tensorflow import tiny


@pytest.fixture(scope="module")
def llama() -> Any:
    return tiny.llama()


def test_chunks_through_a_cache_equal_the_whole(llama: Any) -> None:
    whole = llama(tiny.IDS).logits
    cache, parts = llama.init_cache(2, 9), []
    for start, end in ((0, 3), (3, 4), (4, 6)):
        out = llama(tiny.IDS[:, start:end], past_key_values=cache)
        cache = out.past_key_values
        parts.append(out.logits)
    assert tiny.difference(tf.concat(parts, 1), whole) < 1e-5
    assert int(cache.get_seq_length()) == 6 and cache.max_length == 9


def test_a_call_leaves_the_cache_that_it_was_given(llama: Any) -> None:
    empty = llama.init_cache(2, 6)
    llama(tiny.IDS, past_key_values=empty)
    assert int(empty.length) == 0 and not np.any(empty.keys[0])


def test_a_compiled_step_with_a_cache_is_traced_once(llama: Any) -> None:
    step = tf.function(lambda ids, cache: llama(ids, past_key_values=cache))
    cache = llama.init_cache(2, 6)
    for place in range(6):
        out = step(tf.constant(tiny.IDS[:, place : place + 1]), cache)
        cache = out.past_key_values
    assert step.experimental_get_tracing_count() == 1
    assert tiny.difference(out.logits[:, 0], llama(tiny.IDS).logits[:, -1]) < 1e-5


def test_a_mask_may_be_as_long_as_the_text_or_as_the_cache(llama: Any) -> None:
    mask = np.array([[0, 0, 1, 1, 1, 1], [1] * 6])
    long = np.concatenate([mask, np.ones((2, 3), int)], axis=1)
    expected = llama(tiny.IDS, mask).logits
    for given in (mask, long):
        found = llama(tiny.IDS, given, past_key_values=llama.init_cache(2, 9)).logits
        assert tiny.difference(found[:, 2:], expected[:, 2:]) < 1e-5
