"""ResNet: convolutions with batch norms, in layers whose input is added to their output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from loadstone.architectures.components import (
    Activation,
    BatchNorm,
    Chain,
    Component,
    Conv,
    Flatten,
    Head,
    Linear,
    MaxPool,
    MeanPooler,
    Part,
    Pictures,
    Residual,
    StageLayers,
    Stages,
    Sum,
    Tower,
    check_activation,
    mapping,
)
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.initial import Uniform
from loadstone.architectures.stage_names import stages_of
from loadstone.architectures.stages import READS_PICTURES, WITHOUT_ATTENTION, MappedConfig, fan_out
from loadstone.architectures.tasks import BACKBONE, BARE, IMAGE_CLASSIFICATION
from loadstone.errors import Fault, InvalidConfig

_REDUCTION = 4
"""How many times fewer channels there are within a layer's bottleneck."""


class ResNetConfig(MappedConfig):
    """The keys of a ResNet model. Defaults are those of ResNet-50."""

    model_type = "resnet"

    embedding_size: int = 64
    hidden_sizes: list[int] = [256, 512, 1024, 2048]  # noqa: RUF012 (a key's default, which each config copies)
    layer_type: Literal["basic", "bottleneck"] = "bottleneck"
    hidden_act: str = "relu"
    downsample_in_first_stage: bool = False
    downsample_in_bottleneck: bool = False

    positive: ClassVar[tuple[str, ...]] = ("num_channels", "embedding_size")
    by_stage: ClassVar[tuple[str, ...]] = ("hidden_sizes",)

    def check_together(self) -> None:
        super().check_together()
        check_activation(self.hidden_act)
        if self.layer_type == "bottleneck" and min(self.hidden_sizes) < _REDUCTION:
            expected = f"at least {_REDUCTION} channels where layers have bottlenecks"
            raise InvalidConfig([Fault("config key 'hidden_sizes'", expected, repr(self.hidden_sizes))])


def convolution(inputs: int, outputs: int, kernel: int, stride: int = 1, activation: str = "") -> Chain:
    """``convolution`` and ``normalization``; then an activation, if there is one."""
    conv = Conv(inputs, outputs, (kernel, kernel), stride, kernel // 2, bias=False, std=fan_out(outputs, kernel))
    steps = (Part("convolution", conv), Part("normalization", BatchNorm(outputs)))
    return Chain((*steps, Part("", Activation(activation))) if activation else steps)


def layer(config: ResNetConfig, inputs: int, outputs: int, stride: int) -> Chain:
    """``layer``, and ``shortcut`` where its input has another size than its output. Within it is always a ReLU."""
    if config.layer_type == "basic":
        body = [convolution(inputs, outputs, 3, stride, "relu"), convolution(outputs, outputs, 3)]
    else:
        inner, first = outputs // _REDUCTION, stride if config.downsample_in_bottleneck else 1
        body = [
            convolution(inputs, inner, 1, first, "relu"),
            convolution(inner, inner, 3, stride // first, "relu"),
            convolution(inner, outputs, 1),
        ]
    change = Part("layer", Chain(tuple(Part(str(index), each) for index, each in enumerate(body))))
    if inputs == outputs and stride == 1:
        total: Component = Residual(change)
    else:
        total = Sum((Part("shortcut", convolution(inputs, outputs, 1, stride)), change))
    return Chain((Part("", total), Part("", Activation(config.hidden_act))))


def stage(config: ResNetConfig, index: int) -> Component:
    """``layers.0`` …, of which the first may make the picture smaller."""
    inputs, outputs = (config.embedding_size, *config.hidden_sizes)[index : index + 2]
    stride = 2 if index or config.downsample_in_first_stage else 1
    layers = [layer(config, inputs, outputs, stride)]
    layers += [layer(config, outputs, outputs, 1)] * (config.depths[index] - 1)
    named = tuple(Part(f"layers.{place}", each) for place, each in enumerate(layers))
    return Chain((Part("", StageLayers(named, first=sum(config.depths[:index]))),))


def blueprint(config: ResNetConfig) -> Tower:
    """``embedder`` and ``encoder``."""
    stem = convolution(config.num_channels, config.embedding_size, 7, 2, config.hidden_act)
    stages = tuple(Part(f"stages.{index}", stage(config, index)) for index in range(len(config.depths)))
    steps = (Part("embedder", stem), Part("", MaxPool(3, 2, 1)))
    return Tower(
        stem=Part("embedder", Pictures(steps, config.num_channels)),
        stack=Part("encoder", Stages(stages)),
        width=config.hidden_sizes[-1],
        pooler=Part("", MeanPooler(is_picture=True)),
    )


def backbone(config: ResNetConfig) -> Tower:
    """The same, whose output is maps of stages."""
    return mapping(blueprint(config), stages_of(config))


def image_classification(config: ResNetConfig) -> Component:
    """``classifier`` over the mean of the picture."""
    width = config.hidden_sizes[-1]
    spread = Uniform(-(width**-0.5), width**-0.5)
    classifier = Linear(width, config.num_labels, initial=spread, initial_bias=spread)
    output = Chain((Part("", Flatten()), Part("classifier.1", classifier)))
    return Head(Part("resnet", blueprint(config)), Part("", output), pool="pooler", labels=config.num_labels)


_CLASS_NAMES: Mapping[str, str] = {
    "embedder": "{}Embeddings",
    "embedder.embedder": "{}ConvLayer",
    "encoder": "{}Encoder",
    "stages.{}": "{}Stage",
    "layers.{}": "{}BottleNeckLayer",
    "layer.{}": "{}ConvLayer",
    "shortcut": "{}ShortCut",
}

FAMILY = Family(
    config=ResNetConfig,
    stem="ResNet",
    prefix="resnet",
    heads=(
        HeadSpec("ResNetModel", BARE, blueprint, differs={**READS_PICTURES, **WITHOUT_ATTENTION}),
        HeadSpec(
            "ResNetForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
            differs=WITHOUT_ATTENTION,
        ),
        HeadSpec("ResNetBackbone", BACKBONE, backbone, differs={"options": WITHOUT_ATTENTION["options"]}),
    ),
    class_names=_CLASS_NAMES,
    sources="arXiv:1512.03385",
)
