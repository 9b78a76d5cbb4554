"""How one call of ``generate`` chooses tokens: who is heard, what is judged, what is said."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
import transformers

import loadstone
from loadstone.configs.generation import GenerationConfig
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.decoding import Decoding, decoding
from loadstone.frameworks.generation_values import Sources
from loadstone.frameworks.sampling import Filters


def config(**keys: Any) -> Any:
    return loadstone.AutoConfig.for_model("llama", **({"max_position_embeddings": 64} | keys))


def decide(defaults: dict[str, Any] | None = None, given: object = None, **keywords: Any) -> Decoding:
    """What is decided for a prompt of 5 tokens."""
    return decide_of(config(), GenerationConfig._kept(defaults or {}), keywords, given)


def decide_of(
    keys: Any, defaults: GenerationConfig, keywords: dict[str, Any], given: object = None, prompt: int = 5
) -> Decoding:
    """What is decided for a model with such a config."""
    return decoding(prompt, keys, Sources.of(defaults, keywords, given), own=("streamer",))


def test_the_defaults_are_those_of_transformers() -> None:
    assert decide() == Decoding(20, False, Filters(), (), 0)
    assert decide(do_sample=True) == Decoding(20, True, Filters(top_k=50), (), 0)


def test_the_default_length_ends_where_the_model_does() -> None:
    keys = config(max_position_embeddings=12)
    assert decide_of(keys, GenerationConfig(), {}).new_tokens == 7
    assert decide_of(keys, GenerationConfig(), {"max_new_tokens": 20}).new_tokens == 20
    with pytest.raises(ArgumentError, match="the prompt has 12 tokens, the limit leaves 0"):
        decide_of(keys, GenerationConfig(), {}, prompt=12)


def test_the_nearest_one_who_says_something_is_heard() -> None:
    file = {"max_new_tokens": 3, "eos_token_id": [7, 8], "do_sample": True, "temperature": 0.5, "top_k": 9}
    assert decide(file) == Decoding(3, True, Filters(temperature=0.5, top_k=9), (7, 8), 7)
    assert decide(file, {"max_new_tokens": 4, "top_k": 2}).new_tokens == 4
    assert decide(file, {"top_k": 2}, top_k=1).filters.top_k == 1
    assert decide(file, {"top_k": None}).filters.top_k == 9, "None in a config says nothing"
    assert decide(file, max_length=9).new_tokens == 4, "the caller's length beats the file's"
    assert decide({"max_length": 9, "max_new_tokens": 3}).new_tokens == 3
    assert decide(file, max_new_tokens=None).new_tokens == 3


def test_none_as_a_keyword_turns_a_limit_off() -> None:
    file = {"eos_token_id": 7, "do_sample": True, "temperature": 0.5, "top_p": 0.5}
    off = decide(file, eos_token_id=None, temperature=None, top_k=None, top_p=None)
    assert (off.ends, off.filters) == ((), Filters())
    assert not decide(file, do_sample=None).sample


@pytest.mark.parametrize(
    "given",
    [
        {"top_k": 3, "do_sample": True},
        GenerationConfig(top_k=3, do_sample=True, note="kept"),
        transformers.GenerationConfig(top_k=3, do_sample=True),
    ],
    ids=["dict", "ours", "transformers"],
)
def test_a_generation_config_of_each_kind_is_read(given: object) -> None:
    assert decide({"top_k": 9}, given).filters.top_k == 3


def test_what_fills_up_is_the_padding_else_the_first_end() -> None:
    assert decide({"pad_token_id": 4, "eos_token_id": [7, 8]}).padding == 4
    assert decide({"eos_token_id": [7, 8]}).padding == 7
    assert decide({"pad_token_id": -1, "eos_token_id": 7}).padding == 7, "no model has a row -1"
    assert decide({"pad_token_id": 4, "eos_token_id": 7}, pad_token_id=None).padding == 7


def test_numbers_of_numpy_are_numbers() -> None:
    decided = decide(max_new_tokens=np.int64(3), eos_token_id=np.array([7, 8]), temperature=np.float32(0.5))
    assert (decided.new_tokens, decided.ends) == (3, (7, 8))


NONSENSE = [
    ("temperature", 0.0),
    ("temperature", -1),
    ("temperature", "hot"),
    ("temperature", float("nan")),
    ("top_k", -1),
    ("top_k", 2.5),
    ("top_p", 1.5),
    ("top_p", True),
]


@pytest.mark.parametrize(("name", "value"), NONSENSE)
def test_sampling_values_are_judged_only_where_tokens_are_drawn(name: str, value: Any) -> None:
    greedy = decide({name: value})
    assert greedy == decide() == decide(**{name: value}) == decide(given={name: value})
    with pytest.raises(ArgumentError, match=f"^The model's generation config: {name} is .*, expected "):
        decide({name: value, "do_sample": True})
    with pytest.raises(ArgumentError, match=f"^{name} is .*, expected "):
        decide(**{name: value}, do_sample=True)
    assert decide({name: value}, do_sample=True, **{name: 1}).sample, "the caller's counts"


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"max_new_tokens": 3, "max_length": 9}, "not both"),
        ({"max_new_tokens": 0}, "limit leaves 0"),
        ({"max_length": 5}, "limit leaves 0"),
        ({"max_new_tokens": "many"}, "max_new_tokens is 'many'"),
        ({"do_sample": "yes"}, "do_sample is 'yes', expected True or False"),
        ({"eos_token_id": "end"}, "eos_token_id is 'end', expected a token id"),
        ({"eos_token_id": [7, None]}, "expected a token id, or a list"),
        ({"given": 3}, "generation_config is a int"),
    ],
)
def test_what_makes_no_sense_is_refused(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        decide(**keywords)


def test_a_name_that_nothing_takes_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownArgument, match=r"'max_new_token'\. Did you mean 'max_new_tokens'\?"):
        decide(max_new_token=3)
    with pytest.raises(UnknownArgument, match=r"'stremer'\. Did you mean 'streamer'\?"):
        decide(stremer=3)
    with pytest.raises(UnknownArgument, match=r"'temprature'\. Did you mean 'temperature'\?"):
        decide(given={"temprature": 0.5})


def test_what_is_asked_for_and_not_applied_is_refused_by_name() -> None:
    with pytest.raises(UnknownArgument, match=r"not apply constraints=\[4\]\..* pip install "):
        decide(constraints=[4], low_memory=False)
    with pytest.raises(UnknownArgument, match=r"does not apply guidance_scale=1\.2\."):
        decide(given=transformers.GenerationConfig(guidance_scale=1.2))
    with pytest.raises(UnknownArgument, match=r"does not take stopping_criteria=\[3\] in this framework"):
        decide(stopping_criteria=[3], synced_gpus=False)


def test_what_the_models_config_asks_for_and_is_not_applied_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    defaults, keys = GenerationConfig(guidance_scale=1.2, penalty_alpha=0.6, num_beams=1), config()
    with caplog.at_level(logging.WARNING, "loadstone"):
        for _ in range(2):
            decide_of(keys, defaults, {"do_sample": True}, defaults)
        (line,) = caplog.messages
        assert "guidance_scale=1.2," in line and "penalty_alpha" not in line and "num_beams" not in line
        decide_of(keys, defaults, {})
        assert "asks for penalty_alpha=0.6," in caplog.messages[1], "of another key there is another line"
    assert keys == config() and "_told_of_generation" not in keys.to_dict()


def test_what_is_set_on_the_config_in_vain_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """As scripts for Transformers 4 do; Transformers 5 refuses it."""
    keys = config(max_length=9, num_beams=1)
    defaults = GenerationConfig.for_model(keys, None)
    assert decide_of(keys, defaults, {}).new_tokens == 4 and caplog.messages == []
    keys.max_length, keys.do_sample, keys.num_beams, keys.temperature = 12, True, 3, 0.5
    for _ in range(2):
        assert decide_of(keys, defaults, {}).new_tokens == 4
    (line,) = caplog.messages
    assert "max_length=12, num_beams=3, do_sample=True," in line and "set it on model.generation_config" in line


def test_nothing_is_said_where_the_caller_turned_it_off(caplog: pytest.LogCaptureFixture) -> None:
    decide({"guidance_scale": 2}, {"guidance_scale": 4}, guidance_scale=1)
    decide({"penalty_alpha": 0.6}, penalty_alpha=0)
    assert caplog.messages == []


def test_more_tokens_than_there_are_positions_for_are_cut_and_reported(caplog: pytest.LogCaptureFixture) -> None:
    assert decide(max_new_tokens=9).within(None, 5).new_tokens == 9
    fits = decide(max_new_tokens=3).within(7, 5)
    cut = decide(max_new_tokens=9).within(7, 5)
    assert (fits.is_cut, cut.is_cut, cut.new_tokens) == (False, True, 3)
    fits.report_cut()
    assert caplog.messages == []
    cut.report_cut()
    assert "stopped after 3 new tokens" in caplog.text
    with pytest.raises(ArgumentError, match="The prompt has 5 tokens, and this model has positions for 4"):
        decide(max_new_tokens=9).within(4, 5)
