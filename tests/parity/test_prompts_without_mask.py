"""Prompts with padding and without a mask: which tokens are padding is told from the ids, as the reference does."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import torch

from .cases import Case
from .frameworks import SIDES, TORCH, Models, Side, in_frameworks
from .reference import Store, make_inputs
from .selections import pairs

NEW = 6
FAMILIES = ("llama", "gemma2", "gpt2", "gpt_neox", "mixtral")
LMS = [p for p in pairs("causal_lm", plain_only=True) if p.values[0].family in FAMILIES]
LLAMA = [p for p in LMS if p.values[0].family == "llama"]
OTHER_ENDS: dict[str, dict[str, Any]] = {
    "pad is not the end": {},
    "pad is one of the ends": {"eos_token_id": [2, 0]},
    "another pad": {"pad_token_id": 7},
    "an end that is given is the pad": {"eos_token_id": 0},
}


def text(side: Side, model: Any, **options: Any) -> list[list[int]]:
    return side.generate(model, max_new_tokens=NEW, do_sample=False, **options)


@pytest.mark.parametrize("options", OTHER_ENDS.values(), ids=OTHER_ENDS)
@pytest.mark.parametrize(("case", "head"), LMS)
def test_text_equals_the_reference(store: Store, case: Case, head: str, options: dict[str, Any]) -> None:
    ids = make_inputs(case, "left")["input_ids"]
    expected = store.reference(case, head).model.generate(ids, max_new_tokens=NEW, do_sample=False, **options)
    assert text(TORCH, store.ours(case, head), input_ids=ids, **options) == expected.tolist()


@in_frameworks(LLAMA, options=tuple(OTHER_ENDS))
def test_text_equals_pytorchs(models: Models, framework: str, case: Case, head: str, options: str) -> None:
    inputs = {"input_ids": make_inputs(case, "left")["input_ids"], **OTHER_ENDS[options]}
    expected = text(TORCH, models.torch(case, head), **inputs)
    assert text(SIDES[framework], models.of(framework, case, head), **inputs) == expected


@pytest.mark.parametrize("framework", SIDES)
@pytest.mark.parametrize(("case", "head"), LLAMA)
def test_a_prompt_that_ends_with_padding_goes_on_after_it_and_is_named_once(
    models: Models, caplog: pytest.LogCaptureFixture, case: Case, head: str, framework: str
) -> None:
    """As in the reference, the mask is told from the ids; where text goes on after padding is the caller's to mend."""
    ids = make_inputs(case, "right")["input_ids"]
    model = models.torch(case, head)
    mask = (ids != case.pad).long()
    with torch.no_grad():
        first = model(ids, attention_mask=mask, position_ids=mask.cumsum(-1) - 1).logits[:, -1].argmax(-1)
    model.warnings_issued.clear()
    with caplog.at_level(logging.WARNING, "loadstone"):
        new = [row[case.length] for row in text(SIDES[framework], models.of(framework, case, head), input_ids=ids)]
        text(SIDES[framework], models.of(framework, case, head), input_ids=ids)
    assert new == first.tolist()
    said = [record.message for record in caplog.records if record.name == "loadstone"]
    assert ["Pad on the left" in message for message in said] == [True]
