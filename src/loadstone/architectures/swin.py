"""What Swin and its successor have in common: keys, stages of attention within windows, heads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Chain, Layer
from loadstone.architectures.components.leaves import Conv, LayerNorm, Weight
from loadstone.architectures.components.stages import StageLayers, Stages
from loadstone.architectures.components.windows import (
    GridDecoder,
    GridPooler,
    GridTower,
    PatchGrid,
    PatchMerging,
)
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.images import READS_PATCHES, SHOWN, check_sizes, linear, sized
from loadstone.architectures.stages import MappedConfig
from loadstone.architectures.tasks import BARE, IMAGE_CLASSIFICATION, MASKED_IMAGE_MODELING
from loadstone.configs.keys import Rule
from loadstone.core.naming_rules import Rule as Naming
from loadstone.errors import Fault, InvalidConfig

CLASS_NAMES: Mapping[str, str] = {
    "embeddings": "{}Embeddings",
    "encoder": "{}Encoder",
    "layers.{}": "{}Stage",
    "blocks.{}": "{}Layer",
    "attention": "{}Attention",
    "downsample": "{}PatchMerging",
}
NAMES = (
    Naming("attention.q_proj", "attention.self.query"),
    Naming("attention.k_proj", "attention.self.key"),
    Naming("attention.v_proj", "attention.self.value"),
    Naming("attention.o_proj", "attention.output.dense"),
    Naming(
        "attention.relative_position_bias.relative_position_bias_table",
        "attention.self.relative_position_bias_table",
    ),
    Naming("mlp.fc1", "intermediate.dense"),
    Naming("mlp.fc2", "output.dense"),
)
"""What Transformers 5 calls the modules of Swin's layers."""
LEFTOVERS = ("relative_position_index", "relative_coords_table", "embeddings.mask_token")
"""What files carry beside: tables that follow from the config, and a token that masked image models have."""


class SwinKeys(MappedConfig):
    """The keys of both. Defaults are those of Swin tiny."""

    image_size: int | list[int] = 224
    patch_size: int | list[int] = 4
    embed_dim: int = 96
    depths: list[int] = [2, 2, 6, 2]  # noqa: RUF012 (a key's default, which each config copies)
    num_heads: list[int] = [3, 6, 12, 24]  # noqa: RUF012 (as above)
    window_size: int = 7
    mlp_ratio: float = 4.0
    qkv_bias: bool = True
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    drop_path_rate: float = 0.1
    hidden_act: str = "gelu"
    use_absolute_embeddings: bool = False
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-5
    encoder_stride: int = 32
    num_layers: int | None = None
    hidden_size: int | None = None

    attribute_map: ClassVar[Mapping[str, str]] = {
        "num_attention_heads": "num_heads",
        "num_hidden_layers": "num_layers",
    }
    positive: ClassVar[tuple[str, ...]] = ("num_channels", "embed_dim", "window_size", "encoder_stride")
    by_stage: ClassVar[tuple[str, ...]] = ("num_heads",)
    follows: ClassVar[Mapping[str, Rule]] = {
        **MappedConfig.follows,
        "num_layers": Rule(lambda config, given: len(config.depths)),
        "hidden_size": Rule(lambda config, given: config.embed_dim * 2 ** (len(config.depths) - 1)),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **MappedConfig.irrelevant,
        "num_layers": "there are as many as in 'depths'",
        "hidden_size": "it follows from 'embed_dim' and 'depths'",
    }

    def check_together(self) -> None:
        super().check_together()
        check_sizes(self)
        check_activation(self.hidden_act)
        faults = []
        for width, heads in zip(self.widths, self.num_heads, strict=True):
            if width % heads:
                faults.append(Fault("config key 'num_heads'", f"divisors of {self.widths}", repr(self.num_heads)))
        if not 0 < self.mlp_ratio * self.embed_dim < 1 << 31 or self.mlp_ratio * self.embed_dim < 1:
            faults.append(Fault("config key 'mlp_ratio'", "a number that makes a width", repr(self.mlp_ratio)))
        if faults:
            raise InvalidConfig(faults[:1])

    @property
    def widths(self) -> list[int]:
        """The width of each stage."""
        return [self.embed_dim * 2**index for index in range(len(self.depths))]


def attention_of(config: SwinKeys, stage: int) -> dict[str, Any]:
    """What is the same in the attention of both: arguments of :class:`WindowAttention`."""
    width, heads = config.widths[stage], config.num_heads[stage]
    names = ("query", "key", "value")
    return {
        "heads": heads,
        "kv_heads": heads,
        "head_dim": width // heads,
        "projections": tuple(Part(f"self.{name}", linear(config, width, width, config.qkv_bias)) for name in names),
        "output": Part("output.dense", linear(config, width, width)),
        "scale": (width // heads) ** -0.5,
        "causal": False,
        "dropout": config.attention_probs_dropout_prob,
    }


def feed_forward(config: SwinKeys, width: int) -> FeedForward:
    """``intermediate.dense`` and ``output.dense``."""
    inner = int(config.mlp_ratio * width)
    up, down = linear(config, width, inner), linear(config, inner, width)
    return FeedForward(Part("intermediate.dense", up), config.hidden_act, Part("output.dense", down))


Layers = Callable[[Any, int, int], Layer]
"""(config, stage, index within the stage) → a layer."""
Merging = Callable[[Any, int], PatchMerging]
"""(config, width) → what makes a picture smaller."""


def _stage(config: SwinKeys, index: int, layer: Layers, merging: Merging) -> Chain:
    """``blocks.0`` … and, but for the last stage, ``downsample``."""
    depth, first = config.depths[index], sum(config.depths[:index])
    layers = tuple(Part(f"blocks.{place}", layer(config, index, place)) for place in range(depth))
    smaller = () if index == len(config.depths) - 1 else (Part("downsample", merging(config, config.widths[index])),)
    return Chain((Part("", StageLayers(layers, first=first)), *smaller))


def tower(config: SwinKeys, layer: Layers, merging: Merging, *, masked: bool = False) -> GridTower:
    """``embeddings``, ``encoder.layers.0`` … and ``layernorm``."""
    (height, across), patch = sized(config)
    width, last, std = config.embed_dim, config.widths[-1], config.initializer_range
    places = (height // patch[0]) * (across // patch[1])
    stem = PatchGrid(
        Part("patch_embeddings.projection", Conv(config.num_channels, width, patch, patch, std=std)),
        Part("norm", LayerNorm(width)),
        (height, across),
        Part("position_embeddings", Weight((1, places, width))) if config.use_absolute_embeddings else None,
        Part("mask_token", Weight((1, 1, width))) if masked else None,
        config.hidden_dropout_prob,
    )
    stages = range(len(config.depths))
    return GridTower(
        stem=Part("embeddings", stem),
        stack=Part("encoder", Stages(tuple(Part(f"layers.{at}", _stage(config, at, layer, merging)) for at in stages))),
        width=last,
        norm=Part("layernorm", LayerNorm(last, config.layer_norm_eps)),
        pooler=None if masked else Part("", GridPooler()),
        shows_normed=False,
        depths=tuple(config.depths),
    )


def heads(stem: str, prefix: str, layer: Layers, merging: Merging) -> tuple[HeadSpec, ...]:
    """The bare model, ``classifier`` over the mean of the places, and ``decoder``, which paints what is hidden."""

    def blueprint(config: SwinKeys) -> GridTower:
        return tower(config, layer, merging)

    def image_classification(config: SwinKeys) -> Component:
        classifier = linear(config, config.widths[-1], config.num_labels)
        backbone = Part(prefix, blueprint(config))
        return Head(backbone, Part("classifier", classifier), pool="pooler", labels=config.num_labels)

    def masked_image_modeling(config: SwinKeys) -> Component:
        side, (rows, columns), halved = config.encoder_stride, sized(config)[1], 2 ** (len(config.depths) - 1)
        conv = Conv(config.widths[-1], side**2 * config.num_channels, (1, 1), std=config.initializer_range)
        backbone = Part(prefix, tower(config, layer, merging, masked=True))
        return Head(
            backbone, Part("", GridDecoder(Part("decoder.0", conv), (rows * halved, columns * halved), side, 0))
        )

    kept = {"options": SHOWN, "kept": ("hidden_states", "attentions", "reshaped_hidden_states")}
    return (
        HeadSpec(f"{stem}Model", BARE, blueprint, differs=READS_PATCHES),
        HeadSpec(
            f"{stem}ForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
            differs=kept,
        ),
        HeadSpec(
            f"{stem}ForMaskedImageModeling",
            MASKED_IMAGE_MODELING,
            masked_image_modeling,
            (("decoder",), (f"{prefix}.embeddings.mask_token",)),
            differs=kept,
        ),
    )
