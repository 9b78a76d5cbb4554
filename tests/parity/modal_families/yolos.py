"""YOLOS."""

from __future__ import annotations

from typing import Any

from . import Inputs, ModalFamily
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    """Pictures of another size than positions are for."""
    height, width = config.image_size
    return {"pixel_values": numbers(2, config.num_channels, height + 5, width + config.patch_size)}


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
        "one object": dict(num_detection_tokens=1, num_labels=1),
    },
    wide=dict(hidden_size=96, intermediate_size=160, image_size=[32, 32]),
)
