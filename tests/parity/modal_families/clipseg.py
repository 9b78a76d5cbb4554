"""CLIPSeg."""

from __future__ import annotations

from typing import Any

from . import Inputs, ModalFamily
from .siglip import IDS, MASK, TEXT, VISION, WIDE
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    """Pictures larger than those that there are positions for. The decoder of transformers knows squares alone."""
    given: dict[str, Any] = {}
    if class_name != "CLIPSegVisionModel":
        given |= {"input_ids": IDS, "attention_mask": MASK}
    if class_name != "CLIPSegTextModel":
        seen = getattr(config, "vision_config", config)
        columns = 3 if class_name == "CLIPSegForImageSegmentation" else 4
        given["pixel_values"] = numbers(3, seen.num_channels, 3 * seen.patch_size, columns * seen.patch_size + 1)
    if class_name == "CLIPSegModel":
        given["return_loss"] = True
    if class_name == "CLIPSegForImageSegmentation":
        side = 3 * (seen.patch_size // 4) ** 2 if config.use_complex_transposed_convolution else 3 * seen.patch_size
        given["labels"] = (numbers(3, side, side) > 0).float()
    return given


PARITY = ModalFamily(
    family="clipseg",
    config="CLIPSegConfig",
    plain=dict(
        text_config=TEXT,
        vision_config=VISION,
        projection_dim=6,
        extract_layers=[0, 1],
        reduce_dim=8,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=10,
    ),
    inputs=inputs,
    main="CLIPSegForImageSegmentation",
    parts={"CLIPSegTextModel": "text_config", "CLIPSegVisionModel": "vision_config"},
    awkward={
        "finer": dict(
            text_config=dict(hidden_size=8, hidden_act="relu", layer_norm_eps=1e-3, eos_token_id=2),
            vision_config=dict(num_channels=1, image_size=16, patch_size=8, hidden_act="gelu", layer_norm_eps=1e-3),
            extract_layers=[1, 0, 1],
            conditional_layer=1,
            use_complex_transposed_convolution=True,
        ),
    },
    # An output within the output: test_clipseg.
    unlike={"CLIPSegForImageSegmentation": ("decoder_output",)},
    wide=dict(
        text_config={**WIDE, "vocab_size": 200, "max_position_embeddings": 40},
        vision_config={**WIDE, "image_size": 32, "patch_size": 8},
        projection_dim=96,
        reduce_dim=96,
        decoder_intermediate_size=160,
        initializer_factor=0.7,
        use_complex_transposed_convolution=True,
    ),
)
