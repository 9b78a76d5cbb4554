"""Chinese CLIP: CLIP whose texts are read as BERT reads them, in both directions; the first token stands for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import encoders
from loadstone.architectures.components import Component, FirstPooler, Part, Tower, TwoTowers, Weight
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.image_text import (
    IRRELEVANT_TO_TEXTS,
    ImageTowerConfig,
    compares,
    projection,
    vision_tower,
)
from loadstone.architectures.images import IRRELEVANT, REFUSED
from loadstone.architectures.tasks import BARE, IMAGE_TOWER, TEXT_TOWER, ZERO_SHOT_IMAGE_CLASSIFICATION
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig

READS = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
"""What the tower takes that reads texts."""


class ChineseCLIPTextConfig(encoders.EncoderConfig):
    """The keys of Chinese CLIP's tower that reads texts. Defaults are those of BERT base."""

    model_type = "chinese_clip_text_model"
    base_config_key = "text_config"

    initializer_factor: float | None = 1.0
    bos_token_id: int | None = 0

    refused: ClassVar[Mapping[str, Refusal]] = {
        **encoders.EncoderConfig.refused,
        "is_decoder": Refusal((False,), "texts are read in both directions"),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **{key: reason for key, reason in IRRELEVANT_TO_TEXTS.items() if key != "is_decoder"},
        "classifier_dropout": "a tower has no classifier",
    }


class ChineseCLIPVisionConfig(ImageTowerConfig):
    """The keys of Chinese CLIP's tower that reads pictures. Defaults are those of CLIP base, patches of 32 × 32."""

    model_type = "chinese_clip_vision_model"
    base_config_key = "vision_config"

    irrelevant: ClassVar[Mapping[str, str]] = {
        **ImageTowerConfig.irrelevant,
        "projection_dim": "that of the whole model counts",
    }


class ChineseCLIPConfig(PretrainedConfig):
    """The keys of a Chinese CLIP model: the two towers', and how they are compared."""

    model_type = "chinese_clip"
    complete_dicts: ClassVar[Mapping[str, str]] = {
        "text_config_dict": "text_config",
        "vision_config_dict": "vision_config",
    }

    text_config: ChineseCLIPTextConfig = ChineseCLIPTextConfig()
    vision_config: ChineseCLIPVisionConfig = ChineseCLIPVisionConfig()
    projection_dim: int = 512
    logit_scale_init_value: float = 2.6592
    initializer_factor: float = 1.0
    initializer_range: float = 0.02

    positive: ClassVar[tuple[str, ...]] = ("projection_dim",)
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = {
        **IRRELEVANT,
        "id2label": "no class of this family tells classes apart",
        "initializer_factor": "each tower has its own",
        "initializer_range": "each tower has its own",
    }


def text_tower(config: ChineseCLIPTextConfig, pooler: bool = True) -> Tower:
    """``embeddings``, ``encoder`` and, where asked for, ``pooler``."""
    layers = [encoders.plain_bert_layer(config, index) for index in range(config.num_hidden_layers)]
    return encoders.bert_tower(config, Part("embeddings", encoders.bert_embeddings(config)), layers, pooler=pooler)


def blueprint(config: ChineseCLIPConfig) -> Component:
    """``text_model``, ``vision_model``, ``visual_projection``, ``text_projection`` and ``logit_scale``."""
    text = replace(text_tower(config.text_config, pooler=False), pooler=Part("", FirstPooler()))
    return TwoTowers(
        Part("text_model", text),
        Part("vision_model", vision_tower(config.vision_config)),
        Part("visual_projection", projection(config.vision_config, config.projection_dim)),
        Part("text_projection", projection(config.text_config, config.projection_dim)),
        Part("logit_scale", Weight((), value=config.logit_scale_init_value)),
    )


FAMILY = Family(
    config=ChineseCLIPConfig,
    stem="ChineseCLIP",
    prefix="chinese_clip",
    heads=(
        HeadSpec("ChineseCLIPModel", BARE, blueprint, also=(ZERO_SHOT_IMAGE_CLASSIFICATION,), differs=compares(READS)),
        HeadSpec(
            "ChineseCLIPTextModel",
            TEXT_TOWER,
            text_tower,
            (("pooler",),),
            also=(BARE,),
            prefix="text_model",
            differs={"inputs": (*READS, "inputs_embeds")},
            config=ChineseCLIPTextConfig,
            class_names={"encoder": "{}TextEncoder"},
        ),
        HeadSpec(
            "ChineseCLIPVisionModel",
            IMAGE_TOWER,
            vision_tower,
            also=(BARE,),
            prefix="vision_model",
            config=ChineseCLIPVisionConfig,
            class_names={"encoder": "{}VisionEncoder"},
        ),
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        "text_model": "{}TextModel",
        "vision_model": "{}VisionModel",
        "text_model.encoder": "{}TextEncoder",
        "vision_model.encoder": "{}VisionEncoder",
        "encoder.layer.{}": "{}TextLayer",
        "encoder.layers.{}": "{}VisionLayer",
        "attention": "{}TextAttention",
        "attention.self": "{}TextSelfAttention",
        "attention.output": "{}TextSelfOutput",
        "intermediate": "{}TextIntermediate",
        "output": "{}TextOutput",
        "self_attn": "{}VisionAttention",
        "mlp": "{}VisionMLP",
        "Embeddings": "{}TextEmbeddings",
        "Patches": "{}VisionEmbeddings",
        "Pooler": "{}TextPooler",
    },
    sources="arXiv:2211.01335",
)
