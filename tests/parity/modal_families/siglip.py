"""SigLIP."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers

IDS = torch.tensor([[18, 3, 4, 1, 1], [5, 6, 7, 8, 1], [2, 3, 19, 4, 17]])
MASK = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [1, 1, 1, 1, 1]])


def inputs(class_name: str, config: Any) -> Inputs:
    given: dict[str, Any] = {}
    if class_name.endswith(("Model", "TextModel")) and not class_name.endswith("VisionModel"):
        given |= {"input_ids": IDS, "attention_mask": MASK}
    if not class_name.endswith("TextModel"):
        seen = getattr(config, "vision_config", config)
        given["pixel_values"] = numbers(3, seen.num_channels, seen.image_size, seen.image_size)
    if class_name.endswith("ForImageClassification"):
        given["labels"] = torch.tensor([2, 0, 1])
    if class_name == "SiglipModel":
        given["return_loss"] = True
    return given


TEXT: dict[str, Any] = dict(
    vocab_size=20,
    hidden_size=12,
    intermediate_size=10,
    num_hidden_layers=2,
    num_attention_heads=2,
    max_position_embeddings=7,
    bos_token_id=18,
    eos_token_id=17,
)
VISION: dict[str, Any] = dict(
    hidden_size=12, intermediate_size=10, num_hidden_layers=2, num_attention_heads=3, image_size=9, patch_size=4
)
WIDE: dict[str, Any] = dict(hidden_size=96, intermediate_size=160)

PARITY = ModalFamily(
    family="siglip",
    config="SiglipConfig",
    plain=dict(text_config=TEXT, vision_config=VISION, num_labels=3),
    inputs=inputs,
    main="SiglipModel",
    parts={"SiglipTextModel": "text_config", "SiglipVisionModel": "vision_config"},
    awkward={
        # Texts have vectors of another width before they meet pictures.
        "projected": dict(
            text_config=dict(hidden_size=8, projection_size=12, hidden_act="gelu", layer_norm_eps=1e-3),
            vision_config=dict(num_channels=1, image_size=4, num_hidden_layers=1, hidden_act="relu"),
        ),
        "headless": dict(vision_config=dict(vision_use_head=False)),
    },
    # Without a head there is no vector to compare.
    refuses={"headless": ("SiglipModel",)},
    wide=dict(text_config={**WIDE, "vocab_size": 200}, vision_config={**WIDE, "image_size": 32}),
)
