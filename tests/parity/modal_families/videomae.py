"""VideoMAE."""

from __future__ import annotations

from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    side = config.image_size
    given: dict[str, Any] = {"pixel_values": numbers(2, config.num_frames, config.num_channels, side, side)}
    if class_name == "VideoMAEForVideoClassification":
        given["labels"] = torch.tensor([2, 0]) if config.num_labels > 1 else torch.tensor([0.3, -2.0])
    else:
        tubelets = config.num_frames // config.tubelet_size * (side // config.patch_size) ** 2
        places = torch.arange(tubelets)
        given["bool_masked_pos"] = torch.stack((places % 4 < 3, places.flip(0) % 4 < 3))
    return given


PARITY = ModalFamily(
    family="videomae",
    config="VideoMAEConfig",
    plain=dict(
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=10,
        image_size=8,
        patch_size=4,
        num_frames=4,
        tubelet_size=2,
        decoder_hidden_size=8,
        decoder_num_hidden_layers=2,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=6,
        num_labels=3,
    ),
    inputs=inputs,
    main="VideoMAEForPreTraining",
    awkward={
        "odd": dict(
            hidden_size=15,
            num_attention_heads=3,
            num_channels=5,
            num_frames=3,
            tubelet_size=1,
            image_size=6,
            patch_size=3,
            qv_bias=False,
            hidden_act="gelu_new",
            layer_norm_eps=1e-3,
            use_mean_pooling=False,
            num_labels=1,
        ),
        "plain pixels": dict(norm_pix_loss=False),
    },
    wide=dict(
        hidden_size=96, intermediate_size=160, image_size=32, decoder_hidden_size=80, decoder_intermediate_size=96
    ),
)
