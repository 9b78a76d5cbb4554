"""Texts of RoBERTa's kin, whose positions start after the padding id: ``generate`` of transformers 5.23 hands their
forward passes positions that start at zero, so that what they write is held against whole passes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from .frameworks import SIDES
from .modal import Made
from .read_texts import PLAIN, prompt

KIN = ("Camembert", "Data2VecText", "XLMRobertaXL")
OTHERS = [pytest.param(each, marks=pytest.mark.long) for each in ("flax", "tensorflow")]


@pytest.mark.parametrize("framework", ["torch", *OTHERS])
@pytest.mark.parametrize("stem", KIN)
def test_texts_are_what_whole_passes_say(stem: str, framework: str, tmp_path: Path) -> None:
    config = getattr(transformers, f"{stem}Config")(**PLAIN, is_decoder=True)
    each = Made(f"{stem}ForCausalLM", config, tmp_path)
    given: dict[str, Any] = prompt(each.class_name, config)
    ids, mask = given["input_ids"], given["attention_mask"]
    for _ in range(5):
        following = each.expected({"input_ids": ids, "attention_mask": mask}).logits[:, -1].argmax(-1)
        ids = torch.cat([ids, following[:, None]], dim=1)
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
    asked = {"max_new_tokens": 5, "do_sample": False}
    assert SIDES[framework].generate(each.of(framework), **given, **asked) == ids.tolist()
