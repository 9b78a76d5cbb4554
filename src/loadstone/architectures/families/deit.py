"""DeiT: ViT with a second token, by which it learns what a teacher says."""

from __future__ import annotations

from loadstone.architectures.components import Component, Head, Part, Tower
from loadstone.architectures.components.head import TwoClassifiers
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

TOKENS = ("cls_token", "distillation_token")


class DeiTConfig(PatchesConfig):
    """The keys of a DeiT model. Defaults are those of DeiT base, distilled."""

    model_type = "deit"


def blueprint(config: DeiTConfig) -> Tower:
    """``embeddings``, ``encoder``, ``layernorm`` and ``pooler``."""
    return tower(config, Stem(TOKENS, zeros=True), pooler=True)


def _body(config: DeiTConfig, *, mask_token: bool = False) -> Part:
    return Part("deit", tower(config, Stem(TOKENS, mask_token=mask_token, zeros=True), pooler=False))


def image_classification(config: DeiTConfig) -> Component:
    """``classifier`` over the class token."""
    classifier = Part("classifier", linear(config, config.hidden_size, config.num_labels))
    return Head(_body(config), classifier, pool="first", labels=config.num_labels)


def with_teacher(config: DeiTConfig) -> Component:
    """``cls_classifier`` and ``distillation_classifier``."""
    classifier = linear(config, config.hidden_size, config.num_labels)
    both = TwoClassifiers(Part("cls_classifier", classifier), Part("distillation_classifier", classifier))
    return Head(_body(config), Part("", both), labels=config.num_labels)


def masked_image_modeling(config: DeiTConfig) -> Component:
    """``decoder`` over the patches, some of which the mask token stands for."""
    return masked_image_model(config, _body(config, mask_token=True), tokens=len(TOKENS))


FAMILY = Family(
    config=DeiTConfig,
    stem="DeiT",
    prefix="deit",
    heads=(
        HeadSpec("DeiTModel", BARE, blueprint, (("pooler",),), differs=READS_PATCHES),
        HeadSpec(
            "DeiTForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
            differs={"options": SHOWN},
        ),
        HeadSpec(
            "DeiTForImageClassificationWithTeacher",
            IMAGE_CLASSIFICATION,
            with_teacher,
            (("cls_classifier",), ("distillation_classifier",)),
            differs={
                "doc": """Logits (batch, labels) of ``pixel_values`` (batch, channels, height, width): of the class
                token, of the token that learns from a teacher, and the mean of both. There is no loss.
                """,
                "labels": (),
                "options": SHOWN,
                "output": "DeiTForImageClassificationWithTeacherOutput",
                "reads": "all",
                "loss": "",
                "gives": ("logits", "cls_logits", "distillation_logits"),
            },
        ),
        HeadSpec(
            "DeiTForMaskedImageModeling",
            MASKED_IMAGE_MODELING,
            masked_image_modeling,
            (("decoder",), ("deit.embeddings.mask_token",)),
            differs={"options": SHOWN},
        ),
    ),
    rules=NAMES,
    leftovers=("embeddings.mask_token",),
    class_names={"encoder": "{}Encoder", "encoder.layer.{}": "{}Layer"},
    sources="arXiv:2012.12877",
)
