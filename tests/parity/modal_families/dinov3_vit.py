"""DINOv3 on ViT's layers."""

from __future__ import annotations

from . import ModalFamily
from .dinov2 import AWKWARD, inputs

PARITY = ModalFamily(
    family="dinov3_vit",
    config="DINOv3ViTConfig",
    plain=dict(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=10,
        image_size=8,
        patch_size=4,
        layerscale_value=0.7,
        num_register_tokens=3,
    ),
    inputs=inputs,
    main="DINOv3ViTModel",
    awkward={
        "odd": dict(
            num_attention_heads=1,
            num_channels=5,
            patch_size=3,
            image_size=11,
            query_bias=False,
            key_bias=True,
            value_bias=False,
            proj_bias=False,
            mlp_bias=False,
            hidden_act="gelu_new",
            layer_norm_eps=1e-3,
            rope_theta=7.0,
        ),
        "gated": dict(use_gated_mlp=True, hidden_act="silu", num_register_tokens=1, num_attention_heads=4),
        **{name: AWKWARD[name] for name in ("stages", "flat stages")},
        "class tokens": dict(out_indices=[0, 2], return_class_token=True),
        "flat class tokens": dict(out_indices=[1], return_class_token=True, reshape_hidden_states=False),
        "without registers": dict(num_register_tokens=0),
    },
    wide=dict(hidden_size=96, intermediate_size=160, image_size=32),
)
