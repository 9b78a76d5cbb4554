"""ViTPose: a ViT that reads the picture of a body, and a decoder that says for each joint how likely it is where.

ViTPose++ has several experts in each layer, one for each dataset that it was trained on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from loadstone.architectures.backbones import BackboneKeys, inner
from loadstone.architectures.components import (
    Activation,
    BatchNorm,
    Chain,
    Component,
    Conv,
    ConvTranspose,
    FeedForward,
    Head,
    Layer,
    LayerNorm,
    Part,
    Stack,
    Tower,
    Weight,
    check_activation,
    pre_norm,
)
from loadstone.architectures.components.feature_maps import taking
from loadstone.architectures.components.poses import BodyPatches, Enlarged, Heatmaps, PartExperts
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import IRRELEVANT, REFUSED, attention, check_sizes, linear, sized
from loadstone.architectures.stage_names import stages_of
from loadstone.architectures.tasks import BACKBONE, POSE_ESTIMATION
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

_MARGIN = 2
"""How many pixels of nothing are around a picture."""
_DECODED = 256
"""The width of the larger of the two decoders."""


class VitPoseBackboneConfig(BackboneKeys):
    """The keys of the ViT within. Defaults are those of ViTPose base."""

    model_type = "vitpose_backbone"
    base_config_key = "backbone_config"

    image_size: int | list[int] = [256, 192]  # noqa: RUF012 (copied for each config)
    patch_size: int | list[int] = [16, 16]  # noqa: RUF012
    num_channels: int = 3
    hidden_size: int = 768
    num_attention_heads: int = 12
    mlp_ratio: int = 4
    num_experts: int = 1
    part_features: int = 256
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    qkv_bias: bool = True

    positive: ClassVar[tuple[str, ...]] = (
        *("num_channels", "hidden_size", "num_hidden_layers", "num_attention_heads"),
        *("mlp_ratio", "num_experts", "part_features"),
    )
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = {**IRRELEVANT, "id2label": "a backbone has no classes"}

    def check_together(self) -> None:
        super().check_together()
        check_sizes(self)
        check_activation(self.hidden_act)
        size, patch = sized(self)
        if any(each % side + 2 * _MARGIN >= side for each, side in zip(size, patch, strict=True)):
            expected = f"pictures that have as many patches with a margin of {_MARGIN} pixels as without"
            found = f"{self.image_size} and {self.patch_size}"
            raise InvalidConfig([Fault("config keys 'image_size' and 'patch_size'", expected, found)])
        if self.num_experts > 1 and self.part_features >= self.hidden_size:
            expected = f"less than hidden_size = {self.hidden_size}"
            raise InvalidConfig([Fault("config key 'part_features'", expected, str(self.part_features))])


class VitPoseConfig(PretrainedConfig):
    """The keys of a ViTPose model. Defaults are those of ViTPose base with the simple decoder."""

    model_type = "vitpose"

    backbone_config: VitPoseBackboneConfig = VitPoseBackboneConfig(out_indices=[4])
    initializer_range: float = 0.02
    scale_factor: int = 4
    use_simple_decoder: bool = True

    positive: ClassVar[tuple[str, ...]] = ("scale_factor",)
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT


def layer(config: VitPoseBackboneConfig, index: int) -> Layer:
    """``layernorm_before``, ``attention``, ``layernorm_after`` and ``mlp``."""
    width, inner = config.hidden_size, config.hidden_size * config.mlp_ratio
    norm, shared = LayerNorm(width, config.layer_norm_eps), config.part_features
    up = Part("fc1", linear(config, width, inner))
    if config.num_experts == 1:
        mlp: Component = FeedForward(up, config.hidden_act, Part("fc2", linear(config, inner, width)))
    else:
        experts = (Part(f"experts.{number}", linear(config, inner, shared)) for number in range(config.num_experts))
        down = Part("fc2", linear(config, inner, width - shared))
        mlp = PartExperts(up, config.hidden_act, down, tuple(experts))
    dropout = config.hidden_dropout_prob
    return Layer(
        (
            pre_norm(Part("attention", attention(config, index)), Part("layernorm_before", norm), dropout),
            pre_norm(Part("mlp", mlp), Part("layernorm_after", norm)),
        )
    )


def vit(config: VitPoseBackboneConfig) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    size, patch = sized(config)
    width, std, channels = config.hidden_size, config.initializer_range, config.num_channels
    count = (size[0] // patch[0]) * (size[1] // patch[1]) + 1
    stem = BodyPatches(
        Part("patch_embeddings.projection", Conv(channels, width, patch, patch, _MARGIN, std=std)),
        Part("position_embeddings", Weight((1, count, width), std)),
        size,
        channels,
        config.num_experts,
    )
    layers = tuple(Part(f"layer.{index}", layer(config, index)) for index in range(config.num_hidden_layers))
    norm = Part("layernorm", LayerNorm(width, config.layer_norm_eps))
    return Tower(Part("embeddings", stem), Part("encoder", Stack(layers)), width, norm, shows_normed=False)


def feature_maps(config: VitPoseBackboneConfig) -> Tower:
    """The same, whose output is what is taken of it, (batch, patches, width)."""
    taken = stages_of(config)
    return taking(vit(config), taken, normed=(True,) * len(taken), tokens=0, is_grid=False)


def pose_estimation(config: VitPoseConfig) -> Component:
    """``backbone`` and ``head``."""
    within = config.backbone_config
    width, std, labels = within.hidden_size, config.initializer_range, config.num_labels
    size, patch = sized(within)
    if config.use_simple_decoder:
        steps = [
            Part("activation", Activation("relu")),
            Part("upsampling", Enlarged(config.scale_factor)),
            Part("conv", Conv(width, labels, (3, 3), padding=1, std=std)),
        ]
    else:
        steps = []
        for number, inputs in ((1, width), (2, _DECODED)):
            larger = ConvTranspose(inputs, _DECODED, (4, 4), 2, 1, bias=False, std=std)
            steps.append(Part(f"deconv{number}", larger))
            steps.append(Part(f"batchnorm{number}", BatchNorm(_DECODED)))
            steps.append(Part(f"relu{number}", Activation("relu")))
        steps.append(Part("conv", Conv(_DECODED, labels, (1, 1), std=std)))
    grid = size[0] // patch[0], size[1] // patch[1]
    return Head(inner(vit(within), stages_of(within)), Part("", Heatmaps(Part("head", Chain(tuple(steps))), grid)))


FAMILY = Family(
    config=VitPoseConfig,
    stem="VitPose",
    prefix="vit",
    heads=(
        HeadSpec("VitPoseForPoseEstimation", POSE_ESTIMATION, pose_estimation, (("head",),)),
        HeadSpec(
            "VitPoseBackbone",
            BACKBONE,
            feature_maps,
            prefix="backbone",
            differs={"inputs": ("pixel_values", "dataset_index")},
            config=VitPoseBackboneConfig,
        ),
    ),
    class_names={
        "backbone": "{}Backbone",
        "backbone.encoder": "{}BackboneEncoder",
        "encoder.layer.{}": "{}BackboneLayer",
        "attention": "{}BackboneAttention",
        "head": "{}Decoder",
        "BodyPatches": "{}BackboneEmbeddings",
        "FeedForward": "{}BackboneMLP",
        "PartExperts": "{}BackboneMoeMLP",
    },
    sources="arXiv:2204.12484, arXiv:2212.04246",
)
