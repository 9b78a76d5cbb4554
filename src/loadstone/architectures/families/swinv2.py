"""Swin V2: Swin with cosines in place of products, distances on a logarithmic scale, and norms after each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import log
from typing import ClassVar

from loadstone.architectures.components import (
    Add,
    Chain,
    ContinuousBias,
    Dropout,
    Layer,
    LayerNorm,
    Linear,
    Part,
    PatchMerging,
    Residual,
    Tower,
    Unit,
    Weight,
    WindowAttention,
    mapping,
)
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import sized
from loadstone.architectures.stage_names import stages_of
from loadstone.architectures.stages import StagesConfig, drop_paths
from loadstone.architectures.swin import CLASS_NAMES, LEFTOVERS, SwinKeys, attention_of, feed_forward, heads, tower
from loadstone.architectures.tasks import BACKBONE
from loadstone.configs.keys import Refusal
from loadstone.errors import Fault, InvalidConfig

_INNER = 512
"""How wide the maps are within that make biases of distances."""


class Swinv2Config(SwinKeys):
    """The keys of a Swin V2 model. Defaults are those of Swin V2 tiny."""

    model_type = "swinv2"

    pretrained_window_sizes: list[int] | None = None

    refused: ClassVar[Mapping[str, Refusal]] = {
        **StagesConfig.refused,
        "use_absolute_embeddings": Refusal((False,), "the table of positions has one too many for the places"),
    }

    def check_together(self) -> None:
        super().check_together()
        sides = self.pretrained_window_sizes
        if sides is not None and (len(sides) != len(self.depths) or min(sides) < 0):
            expected = f"{len(self.depths)} numbers, as many as in 'depths', of at least 0"
            raise InvalidConfig([Fault("config key 'pretrained_window_sizes'", expected, repr(sides))])
        if min(self.grid(len(self.depths) - 1)) < 1:
            expected = "pictures that the last stage has at least one place of"
            raise InvalidConfig([Fault("config keys 'image_size' and 'depths'", expected, repr(self.image_size))])

    def grid(self, stage: int) -> tuple[int, int]:
        """How many rows and columns a stage has for pictures of the usual size."""
        (height, width), (rows, columns) = sized(self)
        return height // rows // 2**stage, width // columns // 2**stage


def layer(config: Swinv2Config, stage: int, index: int) -> Layer:
    """``attention``, ``layernorm_before``, ``intermediate``, ``output`` and ``layernorm_after``."""
    width, count, before = config.widths[stage], config.num_heads[stage], sum(config.depths[:stage])
    rows = config.grid(stage)[0]
    side = min(rows, config.window_size)
    std, sides = config.initializer_range, config.pretrained_window_sizes
    common = attention_of(config, stage)
    query, key, value = common["projections"]
    mlp = "self.continuous_position_bias_mlp"
    bias = ContinuousBias(
        Part(f"{mlp}.0", Linear(2, _INNER, std=std)),
        Part(f"{mlp}.2", Linear(_INNER, count, bias=False, std=std)),
        side,
        sides[stage] if sides else 0,
    )
    attention = WindowAttention(
        **{
            **common,
            "projections": (query, Part(key.name, replace(key.component, bias=False)), value),
            "scale": 1.0,
        },
        query_norm=Part("", Unit(Part("self.logit_scale", Weight((count, 1, 1), value=log(10))))),
        key_norm=Part("", Unit()),
        bias=Part("", bias),
        index=before + index,
        side=side,
        shift=config.window_size // 2 if index % 2 and rows > side else 0,
    )
    drop_path = drop_paths(config.drop_path_rate, sum(config.depths))[before + index]
    norm = LayerNorm(width, config.layer_norm_eps)
    bodies = (
        (Part("attention", attention), config.attention_probs_dropout_prob, "layernorm_before"),
        (Part("", feed_forward(config, width)), config.hidden_dropout_prob, "layernorm_after"),
    )
    steps = []
    for body, dropout, name in bodies:
        after = Part("", Chain((Part("", Dropout(dropout)), Part(name, norm))))
        steps.append(Part("", Residual(body, end=Part("", Add(after=after, drop_path=drop_path)))))
    return Layer(tuple(steps))


def merging(config: Swinv2Config, width: int) -> PatchMerging:
    """``reduction``, then ``norm``."""
    reduction = Linear(4 * width, 2 * width, bias=False, std=config.initializer_range)
    return PatchMerging((Part("reduction", reduction), Part("norm", LayerNorm(2 * width))))


def backbone(config: Swinv2Config) -> Tower:
    """The same without ``layernorm``, whose output is maps of stages."""
    whole = tower(config, layer, merging)
    return mapping(whole, stages_of(config), is_grid=True, shows_rows=True, depths=whole.depths)


FAMILY = Family(
    config=Swinv2Config,
    stem="Swinv2",
    prefix="swinv2",
    heads=(*heads("Swinv2", "swinv2", layer, merging), HeadSpec("Swinv2Backbone", BACKBONE, backbone)),
    leftovers=LEFTOVERS,
    class_names=CLASS_NAMES,
    sources="arXiv:2111.09883",
)
