"""DPT."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .depth_anything import BACKBONE
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    """A picture that is not of the size that there are positions for; beside a backbone no square."""
    seen = config.backbone_config or config
    rows, columns = (3, 4) if config.backbone_config else (4, 4)
    given: dict[str, Any] = {
        "pixel_values": numbers(2, seen.num_channels, rows * seen.patch_size, columns * seen.patch_size + 1)
    }
    # Without another head transformers has no loss: it asks for what that head says.
    if class_name == "DPTForSemanticSegmentation" and config.use_auxiliary_head:
        given["labels"] = torch.randint(0, config.num_labels, (2, 9, 7), generator=torch.Generator().manual_seed(1))
        given["labels"][:, :3] = config.semantic_loss_ignore_index
    return given


PARITY = ModalFamily(
    family="dpt",
    config="DPTConfig",
    plain=dict(
        hidden_size=12,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=10,
        image_size=8,
        patch_size=4,
        backbone_out_indices=[0, 2],
        reassemble_factors=[2, 0.5],
        neck_hidden_sizes=[4, 6],
        fusion_hidden_size=8,
        num_labels=3,
    ),
    inputs=inputs,
    main="DPTForDepthEstimation",
    awkward={
        "normed": dict(
            use_batch_norm_in_fusion_residual=True,
            readout_type="add",
            head_in_index=0,
            use_auxiliary_head=False,
            hidden_act="relu",
            qkv_bias=False,
        ),
        "projected": dict(
            fusion_hidden_size=256,
            add_projection=True,
            readout_type="ignore",
            use_bias_in_fusion_residual=False,
            auxiliary_loss_weight=1.5,
        ),
        "dinov2": dict(backbone_config={**BACKBONE, "out_indices": [1, 2]}, num_hidden_layers=None, patch_size=None),
    },
    # Beside a backbone DPT has no layers of its own.
    refuses={"dinov2": ("DPTModel", "DPTForSemanticSegmentation")},
    wide=dict(hidden_size=96, intermediate_size=160, image_size=32, neck_hidden_sizes=[48, 64], fusion_hidden_size=64),
)
