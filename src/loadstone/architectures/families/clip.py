"""CLIP: a tower that reads texts and one that reads pictures, whose vectors are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from loadstone.architectures.components import Component, Head, Linear, Part, TwoTowers, Weight
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.image_text import (
    ImageTowerConfig,
    TextTowerConfig,
    compares,
    projection,
    text_tower,
    vision_tower,
    with_projection,
)
from loadstone.architectures.images import IRRELEVANT, REFUSED, SHOWN
from loadstone.architectures.tasks import (
    BARE,
    IMAGE_CLASSIFICATION,
    IMAGE_PROJECTION,
    IMAGE_TOWER,
    TEXT_ENCODING,
    TEXT_PROJECTION,
    TEXT_TOWER,
    ZERO_SHOT_IMAGE_CLASSIFICATION,
)
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig


class CLIPTextConfig(TextTowerConfig):
    """The keys of CLIP's tower that reads texts. Defaults are those of CLIP base."""

    model_type = "clip_text_model"
    base_config_key = "text_config"


class CLIPVisionConfig(ImageTowerConfig):
    """The keys of CLIP's tower that reads pictures. Defaults are those of CLIP base with patches of 32 × 32."""

    model_type = "clip_vision_model"
    base_config_key = "vision_config"


class CLIPConfig(PretrainedConfig):
    """The keys of a CLIP model: the two towers', and how they are compared."""

    model_type = "clip"
    complete_dicts: ClassVar[Mapping[str, str]] = {
        "text_config_dict": "text_config",
        "vision_config_dict": "vision_config",
    }

    text_config: CLIPTextConfig = CLIPTextConfig()
    vision_config: CLIPVisionConfig = CLIPVisionConfig()
    projection_dim: int = 512
    logit_scale_init_value: float = 2.6592
    initializer_factor: float = 1.0

    positive: ClassVar[tuple[str, ...]] = ("projection_dim",)
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT


def blueprint(config: CLIPConfig) -> Component:
    """``text_model``, ``vision_model``, ``visual_projection``, ``text_projection`` and ``logit_scale``."""
    return TwoTowers(
        Part("text_model", text_tower(config.text_config)),
        Part("vision_model", vision_tower(config.vision_config)),
        Part("visual_projection", projection(config.vision_config, config.projection_dim)),
        Part("text_projection", projection(config.text_config, config.projection_dim)),
        Part("logit_scale", Weight((), value=config.logit_scale_init_value)),
    )


def image_classification(config: CLIPConfig) -> Component:
    """``classifier`` over the mean of the patches."""
    width = config.vision_config.hidden_size
    classifier = Linear(width, config.num_labels, std=width**-0.5 * config.initializer_factor)
    backbone = Part("vision_model", vision_tower(config.vision_config))
    return Head(backbone, Part("classifier", classifier), pool="mean_of_rest", labels=config.num_labels)


def text_projection(config: CLIPTextConfig) -> Component:
    """``text_projection`` over the token that ends the text."""
    return with_projection(config, Part("text_model", text_tower(config)), "text_projection")


def image_projection(config: CLIPVisionConfig) -> Component:
    """``visual_projection`` over the class token."""
    return with_projection(config, Part("vision_model", vision_tower(config)), "visual_projection")


FAMILY = Family(
    config=CLIPConfig,
    stem="CLIP",
    prefix="clip",
    heads=(
        HeadSpec("CLIPModel", BARE, blueprint, also=(ZERO_SHOT_IMAGE_CLASSIFICATION,), differs=compares()),
        HeadSpec(
            "CLIPTextModel",
            TEXT_TOWER,
            text_tower,
            also=(BARE, TEXT_ENCODING),
            prefix="text_model",
            config=CLIPTextConfig,
        ),
        HeadSpec(
            "CLIPVisionModel", IMAGE_TOWER, vision_tower, also=(BARE,), prefix="vision_model", config=CLIPVisionConfig
        ),
        HeadSpec(
            "CLIPTextModelWithProjection",
            TEXT_PROJECTION,
            text_projection,
            (("text_projection",),),
            prefix="text_model",
            body=TEXT_TOWER,
            config=CLIPTextConfig,
        ),
        HeadSpec(
            "CLIPVisionModelWithProjection",
            IMAGE_PROJECTION,
            image_projection,
            (("visual_projection",),),
            prefix="vision_model",
            body=IMAGE_TOWER,
            config=CLIPVisionConfig,
        ),
        HeadSpec(
            "CLIPForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
            prefix="vision_model",
            body=IMAGE_TOWER,
            differs={"options": SHOWN},
        ),
    ),
    leftovers=("embeddings.position_ids",),
    class_names={
        "text_model": "{}TextModel",
        "vision_model": "{}VisionModel",
        "encoder": "{}Encoder",
        "encoder.layers.{}": "{}EncoderLayer",
        "Embeddings": "{}TextEmbeddings",
        "Patches": "{}VisionEmbeddings",
    },
    sources="arXiv:2103.00020",
)
