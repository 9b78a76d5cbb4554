"""``generate``: one compiled program, whatever the sizes; padding, ends, sampling, streams."""

from __future__ import annotations

import json
from pathlib import Path
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
        (dict(inputs=tiny.IDS, max_new_token=3), "Did you mean 'max_new_tokens'"),
        (dict(inputs=tiny.IDS, generator=3), "does not know 'generator'"),
        (dict(inputs=tiny.IDS, guidance_scale=4.0), "does not apply guidance_scale=4.0"),
        (dict(inputs=tiny.IDS, past_key_values=[1]), "does not take past_key_values"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(llama: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        llama.generate(**options)


def test_what_a_tokenizer_gives_and_what_changes_nothing_is_taken(llama: Any) -> None:
    encoding = {"input_ids": tiny.IDS, "attention_mask": np.ones_like(tiny.IDS), "token_type_ids": 0 * tiny.IDS}
    taken: dict[str, Any] = dict(num_beams=1, synced_gpus=False, tokenizer=None, use_cache=None, temperature=0.0)
    text = llama.generate(**encoding, **taken, generation_config={"max_new_tokens": 2})
    assert np.array_equal(text, llama.generate(tiny.IDS, max_new_tokens=2))


def test_token_types_count_and_go_on_with_the_last_until_the_positions_end(caplog: pytest.LogCaptureFixture) -> None:
    model = tiny.model("TFGPT2LMHeadModel", "gpt2", n_positions=8, n_layer=1, eos_token_id=None)
    types = np.array([[0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 0, 1]])
    for use_cache in (True, False):
        text = np.asarray(model.generate(tiny.IDS, token_type_ids=types, max_new_tokens=9, use_cache=use_cache))
        assert text.shape == (2, 9) and "stopped after 3 new tokens" in caplog.messages[-1]
        longer = np.concatenate((types, types[:, -1:], types[:, -1:]), axis=1)
        logits = np.asarray(model(text[:, :8], token_type_ids=longer).logits)
        assert np.array_equal(text[:, 6:], logits.argmax(axis=-1)[:, 5:])
    assert not np.array_equal(text, model.generate(tiny.IDS, max_new_tokens=3))


def test_the_file_is_heard_and_what_it_asks_for_in_vain_is_said(
    llama: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tiny.saved(llama, tmp_path)
    keys = {"max_new_tokens": 2, "top_k": -1, "bos_token_id": [1], "guidance_scale": 3.0}
    (tmp_path / "generation_config.json").write_text(json.dumps(keys))
    model = loadstone.TFAutoModelForCausalLM.from_pretrained(tmp_path)
    assert len(caplog.messages) == 1 and "'bos_token_id'" in caplog.text
    caplog.clear()
    assert np.array_equal(model.generate(tiny.IDS), llama.generate(tiny.IDS, max_new_tokens=2))
    model.generate(tiny.IDS)
    (line,) = (record.message for record in caplog.records if record.name == "loadstone")
    assert "guidance_scale=3.0" in line
