"""``generate(compile=True)``: every family that decodes becomes one program, which writes what eager steps write."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from .cases import Case
from .reference import Store, make_inputs
from .selections import pairs

NEW = 5
TRACED = {"backend": "aot_eager"}
"""The program that inductor is given, run as it is."""


@pytest.mark.long
@pytest.mark.parametrize(("case", "head"), pairs("causal_lm", plain_only=True))
def test_every_family_writes_the_same_text_by_one_program(store: Store, case: Case, head: str) -> None:
    model, inputs = store.ours(case, head, attention="sdpa"), make_inputs(case, "left")
    options: dict[str, Any] = {"max_new_tokens": NEW, "do_sample": False, "eos_token_id": None}
    expected = model.generate(**inputs, **options)
    assert torch.equal(model.generate(**inputs, **options, compile_config=TRACED), expected)
