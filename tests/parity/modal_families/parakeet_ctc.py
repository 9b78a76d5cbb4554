"""Parakeet CTC."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily


def sounds(bands: int) -> dict[str, torch.Tensor]:
    """Two sounds of six frames, the second of them padded."""
    values = torch.randn(2, 21, bands, generator=torch.Generator().manual_seed(1))
    mask = torch.ones(2, 21, dtype=torch.int64)
    mask[1, 13:] = 0
    return {"input_features": values, "attention_mask": mask}


def inputs(class_name: str, config: Any) -> Inputs:
    if class_name == "ParakeetEncoder":
        return sounds(config.num_mel_bins)
    labels = torch.tensor([[3, 3, 5], [7, -100, 96]])  # a token twice, and what counts for nothing
    return {**sounds(config.encoder_config.num_mel_bins), "labels": labels}


PARITY = ModalFamily(
    family="parakeet_ctc",
    config="ParakeetCTCConfig",
    plain=dict(
        vocab_size=97,
        pad_token_id=96,
        encoder_config=dict(
            hidden_size=24,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=19,
            conv_kernel_size=3,
            subsampling_factor=4,
            subsampling_conv_channels=5,
            num_mel_bins=8,
        ),
    ),
    inputs=inputs,
    main="ParakeetForCTC",
    unlike={"ParakeetEncoder": ("attention_mask",)},  # which of its frames are real is not told
    parts={"ParakeetEncoder": "encoder_config"},
    awkward={
        # Another blank, no biases, no scale, one convolution, kernels of other sizes, a sum of losses.
        "bare": dict(
            pad_token_id=0,
            ctc_loss_reduction="sum",
            ctc_zero_infinity=False,
            encoder_config=dict(
                attention_bias=False,
                convolution_bias=False,
                scale_input=False,
                hidden_act="relu",
                num_attention_heads=3,
                conv_kernel_size=5,
                subsampling_factor=2,
                num_mel_bins=6,
                subsampling_conv_kernel_size=5,
            ),
        ),
    },
    wide=dict(
        encoder_config=dict(hidden_size=96, intermediate_size=160, subsampling_conv_channels=32, num_mel_bins=16)
    ),
)
