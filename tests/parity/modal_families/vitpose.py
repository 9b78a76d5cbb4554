"""ViTPose."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    within = getattr(config, "backbone_config", config)
    given: dict[str, Any] = {"pixel_values": numbers(3, within.num_channels, *within.image_size)}
    if within.num_experts > 1:
        given["dataset_index"] = torch.tensor([1, 0, 2])
    elif class_name == "VitPoseForPoseEstimation":
        given["flip_pairs"] = torch.tensor([[1, 2], [4, 3]])
    return given


BACKBONE: dict[str, Any] = dict(
    model_type="vitpose_backbone",
    hidden_size=12,
    num_hidden_layers=2,
    num_attention_heads=2,
    mlp_ratio=2,
    image_size=[18, 12],
    patch_size=[6, 6],
    out_indices=[2],
)

PARITY = ModalFamily(
    family="vitpose",
    config="VitPoseConfig",
    plain=dict(backbone_config=BACKBONE, num_labels=5, scale_factor=2),
    inputs=inputs,
    main="VitPoseForPoseEstimation",
    parts={"VitPoseBackbone": "backbone_config"},
    awkward={
        "experts": dict(backbone_config={**BACKBONE, "num_experts": 3, "part_features": 5, "hidden_act": "gelu_new"}),
        "classic": dict(
            backbone_config={**BACKBONE, "out_indices": [0, 1], "qkv_bias": False, "num_channels": 1},
            use_simple_decoder=False,
        ),
    },
    wide=dict(backbone_config={**BACKBONE, "hidden_size": 96, "num_experts": 2, "part_features": 48}),
)
