"""What a step of decoding costs beside its arithmetic: how many functions Python calls, whatever the machine does."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone

FEW, MANY = 4, 12


def calls_a_step(model: Any, **options: Any) -> float:
    """Calls of Python and C functions for one more token."""
    counts = []
    for tokens in (FEW, FEW, MANY):  # the first time only warms
        profile = cProfile.Profile()
        profile.runcall(
            model.generate,
            tiny.IDS[:1],
            attention_mask=torch.ones_like(tiny.IDS[:1]),
            max_new_tokens=tokens,
            do_sample=False,
            eos_token_id=None,
            pad_token_id=0,
            **options,
        )
        counts.append(pstats.Stats(profile).total_calls)
    return (counts[2] - counts[1]) / (MANY - FEW)


@pytest.mark.parametrize("options", [{}, {"cache_implementation": "static"}], ids=["growing", "static"])
def test_a_step_calls_fewer_functions_than_transformers(options: dict[str, Any], tmp_path: Path) -> None:
    tiny.saved(tiny.llama(num_hidden_layers=4), tmp_path)
    ours = calls_a_step(loadstone.LlamaForCausalLM.from_pretrained(tmp_path).eval(), **options)
    theirs = calls_a_step(transformers.LlamaForCausalLM.from_pretrained(tmp_path).eval())
    assert ours < 0.9 * theirs, (ours, theirs)
