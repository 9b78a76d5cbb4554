"""Moonshine."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily


def sounds() -> dict[str, torch.Tensor]:
    """Two sounds of five frames, the second of them padded."""
    values = torch.randn(2, 2700, generator=torch.Generator().manual_seed(1))
    mask = torch.ones(2, 2700, dtype=torch.int64)
    mask[1, 1000:] = 0
    return {"input_values": values, "attention_mask": mask}


def inputs(class_name: str, config: Any) -> Inputs:
    ids = torch.randint(3, 97, (2, 7), generator=torch.Generator().manual_seed(2))
    if class_name == "MoonshineModel":
        shown = torch.ones(2, 7, dtype=torch.int64)
        shown[0, 5:] = 0
        return {**sounds(), "decoder_input_ids": ids, "decoder_attention_mask": shown}
    labels = ids.clone()
    labels[1, 4:] = -100
    return {**sounds(), "labels": labels}


PARITY = ModalFamily(
    family="moonshine",
    config="MoonshineConfig",
    plain=dict(
        vocab_size=97,
        hidden_size=24,
        intermediate_size=19,
        encoder_num_hidden_layers=2,
        decoder_num_hidden_layers=2,
        encoder_num_attention_heads=2,
        decoder_num_attention_heads=2,
        pad_token_id=0,
    ),
    inputs=inputs,
    main="MoonshineForConditionalGeneration",
    awkward={
        # Of a head of 9 values 5 turn and so one more; towers of different depth; biases; a head that is not tied.
        # Grouped keys, and towers with different numbers of heads, transformers cannot compute.
        "odd": dict(
            hidden_size=27,
            encoder_num_hidden_layers=1,
            decoder_num_hidden_layers=3,
            encoder_num_attention_heads=3,
            decoder_num_attention_heads=3,
            pad_head_dim_to_multiple_of=8,
            attention_bias=True,
            encoder_hidden_act="relu",
            decoder_hidden_act="gelu",
            rope_parameters={"rope_type": "default", "rope_theta": 300.0, "partial_rotary_factor": 0.6},
            tie_word_embeddings=False,
        ),
        "whole heads": dict(rope_parameters={"rope_type": "linear", "factor": 2.0, "partial_rotary_factor": 1.0}),
    },
    wide=dict(hidden_size=96, intermediate_size=120),
    prompt=lambda class_name, config: sounds(),
)
