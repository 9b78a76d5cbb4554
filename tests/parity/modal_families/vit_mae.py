"""ViT-MAE."""

from __future__ import annotations

from typing import Any

from . import Inputs, ModalFamily
from .vit import WIDE, numbers


def inputs(class_name: str, config: Any) -> Inputs:
    side = config.image_size
    patches = (side // config.patch_size) ** 2
    return {"pixel_values": numbers(2, config.num_channels, side, side), "noise": numbers(2, patches)}


PARITY = ModalFamily(
    family="vit_mae",
    config="ViTMAEConfig",
    plain=dict(
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=10,
        image_size=12,
        patch_size=4,
        decoder_hidden_size=8,
        decoder_num_hidden_layers=2,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=6,
    ),
    inputs=inputs,
    main="ViTMAEForPreTraining",
    awkward={
        "odd": dict(
            hidden_size=16,
            num_channels=5,
            patch_size=3,
            qkv_bias=False,
            hidden_act="gelu_new",
            layer_norm_eps=1e-3,
            mask_ratio=0.4,
            norm_pix_loss=True,
            decoder_hidden_size=12,
            decoder_num_attention_heads=3,
        )
    },
    # Its rule for layers fits the decoder's too. No file of the Hub has such names, and older releases read none.
    misspelled={"": ("decoder_encoder.layer.", "decoder_layers.")},
    # There all positions start as zeros, though they are never trained, because what makes them (and the class token,
    # and the patches' map) sees that the map has been made, and leaves. Here they start as the authors have them.
    fresh_unlike=("position_embeddings", "decoder_pos_embed", "cls_token", "patch_embeddings.projection.weight"),
    wide=WIDE | dict(decoder_hidden_size=80, decoder_intermediate_size=96),
)
