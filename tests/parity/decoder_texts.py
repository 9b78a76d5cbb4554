"""What decoders are given: texts padded on the right, with labels, and texts padded on the left to go on from."""

from __future__ import annotations

from typing import Any

import torch

from .cases import LENGTH, LLAMA_LIKE

PLAIN: dict[str, Any] = LLAMA_LIKE | dict(num_labels=3)
"""A tiny config, of which a family takes the keys that it has."""

WIDE: dict[str, Any] = dict(vocab_size=160, hidden_size=96, intermediate_size=160)
"""What of it is large where it is to tell how parameters start."""

PADS = (0, 2, 3)
"""Padding tokens in each row."""


def texts(side: str, pad: int | None = 0) -> dict[str, torch.Tensor]:
    """Three rows of ordinary tokens, padded on the ``"left"`` or the ``"right"``."""
    ids = torch.randint(4, 99, (len(PADS), LENGTH), generator=torch.Generator().manual_seed(7))
    places = torch.arange(LENGTH)
    counts = torch.tensor(PADS)[:, None]
    mask = places >= counts if side == "left" else places < LENGTH - counts
    return {"input_ids": torch.where(mask, ids, pad or 0), "attention_mask": mask.long()}


def inputs(class_name: str, config: Any) -> dict[str, torch.Tensor]:
    """A class → the arguments of a pass."""
    given = texts("right", config.pad_token_id)
    ids, mask = given["input_ids"], given["attention_mask"]
    if class_name.endswith(("ForCausalLM", "LMHeadModel")):
        return given | {"labels": torch.where(mask == 1, ids, -100)}
    if class_name.endswith("ForTokenClassification"):
        return given | {"labels": torch.where(mask == 1, ids % config.num_labels, -100)}
    if class_name.endswith("ForSequenceClassification"):
        return given | {"labels": torch.tensor([2, 0, 1])}
    if class_name.endswith("ForQuestionAnswering"):
        return given | {"start_positions": torch.tensor([1, 2, 3]), "end_positions": torch.tensor([3, 20, 5])}
    return given


def prompt(class_name: str, config: Any) -> dict[str, torch.Tensor]:
    """What a class that writes goes on from."""
    return texts("left", config.pad_token_id)
