"""Greedy text in Flax and TensorFlow equals PyTorch's token for token."""

from __future__ import annotations

from typing import Any

from .cases import Case
from .frameworks import SIDES, TORCH, Models, Side, in_frameworks
from .reference import make_inputs
from .selections import KINDS, crossed, pairs

NEW = 8
SEVERAL = pairs("causal_lm", plain_only=True, families=("llama", "gpt2"))
"""What the loop and the sampler do with logits, whatever family they are of."""


def greedy(side: Side, model: Any, inputs: dict[str, Any], **options: Any) -> list[list[int]]:
    return side.generate(model, **inputs, max_new_tokens=NEW, do_sample=False, **options)


FOLLOWS_THE_LENGTH = [
    each for each in pairs("causal_lm") if each.values[0].id in ("llama-dynamic", "phi3-longrope_short")
]
"""Frequencies that change while a text grows, inside a program that is compiled once: one of each kind."""

COUNTS_TOKENS = pairs("causal_lm", families=("bert", "roberta"))
"""Encoders as decoders; roberta counts its positions from the tokens."""

WRITERS = crossed(pairs("causal_lm", plain_only=True, families=KINDS), ["left"])
WRITERS += crossed(SEVERAL, ["none"]) + crossed(COUNTS_TOKENS, ["left"])


@in_frameworks(WRITERS, "padding")
def test_greedy_equals_pytorch(models: Models, framework: str, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding)
    expected = greedy(TORCH, models.torch(case, head), inputs)
    assert greedy(SIDES[framework], models.of(framework, case, head), inputs) == expected


@in_frameworks(FOLLOWS_THE_LENGTH)
def test_greedy_equals_pytorch_across_the_rope_boundary(models: Models, framework: str, case: Case, head: str) -> None:
    """The prompt is shorter than the length at which the frequencies change, the text longer."""
    boundary = case.config.get("original_max_position_embeddings", case.config["max_position_embeddings"])
    inputs = make_inputs(case, length=int(boundary) - 3)
    expected = greedy(TORCH, models.torch(case, head), inputs)
    assert greedy(SIDES[framework], models.of(framework, case, head), inputs) == expected


@in_frameworks(SEVERAL)
def test_rows_stop_at_eos_and_are_padded(models: Models, framework: str, case: Case, head: str) -> None:
    inputs = make_inputs(case, "left")
    length = inputs["input_ids"].shape[1]
    reference, ours = models.torch(case, head), models.of(framework, case, head)
    free = greedy(TORCH, reference, inputs)
    stops = [free[0][length + 2], free[1][length + 1]]
    for ends in (stops[0], stops):
        expected = greedy(TORCH, reference, inputs, eos_token_id=ends)
        assert any(stop in expected[0][length:] for stop in stops)
        assert greedy(SIDES[framework], ours, inputs, eos_token_id=ends) == expected


@in_frameworks(SEVERAL)
def test_top_k_of_one_and_tiny_top_p_are_greedy(models: Models, framework: str, case: Case, head: str) -> None:
    inputs, side, model = make_inputs(case, "left"), SIDES[framework], models.of(framework, case, head)
    expected = greedy(side, model, inputs)
    for limit in ({"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-4}):
        assert side.generate(model, **inputs, max_new_tokens=NEW, do_sample=True, **limit) == expected, limit
