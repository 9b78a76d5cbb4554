"""Chinese CLIP."""

from __future__ import annotations

from typing import Any

from . import Inputs, ModalFamily
from .siglip import IDS, MASK, TEXT, VISION, WIDE
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    given: dict[str, Any] = {}
    if not class_name.endswith("VisionModel"):
        given |= {"input_ids": IDS, "attention_mask": MASK, "token_type_ids": IDS % 2}
    if not class_name.endswith("TextModel"):
        seen = getattr(config, "vision_config", config)
        given["pixel_values"] = numbers(3, seen.num_channels, seen.image_size, seen.image_size)
    if class_name == "ChineseCLIPModel":
        given["return_loss"] = True
    return given


PARITY = ModalFamily(
    family="chinese_clip",
    config="ChineseCLIPConfig",
    # Of a padding token transformers makes the vector 0 as it loads a file, whatever is stored.
    plain=dict(text_config={**TEXT, "pad_token_id": None}, vision_config=VISION, projection_dim=6),
    inputs=inputs,
    main="ChineseCLIPModel",
    parts={"ChineseCLIPTextModel": "text_config", "ChineseCLIPVisionModel": "vision_config"},
    awkward={
        "narrow": dict(
            text_config=dict(hidden_size=8, hidden_act="relu", layer_norm_eps=1e-3, pad_token_id=3),
            vision_config=dict(num_channels=1, image_size=4, num_hidden_layers=1, hidden_act="gelu"),
            projection_dim=5,
        ),
    },
    wide=dict(
        text_config={**WIDE, "vocab_size": 200, "max_position_embeddings": 40, "pad_token_id": 0},
        vision_config={**WIDE, "image_size": 32},
        projection_dim=96,
    ),
)
