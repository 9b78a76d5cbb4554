"""UPerNet's two heads for a class of each pixel, made of a config of BEiT (arXiv:1807.10221)."""

from __future__ import annotations

from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Activation, BatchNorm, Conv
from loadstone.architectures.components.upernet import PlainHead, PooledScales, UPerHead

MAPS = 4
"""How many maps they read."""


def _conv(config: Any, inputs: int, outputs: int, side: int) -> Component:
    conv = Conv(inputs, outputs, (side, side), padding=side // 2, bias=False, std=config.initializer_range)
    return Chain((Part("conv", conv), Part("bn", BatchNorm(outputs)), Part("activation", Activation("relu"))))


def _classifier(config: Any, width: int) -> Part:
    return Part("classifier", Conv(width, config.num_labels, (1, 1), std=config.initializer_range))


def decode_head(config: Any) -> UPerHead:
    """``psp_modules``, ``bottleneck``, ``lateral_convs``, ``fpn_convs``, ``fpn_bottleneck`` and ``classifier``."""
    width, scales = config.hidden_size, tuple(config.pool_scales)
    blocks = tuple(
        Part(f"psp_modules.{index}", Chain((Part("1", _conv(config, width, width, 1)),)))
        for index in range(len(scales))
    )
    bottleneck = Part("bottleneck", _conv(config, (1 + len(scales)) * width, width, 3))
    return UPerHead(
        _classifier(config, width),
        Part("", PooledScales(scales, blocks, bottleneck)),
        tuple(Part(f"lateral_convs.{index}", _conv(config, width, width, 1)) for index in range(MAPS - 1)),
        tuple(Part(f"fpn_convs.{index}", _conv(config, width, width, 3)) for index in range(MAPS - 1)),
        Part("fpn_bottleneck", _conv(config, MAPS * width, width, 3)),
    )


def auxiliary_head(config: Any) -> PlainHead:
    """``convs``, perhaps ``conv_cat``, and ``classifier``."""
    width, narrow, count = config.hidden_size, config.auxiliary_channels, config.auxiliary_num_convs
    inputs = [width, *(narrow for _ in range(count - 1))][:count]
    convs = tuple(Part(f"convs.{index}", _conv(config, each, narrow, 3)) for index, each in enumerate(inputs))
    beside = Part("conv_cat", _conv(config, width + narrow, narrow, 3)) if config.auxiliary_concat_input else None
    return PlainHead(convs, beside, _classifier(config, narrow))
