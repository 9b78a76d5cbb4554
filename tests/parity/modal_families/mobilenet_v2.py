"""MobileNet V2."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .resnet import inputs_of


def inputs(class_name: str, config: Any) -> Inputs:
    given = dict(inputs_of("MobileNetV2ForImageClassification")(class_name, config))
    if class_name == "MobileNetV2ForSemanticSegmentation":
        given["labels"] = torch.randint(0, config.num_labels, (2, 30, 22), generator=torch.Generator().manual_seed(1))
        given["labels"][:, :3] = config.semantic_loss_ignore_index
    return given


PARITY = ModalFamily(
    family="mobilenet_v2",
    config="MobileNetV2Config",
    plain=dict(
        depth_multiplier=0.02,
        depth_divisible_by=2,
        min_depth=4,
        expand_ratio=1.5,
        finegrained_output=False,
        num_labels=3,
    ),
    inputs=inputs,
    main="MobileNetV2ForSemanticSegmentation",
    awkward={
        "reaching": dict(output_stride=8, tf_padding=False, hidden_act="silu", num_channels=1),
        "late": dict(
            output_stride=16, first_layer_is_expansion=False, layer_norm_eps=1e-2, semantic_loss_ignore_index=1
        ),
    },
    shown={"output_hidden_states": True},
    wide=dict(depth_multiplier=0.5, depth_divisible_by=8, min_depth=8, expand_ratio=2.0),
)
