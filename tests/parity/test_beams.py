"""Beam search and the rules over logits, of models that continue a text: token for token those of transformers."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from .cases import Case
from .frameworks import SIDES, TORCH, Models
from .reference import Store, make_inputs
from .selections import pairs

NEW = 6
WRITERS = pairs("causal_lm", plain_only=True, families=("llama", "gpt2"))
LLAMA = WRITERS[:1]
SEARCHES: list[dict[str, Any]] = [
    {"num_beams": 3, "length_penalty": -1.0, "early_stopping": True, "num_return_sequences": 2},
    {"num_beams": 2, "length_penalty": 0.0, "early_stopping": "never"},
    {"num_beams": 4, "length_penalty": 2.0, "num_return_sequences": 4},
]


def text(model: Any, inputs: dict[str, torch.Tensor], **options: Any) -> list[list[int]]:
    ids: list[list[int]] = model.generate(**inputs, max_new_tokens=NEW, do_sample=False, **options).tolist()
    return ids


def stops(model: Any, inputs: dict[str, torch.Tensor]) -> list[int]:
    """Tokens of the free texts, at different places: what ends some early."""
    free = text(model, inputs, eos_token_id=None)
    length = inputs["input_ids"].shape[1]
    return [free[0][length + 2], free[1][length + 1]]


@pytest.mark.parametrize(("case", "head"), WRITERS)
def test_beams_equal_the_reference(store: Store, case: Case, head: str) -> None:
    inputs = make_inputs(case, "left")
    reference, ours = store.reference(case, head).fresh(), store.ours(case, head, attention="sdpa")
    ends = stops(reference, inputs)
    for search in SEARCHES:
        assert text(ours, inputs, eos_token_id=ends, **search) == text(reference, inputs, eos_token_id=ends, **search)


@pytest.mark.long
@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: str(search["num_beams"]))
@pytest.mark.parametrize(("case", "head"), WRITERS)
def test_many_searches_equal_the_reference(store: Store, case: Case, head: str, search: dict[str, Any]) -> None:
    inputs = make_inputs(case, "left")
    reference, ours = store.reference(case, head).fresh(), store.ours(case, head, attention="sdpa")
    for ends in (None, stops(reference, inputs)[0]):
        for options in ({}, {"use_cache": False}, {"min_new_tokens": 4}):
            given = {**search, "eos_token_id": ends, **options}
            assert text(ours, inputs, **given) == text(reference, inputs, **given), given


@pytest.mark.parametrize(("case", "head"), LLAMA)
def test_forced_and_suppressed_tokens_equal_the_reference(store: Store, case: Case, head: str) -> None:
    inputs = make_inputs(case, "left")
    reference, ours = store.reference(case, head).fresh(), store.ours(case, head, attention="sdpa")
    often = stops(reference, inputs)
    for options in (
        {"suppress_tokens": often},
        {"begin_suppress_tokens": often, "forced_eos_token_id": 7},
        {"num_beams": 2, "forced_eos_token_id": [7, 8], "suppress_tokens": often},
        {"min_length": inputs["input_ids"].shape[1] + 4, "eos_token_id": often},
    ):
        assert text(ours, inputs, **options) == text(reference, inputs, **options), options


@pytest.mark.parametrize(("case", "head"), LLAMA)
@pytest.mark.parametrize("framework", ["flax", "tensorflow"])
@pytest.mark.parametrize("early_stopping", [True, *(pytest.param(s, marks=pytest.mark.long) for s in (False, "never"))])
def test_beams_equal_pytorch(models: Models, framework: str, case: Case, head: str, early_stopping: bool | str) -> None:
    inputs = make_inputs(case, "left")
    reference, side, ours = models.torch(case, head), SIDES[framework], models.of(framework, case, head)
    ends = stops(reference, inputs)
    options = {"num_beams": 2, "early_stopping": early_stopping, "length_penalty": 0.5, "eos_token_id": ends}
    options |= {"max_new_tokens": NEW, "num_return_sequences": 2}
    assert side.generate(ours, **inputs, **options) == TORCH.generate(reference, **inputs, **options)


@pytest.mark.parametrize(("case", "head"), LLAMA)
def test_samples_of_one_prompt_differ_and_a_search_goes_on_from_a_cache(store: Store, case: Case, head: str) -> None:
    inputs, model = make_inputs(case, "left"), store.ours(case, head, attention="sdpa")
    torch.manual_seed(0)
    options = {"do_sample": True, "temperature": 3.0, "eos_token_id": None}
    drawn = model.generate(**inputs, num_return_sequences=3, max_new_tokens=NEW, **options)
    length = inputs["input_ids"].shape[1]
    assert drawn[:, :length].tolist() == inputs["input_ids"].repeat_interleave(3, dim=0).tolist()
    assert len({tuple(row) for row in drawn.tolist()}) == len(drawn)
    cache = model(**{name: array[:, :2] for name, array in inputs.items()}, use_cache=True).past_key_values
    search = {"num_beams": 2, "num_return_sequences": 2, "max_new_tokens": NEW}
    expected = model.generate(**inputs, **search)
    assert torch.equal(model.generate(**inputs, past_key_values=cache, **search), expected)
