"""``generate``: one compiled program, whatever the sizes; padding, ends, sampling, streams."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from frameworks.tensorflow import tiny

import loadstone
from loadstone.errors import ArgumentError


@pytest.fixture(scope="module")
def llama() -> Any:
    return tiny.llama(pad_token_id=0, eos_token_id=None, bos_token_id=None)


def test_one_trace_serves_prompt_steps_and_every_later_call() -> None:
    model = tiny.llama(pad_token_id=0, eos_token_id=None)
    passes = []
    plain = type(model).call

    def counted(*args: Any, **kwargs: Any) -> Any:
        passes.append(1)
        return plain(*args, **kwargs)

    model.call = counted.__get__(model)
    model.generate(tiny.IDS, max_new_tokens=8)
    model.generate(tiny.IDS, max_new_tokens=8)
    model.generate(tiny.IDS[:1, :3], max_new_tokens=20, do_sample=True)
    assert len(passes) == 1, "the forward pass is Python only while it is traced"


def test_text_goes_on_as_without_a_cache(llama: Any) -> None:
    cached = llama.generate(tiny.IDS, max_new_tokens=7)
    assert cached.shape == (2, 13) and np.array_equal(cached[:, :6], tiny.IDS)
    assert np.array_equal(cached, llama.generate(tiny.IDS, max_new_tokens=7, use_cache=False))
    whole = llama(cached[:, :-1]).logits[:, 5:]
    assert np.array_equal(tf.argmax(whole, -1), cached[:, 6:])


def test_left_padding_does_not_change_the_text(llama: Any) -> None:
    alone = llama.generate(tiny.IDS[:1, 2:], max_new_tokens=6)
    ids = np.concatenate([np.zeros((1, 2), int), tiny.IDS[:1, 2:]], axis=1)
    both = np.concatenate([ids, tiny.IDS[1:]])
    mask = np.array([[0, 0, 1, 1, 1, 1], [1] * 6])
    found = llama.generate(both, attention_mask=mask, max_new_tokens=6)
    assert np.array_equal(found[0, 2:], alone[0])


def test_a_text_that_ended_is_filled_up_and_all_ended_stop(llama: Any) -> None:
    free = np.asarray(llama.generate(tiny.IDS, max_new_tokens=6))[:, 6:]
    end = int(free[0, 1])
    found = np.asarray(llama.generate(tiny.IDS, max_new_tokens=6, eos_token_id=end, pad_token_id=63))[:, 6:]
    stop = list(free[0]).index(end)
    assert list(found[0, : stop + 1]) == list(free[0, : stop + 1]) and (found[0, stop + 1 :] == 63).all()
    every = llama.generate(tiny.IDS, max_new_tokens=6, eos_token_id=[int(row[0]) for row in free])
    assert every.shape == (2, 7)


def test_ids_keep_their_dtype_and_lists_will_do(llama: Any) -> None:
    assert llama.generate(tf.constant(tiny.IDS, tf.int64), max_new_tokens=1).dtype == tf.int64
    assert llama.generate(tf.constant(tiny.IDS, tf.int32), max_new_tokens=1).dtype == tf.int32
    assert llama.generate(tiny.IDS.tolist(), max_new_tokens=1).shape == (2, 7)
    assert llama.generate(input_ids=tiny.IDS, max_length=8).shape == (2, 8)


def test_a_seed_makes_sampled_text_repeatable(llama: Any) -> None:
    def text(seed: int) -> list[list[int]]:
        found: list[list[int]] = (
            llama.generate(tiny.IDS, max_new_tokens=12, do_sample=True, temperature=2.0, seed=seed).numpy().tolist()
        )
        return found

    assert text(1) == text(1) != text(2)


@pytest.mark.parametrize("limit", [{"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-4}])
def test_the_narrowest_sampling_is_greedy(llama: Any, limit: dict[str, float]) -> None:
    greedy = llama.generate(tiny.IDS, max_new_tokens=5)
    assert np.array_equal(llama.generate(tiny.IDS, max_new_tokens=5, do_sample=True, **limit), greedy)


def test_sampled_tokens_are_among_those_allowed(llama: Any) -> None:
    odds = tf.nn.softmax(llama(tiny.IDS[:1]).logits[0, -1]).numpy()
    order = odds.argsort()[::-1]
    nucleus = set(order[: int((np.cumsum(odds[order]) - odds[order] < 0.5).sum())])
    rows = np.repeat(tiny.IDS[:1], 200, axis=0)
    for limit, allowed in (({"top_k": 3}, set(order[:3])), ({"top_p": 0.5}, nucleus)):
        chosen = llama.generate(rows, max_new_tokens=1, do_sample=True, seed=0, **limit).numpy()[:, -1]
        assert set(chosen) <= allowed and len(set(chosen)) > 1


def test_a_streamer_gets_the_prompt_and_each_token(llama: Any) -> None:
    heard: list[Any] = []

    class Streamer:
        def put(self, value: Any) -> None:
            heard.append(value.numpy())

        def end(self) -> None:
            heard.append(None)

    out = llama.generate(tiny.IDS, max_new_tokens=3, streamer=Streamer())
    assert np.array_equal(heard[0], tiny.IDS) and heard[-1] is None
    assert np.array_equal(np.stack(heard[1:-1], axis=1), out[:, 6:])


def test_trained_numbers_count_at_once() -> None:
    """The compiled program reads the variables, it does not keep their numbers."""
    model, other = tiny.llama(pad_token_id=0), tiny.llama(seed=1, pad_token_id=0)
    model.generate(tiny.IDS, max_new_tokens=4)
    model.set_weights(other.get_weights())
    assert np.array_equal(model.generate(tiny.IDS, max_new_tokens=4), other.generate(tiny.IDS, max_new_tokens=4))


def test_half_precision_generates(tmp_path: Any, llama: Any) -> None:
    model = loadstone.TFAutoModelForCausalLM.from_pretrained(tiny.saved(llama, tmp_path), dtype="bfloat16")
    assert model.init_cache(1, 4).keys[0].dtype == tf.bfloat16
    assert model.generate(tiny.IDS, max_new_tokens=3).shape == (2, 9)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(inputs=None), "input_ids"),
        (dict(inputs=tiny.IDS[0]), "input_ids"),
        (dict(inputs=tiny.IDS[:, :0]), "at least one token"),
        (dict(inputs=tiny.IDS, attention_mask=np.ones((2, 5))), "expected"),
        (dict(inputs=tiny.IDS, attention_mask=np.eye(6)[:2]), "Pad on the left"),
        (dict(inputs=tiny.IDS, max_new_tokens=3, max_length=9), "not both"),
        (dict(inputs=tiny.IDS, max_length=6), "No room"),
        (dict(inputs=tiny.IDS, do_sample=True, temperature=0.0), "temperature"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(llama: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        llama.generate(**options)
