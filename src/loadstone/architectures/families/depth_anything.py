"""Depth Anything: what a DINOv2 says of a picture, layer by layer, fused to a depth for each pixel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from loadstone.architectures import depth
from loadstone.architectures.components import Activation, Component, FusedMaps, Head, MapHead, Part, Scaled
from loadstone.architectures.dino import FUSED, NAMES
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import IRRELEVANT, REFUSED, pair
from loadstone.architectures.stage_names import stages_of
from loadstone.architectures.tasks import DEPTH_ESTIMATION
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


class DepthAnythingBackboneConfig(depth.BackboneConfig):
    """The keys of the DINOv2 within."""

    base_config_key = "backbone_config"


class DepthAnythingConfig(PretrainedConfig):
    """The keys of a Depth Anything model. Defaults are those of the small one."""

    model_type = "depth_anything"

    backbone_config: DepthAnythingBackboneConfig = DepthAnythingBackboneConfig(
        image_size=518,
        hidden_size=384,
        num_attention_heads=6,
        out_indices=[9, 10, 11, 12],
        reshape_hidden_states=False,
    )
    patch_size: int | list[int] = 14
    initializer_range: float = 0.02
    reassemble_hidden_size: int = 384
    reassemble_factors: list[float] = [4, 2, 1, 0.5]  # noqa: RUF012 (each config gets a copy)
    neck_hidden_sizes: list[int] = [48, 96, 192, 384]  # noqa: RUF012
    fusion_hidden_size: int = 64
    head_in_index: int = -1
    head_hidden_size: int = 32
    depth_estimation_type: str = "relative"
    max_depth: float | None = 1

    positive: ClassVar[tuple[str, ...]] = ("reassemble_hidden_size", "fusion_hidden_size", "head_hidden_size")
    refused: ClassVar[Mapping[str, Refusal]] = {
        **REFUSED,
        "depth_estimation_type": Refusal(("relative", "metric"), "there are depths of these two kinds"),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {**IRRELEVANT, "id2label": "no class of this family tells classes apart"}

    def check_together(self) -> None:
        depth.check_neck(self, len(stages_of(self.backbone_config)))
        width, faults = self.backbone_config.hidden_size, []
        if self.reassemble_hidden_size != width:
            found = str(self.reassemble_hidden_size)
            faults.append(Fault("config key 'reassemble_hidden_size'", f"the backbone's width, {width}", found))
        if pair(self.patch_size) != pair(self.backbone_config.patch_size):
            expected = f"the backbone's, {self.backbone_config.patch_size}"
            faults.append(Fault("config key 'patch_size'", expected, repr(self.patch_size)))
        if faults:
            raise InvalidConfig(faults)


def depth_estimation(config: DepthAnythingConfig) -> Component:
    """``backbone``, ``neck`` and ``head``."""
    wide, narrow = config.fusion_hidden_size, config.head_hidden_size
    end = "relu" if config.depth_estimation_type == "relative" else "sigmoid"
    head = MapHead(
        (Part("conv1", depth.conv(config, wide, wide // 2, 3)),),
        (
            Part("conv2", depth.conv(config, wide // 2, narrow, 3)),
            Part("activation1", Activation("relu")),
            Part("conv3", depth.conv(config, narrow, 1, 1)),
            Part("activation2", Activation(end)),
            Part("", Scaled(1.0 if config.max_depth is None else config.max_depth)),
        ),
    )
    layers = depth.reassembled(config, config.reassemble_hidden_size)
    patch = pair(config.patch_size)
    output = FusedMaps(
        depth.neck(config, layers, follows=True),
        Part("head", head),
        (patch[0], patch[1]),
        config.head_in_index,
        in_patches=True,
    )
    return Head(depth.backbone(config.backbone_config), Part("", output))


FAMILY = Family(
    config=DepthAnythingConfig,
    stem="DepthAnything",
    prefix="depth_anything",
    heads=(
        HeadSpec(
            "DepthAnythingForDepthEstimation",
            DEPTH_ESTIMATION,
            depth_estimation,
            (("neck",), ("head",)),
        ),
    ),
    rules=NAMES,
    fused=FUSED,
    class_names={
        **depth.CLASS_NAMES,
        "head": "{}DepthEstimationHead",
    },
    sources="arXiv:2401.10891, arXiv:2406.09414",
)
