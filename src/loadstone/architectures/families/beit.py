"""BEiT: a ViT that knows how far patches are from each other, trained to tell what stands for hidden ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from loadstone.architectures import upernet
from loadstone.architectures.beit import pyramid, tower
from loadstone.architectures.components import (
    Chain,
    Component,
    Head,
    LayerNorm,
    Part,
    Tower,
)
from loadstone.architectures.components.feature_maps import taking
from loadstone.architectures.components.layers import Rest
from loadstone.architectures.components.upernet import Pyramid
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import (
    ATTENTION_NAMES,
    IRRELEVANT,
    READS_PATCHES,
    SHOWN,
    PatchesConfig,
    check_sizes,
    linear,
    sized,
)
from loadstone.architectures.stage_names import STAGES, stages_of
from loadstone.architectures.tasks import BACKBONE, BARE, IMAGE_CLASSIFICATION, MASKED_PATCHES, SEMANTIC_SEGMENTATION
from loadstone.configs.keys import Rule
from loadstone.core.naming_rules import Rule as Naming
from loadstone.errors import Fault, InvalidConfig


class BeitConfig(PatchesConfig):
    """The keys of a BEiT model. Defaults are those of BEiT base with patches of 16 × 16."""

    model_type = "beit"

    vocab_size: int = 8192
    use_mask_token: bool = False
    use_absolute_position_embeddings: bool = False
    use_relative_position_bias: bool = False
    use_shared_relative_position_bias: bool = False
    layer_scale_init_value: float = 0.1
    drop_path_rate: float = 0.1
    use_mean_pooling: bool = True
    pool_scales: list[int] = [1, 2, 3, 6]  # noqa: RUF012 (copied for each config)
    use_auxiliary_head: bool = True
    auxiliary_loss_weight: float = 0.4
    auxiliary_channels: int = 256
    auxiliary_num_convs: int = 1
    auxiliary_concat_input: bool = False
    semantic_loss_ignore_index: int = 255
    out_features: list[str] | None = None
    out_indices: list[int] | None = None
    add_fpn: bool = False
    reshape_hidden_states: bool = True

    without: ClassVar[tuple[str, ...]] = ("encoder_stride", "qkv_bias", "pooler_output_size", "pooler_act")
    follows: ClassVar[Mapping[str, Rule]] = STAGES
    positive: ClassVar[tuple[str, ...]] = (
        *("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "num_channels"),
        *("vocab_size", "auxiliary_channels"),
    )
    irrelevant: ClassVar[Mapping[str, str]] = {key: why for key, why in IRRELEVANT.items() if key != "vocab_size"}

    def check_together(self) -> None:
        faults = []
        if self.use_relative_position_bias and self.use_shared_relative_position_bias:
            keys = "config keys 'use_relative_position_bias' and 'use_shared_relative_position_bias'"
            faults.append(Fault(keys, "one of the two", "both"))
        if not 0 <= self.drop_path_rate < 1:
            found = repr(self.drop_path_rate)
            faults.append(Fault("config key 'drop_path_rate'", "a share of at least 0 and below 1", found))
        if not self.pool_scales or not all(1 <= scale <= 64 for scale in self.pool_scales):
            faults.append(Fault("config key 'pool_scales'", "numbers of rows from 1 to 64", repr(self.pool_scales)))
        if not 0 <= self.auxiliary_num_convs <= 64:
            found = str(self.auxiliary_num_convs)
            faults.append(Fault("config key 'auxiliary_num_convs'", "0 to 64 convolutions", found))
        if faults:
            raise InvalidConfig(faults)
        check_sizes(self)


def blueprint(config: BeitConfig) -> Tower:
    """``embeddings``, ``encoder`` and ``pooler``."""
    return tower(config, pooler=True)


def image_classification(config: BeitConfig) -> Component:
    """``classifier`` over the mean of the patches, or the class token."""
    classifier = linear(config, config.hidden_size, config.num_labels)
    backbone = Part("beit", tower(config, pooler=True))
    return Head(backbone, Part("classifier", classifier), pool="pooler", labels=config.num_labels)


def masked_image_modeling(config: BeitConfig) -> Component:
    """``layernorm`` and ``lm_head`` over the patches."""
    steps = (
        Part("layernorm", LayerNorm(config.hidden_size, config.layer_norm_eps)),
        Part("", Rest()),
        Part("lm_head", linear(config, config.hidden_size, config.vocab_size)),
    )
    return Head(Part("beit", tower(config, pooler=False)), Part("", Chain(steps)), labels=config.vocab_size)


def semantic_segmentation(config: BeitConfig) -> Component:
    """``fpn1``, ``fpn2``, ``decode_head`` and, where there is one, ``auxiliary_head``."""
    taken = tuple(index - 1 for index in config.out_indices or ())
    if len(taken) != upernet.MAPS or not all(0 <= index < config.num_hidden_layers for index in taken):
        expected = f"{upernet.MAPS} of the layers 1 to {config.num_hidden_layers}, for a class of each pixel"
        raise InvalidConfig([Fault("config key 'out_indices'", expected, repr(config.out_indices))])
    output = Pyramid(
        pyramid(config),
        Part("decode_head", upernet.decode_head(config)),
        Part("auxiliary_head", upernet.auxiliary_head(config)) if config.use_auxiliary_head else None,
        taken,
        sized(config)[1],
        config.semantic_loss_ignore_index,
        config.auxiliary_loss_weight,
    )
    return Head(Part("beit", tower(config, pooler=False)), Part("", output), labels=config.num_labels, sees_all=True)


def backbone(config: BeitConfig) -> Tower:
    """``embeddings``, ``encoder``, ``layernorm``, through which no map goes, and with ``add_fpn`` the pyramid."""
    taken = stages_of(config)
    if config.add_fpn and (len(taken) != upernet.MAPS or not config.reshape_hidden_states):
        expected = f"{upernet.MAPS} of the hidden states, and 'reshape_hidden_states' true, as there is 'add_fpn'"
        found = f"{config.out_indices}, {config.reshape_hidden_states}"
        raise InvalidConfig([Fault("config keys 'out_indices' and 'reshape_hidden_states'", expected, found)])
    return taking(
        tower(config, pooler=False),
        taken,
        is_grid=config.reshape_hidden_states,
        keeps_tokens=True,
        pyramid=pyramid(config) if config.add_fpn else None,
    )


FAMILY = Family(
    config=BeitConfig,
    stem="Beit",
    prefix="beit",
    heads=(
        HeadSpec("BeitModel", BARE, blueprint, (("pooler",),), differs=READS_PATCHES),
        HeadSpec(
            "BeitForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",), ("beit.pooler",)),
            differs={"options": SHOWN},
        ),
        HeadSpec("BeitForMaskedImageModeling", MASKED_PATCHES, masked_image_modeling, (("layernorm",), ("lm_head",))),
        HeadSpec(
            "BeitForSemanticSegmentation",
            SEMANTIC_SEGMENTATION,
            semantic_segmentation,
            # A backbone's file may have the pyramid and no heads; a head is never there without the pyramid.
            (("fpn1", "fpn2", "decode_head"), ("decode_head",), ("auxiliary_head",)),
            differs={"options": SHOWN},
        ),
        HeadSpec("BeitBackbone", BACKBONE, backbone, (("fpn1", "fpn2"), ("layernorm",))),
    ),
    rules=(
        *ATTENTION_NAMES,
        Naming("layers.{}", "encoder.layer.{}"),
        Naming("layers.{}.relative_position_bias", "encoder.layer.{}.attention.attention.relative_position_bias"),
        Naming("shared_position_bias", "encoder.relative_position_bias"),
        Naming("mlp.fc1", "intermediate.dense"),
        Naming("mlp.fc2", "output.dense"),
        Naming("fpn.fpn1.conv_transpose1", "fpn1.0"),
        Naming("fpn.fpn1.normalization", "fpn1.1"),
        Naming("fpn.fpn1.conv_transpose2", "fpn1.3"),
        Naming("fpn.fpn2", "fpn2.0"),
        Naming("psp_modules.blocks.{}.conv", "psp_modules.{}.1"),
        Naming("psp_bottleneck", "bottleneck"),
        Naming("convolution", "conv"),
        Naming("normalization", "bn"),
    ),
    leftovers=("relative_position_index",),
    class_names={
        "encoder": "{}Encoder",
        "encoder.layer.{}": "{}Layer",
        "decode_head": "{}UperHead",
        "auxiliary_head": "{}FCNHead",
        "fpn1": "{}FPNUpBlock",
        "WindowBias": "{}RelativePositionBias",
        "MeanPooler": "{}Pooler",
    },
    sources="arXiv:2106.08254",
)
