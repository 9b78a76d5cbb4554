"""The tables of generation keys: none of transformers' is missing, and each value is told by what it asks for."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from loadstone.configs.generation_keys import APPLIED, DEFAULTS, KNOWN, Situation, not_applied, refused_arguments

GREEDY = Situation(samples=False, has_end=True)
SAMPLED = Situation(samples=True, has_end=True)
ENDLESS = Situation(samples=False, has_end=False)

NAMED_BY_EACH_FRAMEWORK = {"self", "kwargs", "inputs", "generation_config", "streamer"}


def refused(values: dict[str, Any], call: Situation) -> list[str]:
    return [*not_applied(values, call), *refused_arguments(values, call)]


def test_every_key_and_argument_of_transformers_is_in_a_table() -> None:
    import transformers

    keys = {name for name in transformers.GenerationConfig().to_dict() if name[0] != "_"}
    arguments = set(inspect.signature(transformers.GenerationMixin.generate).parameters)
    assert (keys | arguments) - KNOWN == NAMED_BY_EACH_FRAMEWORK


def test_the_defaults_of_transformers_ask_for_nothing_and_are_ours() -> None:
    import transformers

    defaults = transformers.GenerationConfig._get_default_generation_params()
    for call in (GREEDY, SAMPLED, ENDLESS):
        assert refused(defaults, call) == []
    assert {name: defaults[name] for name in DEFAULTS} == dict(DEFAULTS)


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("repetition_penalty", 1.3, GREEDY),
        ("num_beam_groups", 2, GREEDY),
        ("bad_words_ids", [[3]], GREEDY),
        ("sequence_bias", [[[3], -5.0]], GREEDY),
        ("guidance_scale", 1.5, GREEDY),
        ("stop_strings", ["."], GREEDY),
        ("max_time", 0.5, GREEDY),
        ("penalty_alpha", 0.6, GREEDY),
        ("min_p", 0.1, SAMPLED),
        ("typical_p", 0.9, SAMPLED),
        ("watermarking_config", {"bias": 2.5}, GREEDY),
        ("repetition_penalty", "much", GREEDY),
    ],
)
def test_a_value_that_asks_for_another_text_is_told(name: str, value: Any, call: Situation) -> None:
    assert list(not_applied({name: value}, call)) == [name]


@pytest.mark.parametrize(
    ("name", "value", "call"),
    [
        ("repetition_penalty", 1, GREEDY),
        ("repetition_penalty", None, GREEDY),
        ("min_p", 0.1, GREEDY),
        ("typical_p", 1.0, SAMPLED),
        ("penalty_alpha", 0.6, SAMPLED),
        ("exponential_decay_length_penalty", [3, 1.1], ENDLESS),
        ("diversity_penalty", 2.0, GREEDY),
        ("cache_implementation", "static", GREEDY),
    ],
)
def test_a_value_that_changes_no_text_is_not(name: str, value: Any, call: Situation) -> None:
    assert refused({name: value}, call) == []


def test_arguments_that_ask_for_more_than_text_are_refused_and_their_absence_is_not() -> None:
    asking = {"output_scores": True, "logits_processor": [len], "inputs_embeds": object()}
    assert refused(asking, GREEDY) == ["output_scores", "logits_processor", "inputs_embeds"]
    assert refused({"output_scores": False, "logits_processor": [], "inputs_embeds": None}, GREEDY) == []
    assert list(not_applied({"output_scores": True}, GREEDY)) == []


def test_what_is_applied_is_in_no_other_table() -> None:
    assert refused(dict.fromkeys(APPLIED, 9), SAMPLED) == []
