"""Depth Anything."""

from __future__ import annotations

from typing import Any

from . import Inputs, ModalFamily
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    """A picture that is no square, and not of the size that there are positions for."""
    seen = config.backbone_config or config
    return {"pixel_values": numbers(2, seen.num_channels, 3 * config.patch_size, 4 * config.patch_size + 1)}


BACKBONE: dict[str, Any] = dict(
    model_type="dinov2",
    hidden_size=12,
    num_hidden_layers=2,
    num_attention_heads=2,
    mlp_ratio=2,
    image_size=8,
    patch_size=4,
    out_indices=[0, 1, 2],
    reshape_hidden_states=False,
)

PARITY = ModalFamily(
    family="depth_anything",
    config="DepthAnythingConfig",
    plain=dict(
        backbone_config=BACKBONE,
        patch_size=4,
        reassemble_hidden_size=12,
        reassemble_factors=[2, 1, 0.5],
        neck_hidden_sizes=[4, 6, 8],
        fusion_hidden_size=8,
        head_hidden_size=6,
    ),
    inputs=inputs,
    main="DepthAnythingForDepthEstimation",
    awkward={
        "metric": dict(
            backbone_config={
                **BACKBONE,
                "out_features": ["stem", "stage2"],
                "out_indices": [0, 2],
                "use_swiglu_ffn": True,
            },
            depth_estimation_type="metric",
            max_depth=20,
            neck_hidden_sizes=[4, 6],
            reassemble_factors=[1, 3],
            head_in_index=0,
        ),
        "not normed": dict(backbone_config={**BACKBONE, "apply_layernorm": False}),
    },
    wide=dict(
        backbone_config={**BACKBONE, "hidden_size": 96},
        reassemble_hidden_size=96,
        neck_hidden_sizes=[48, 64, 96],
        fusion_hidden_size=64,
        head_hidden_size=32,
    ),
)
