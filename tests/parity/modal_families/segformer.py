"""SegFormer."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .resnet import inputs_of


def inputs(class_name: str, config: Any) -> Inputs:
    given = dict(inputs_of("SegformerForImageClassification")(class_name, config))
    if class_name == "SegformerForSemanticSegmentation":
        labels = torch.randint(0, max(config.num_labels, 2), (2, 35, 27), generator=torch.Generator().manual_seed(1))
        labels[:, :3] = config.semantic_loss_ignore_index
        given["labels"] = labels
    return given


PARITY = ModalFamily(
    family="segformer",
    config="SegformerConfig",
    plain=dict(
        num_encoder_blocks=2,
        depths=[2, 1],
        sr_ratios=[2, 1],
        hidden_sizes=[8, 12],
        patch_sizes=[7, 3],
        strides=[4, 2],
        num_attention_heads=[1, 2],
        mlp_ratios=[2, 2],
        decoder_hidden_size=10,
        num_labels=3,
    ),
    inputs=inputs,
    main="SegformerForSemanticSegmentation",
    awkward={
        "one class": dict(num_channels=1, hidden_act="relu", num_labels=1, patch_sizes=[4, 2], sr_ratios=[3, 2]),
        "rows": dict(reshape_last_stage=False, num_attention_heads=[4, 3], mlp_ratios=[1, 3]),
    },
    # Of rows it takes as many for a picture's side as the root of the width.
    refuses={"rows": ("SegformerForSemanticSegmentation",)},
    wide=dict(hidden_sizes=[64, 96], decoder_hidden_size=64),
)
