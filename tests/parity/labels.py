"""What the tests of losses and gradients train on: targets for every head, and the kinds of problems."""

from __future__ import annotations

from typing import Any

import torch

from .cases import Case
from .reference import LABELS, kept

WITH_LOSS = (
    *("causal_lm", "masked_lm", "token_classification", "sequence_classification", "question_answering"),
    *("multiple_choice", "next_sentence_prediction", "pretraining"),
)
"""The heads that take labels."""

PROBLEMS: dict[str, tuple[dict[str, Any], torch.Tensor]] = {
    "regression": ({"num_labels": 1}, torch.tensor([0.5, -1.0, 2.0])),
    "regression_of_three": ({"problem_type": "regression"}, torch.tensor([[0.5, -1.0, 2.0]] * 3)),
    "single_label": ({"problem_type": "single_label_classification"}, torch.tensor([0, 2, 2])),
    "multi_label": (
        {"problem_type": "multi_label_classification"},
        torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0]]),
    ),
    "multi_label_by_float_labels": ({}, torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0]])),
}
"""Kind of problem → changes to the config, and labels for three rows of sequence classification."""


def token_labels(inputs: dict[str, torch.Tensor], classes: int) -> torch.Tensor:
    """A class for each token; padding and every third token are ignored (-100)."""
    ids = inputs["input_ids"]
    labels = (ids * 7 + 3) % classes
    skipped = torch.arange(ids.shape[1]) % 3 == 2
    return labels.masked_fill(~kept(inputs) | skipped, -100)


def targets(case: Case, head: str, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    if head in ("causal_lm", "masked_lm"):
        return {"labels": token_labels(inputs, case.vocab)}
    if head == "token_classification":
        return {"labels": token_labels(inputs, LABELS)}
    if head == "sequence_classification":
        return {"labels": torch.tensor([2, 0, 1])}
    if head == "multiple_choice":
        return {"labels": torch.tensor([1])}
    if head == "next_sentence_prediction":
        return {"labels": torch.tensor([1, 0, 1])}
    if head == "pretraining" and case.family == "electra":
        return {"labels": inputs["input_ids"] % 2}
    if head == "pretraining":
        return {"labels": token_labels(inputs, case.vocab), "next_sentence_label": torch.tensor([1, 0, 1])}
    # the last row's end lies outside the text and is ignored
    return {"start_positions": torch.tensor([1, 3, 5]), "end_positions": torch.tensor([4, 3, 500])}
