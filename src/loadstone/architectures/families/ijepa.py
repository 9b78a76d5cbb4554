"""I-JEPA: a picture in patches with no token beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from loadstone.architectures.components import Component, Head, Part, Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import IRRELEVANT, NAMES, READS_PATCHES, SHOWN, PatchesConfig, Stem, linear, tower
from loadstone.architectures.tasks import BARE, IMAGE_CLASSIFICATION


class IJepaConfig(PatchesConfig):
    """The keys of an I-JEPA model. Defaults are those of ViT base with patches of 16 × 16."""

    model_type = "ijepa"
    without = ("encoder_stride",)

    irrelevant: ClassVar[Mapping[str, str]] = {
        **IRRELEVANT,
        "pooler_output_size": "there is no pooler",
        "pooler_act": "there is no pooler",
    }


def blueprint(config: IJepaConfig) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    return tower(config, Stem(()), pooler=False)


def image_classification(config: IJepaConfig) -> Component:
    """``classifier`` over the mean of the patches."""
    classifier = Part("classifier", linear(config, config.hidden_size, config.num_labels))
    return Head(Part("ijepa", blueprint(config)), classifier, pool="mean", labels=config.num_labels)


FAMILY = Family(
    config=IJepaConfig,
    stem="IJepa",
    prefix="ijepa",
    heads=(
        HeadSpec("IJepaModel", BARE, blueprint, differs=READS_PATCHES),
        HeadSpec(
            "IJepaForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
            differs={"options": SHOWN},
        ),
    ),
    rules=NAMES,
    leftovers=("embeddings.mask_token",),
    class_names={"encoder": "{}Encoder", "encoder.layer.{}": "{}Layer"},
    sources="arXiv:2301.08243",
)
