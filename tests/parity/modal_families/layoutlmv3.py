"""LayoutLM 3."""

from __future__ import annotations

from typing import Any

from ..encoded_texts import PLAIN, WIDE
from ..encoded_texts import inputs as texts
from . import Inputs, ModalFamily
from .layoutlm import boxes
from .vit import numbers


def inputs(class_name: str, config: Any) -> Inputs:
    given = {**texts(class_name, config), "bbox": boxes()}
    if config.visual_embed:
        given["pixel_values"] = numbers(2, config.num_channels, config.input_size, config.input_size)
    return given


PARITY = ModalFamily(
    family="layoutlmv3",
    config="LayoutLMv3Config",
    plain=PLAIN
    | dict(
        max_2d_position_embeddings=24,
        coordinate_size=3,
        shape_size=2,
        rel_pos_bins=8,
        max_rel_pos=8,
        rel_2d_pos_bins=8,
        max_rel_2d_pos=16,
        input_size=8,
        patch_size=4,
    ),
    inputs=inputs,
    main="LayoutLMv3ForTokenClassification",
    changes={"LayoutLMv3ForQuestionAnswering": dict(num_labels=2)},
    awkward={
        # Pictures that are no multiple of the patch.
        "cut": dict(num_channels=1, input_size=11, patch_size=3, hidden_act="relu", has_spatial_attention_bias=False),
        "texts": dict(visual_embed=False, layer_norm_eps=1e-3, classifier_dropout=0.0),
        # So many labels that there are two maps.
        "unplaced": dict(has_relative_attention_bias=False, num_labels=11),
    },
    # Its head would tell eleven places apart.
    refuses={"unplaced": ("LayoutLMv3ForQuestionAnswering",)},
    wide={**WIDE, "coordinate_size": 16, "shape_size": 16, "max_rel_pos": 128, "rel_pos_bins": 128},
)
