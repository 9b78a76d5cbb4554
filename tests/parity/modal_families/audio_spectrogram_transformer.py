"""AST."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    given = {"input_values": numbers(2, config.max_length, config.num_mel_bins)}
    if class_name == "ASTForAudioClassification":
        given["labels"] = torch.tensor([2, 0]) if config.num_labels > 1 else torch.tensor([0.3, -2.0])
    return given


PARITY = ModalFamily(
    family="audio-spectrogram-transformer",
    config="ASTConfig",
    plain=dict(
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=10,
        patch_size=4,
        frequency_stride=3,
        time_stride=2,
        max_length=11,
        num_mel_bins=8,
        num_labels=3,
    ),
    inputs=inputs,
    main="ASTForAudioClassification",
    awkward={
        "odd": dict(
            hidden_size=14,
            num_attention_heads=4,
            qkv_bias=False,
            hidden_act="relu",
            layer_norm_eps=1e-3,
            frequency_stride=5,
            num_labels=1,
        )
    },
    wide=dict(hidden_size=96, intermediate_size=160),
)
