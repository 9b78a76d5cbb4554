"""DPT: what a ViT says of a picture, layer by layer, fused to a depth or a class for each pixel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loadstone.architectures import depth
from loadstone.architectures.components import (
    Activation,
    BatchNorm,
    Chain,
    Component,
    Conv,
    Dropout,
    FusedClasses,
    FusedMaps,
    Head,
    MapHead,
    Part,
    Tower,
    Weight,
)
from loadstone.architectures.dino import FUSED, READS_ANY_SIZE
from loadstone.architectures.dino import NAMES as NAMES_OF_DINO
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import PatchesConfig, Stem, pair, tower
from loadstone.architectures.stage_names import stages_of
from loadstone.architectures.tasks import BARE, DEPTH_ESTIMATION, SEMANTIC_SEGMENTATION
from loadstone.configs.keys import Refusal
from loadstone.errors import Fault, InvalidConfig

_READOUTS = ("ignore", "add", "project")
_OF_VIT = ("num_hidden_layers", "num_attention_heads", "intermediate_size", "image_size", "patch_size", "num_channels")


class DPTBackboneConfig(depth.BackboneConfig):
    """The keys of a DINOv2 in place of DPT's own ViT."""

    base_config_key = "backbone_config"


class DPTConfig(PatchesConfig):
    """The keys of a DPT model. Defaults are those of DPT large but for its sizes, which are ViT base's."""

    model_type = "dpt"

    num_hidden_layers: int | None = 12  # type: ignore[assignment]  # None beside a backbone
    num_attention_heads: int | None = 12  # type: ignore[assignment]
    intermediate_size: int | None = 3072  # type: ignore[assignment]
    hidden_dropout_prob: float | None = 0.0  # type: ignore[assignment]
    attention_probs_dropout_prob: float | None = 0.0  # type: ignore[assignment]
    layer_norm_eps: float | None = 1e-12  # type: ignore[assignment]
    image_size: int | list[int] | None = 384  # type: ignore[assignment]
    patch_size: int | list[int] | None = 16  # type: ignore[assignment]
    num_channels: int | None = 3  # type: ignore[assignment]
    qkv_bias: bool | None = True  # type: ignore[assignment]
    is_hybrid: bool = False
    backbone_out_indices: list[int] | None = [2, 5, 8, 11]  # noqa: RUF012 (copied for each config)
    readout_type: str = "project"
    reassemble_factors: list[float] = [4, 2, 1, 0.5]  # noqa: RUF012
    neck_hidden_sizes: list[int] = [96, 192, 384, 768]  # noqa: RUF012
    fusion_hidden_size: int = 256
    head_in_index: int = -1
    use_batch_norm_in_fusion_residual: bool | None = False
    use_bias_in_fusion_residual: bool | None = None
    add_projection: bool = False
    use_auxiliary_head: bool | None = True
    auxiliary_loss_weight: float = 0.4
    semantic_loss_ignore_index: int = 255
    semantic_classifier_dropout: float = 0.1
    backbone_featmap_shape: list[int] | None = None
    neck_ignore_stages: list[int] = []  # noqa: RUF012
    backbone_config: DPTBackboneConfig | None = None

    without: ClassVar[tuple[str, ...]] = ("encoder_stride",)
    positive: ClassVar[tuple[str, ...]] = ("hidden_size", "fusion_hidden_size", *_OF_VIT[:3], "num_channels")
    refused: ClassVar[Mapping[str, Refusal]] = {
        **PatchesConfig.refused,
        "is_hybrid": Refusal((False,), "the layers of BiT before the patches are not supported"),
        "readout_type": Refusal(_READOUTS, "the class token is read in these ways"),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **PatchesConfig.irrelevant,
        "backbone_featmap_shape": "of models with BiT before the patches, which are refused",
        "neck_ignore_stages": "of models with BiT before the patches, which are refused",
    }

    def check_together(self) -> None:
        if self.backbone_config is None:
            self._check_own()
            super().check_together()
        depth.check_neck(self, len(self.taken))
        if self.add_projection and self.fusion_hidden_size != 256:
            found = str(self.fusion_hidden_size)
            raise InvalidConfig([Fault("config key 'fusion_hidden_size'", "256, where add_projection is set", found)])

    def _check_own(self) -> None:
        lacking = [name for name in (*_OF_VIT, "backbone_out_indices") if getattr(self, name) is None]
        faults = [Fault(f"config key {name!r}", "a value, as there is no backbone_config", "none") for name in lacking]
        if not faults and not all(
            0 <= index < (self.num_hidden_layers or 0) for index in self.backbone_out_indices or ()
        ):
            found = repr(self.backbone_out_indices)
            faults.append(Fault("config key 'backbone_out_indices'", "the numbers of layers, from 0 on", found))
        if faults:
            raise InvalidConfig(faults)

    @property
    def taken(self) -> tuple[int, ...]:
        """Which hidden states are read: 0 is what the first layer takes."""
        if self.backbone_config is not None:
            return stages_of(self.backbone_config)
        return tuple(sorted({index + 1 for index in self.backbone_out_indices or ()}))


def vit(config: DPTConfig, pooler: bool = True) -> Tower:
    """``embeddings``, ``encoder``, ``layernorm`` and, where asked for, ``pooler``."""
    own = tower(config, Stem(), pooler=pooler)
    patches: Any = own.stem.component
    shape = patches.position.component.shape
    stem = replace(
        patches,
        tokens=(Part("cls_token", Weight((1, 1, config.hidden_size))),),
        position=Part("position_embeddings", Weight(shape)),
        any_size=True,
        method="bilinear",
    )
    return replace(own, stem=Part("embeddings", stem))


def _head(config: DPTConfig, head: MapHead, kind: type[FusedMaps], body: Part, **more: Any) -> Head:
    """``neck``, ``head`` and what lies beside them, over ``body``."""
    within = config.backbone_config if body.name == "" and config.backbone_config is not None else config
    width, patch = within.hidden_size, pair(within.patch_size)
    read = depth.readouts(config, width) if config.readout_type == "project" else ()
    neck = depth.neck(config, depth.reassembled(config, width), read, adds=config.readout_type == "add")
    # A backbone leaves its maps itself; of DPT's own tower all hidden states are read.
    own, labels = body.name != "", config.num_labels if kind is FusedClasses else 0
    taken = config.taken if own else ()
    output = kind(neck, Part("head", head), (patch[0], patch[1]), config.head_in_index, taken, **more)
    return Head(body, Part("", output), sees_all=own, labels=labels)


def depth_estimation(config: DPTConfig) -> Component:
    """``dpt`` or ``backbone``, ``neck`` and ``head``."""
    wide, conv = config.fusion_hidden_size, depth.conv
    projection = (Part("projection", conv(config, wide, wide, 3)), Part("activation", Activation("relu")))
    head = MapHead(
        (*(projection if config.add_projection else ()), Part("head.0", conv(config, wide, wide // 2, 3))),
        (
            Part("head.2", conv(config, wide // 2, 32, 3)),
            Part("head.3", Activation("relu")),
            Part("head.4", conv(config, 32, 1, 1)),
            Part("head.5", Activation("relu")),
        ),
    )
    other = config.backbone_config
    body = Part("dpt", vit(config, pooler=False)) if other is None else depth.backbone(other)
    return _head(config, head, FusedMaps, body)


def semantic_segmentation(config: DPTConfig) -> Component:
    """``dpt``, ``neck``, ``head`` and, where there is one, ``auxiliary_head``."""
    if config.backbone_config is not None:
        found = f"a {config.backbone_config.model_type}"
        raise InvalidConfig([Fault("config key 'backbone_config'", "none, for a class of each pixel", found)])
    auxiliary = Part("auxiliary_head", Chain(_classes(config, 0.1))) if config.use_auxiliary_head else None
    return _head(
        config,
        MapHead(_classes(config, config.semantic_classifier_dropout)),
        FusedClasses,
        Part("dpt", vit(config, pooler=False)),
        auxiliary=auxiliary,
        ignored=config.semantic_loss_ignore_index,
        share=config.auxiliary_loss_weight,
    )


def _classes(config: DPTConfig, dropout: float) -> tuple[Part, ...]:
    wide = config.fusion_hidden_size
    return (
        Part("head.0", depth.conv(config, wide, wide, 3, bias=False)),
        Part("head.1", BatchNorm(wide)),
        Part("head.2", Activation("relu")),
        Part("head.3", Dropout(dropout)),
        Part("head.4", Conv(wide, config.num_labels, (1, 1), std=config.initializer_range)),
    )


FAMILY = Family(
    config=DPTConfig,
    stem="DPT",
    prefix="dpt",
    heads=(
        HeadSpec(
            "DPTModel",
            BARE,
            vit,
            (("pooler",),),
            differs={**READS_ANY_SIZE, "inputs": ("pixel_values",)},
        ),
        HeadSpec(
            "DPTForDepthEstimation",
            DEPTH_ESTIMATION,
            depth_estimation,
            (("neck",), ("head",)),
        ),
        HeadSpec(
            "DPTForSemanticSegmentation",
            SEMANTIC_SEGMENTATION,
            semantic_segmentation,
            (("neck",), ("head",), ("auxiliary_head",)),
        ),
    ),
    rules=NAMES_OF_DINO,
    fused=FUSED,
    class_names={
        **depth.CLASS_NAMES,
        "encoder": "{}ViTEncoder",
        "encoder.layer.{}": "{}ViTLayer",
        "attention": "{}ViTAttention",
        "head": "{}Head",
        "auxiliary_head": "{}AuxiliaryHead",
        "Patches": "{}ViTEmbeddings",
        "Pooler": "{}ViTPooler",
    },
    sources="arXiv:2103.13413",
)
