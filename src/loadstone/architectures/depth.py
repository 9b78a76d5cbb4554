"""What families that make a picture of a picture have in common: a backbone of some kind, and DPT's neck and heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from loadstone.architectures.backbones import BackboneKeys, inner
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.fusion import Fusion, Neck
from loadstone.architectures.components.layers import Chain, Residual
from loadstone.architectures.components.leaves import Activation, BatchNorm, Conv, ConvTranspose, Linear
from loadstone.architectures.families import dinov2
from loadstone.architectures.stage_names import stages_of
from loadstone.errors import Fault, InvalidConfig

_LARGEST_FACTOR = 64

CLASS_NAMES: Mapping[str, str] = {
    "neck": "{}Neck",
    "neck.reassemble_stage.layers.{}": "{}ReassembleLayer",
    "neck.fusion_stage.layers.{}": "{}FeatureFusionLayer",
    "residual_layer1": "{}PreActResidualLayer",
    "residual_layer2": "{}PreActResidualLayer",
    "backbone": "Dinov2Backbone",
    "backbone.embeddings": "Dinov2Embeddings",
    "backbone.encoder": "Dinov2Encoder",
    "backbone.encoder.layer.{}": "Dinov2Layer",
    "backbone.encoder.layer.{}.attention": "Dinov2Attention",
    "FeedForward": "Dinov2MLP",
    "Gated": "Dinov2SwiGLUFFN",
    "LayerScale": "Dinov2LayerScale",
}
"""What the classes of their modules are called, and of the backbone's."""


class BackboneConfig(BackboneKeys, dinov2.Dinov2Config):
    """The keys of a DINOv2 of which several hidden states are taken."""

    irrelevant: ClassVar[Mapping[str, str]] = {
        **dinov2.Dinov2Config.irrelevant,
        "id2label": "a backbone has no classes",
        "reshape_hidden_states": "the neck makes maps of them",
    }


def backbone(config: BackboneConfig) -> Part:
    """``backbone``, a DINOv2."""
    return inner(dinov2.blueprint(config), stages_of(config), normed=config.apply_layernorm)


def conv(config: Any, inputs: int, outputs: int, side: int, bias: bool = True, step: int = 1) -> Conv:
    """A convolution that keeps the size of a map, or one that makes it smaller by ``step``."""
    return Conv(inputs, outputs, (side, side), step, side // 2, bias=bias, std=config.initializer_range)


def check_neck(config: Any, maps: int) -> None:
    """:class:`InvalidConfig` for a neck that is not for so many maps, or makes them larger by what cannot be done."""
    sizes, factors, faults = config.neck_hidden_sizes, config.reassemble_factors, []
    if not sizes or min(sizes) < 1 or len(sizes) != maps:
        faults.append(Fault("config key 'neck_hidden_sizes'", f"{maps} sizes of at least 1, one a map", repr(sizes)))
    if len(factors) != len(sizes) or not all(0 < each <= _LARGEST_FACTOR and _is_step(each) for each in factors):
        expected = f"for each map an integer of at most {_LARGEST_FACTOR}, or the inverse of one"
        faults.append(Fault("config key 'reassemble_factors'", expected, repr(factors)))
    if not -len(sizes) <= config.head_in_index < len(sizes):
        faults.append(
            Fault("config key 'head_in_index'", f"the index of one of {maps} maps", f"{config.head_in_index}")
        )
    if faults:
        raise InvalidConfig(faults)


def _is_step(factor: float) -> bool:
    return (factor if factor >= 1 else 1 / factor) % 1 == 0


def reassembled(config: Any, width: int) -> tuple[Part, ...]:
    """``reassemble_stage.layers``: vectors so wide become maps of other sizes."""
    layers = []
    for index, (channels, factor) in enumerate(zip(config.neck_hidden_sizes, config.reassemble_factors, strict=True)):
        steps = [Part("projection", conv(config, width, channels, 1))]
        if factor > 1:
            side = int(factor)
            larger = ConvTranspose(channels, channels, (side, side), side, std=config.initializer_range)
            steps.append(Part("resize", larger))
        elif factor < 1:
            steps.append(Part("resize", conv(config, channels, channels, 3, step=int(1 / factor))))
        layers.append(Part(f"reassemble_stage.layers.{index}", Chain(tuple(steps))))
    return tuple(layers)


def readouts(config: Any, width: int) -> tuple[Part, ...]:
    """``reassemble_stage.readout_projects``: of a patch's vector and the class token's."""
    steps = (
        Part("0", Linear(2 * width, width, std=config.initializer_range)),
        Part("1", Activation(config.hidden_act)),
    )
    count = len(config.neck_hidden_sizes)
    return tuple(Part(f"reassemble_stage.readout_projects.{index}", Chain(steps)) for index in range(count))


def neck(
    config: Any, layers: tuple[Part, ...], read: tuple[Part, ...] = (), *, adds: bool = False, follows: bool = False
) -> Part:
    """``neck``, with the biases and batch norms that the config has or not."""
    wide = config.fusion_hidden_size
    has_norm = getattr(config, "use_batch_norm_in_fusion_residual", False) or False
    bias = getattr(config, "use_bias_in_fusion_residual", None)
    bias = not has_norm if bias is None else bias

    def residual() -> Component:
        steps: list[Part] = []
        for number in (1, 2):
            steps.append(Part(f"activation{number}", Activation("relu")))
            steps.append(Part(f"convolution{number}", conv(config, wide, wide, 3, bias)))
            if has_norm:
                steps.append(Part(f"batch_norm{number}", BatchNorm(wide)))
        return Residual(Part("", Chain(tuple(steps))))

    fusion = Fusion(
        Part("projection", conv(config, wide, wide, 1)),
        Part("residual_layer1", residual()),
        Part("residual_layer2", residual()),
    )
    sizes: Sequence[int] = config.neck_hidden_sizes
    return Part(
        "neck",
        Neck(
            layers,
            read,
            tuple(Part(f"convs.{index}", conv(config, each, wide, 3, False)) for index, each in enumerate(sizes)),
            tuple(Part(f"fusion_stage.layers.{index}", fusion) for index in range(len(sizes))),
            adds=adds,
            follows=follows,
        ),
    )
