"""ViT: a picture in patches, a class token before them, and layers with the norms first."""

from __future__ import annotations

from loadstone.architectures.components import Component, Head, Part, Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import (
    NAMES,
    READS_PATCHES,
    SHOWN,
    PatchesConfig,
    Stem,
    linear,
    masked_image_model,
    tower,
)
from loadstone.architectures.tasks import BARE, IMAGE_CLASSIFICATION, MASKED_IMAGE_MODELING


class ViTConfig(PatchesConfig):
    """The keys of a ViT model. Defaults are those of ViT base with patches of 16 × 16."""

    model_type = "vit"


def blueprint(config: ViTConfig) -> Tower:
    """``embeddings``, ``encoder``, ``layernorm`` and ``pooler``."""
    return tower(config, Stem(), pooler=True)


def image_classification(config: ViTConfig) -> Component:
    """``classifier`` over the class token."""
    classifier = linear(config, config.hidden_size, config.num_labels)
    backbone = Part("vit", tower(config, Stem(), pooler=False))
    return Head(backbone, Part("classifier", classifier), pool="first", labels=config.num_labels)


def masked_image_modeling(config: ViTConfig) -> Component:
    """``decoder`` over the patches, some of which the mask token stands for."""
    return masked_image_model(config, Part("vit", tower(config, Stem(mask_token=True), pooler=False)), tokens=1)


FAMILY = Family(
    config=ViTConfig,
    stem="ViT",
    prefix="vit",
    heads=(
        HeadSpec("ViTModel", BARE, blueprint, (("pooler",),), differs=READS_PATCHES),
        HeadSpec(
            "ViTForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
            differs={"options": SHOWN},
        ),
        HeadSpec(
            "ViTForMaskedImageModeling",
            MASKED_IMAGE_MODELING,
            masked_image_modeling,
            (("decoder",), ("vit.embeddings.mask_token",)),
            differs={"options": SHOWN},
        ),
    ),
    rules=NAMES,
    leftovers=("embeddings.mask_token",),
    class_names={"encoder": "{}Encoder", "encoder.layer.{}": "{}Layer"},
    sources="arXiv:2010.11929",
)
