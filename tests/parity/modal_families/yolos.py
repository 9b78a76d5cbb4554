"""YOLOS."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    """Pictures of another size than positions are for, of which the second shows no object."""
    height, width = config.image_size
    given: dict[str, Any] = {"pixel_values": numbers(2, config.num_channels, height + 5, width + config.patch_size)}
    if class_name.endswith("ForObjectDetection"):
        given["labels"] = shown([2, 0], config.num_labels)
    return given


def shown(counts: list[int], classes: int) -> list[dict[str, torch.Tensor]]:
    """What pictures show: so many objects each, of ``classes`` classes."""
    chance = torch.Generator().manual_seed(sum(counts))
    return [
        {
            "class_labels": torch.randint(0, classes, (count,), generator=chance),
            "boxes": torch.rand(count, 4, generator=chance) / 2 + 0.2,
        }
        for count in counts
    ]


PARITY = ModalFamily(
    family="yolos",
    config="YolosConfig",
    plain=dict(
        hidden_size=12,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=10,
        image_size=[8, 12],
        patch_size=4,
        num_detection_tokens=5,
        num_labels=3,
    ),
    inputs=inputs,
    main="YolosForObjectDetection",
    awkward={
        "odd": dict(
            num_channels=5,
            image_size=[11, 8],
            patch_size=3,
            use_mid_position_embeddings=False,
            qkv_bias=False,
            hidden_act="gelu_new",
            layer_norm_eps=1e-3,
        ),
        # Fewer than the picture shows.
        "one object": dict(num_detection_tokens=1, num_labels=1),
        "other weights": dict(
            class_cost=3,
            bbox_cost=1,
            giou_cost=0,
            bbox_loss_coefficient=3,
            giou_loss_coefficient=4,
            eos_coefficient=0.7,
        ),
    },
    wide=dict(hidden_size=96, intermediate_size=160, image_size=[32, 32]),
)
