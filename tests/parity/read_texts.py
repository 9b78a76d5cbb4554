"""What encoders of texts are given: texts of two segments, padded on either side."""

from __future__ import annotations

from typing import Any

import torch

from .written_texts import ids

PLAIN: dict[str, Any] = dict(
    vocab_size=37,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=24,
    max_position_embeddings=22,
    type_vocab_size=2,
    num_labels=3,
)
"""A tiny config."""

WIDE: dict[str, Any] = dict(vocab_size=160, hidden_size=96, intermediate_size=160, max_position_embeddings=90)
"""What of it is large where it is to tell how parameters start."""


UNLIKE: dict[str, tuple[str, ...]] = {"": ("cross_attentions",)}
"""Transformers gives an empty tuple for what these models have not."""


TWO_ENDS: dict[str, Any] = dict(num_labels=2)
"""Of question answering, which tells a start and an end."""


def read(config: Any) -> dict[str, torch.Tensor]:
    """Two texts, the first padded on the right and the second on the left; of a decoder on the right, for its tokens
    before the text would see nothing, of which transformers makes something else."""
    texts = ids(2, 9, seed=1)
    mask = torch.ones_like(texts)
    mask[0, 7:] = mask[1, :3] = 0
    if getattr(config, "is_decoder", False):
        mask[1] = mask[1].flip(0)
    texts[mask == 0] = config.pad_token_id
    return {"input_ids": texts, "attention_mask": mask, "token_type_ids": ids(2, 9, seed=2) % config.type_vocab_size}


def inputs(class_name: str, config: Any) -> dict[str, Any]:
    """A class → the arguments of a pass."""
    given = read(config)
    targets = torch.where(given["attention_mask"] == 1, ids(2, 9, seed=3), -100)
    if class_name.endswith("ForMultipleChoice"):
        return {**{name: value[None] for name, value in given.items()}, "labels": torch.tensor([1])}
    if class_name.endswith("ForSequenceClassification"):
        return {**given, "labels": torch.tensor([2, 0])}
    if class_name.endswith("ForNextSentencePrediction"):
        return {**given, "labels": torch.tensor([1, 0])}
    if class_name.endswith("ForTokenClassification"):
        return {**given, "labels": torch.where(targets < 0, -100, targets % config.num_labels)}
    if class_name.endswith("ForQuestionAnswering"):
        return {**given, "start_positions": torch.tensor([1, 4]), "end_positions": torch.tensor([3, 20])}
    if class_name.endswith("ForPreTraining"):
        pair = "sentence_order_label" if class_name.startswith("Albert") else "next_sentence_label"
        return {**given, "labels": targets, pair: torch.tensor([1, 0])}
    return given if class_name.endswith("Model") else {**given, "labels": targets}


def prompt(class_name: str, config: Any) -> dict[str, Any]:
    """Two texts that are padded on the left."""
    texts, mask = ids(2, 6, seed=2), torch.ones(2, 6, dtype=torch.long)
    mask[1, :2] = 0
    return {"input_ids": torch.where(mask == 1, texts, config.pad_token_id), "attention_mask": mask}
