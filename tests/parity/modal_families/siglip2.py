"""SigLIP 2."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .siglip import IDS, MASK, TEXT, VISION, WIDE
from .vit import numbers

SHAPES = torch.tensor([[2, 5], [4, 2], [1, 7]])
"""Pictures larger and smaller than the table of positions, along either axis. None is one patch wide: to a width of 1
PyTorch 2.13 resizes wrongly, as if all rows were the first."""


def inputs(class_name: str, config: Any) -> Inputs:
    given: dict[str, Any] = {}
    if class_name in ("Siglip2Model", "Siglip2TextModel"):
        given |= {"input_ids": IDS, "attention_mask": MASK}
    if class_name != "Siglip2TextModel":
        seen = getattr(config, "vision_config", config)
        given["pixel_values"] = numbers(3, 10, seen.num_channels * seen.patch_size**2)
        given["spatial_shapes"] = SHAPES
        given["pixel_attention_mask"] = (torch.arange(10) < SHAPES.prod(dim=1, keepdim=True)).long()
    if class_name.endswith("ForImageClassification"):
        given["labels"] = torch.tensor([2, 0, 1])
    if class_name == "Siglip2Model":
        given["return_loss"] = True
    return given


PARITY = ModalFamily(
    family="siglip2",
    config="Siglip2Config",
    plain=dict(
        text_config=TEXT,
        vision_config={**{k: v for k, v in VISION.items() if k != "image_size"}, "num_patches": 9},
        num_labels=3,
    ),
    inputs=inputs,
    main="Siglip2Model",
    parts={"Siglip2TextModel": "text_config", "Siglip2VisionModel": "vision_config"},
    awkward={
        "projected": dict(
            text_config=dict(hidden_size=8, projection_size=12, hidden_act="gelu", layer_norm_eps=1e-3),
            vision_config=dict(num_channels=1, num_patches=1, num_hidden_layers=1, hidden_act="relu"),
        ),
        "headless": dict(vision_config=dict(vision_use_head=False)),
    },
    # Without a head there is no vector to compare.
    refuses={"headless": ("Siglip2Model",)},
    wide=dict(text_config={**WIDE, "vocab_size": 200}, vision_config={**WIDE, "num_patches": 64}),
)
