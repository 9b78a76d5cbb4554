"""EleutherAI's lm-evaluation-harness: what it measures of a model of ours is what it measures of transformers'."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import transformers
from frameworks.torch import tiny
from frameworks.torch.ecosystem.words import text, tokenizer

import loadstone

pytestmark = pytest.mark.long


def measured(library: Any, base: Path) -> dict[str, Any]:
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    model = library.AutoModelForCausalLM.from_pretrained(base)
    harness = HFLM(pretrained=model, tokenizer=tokenizer(), batch_size=2, device="cpu", max_length=64)
    asked: dict[str, list[tuple[Any, ...]]] = {
        "loglikelihood": [(text(number), text(number + 1, 3)) for number in range(4)],
        "loglikelihood_rolling": [(text(number, 12),) for number in range(2)],
        "generate_until": [(text(number), {"until": ["w5"], "max_gen_toks": 6}) for number in range(4)],
    }
    return {
        kind: getattr(harness, kind)([Instance(kind, {}, arguments, at) for at, arguments in enumerate(requests)])
        for kind, requests in asked.items()
    }


def test_measures_are_those_of_transformers(tmp_path: Path) -> None:
    base = tiny.saved(tiny.llama(pad_token_id=0, eos_token_id=2), tmp_path)
    ours, theirs = measured(loadstone, base), measured(transformers, base)
    assert ours["generate_until"] == theirs["generate_until"]
    assert [greedy for _, greedy in ours["loglikelihood"]] == [greedy for _, greedy in theirs["loglikelihood"]]
    for found, expected in zip(ours["loglikelihood"], theirs["loglikelihood"], strict=True):
        assert found[0] == pytest.approx(expected[0], abs=1e-4)
    assert ours["loglikelihood_rolling"] == pytest.approx(theirs["loglikelihood_rolling"], abs=1e-4)
