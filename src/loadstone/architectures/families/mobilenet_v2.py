"""MobileNet V2: layers that widen a picture, look at each channel by itself, and narrow it again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar

from loadstone.architectures.components import (
    Activation,
    BatchNorm,
    Chain,
    ChannelDropout,
    Component,
    Conv,
    Dropout,
    Head,
    Linear,
    MeanPooler,
    Part,
    Pictures,
    PixelOutput,
    Residual,
    Tower,
    check_activation,
)
from loadstone.architectures.components.segmentation import DeepLab
from loadstone.architectures.components.stages import Layers, SamePadding
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import IRRELEVANT, REFUSED, pair
from loadstone.architectures.stages import READS_PICTURES, WITHOUT_ATTENTION, check_pair
from loadstone.architectures.tasks import BARE, IMAGE_CLASSIFICATION, SEMANTIC_SEGMENTATION
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig

_CHANNELS = (16, *(24,) * 2, *(32,) * 3, *(64,) * 4, *(96,) * 3, *(160,) * 3, 320)
"""What the stem gives, and each of the layers (arXiv:1801.04381, table 2)."""
_STRIDES = (2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)
_MOMENTUM = 0.997
_SEGMENTS = 256
"""How wide DeepLab's head is (arXiv:1802.02611)."""


class MobileNetV2Config(PretrainedConfig):
    """The keys of a MobileNet V2 model. Defaults are those of MobileNet V2 1.0."""

    model_type = "mobilenet_v2"

    num_channels: int = 3
    image_size: int | list[int] = 224
    depth_multiplier: float = 1.0
    depth_divisible_by: int = 8
    min_depth: int = 8
    expand_ratio: float = 6.0
    output_stride: int = 32
    first_layer_is_expansion: bool = True
    finegrained_output: bool = True
    hidden_act: str = "relu6"
    tf_padding: bool = True
    classifier_dropout_prob: float = 0.8
    initializer_range: float = 0.02
    layer_norm_eps: float = 0.001
    semantic_loss_ignore_index: int = 255

    positive: ClassVar[tuple[str, ...]] = ("num_channels", "depth_divisible_by", "min_depth", "output_stride")
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT

    def check_together(self) -> None:
        check_pair(self, "image_size")
        check_activation(self.hidden_act)
        for name in ("depth_multiplier", "expand_ratio"):
            value = getattr(self, name)
            if not 0 < value <= 1e6:
                raise InvalidConfig([Fault(f"config key {name!r}", "a number above 0, and at most 1e6", repr(value))])

    def width(self, channels: float) -> int:
        """So many channels in multiples of ``depth_divisible_by``, never less than nine tenths of them."""
        step = self.depth_divisible_by
        rounded = max(self.min_depth, int(channels + step / 2) // step * step)
        return rounded + step if rounded < 0.9 * channels else rounded

    def scaled(self, channels: int) -> int:
        """The same, times ``depth_multiplier``."""
        return self.width(round(channels * self.depth_multiplier))


@record
class Kernel:
    """What a convolution looks at."""

    size: int = 1
    stride: int = 1
    dilation: int = 1
    depthwise: bool = False


def convolution(
    config: MobileNetV2Config, inputs: int, outputs: int, kernel: Kernel, activation: str = "", eps: float | None = None
) -> Chain:
    """``convolution`` and ``normalization``; then an activation, if there is one."""
    depends = config.tf_padding and kernel.stride > 1  # how many zeros there are depends on the picture
    padded = (Part("", SamePadding(kernel.size, kernel.stride)),) if depends else ()
    conv = Conv(
        inputs,
        outputs,
        (kernel.size, kernel.size),
        kernel.stride,
        0 if depends else (kernel.size - 1) // 2 * kernel.dilation,
        inputs if kernel.depthwise else 1,
        bias=False,
        std=config.initializer_range,
        dilation=kernel.dilation,
    )
    norm = BatchNorm(outputs, config.layer_norm_eps if eps is None else eps, _MOMENTUM)
    after = (Part("", Activation(activation)),) if activation else ()
    return Chain((*padded, Part("convolution", conv), Part("normalization", norm), *after))


def narrowed(config: MobileNetV2Config, widths: tuple[int, int, int], kernel: Kernel, expands: bool) -> Chain:
    """``expand_1x1``, perhaps, ``conv_3x3`` and ``reduce_1x1``; ``widths``: before, within and after."""
    inputs, inner, outputs = widths
    act = config.hidden_act
    wider = (Part("expand_1x1", convolution(config, inputs, inner, Kernel(), act)),) if expands else ()
    by_channel = Part("conv_3x3", convolution(config, inner, inner, kernel, act))
    return Chain((*wider, by_channel, Part("reduce_1x1", convolution(config, inner, outputs, Kernel()))))


def layers(config: MobileNetV2Config) -> tuple[Part, ...]:
    """``layer.0`` … Beyond ``output_stride`` the picture stays as large as it is, and kernels reach further."""
    made = []
    total, dilation = 2, 1
    widths = pairwise(map(config.scaled, _CHANNELS))
    for index, ((inputs, outputs), stride) in enumerate(zip(widths, _STRIDES, strict=True)):
        if total == config.output_stride:
            kernel = Kernel(3, 1, dilation, depthwise=True)
            dilation *= stride
        else:
            kernel = Kernel(3, stride, depthwise=True)
            total *= stride
        inner = config.width(round(inputs * config.expand_ratio))
        body = narrowed(config, (inputs, inner, outputs), kernel, expands=True)
        keeps = kernel.stride == 1 and inputs == outputs
        made.append(Part(f"layer.{index}", Residual(Part("", body)) if keeps else body))
    return tuple(made)


def blueprint(config: MobileNetV2Config) -> Tower:
    """``conv_stem``, ``layer.0`` … and ``conv_1x1``."""
    first, last, act = config.scaled(32), config.scaled(_CHANNELS[-1]), config.hidden_act
    stem = (
        Part("first_conv", convolution(config, config.num_channels, first, Kernel(3, 2), act)),
        Part(
            "",
            narrowed(
                config,
                (first, first, config.scaled(_CHANNELS[0])),
                Kernel(3, depthwise=True),
                expands=not config.first_layer_is_expansion,
            ),
        ),
    )
    width = 1280 if config.finegrained_output and config.depth_multiplier < 1 else config.scaled(1280)
    height, across = pair(config.image_size)
    usual = (height, across) if config.tf_padding else (None, None)
    return Tower(
        stem=Part("conv_stem", Pictures(stem, config.num_channels, usual, known=config.tf_padding)),
        stack=Part("", Layers(layers(config))),
        width=width,
        norm=Part("conv_1x1", convolution(config, last, width, Kernel(), act)),
        pooler=Part("", MeanPooler()),
        shows_normed=False,
    )


def image_classification(config: MobileNetV2Config) -> Component:
    """``classifier`` over the mean of the picture."""
    tower, labels = blueprint(config), config.num_labels
    classifier = Linear(tower.width, labels, std=config.initializer_range)
    output = Chain((Part("dropout", Dropout(config.classifier_dropout_prob)), Part("classifier", classifier)))
    return Head(Part("mobilenet_v2", tower), Part("", output), pool="pooler", labels=labels)


def semantic_segmentation(config: MobileNetV2Config) -> Component:
    """``segmentation_head`` over what the last layer gives."""

    def step(inputs: int) -> Chain:
        return convolution(config, inputs, _SEGMENTS, Kernel(), "relu", eps=1e-5)

    width = config.scaled(_CHANNELS[-1])
    head = DeepLab(
        Part("conv_pool", step(width)),
        Part("conv_aspp", step(width)),
        Part("conv_projection", step(2 * _SEGMENTS)),
        Part("dropout", ChannelDropout(config.classifier_dropout_prob)),
        Part("classifier.convolution", Conv(_SEGMENTS, config.num_labels, (1, 1), std=config.initializer_range)),
    )
    output = PixelOutput(Part("segmentation_head", head), config.semantic_loss_ignore_index)
    return Head(Part("mobilenet_v2", blueprint(config)), Part("", output), labels=config.num_labels, sees_all=True)


FAMILY = Family(
    config=MobileNetV2Config,
    stem="MobileNetV2",
    prefix="mobilenet_v2",
    heads=(
        HeadSpec("MobileNetV2Model", BARE, blueprint, differs={**READS_PICTURES, **WITHOUT_ATTENTION}),
        HeadSpec(
            "MobileNetV2ForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
            differs=WITHOUT_ATTENTION,
        ),
        HeadSpec(
            "MobileNetV2ForSemanticSegmentation",
            SEMANTIC_SEGMENTATION,
            semantic_segmentation,
            (("segmentation_head",),),
            differs=WITHOUT_ATTENTION,
        ),
    ),
    class_names={
        "conv_stem": "{}Stem",
        "layer.{}": "{}InvertedResidual",
        "segmentation_head": "{}DeepLabV3Plus",
        **dict.fromkeys(("first_conv", "expand_1x1", "conv_3x3", "reduce_1x1", "conv_1x1"), "{}ConvLayer"),
    },
    sources="arXiv:1801.04381",
)
