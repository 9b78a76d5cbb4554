"""SigLIP: a tower that reads texts and one that reads pictures; whether two belong together is judged pair by pair."""

from __future__ import annotations

from loadstone.architectures.components import Component, Conv, Part, Patches, Tower, Weight
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.image_text import compares
from loadstone.architectures.images import SHOWN, check_sizes, sized
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


class SiglipTextConfig(TextConfig):
    """The keys of SigLIP's tower that reads texts. Defaults are those of SigLIP base."""

    model_type = "siglip_text_model"


class SiglipVisionConfig(VisionConfig):
    """The keys of SigLIP's tower that reads pictures. Defaults are those of SigLIP base with patches of 16 × 16."""

    model_type = "siglip_vision_model"

    image_size: int | list[int] = 224

    def check_together(self) -> None:
        super().check_together()
        check_sizes(self)


class SiglipConfig(PairConfig):
    """The keys of a SigLIP model: the two towers'."""

    model_type = "siglip"

    text_config: SiglipTextConfig = SiglipTextConfig()
    vision_config: SiglipVisionConfig = SiglipVisionConfig()


def vision(config: SiglipVisionConfig) -> Tower:
    """``embeddings``, ``encoder``, ``post_layernorm`` and ``head``."""
    size, patch = sized(config)
    width, numbers = config.hidden_size, config.num_channels * patch[0] * patch[1]
    places = (size[0] // patch[0]) * (size[1] // patch[1])
    stem = Patches(
        Part("patch_embedding", Conv(config.num_channels, width, patch, patch, std=spread(numbers))),
        size,
        position=Part("position_embedding.weight", Weight((places, width), width**-0.5)),
    )
    return vision_tower(config, stem)


def blueprint(config: SiglipConfig) -> Component:
    """``text_model``, ``vision_model``, ``logit_scale`` and ``logit_bias``."""
    return pair(config, vision(config.vision_config))


FAMILY = Family(
    config=SiglipConfig,
    stem="Siglip",
    prefix="siglip",
    heads=(
        HeadSpec("SiglipModel", BARE, blueprint, also=(ZERO_SHOT_IMAGE_CLASSIFICATION,), differs=compares(loss=LOSS)),
        HeadSpec("SiglipTextModel", TEXT_TOWER, text_tower, also=(BARE,), prefix="text_model", config=SiglipTextConfig),
        HeadSpec(
            "SiglipVisionModel", IMAGE_TOWER, vision, also=(BARE,), prefix="vision_model", config=SiglipVisionConfig
        ),
        HeadSpec(
            "SiglipForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification(vision),
            (("classifier",),),
            prefix="vision_model",
            body=IMAGE_TOWER,
            differs={"options": SHOWN},
        ),
    ),
    leftovers=("embeddings.position_ids",),
    class_names={**CLASS_NAMES, "Patches": "{}VisionEmbeddings"},
    sources="arXiv:2303.15343",
)
