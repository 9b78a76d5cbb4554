"""ViT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from . import Inputs, ModalFamily


def inputs(class_name: str, config: Any) -> Inputs:
    height, width = (config.image_size,) * 2 if isinstance(config.image_size, int) else config.image_size
    given: dict[str, Any] = {"pixel_values": numbers(2, config.num_channels, height, width)}
    if class_name.endswith("ForImageClassification"):
        given["labels"] = torch.tensor([2, 0]) if config.num_labels > 1 else torch.tensor([0.3, -2.0])
    if class_name.endswith("ForMaskedImageModeling"):
        places = (height // config.patch_size) * (width // config.patch_size)
        given["bool_masked_pos"] = torch.arange(2 * places).reshape(2, places) % 3 == 0
    return given


def numbers(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(7))


PLAIN: Mapping[str, Any] = dict(
    hidden_size=12,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=10,
    image_size=8,
    patch_size=4,
    num_labels=3,
)
AWKWARD: Mapping[str, Inputs] = {
    # Five channels, heads that do not fill the width, no biases, a picture that is no multiple of the patch.
    "odd": dict(
        hidden_size=14,
        num_attention_heads=4,
        num_channels=5,
        image_size=11,
        patch_size=3,
        qkv_bias=False,
        hidden_act="gelu_new",
        layer_norm_eps=1e-3,
    ),
    "grey": dict(num_channels=1, image_size=4, num_hidden_layers=1, num_labels=1),
}
# What paints pictures, or has a pooler, has more keys.
PAINTS: Mapping[str, Any] = PLAIN | {"encoder_stride": 4}
POOLS: Mapping[str, Inputs] = AWKWARD | {
    "odd": {**AWKWARD["odd"], "encoder_stride": 3, "pooler_output_size": 7, "pooler_act": "relu"}
}
WIDE: Mapping[str, Any] = dict(hidden_size=96, intermediate_size=160, image_size=32)

PARITY = ModalFamily(
    family="vit",
    config="ViTConfig",
    plain=PAINTS,
    inputs=inputs,
    main="ViTForImageClassification",
    awkward=POOLS,
    # Of 3.67 × 3.67 patches transformers paints another number of pixels than it is given.
    refuses={"odd": ("ViTForMaskedImageModeling",)},
    wide=WIDE,
)
