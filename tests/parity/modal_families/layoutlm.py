"""LayoutLM."""

from __future__ import annotations

from typing import Any

import torch

from ..encoded_texts import PLAIN, WIDE
from ..encoded_texts import inputs as texts
from . import Inputs, ModalFamily


def boxes() -> torch.Tensor:
    """Where two texts of nine tokens lie."""
    drawn = torch.randint(0, 24, (2, 9, 4), generator=torch.Generator().manual_seed(5))
    return torch.cat((torch.minimum(drawn[..., :2], drawn[..., 2:]), torch.maximum(drawn[..., :2], drawn[..., 2:])), -1)


def inputs(class_name: str, config: Any) -> Inputs:
    given = texts(class_name, config)
    return given if config.num_hidden_layers == 1 else {**given, "bbox": boxes()}


PARITY = ModalFamily(
    family="layoutlm",
    config="LayoutLMConfig",
    plain=PLAIN | dict(max_2d_position_embeddings=24),
    inputs=inputs,
    main="LayoutLMForTokenClassification",
    changes={"LayoutLMForQuestionAnswering": dict(num_labels=2)},
    awkward={
        "untied": dict(tie_word_embeddings=False, hidden_size=15, num_attention_heads=3, hidden_act="relu"),
        "anywhere": dict(num_hidden_layers=1, layer_norm_eps=1e-3),
    },
    wide=WIDE,
)
