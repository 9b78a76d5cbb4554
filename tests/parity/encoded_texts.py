"""What encoders of texts are given: texts padded on either side, in two segments, and labels for each kind of head."""

from __future__ import annotations

from typing import Any

import torch

from .written_texts import read

PLAIN: dict[str, Any] = dict(
    vocab_size=37,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=20,
    max_position_embeddings=22,
    type_vocab_size=2,
    pad_token_id=1,
    num_labels=3,
)
"""A tiny config."""

WIDE: dict[str, Any] = dict(vocab_size=160, hidden_size=96, intermediate_size=160)
"""What of it is large where it is to tell how parameters start."""


def inputs(class_name: str, config: Any) -> dict[str, Any]:
    """A class → the arguments of a pass."""
    given = read()
    if config.type_vocab_size > 1:
        given["token_type_ids"] = (torch.arange(9).expand(2, 9) > 4).long()
    if class_name.endswith("ForMultipleChoice"):
        given = {name: torch.stack((each, each.flip(1)), 1) for name, each in given.items()}
        return {**given, "labels": torch.tensor([1, 0])}
    if class_name.endswith("ForSequenceClassification"):
        return {**given, "labels": torch.tensor([2, 0])}
    if class_name.endswith("ForQuestionAnswering"):
        return {**given, "start_positions": torch.tensor([1, 2]), "end_positions": torch.tensor([3, 20])}
    labels = torch.where(given["attention_mask"] == 1, given["input_ids"], -100)
    if class_name.endswith("ForTokenClassification"):
        return {**given, "labels": torch.where(labels > 0, labels % config.num_labels, -100)}
    return {**given, "labels": labels} if class_name.endswith("ForMaskedLM") else given
