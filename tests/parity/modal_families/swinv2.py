"""Swin V2."""

from __future__ import annotations

from . import ModalFamily
from .swin import PLAIN, inputs_of

PARITY = ModalFamily(
    family="swinv2",
    config="Swinv2Config",
    plain={**PLAIN, "pretrained_window_sizes": [0, 0]},
    inputs=inputs_of("Swinv2"),
    main="Swinv2ForImageClassification",
    awkward={
        "odd": dict(
            image_size=15,
            patch_size=3,
            window_size=2,
            depths=[2, 2, 1],
            num_heads=[1, 2, 4],
            encoder_stride=12,
            qkv_bias=False,
            num_channels=1,
            hidden_act="relu",
            num_labels=1,
            pretrained_window_sizes=[3, 2, 3],
        ),
        "stages": dict(out_indices=[0, -1]),
        "large windows": dict(window_size=9, pretrained_window_sizes=[12, 6]),
    },
    refuses={"odd": ("Swinv2ForMaskedImageModeling",)},
    wide=dict(embed_dim=96, image_size=32),
)
