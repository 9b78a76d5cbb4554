"""Generation: what it says, and how often it is compiled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from frameworks.flax import tiny

import loadstone
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax.sampling import Choosing, choose
from loadstone.frameworks.sampling import Filters


def by_hand(model: Any, ids: Any, count: int) -> Any:
    """Greedy text, the whole of it read again for each token."""
    ids = np.asarray(ids)
    for _ in range(count):
        ids = np.concatenate((ids, np.asarray(model(ids).logits[:, -1:]).argmax(axis=-1)), axis=1)
    return ids


def test_greedy_text_is_the_likeliest_token_after_every_token() -> None:
    model = tiny.llama()
    text = np.asarray(model.generate(tiny.IDS, max_new_tokens=7))
    assert np.array_equal(text[:, :6], tiny.IDS)
    assert np.array_equal(text[:, 6:], np.asarray(model(text).logits).argmax(axis=-1)[:, 5:-1])


def test_text_without_a_cache_is_the_same() -> None:
    model = tiny.llama(num_hidden_layers=1)
    text = by_hand(model, tiny.IDS, 2)
    assert np.array_equal(model.generate(tiny.IDS, max_length=8, use_cache=False), text)
    assert np.array_equal(model.generate(tiny.IDS, max_length=8), text)


def test_a_text_is_two_programs_however_long_and_a_second_one_none(traces: list[tuple[int, ...]]) -> None:
    model = tiny.llama(num_hidden_layers=1)
    model.generate(tiny.IDS, max_new_tokens=12)
    assert traces == [(2, 6), (2, 1)]
    model.generate(tiny.IDS + 3, max_new_tokens=12, do_sample=True, temperature=0.5)
    model.generate(tiny.IDS, max_new_tokens=20)
    assert len(traces) == 2


def test_padding_on_the_left_does_not_change_the_text() -> None:
    model = tiny.llama()
    ids, mask = np.array([[0, 0, 5, 6, 7], [1, 2, 3, 4, 5]]), np.array([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    both = np.asarray(model.generate(ids, attention_mask=mask, max_new_tokens=6))
    assert np.array_equal(both[0, 2:], model.generate(ids[:1, 2:], max_new_tokens=6)[0])
    assert np.array_equal(both[1], model.generate(ids[1:], max_new_tokens=6)[0])


def test_a_row_that_ends_is_filled_up_and_all_stop_when_all_have_ended() -> None:
    model = tiny.llama()
    free = np.asarray(model.generate(tiny.IDS, max_new_tokens=8))
    ends = [int(free[0, 7]), int(free[1, 9])]
    found = np.asarray(model.generate(tiny.IDS, max_new_tokens=8, eos_token_id=ends, pad_token_id=63))
    for row, expected in zip(found, free, strict=True):
        stop = next(place for place in range(6, len(expected)) if expected[place] in ends)
        assert np.array_equal(row[: stop + 1], expected[: stop + 1]) and (row[stop + 1 :] == 63).all()
    assert found.shape[1] <= 10


def test_sampled_text_follows_its_key() -> None:
    model = tiny.llama(num_hidden_layers=1)
    texts = [
        np.asarray(model.generate(tiny.IDS, max_new_tokens=8, do_sample=True, prng_key=jax.random.key(seed)))
        for seed in (0, 0, 1)
    ]
    assert np.array_equal(texts[0], texts[1]) and not np.array_equal(texts[0], texts[2])
    greedy = model.generate(tiny.IDS, max_new_tokens=8)
    assert np.array_equal(model.generate(tiny.IDS, max_new_tokens=8, do_sample=True, top_k=1), greedy)


def test_samples_come_from_the_allowed_tokens_as_often_as_they_should() -> None:
    odds = np.array([0.5, 0.25, 0.15, 0.1])
    logits = np.log(np.tile(odds, (4000, 1))).astype(np.float32)

    def shares(**how: Any) -> np.ndarray[Any, Any]:
        choosing = Choosing(Filters(**how), sample=True, ends=(), padding=0)
        going = np.ones(len(logits), bool)
        drawn = np.asarray(choose(choosing, jax.numpy.asarray(logits), (), going, jax.random.key(0))[0])
        return np.bincount(drawn, minlength=4) / len(drawn)

    assert np.abs(shares() - odds).max() < 0.03
    assert np.abs(shares(temperature=0.5) - odds**2 / (odds**2).sum()).max() < 0.03
    assert np.abs(shares(top_k=2) - np.array([2, 1, 0, 0]) / 3).max() < 0.03
    assert np.abs(shares(top_p=0.6) - np.array([2, 1, 0, 0]) / 3).max() < 0.03
    assert shares(top_p=0.5)[0] == 1
    assert np.abs(shares(top_k=9) - odds).max() < 0.03


def test_a_streamer_sees_the_prompt_and_every_step() -> None:
    class Listener:
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def put(self, value: Any) -> None:
            self.seen.append(np.asarray(value))

        def end(self) -> None:
            self.seen.append("end")

    model, listener = tiny.llama(num_hidden_layers=1), Listener()
    text = np.asarray(model.generate(tiny.IDS, max_new_tokens=3, streamer=listener))
    prompt, *steps, end = listener.seen
    assert np.array_equal(prompt, tiny.IDS) and end == "end"
    assert np.array_equal(np.stack(steps, axis=1), text[:, 6:])


def test_longrope_text_is_read_again_where_its_frequencies_change() -> None:
    scaling = dict(rope_type="longrope", short_factor=[1.0, 1.1, 1.3, 1.6], long_factor=[1.5, 2.0, 4.0, 8.0])
    model = tiny.model("FlaxPhi3ForCausalLM", "phi3", rope_scaling=scaling, num_hidden_layers=1)
    assert np.array_equal(model.generate(tiny.IDS, max_new_tokens=4), by_hand(model, tiny.IDS, 4))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (dict(), "at least one token"),
        (dict(inputs=np.zeros((1, 0), int)), "at least one token"),
        (dict(inputs=tiny.IDS.astype(float)), "needs input_ids of shape"),
        (dict(inputs=tiny.IDS, input_ids=tiny.IDS), "Give the prompt once"),
        (dict(inputs=tiny.IDS, attention_mask=np.ones((2, 5))), r"\(2, 5\), expected \(2, 6\)"),
        (dict(inputs=tiny.IDS, attention_mask=np.array([[1, 1, 1, 1, 1, 0]] * 2)), "padding is on the right"),
        (dict(inputs=tiny.IDS, temperature=0.0, do_sample=True), "expected more than 0"),
        (dict(inputs=tiny.IDS, max_length=6), "No room for a new token"),
        (dict(inputs=tiny.IDS, max_new_token=3), "Did you mean 'max_new_tokens'"),
        (dict(inputs=tiny.IDS, generator=3), "does not know 'generator'"),
        (dict(inputs=tiny.IDS, guidance_scale=4.0), "does not apply guidance_scale=4.0"),
        (dict(inputs=tiny.IDS, past_key_values=[1]), "does not take past_key_values"),
    ],
)
def test_nonsense_gets_an_error_that_says_what_is_expected(arguments: Any, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        tiny.llama(num_hidden_layers=1).generate(**arguments)


def test_generate_inside_jit_says_that_it_compiles_itself() -> None:
    model = tiny.llama(num_hidden_layers=1)
    with pytest.raises(ArgumentError, match="compiles its steps itself"):
        jax.jit(lambda ids: model.generate(ids))(tiny.IDS)


def test_what_a_tokenizer_gives_and_what_changes_nothing_is_taken() -> None:
    encoding = {"input_ids": tiny.IDS, "attention_mask": np.ones_like(tiny.IDS), "token_type_ids": 0 * tiny.IDS}
    taken: dict[str, Any] = dict(num_beams=1, synced_gpus=False, tokenizer=None, use_cache=None, temperature=0.0)
    text = tiny.llama(num_hidden_layers=1).generate(**encoding, **taken, generation_config={"max_new_tokens": 2})
    assert np.array_equal(text, tiny.llama(num_hidden_layers=1).generate(tiny.IDS, max_new_tokens=2))


def test_token_types_count_and_go_on_with_the_last_until_the_positions_end(caplog: pytest.LogCaptureFixture) -> None:
    model = tiny.model("FlaxGPT2LMHeadModel", "gpt2", n_positions=8, n_layer=1, eos_token_id=None)
    types = np.array([[0, 1, 1, 0, 1, 1], [0, 0, 0, 0, 0, 1]])
    for use_cache in (True, False):
        text = np.asarray(model.generate(tiny.IDS, token_type_ids=types, max_new_tokens=9, use_cache=use_cache))
        assert text.shape == (2, 9) and "stopped after 3 new tokens" in caplog.messages[-1]
        longer = np.concatenate((types, types[:, -1:], types[:, -1:]), axis=1)
        logits = np.asarray(model(text[:, :8], token_type_ids=longer).logits)
        assert np.array_equal(text[:, 6:], logits.argmax(axis=-1)[:, 5:])
    assert not np.array_equal(text, model.generate(tiny.IDS, max_new_tokens=3))


def test_the_file_is_heard_and_what_it_asks_for_in_vain_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = tiny.llama(num_hidden_layers=1)
    tiny.saved(plain, tmp_path)
    keys = {"max_new_tokens": 2, "top_k": -1, "bos_token_id": [1], "guidance_scale": 3.0}
    (tmp_path / "generation_config.json").write_text(json.dumps(keys))
    model = loadstone.FlaxAutoModelForCausalLM.from_pretrained(tmp_path)
    assert len(caplog.messages) == 1 and "'bos_token_id'" in caplog.text
    caplog.clear()
    assert np.array_equal(model.generate(tiny.IDS), plain.generate(tiny.IDS, max_new_tokens=2))
    model.generate(tiny.IDS)
    (line,) = (record.message for record in caplog.records if record.name == "loadstone")
    assert "guidance_scale=3.0" in line
