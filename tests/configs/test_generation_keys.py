"""The tables of generation keys: none of transformers' is missing, and each value is told by what it asks for."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from loadstone.configs.generation_keys import (
    APPLIED,
    DEFAULTS,
    KNOWN,
    NOT_APPLIED,
    NOT_APPLIED_ARGUMENTS,
    OF_STEPS,
    ONLY_CALLED,
    REFUSED_ARGUMENTS,
    WITHOUT_EFFECT,
    not_applied,
    not_applied_arguments,
    refused_arguments,
)

NAMED_BY_EACH_FRAMEWORK = {"self", "kwargs", "inputs", "generation_config", "streamer"}
GREEDY, SAMPLED = False, True


def refused(values: dict[str, Any], samples: bool) -> list[str]:
    return [*not_applied_arguments(values, samples), *refused_arguments(values, samples)]


def test_every_key_and_argument_of_transformers_is_in_a_table() -> None:
    import transformers

    keys = {name for name in transformers.GenerationConfig().to_dict() if name[0] != "_"}
    arguments = set(inspect.signature(transformers.GenerationMixin.generate).parameters)
    assert (keys | arguments) - KNOWN == NAMED_BY_EACH_FRAMEWORK


def test_the_page_has_every_key_and_argument_of_transformers_and_says_where_it_works() -> None:
    import transformers

    page = (Path(__file__).parents[2] / "docs" / "generation.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+) \| (\w[\w ]*) \|", page.partition("## Every keyword")[2], re.MULTILINE)
    said = {name: where for names, where in rows for name in re.findall(r"`(\w+)`", names)}
    named = {name for name in transformers.GenerationConfig().to_dict() if name[0] != "_"}
    named |= set(inspect.signature(transformers.GenerationMixin.generate).parameters)
    assert named - said.keys() == NAMED_BY_EACH_FRAMEWORK - {"streamer"}
    of_passes = {"output_attentions", "output_hidden_states"}
    tables = {
        "all": {*APPLIED, *ONLY_CALLED, "streamer"} - of_passes,
        "PyTorch": {*REFUSED_ARGUMENTS, *OF_STEPS, *of_passes},
        "Transformers": {*NOT_APPLIED, *NOT_APPLIED_ARGUMENTS},
        "no effect": set(WITHOUT_EFFECT),
    }
    assert [name for name, where in said.items() if name not in tables[where]] == []
    works = sum(where in ("all", "PyTorch", "Transformers") for where in said.values())
    assert works >= 45 and sum(where in ("all", "PyTorch") for where in said.values()) >= 45


def test_the_defaults_of_transformers_ask_for_nothing_and_are_ours() -> None:
    import transformers

    defaults = transformers.GenerationConfig._get_default_generation_params()
    for samples in (GREEDY, SAMPLED):
        assert refused(defaults, samples) == []
    assert {name: defaults[name] for name in DEFAULTS} == dict(DEFAULTS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_beam_groups", 2),
        ("guidance_scale", 1.5),
        ("guidance_scale", "much"),
        ("penalty_alpha", 0.6),
        ("watermarking_config", {"bias": 2.5}),
        ("constraints", [object()]),
    ],
)
def test_a_value_that_asks_for_another_text_is_told(name: str, value: Any) -> None:
    assert list(not_applied({name: value}, GREEDY)) == [name] == refused({name: value}, GREEDY)


@pytest.mark.parametrize(
    ("name", "value", "samples"),
    [
        ("guidance_scale", 1, GREEDY),
        ("guidance_scale", None, GREEDY),
        ("force_words_ids", [], GREEDY),
        ("penalty_alpha", 0.6, SAMPLED),
        ("diversity_penalty", 2.0, GREEDY),
        ("cache_implementation", "dynamic", GREEDY),
        ("low_memory", True, GREEDY),
    ],
)
def test_a_value_that_changes_no_text_is_not(name: str, value: Any, samples: bool) -> None:
    assert refused({name: value}, samples) == []


def test_arguments_that_ask_for_more_are_refused_and_their_absence_is_not() -> None:
    asking = {"assistant_model": object(), "logits_processor": [len], "inputs_embeds": object()}
    assert refused(asking, GREEDY) == ["assistant_model", "logits_processor", "inputs_embeds"]
    assert refused({"assistant_model": None, "logits_processor": [], "inputs_embeds": None}, GREEDY) == []
    assert list(not_applied(asking, GREEDY)) == [], "of a file they say nothing"


def test_what_is_applied_is_in_no_other_table() -> None:
    assert refused(dict.fromkeys(APPLIED, 9), SAMPLED) == []
