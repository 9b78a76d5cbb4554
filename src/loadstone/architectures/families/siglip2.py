"""SigLIP 2 (NaFlex): SigLIP for pictures of many shapes, each given as its patches. Those of one shape are SigLIP's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components import Component, Linear, PaddedPatches, Part, Tower, Weight
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.image_text import compares
from loadstone.architectures.sigmoid_pairs import (
    CLASS_NAMES,
    LOSS,
    PairConfig,
    TextConfig,
    VisionConfig,
    image_classification,
    pair,
    spread,
    text_tower,
    vision_tower,
)
from loadstone.architectures.tasks import (
    BARE,
    IMAGE_CLASSIFICATION,
    IMAGE_TOWER,
    TEXT_TOWER,
    ZERO_SHOT_IMAGE_CLASSIFICATION,
)
from loadstone.errors import Fault, InvalidConfig

PICTURES = ("pixel_values", "pixel_attention_mask", "spatial_shapes")
"""What pictures are given as."""
SHOWN = ("output_attentions", "output_hidden_states", "return_dict")
READS: Mapping[str, Any] = {
    "doc": """``pixel_values`` (batch, patches, numbers), padded, → what the class is for.

    ``spatial_shapes`` (batch, 2): how many patches of each picture lie above and beside each other.
    ``pixel_attention_mask`` (batch, patches): 1 for a patch, 0 for padding.
    """,
    "inputs": PICTURES,
    "options": SHOWN,
}
"""What of the tasks of classes that read pictures alone is otherwise."""


class Siglip2TextConfig(TextConfig):
    """The keys of SigLIP 2's tower that reads texts. Defaults are those of SigLIP 2 base."""

    model_type = "siglip2_text_model"


class Siglip2VisionConfig(VisionConfig):
    """The keys of SigLIP 2's tower that reads pictures. Defaults are those of SigLIP 2 base."""

    model_type = "siglip2_vision_model"

    patch_size: int = 16
    num_patches: int = 256

    positive = ("patch_size", "num_patches", *VisionConfig.positive)

    def check_together(self) -> None:
        super().check_together()
        if math.isqrt(self.num_patches) ** 2 != self.num_patches:
            raise InvalidConfig([Fault("config key 'num_patches'", "a square number", str(self.num_patches))])


class Siglip2Config(PairConfig):
    """The keys of a SigLIP 2 model: the two towers'."""

    model_type = "siglip2"

    text_config: Siglip2TextConfig = Siglip2TextConfig()
    vision_config: Siglip2VisionConfig = Siglip2VisionConfig()


def vision(config: Siglip2VisionConfig) -> Tower:
    """``embeddings``, ``encoder``, ``post_layernorm`` and ``head``."""
    width, numbers = config.hidden_size, config.num_channels * config.patch_size**2
    stem = PaddedPatches(
        Part("patch_embedding", Linear(numbers, width, std=spread(numbers))),
        Part("position_embedding.weight", Weight((config.num_patches, width), width**-0.5)),
        math.isqrt(config.num_patches),
    )
    return vision_tower(config, stem)


def blueprint(config: Siglip2Config) -> Component:
    """``text_model``, ``vision_model``, ``logit_scale`` and ``logit_bias``."""
    return pair(config, vision(config.vision_config))


FAMILY = Family(
    config=Siglip2Config,
    stem="Siglip2",
    prefix="siglip2",
    heads=(
        HeadSpec(
            "Siglip2Model",
            BARE,
            blueprint,
            also=(ZERO_SHOT_IMAGE_CLASSIFICATION,),
            differs=compares(pictures=PICTURES, loss=LOSS),
        ),
        HeadSpec(
            "Siglip2TextModel", TEXT_TOWER, text_tower, also=(BARE,), prefix="text_model", config=Siglip2TextConfig
        ),
        HeadSpec(
            "Siglip2VisionModel",
            IMAGE_TOWER,
            vision,
            also=(BARE,),
            prefix="vision_model",
            differs=READS,
            config=Siglip2VisionConfig,
        ),
        HeadSpec(
            "Siglip2ForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification(vision, mask="pixel_attention_mask"),
            (("classifier",),),
            prefix="vision_model",
            body=IMAGE_TOWER,
            differs=READS,
        ),
    ),
    class_names={**CLASS_NAMES, "PaddedPatches": "{}VisionEmbeddings"},
    sources="arXiv:2502.14786",
)
