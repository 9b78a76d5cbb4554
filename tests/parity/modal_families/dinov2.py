"""DINOv2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from . import Inputs, ModalFamily
from .vit import numbers

PLAIN: Mapping[str, Any] = dict(
    hidden_size=12,
    num_hidden_layers=2,
    num_attention_heads=2,
    mlp_ratio=1,
    image_size=8,
    patch_size=4,
    layerscale_value=0.7,
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
        mlp_ratio=3,
        qkv_bias=False,
        hidden_act="gelu_new",
        layer_norm_eps=1e-3,
        drop_path_rate=0.2,
    ),
    "gated": dict(use_swiglu_ffn=True, mlp_ratio=2, num_labels=1),
    "stages": dict(out_indices=[0, 1, -1], apply_layernorm=False),
    "flat stages": dict(out_features=["stage1", "stage2"], reshape_hidden_states=False),
}


def inputs(class_name: str, config: Any) -> Inputs:
    """Pictures of another size than positions are for; the masked patches have it, as transformers wants a square."""
    side = config.image_size
    given: dict[str, Any] = {"pixel_values": numbers(2, config.num_channels, side + 5, side + config.patch_size)}
    if class_name.endswith("ForImageClassification"):
        given["labels"] = torch.tensor([2, 0]) if config.num_labels > 1 else torch.tensor([0.3, -2.0])
    if class_name.endswith("Model"):
        places = (side + 5) // config.patch_size * (side // config.patch_size + 1)
        given["bool_masked_pos"] = torch.arange(2 * places).reshape(2, places) % 3 == 0
    return given


PARITY = ModalFamily(
    family="dinov2",
    config="Dinov2Config",
    plain=PLAIN,
    inputs=inputs,
    main="Dinov2Model",
    awkward=AWKWARD,
    wide=dict(hidden_size=96, image_size=32),
)
