"""What ConvNeXt and its successor have in common: layers whose convolution sees one channel, and stages of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Add, Chain, Residual
from loadstone.architectures.components.leaves import Activation, Conv, LayerNorm, Linear
from loadstone.architectures.components.stages import ChannelsLast, MeanPooler, Pictures, StageLayers, Stages, mapping
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.images import pair
from loadstone.architectures.stage_names import stage_names, stages_of
from loadstone.architectures.stages import READS_PICTURES, WITHOUT_ATTENTION, MappedConfig, check_pair, drop_paths
from loadstone.architectures.tasks import BACKBONE, BARE, IMAGE_CLASSIFICATION
from loadstone.configs.keys import Rule
from loadstone.errors import Fault, InvalidConfig

_EPS = 1e-6
"""Of the norms within stages, whatever the config says."""

CLASS_NAMES: Mapping[str, str] = {
    "embeddings": "{}Embeddings",
    "encoder": "{}Encoder",
    "stages.{}": "{}Stage",
    "layers.{}": "{}Layer",
}

Inner: TypeAlias = Callable[[Any, int], tuple[Part, ...]]
"""(config, width) → what a family has after the activation, or after the second map."""


class ConvNextKeys(MappedConfig):
    """The keys of both. Defaults are those of ConvNeXt tiny."""

    patch_size: int | list[int] = 4
    num_stages: int | None = None
    hidden_sizes: list[int] = [96, 192, 384, 768]  # noqa: RUF012 (a key's default, which each config copies)
    depths: list[int] = [3, 3, 9, 3]  # noqa: RUF012 (as above)
    hidden_act: str = "gelu"
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    drop_path_rate: float = 0.0
    image_size: int | list[int] = 224

    attribute_map: ClassVar[Mapping[str, str]] = {"num_hidden_layers": "num_stages"}
    by_stage: ClassVar[tuple[str, ...]] = ("hidden_sizes",)
    follows: ClassVar[Mapping[str, Rule]] = {
        **MappedConfig.follows,
        "num_stages": Rule(lambda config, given: len(config.depths) if given is None else given),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **MappedConfig.irrelevant,
        "image_size": "pictures may have any size",
        "num_stages": "there are as many as in 'depths', which is checked",
    }

    def check_together(self) -> None:
        super().check_together()
        check_activation(self.hidden_act)
        if self.num_stages != len(self.depths):
            expected = f"{len(self.depths)}, as many as in 'depths'"
            raise InvalidConfig([Fault("config key 'num_stages'", expected, repr(self.num_stages))])
        check_pair(self, "patch_size")


def _layer(config: ConvNextKeys, width: int, drop_path: float, within: Inner, after: Inner) -> Residual:
    """``dwconv``, ``layernorm``, ``pwconv1``, ``pwconv2`` and what a family has besides."""
    std = config.initializer_range
    steps = (
        Part("layernorm", LayerNorm(width, _EPS)),
        Part("pwconv1", Linear(width, 4 * width, std=std)),
        Part("", Activation(config.hidden_act)),
        *within(config, 4 * width),
        Part("pwconv2", Linear(4 * width, width, std=std)),
        *after(config, width),
    )
    conv = Part("dwconv", Conv(width, width, (7, 7), padding=3, groups=width, std=std))
    body = Chain((conv, Part("", ChannelsLast(steps))))
    return Residual(Part("", body), end=Part("", Add(drop_path=drop_path)))


def _stage(config: ConvNextKeys, index: int, within: Inner, after: Inner) -> Chain:
    """``downsampling_layer``, where the picture becomes smaller, and ``layers.0`` …"""
    inputs, width = config.hidden_sizes[max(index - 1, 0)], config.hidden_sizes[index]
    first, depth = sum(config.depths[:index]), config.depths[index]
    rates = drop_paths(config.drop_path_rate, sum(config.depths))[first : first + depth]
    layers = tuple(
        Part(f"layers.{place}", _layer(config, width, rate, within, after)) for place, rate in enumerate(rates)
    )
    smaller: tuple[Part, ...] = ()
    if index:
        conv = Conv(inputs, width, (2, 2), 2, std=config.initializer_range)
        smaller = (
            Part("", ChannelsLast((Part("downsampling_layer.0", LayerNorm(inputs, _EPS)),))),
            Part("downsampling_layer.1", conv),
        )
    return Chain((*smaller, Part("", StageLayers(layers, first=first))))


def tower(config: ConvNextKeys, within: Inner, after: Inner) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``, over the mean of the picture."""
    patch, first, last = pair(config.patch_size), config.hidden_sizes[0], config.hidden_sizes[-1]
    steps = (
        Part("patch_embeddings", Conv(config.num_channels, first, patch, patch, std=config.initializer_range)),
        Part("", ChannelsLast((Part("layernorm", LayerNorm(first, _EPS)),))),
    )
    halved = 2 ** (len(config.depths) - 1)
    least = (patch[0] * halved, patch[1] * halved)
    stages = tuple(Part(f"stages.{index}", _stage(config, index, within, after)) for index in range(len(config.depths)))
    return Tower(
        stem=Part("embeddings", Pictures(steps, config.num_channels, least=least)),
        stack=Part("encoder", Stages(stages)),
        width=last,
        pooler=Part("", MeanPooler(Part("layernorm", LayerNorm(last, config.layer_norm_eps)))),
    )


def heads(stem: str, prefix: str, blueprint: Callable[[Any], Tower]) -> tuple[HeadSpec, ...]:
    """The bare model, ``classifier`` over the norm of the picture's mean, and the backbone, whose maps are normed."""

    def image_classification(config: Any) -> Component:
        classifier = Linear(config.hidden_sizes[-1], config.num_labels, std=config.initializer_range)
        output = Part("classifier", classifier)
        return Head(Part(prefix, blueprint(config)), output, pool="pooler", labels=config.num_labels)

    def backbone(config: Any) -> Tower:
        chosen, widths = stages_of(config), (config.hidden_sizes[0], *config.hidden_sizes)
        norms = tuple(
            Part("", ChannelsLast((Part(f"hidden_states_norms.{name}", LayerNorm(widths[number], _EPS)),)))
            for number, name in zip(chosen, stage_names(config, chosen), strict=True)
        )
        return mapping(blueprint(config), chosen, norms=norms)

    return (
        HeadSpec(f"{stem}Model", BARE, blueprint, differs={**READS_PICTURES, **WITHOUT_ATTENTION}),
        HeadSpec(
            f"{stem}ForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
            differs=WITHOUT_ATTENTION,
        ),
        HeadSpec(
            f"{stem}Backbone",
            BACKBONE,
            backbone,
            (("hidden_states_norms",),),
            differs={"options": WITHOUT_ATTENTION["options"]},
        ),
    )
