"""Swin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from . import Inputs, ModalFamily


def inputs_of(stem: str) -> Callable[[str, Any], Inputs]:
    """Pictures of the config's size, with labels or what is hidden for the classes that take them."""

    def inputs(class_name: str, config: Any) -> Inputs:
        height, width = (config.image_size,) * 2 if isinstance(config.image_size, int) else config.image_size
        generator = torch.Generator().manual_seed(7)
        given: dict[str, Any] = {
            "pixel_values": torch.randn(2, config.num_channels, height, width, generator=generator)
        }
        if class_name == f"{stem}ForImageClassification":
            given["labels"] = torch.tensor([2, 0]) if config.num_labels > 1 else torch.tensor([0.3, -2.0])
        if class_name == f"{stem}ForMaskedImageModeling":
            places = (height // config.patch_size) * (width // config.patch_size)
            given["bool_masked_pos"] = torch.arange(2 * places).reshape(2, places) % 3 == 0
        return given

    return inputs


PLAIN: dict[str, Any] = dict(
    image_size=20,
    patch_size=2,
    embed_dim=8,
    depths=[2, 1],
    num_heads=[2, 4],
    window_size=4,
    mlp_ratio=2.0,
    encoder_stride=4,
    num_labels=3,
)
"""Ten rows and columns of patches, in windows of four."""

PARITY = ModalFamily(
    family="swin",
    config="SwinConfig",
    plain=PLAIN,
    inputs=inputs_of("Swin"),
    main="SwinForImageClassification",
    awkward={
        # Five rows and columns, which become three and then two; windows that are as large; positions of their own.
        "odd": dict(
            image_size=15,
            patch_size=3,
            window_size=2,
            depths=[2, 2, 1],
            num_heads=[1, 2, 4],
            encoder_stride=12,
            qkv_bias=False,
            num_channels=1,
            use_absolute_embeddings=True,
            hidden_act="relu",
            num_labels=1,
        ),
        "stages": dict(out_features=["stem", "stage1"], window_size=5),
        "large windows": dict(image_size=12, window_size=6, depths=[2], num_heads=[2]),
    },
    # Five patches of three pixels are no whole number of what it paints.
    refuses={"odd": ("SwinForMaskedImageModeling",), "large windows": ("SwinForMaskedImageModeling",)},
    wide=dict(embed_dim=96, image_size=32),
)
