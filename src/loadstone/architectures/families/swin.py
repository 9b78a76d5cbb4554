"""Swin: attention within windows of a picture, every other time in moved ones, and fewer places stage by stage."""

from __future__ import annotations

from functools import partial

from loadstone.architectures.components import (
    Add,
    Layer,
    LayerNorm,
    Linear,
    Part,
    PatchMerging,
    Residual,
    Tower,
    Weight,
    WindowAttention,
    WindowBias,
    mapping,
)
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.stage_names import stage_names, stages_of
from loadstone.architectures.stages import drop_paths
from loadstone.architectures.swin import (
    CLASS_NAMES,
    LEFTOVERS,
    NAMES,
    SwinKeys,
    attention_of,
    feed_forward,
    heads,
    tower,
)
from loadstone.architectures.tasks import BACKBONE


class SwinConfig(SwinKeys):
    """The keys of a Swin model. Defaults are those of Swin tiny."""

    model_type = "swin"


def layer(config: SwinConfig, stage: int, index: int, shifts_above: int | None = None) -> Layer:
    """``layernorm_before``, ``attention``, ``layernorm_after``, ``intermediate`` and ``output``.

    ``shifts_above``: windows are moved in pictures with more rows and columns than these; where nothing is said, than a
    window has.
    """
    width, side, before = config.widths[stage], config.window_size, sum(config.depths[:stage])
    table = Weight(((2 * side - 1) ** 2, config.num_heads[stage]))
    attention = WindowAttention(
        **attention_of(config, stage),
        bias=Part("", WindowBias(Part("self.relative_position_bias_table", table), side)),
        index=before + index,
        side=side,
        shift=side // 2 if index % 2 else 0,
        shifts_above=side if shifts_above is None else shifts_above,
    )
    norm, dropout = LayerNorm(width, config.layer_norm_eps), config.hidden_dropout_prob
    drop_path = drop_paths(config.drop_path_rate, sum(config.depths))[before + index]
    ends = (Add(dropout=dropout, drop_path=drop_path), Add(dropout=dropout))
    parts = (
        Residual(Part("attention", attention), Part("layernorm_before", norm), Part("", ends[0])),
        Residual(Part("", feed_forward(config, width)), Part("layernorm_after", norm), Part("", ends[1])),
    )
    return Layer(tuple(Part("", part) for part in parts))


def merging(config: SwinConfig, width: int) -> PatchMerging:
    """``norm``, then ``reduction``."""
    reduction = Linear(4 * width, 2 * width, bias=False, std=config.initializer_range)
    return PatchMerging((Part("norm", LayerNorm(4 * width)), Part("reduction", reduction)))


def backbone(config: SwinConfig) -> Tower:
    """The same, whose output is maps of stages, with a norm for each; windows are moved in pictures of any size."""
    chosen, widths = stages_of(config), (config.embed_dim, *config.widths)
    norms = tuple(
        Part(f"hidden_states_norms.{name}", LayerNorm(widths[number]))
        for number, name in zip(chosen, stage_names(config, chosen), strict=True)
    )
    unused = Part("swin.layernorm", LayerNorm(config.widths[-1], config.layer_norm_eps))
    whole = tower(config, partial(layer, shifts_above=0), merging)
    return mapping(whole, chosen, norms=norms, beside=(unused,), is_grid=True, depths=whole.depths)


FAMILY = Family(
    config=SwinConfig,
    stem="Swin",
    prefix="swin",
    heads=(
        *heads("Swin", "swin", layer, merging),
        HeadSpec("SwinBackbone", BACKBONE, backbone, (("hidden_states_norms",), ("swin.layernorm",))),
    ),
    rules=NAMES,
    leftovers=LEFTOVERS,
    class_names=CLASS_NAMES,
    sources="arXiv:2103.14030",
)
