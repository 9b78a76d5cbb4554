"""What the families of DINO have in common: layers whose steps are scaled, a stem for pictures of any size, classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.feature_maps import Backbone, taking
from loadstone.architectures.components.feed_forward import FeedForward, Gated
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Add, Layer, LayerScale, Residual, Stack
from loadstone.architectures.components.leaves import Conv, LayerNorm, Weight
from loadstone.architectures.components.patches import Patches
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.components.two_towers import FirstPooler
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.images import (
    ATTENTION_NAMES,
    IRRELEVANT,
    READS_PATCHES,
    REFUSED,
    SHOWN,
    attention,
    check_sizes,
    linear,
    sized,
)
from loadstone.architectures.interpolation import Method
from loadstone.architectures.stage_names import STAGES, stages_of
from loadstone.architectures.tasks import BACKBONE, BARE, IMAGE_CLASSIFICATION
from loadstone.configs.keys import Refusal, Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import Fused
from loadstone.core.naming_rules import Rule as Naming
from loadstone.errors import Fault, InvalidConfig

_LARGEST_RATIO = 1024

READS_ANY_SIZE: Mapping[str, Any] = {
    "doc": """``pixel_values`` (batch, channels, height, width), pictures of any size → hidden states of the patches.

    ``bool_masked_pos`` (batch, patches): true where a mask token takes a patch's place, in models that have one.
    """,
    "inputs": READS_PATCHES["inputs"],
    "options": SHOWN[1:],
}
"""What of a bare model's task is otherwise where pictures may have any size without being asked for."""

NAMES = (*ATTENTION_NAMES, Naming("mlp.down_proj", "mlp.weights_out"))
"""What Transformers 5 calls the modules of DINOv2's layers."""

FUSED = (Fused("mlp.weights_in", ("mlp.gate_proj", "mlp.up_proj")),)
"""A map that Transformers 5 has as two."""

CLASS_NAMES: Mapping[str, str] = {
    "encoder": "{}Encoder",
    "encoder.layer.{}": "{}Layer",
    "LayerScale": "{}LayerScale",
    "Gated": "{}SwiGLUFFN",
}
"""What the classes of DINOv2's modules are called."""


class DinoConfig(PretrainedConfig):
    """The keys that they share."""

    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    hidden_act: str = "gelu"
    initializer_range: float = 0.02
    image_size: int | list[int] = 224
    patch_size: int | list[int] = 16
    num_channels: int = 3
    layerscale_value: float = 1.0
    drop_path_rate: float = 0.0
    out_features: list[str] | None = None
    out_indices: list[int] | None = None
    apply_layernorm: bool = True
    reshape_hidden_states: bool = True

    positive: ClassVar[tuple[str, ...]] = ("hidden_size", "num_hidden_layers", "num_attention_heads", "num_channels")
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT
    follows: ClassVar[Mapping[str, Rule]] = STAGES

    def check_together(self) -> None:
        check_sizes(self)
        if not 0 <= self.drop_path_rate < 1:
            found = repr(self.drop_path_rate)
            raise InvalidConfig([Fault("config key 'drop_path_rate'", "a share of at least 0 and below 1", found)])


class Dinov2Keys(DinoConfig):
    """The keys that DINOv2 has with registers and without."""

    mlp_ratio: float = 4
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    layer_norm_eps: float = 1e-6
    qkv_bias: bool = True
    use_swiglu_ffn: bool = False

    def check_together(self) -> None:
        super().check_together()
        if not 1 <= self.hidden_size * self.mlp_ratio <= self.hidden_size * _LARGEST_RATIO:
            expected = f"a number of at most {_LARGEST_RATIO} that leaves the feed-forward network a width"
            raise InvalidConfig([Fault("config key 'mlp_ratio'", expected, repr(self.mlp_ratio))])


def layer(config: Any, attention: Attention, feed_forward: Component) -> Layer:
    """``norm1``, ``attention``, ``layer_scale1``, ``norm2``, ``mlp`` and ``layer_scale2``."""
    width, steps = config.hidden_size, []
    for number, body in enumerate((Part("attention", attention), Part("mlp", feed_forward)), start=1):
        scale = LayerScale(Part("lambda1", Weight((width,), value=config.layerscale_value)))
        end = Add(after=Part(f"layer_scale{number}", scale), drop_path=config.drop_path_rate)
        norm = Part(f"norm{number}", LayerNorm(width, config.layer_norm_eps))
        steps.append(Part("", Residual(body, norm, Part("", end))))
    return Layer(tuple(steps))


def _feed_forward(config: Dinov2Keys) -> Component:
    """``fc1`` and ``fc2``; or ``weights_in`` and ``weights_out``, two thirds as wide, in eights."""
    width, inner = config.hidden_size, int(config.hidden_size * config.mlp_ratio)
    if not config.use_swiglu_ffn:
        return FeedForward(
            Part("fc1", linear(config, width, inner)), config.hidden_act, Part("fc2", linear(config, inner, width))
        )
    inner = (int(inner * 2 / 3) + 7) // 8 * 8
    gate_and_up = Part("weights_in", linear(config, width, 2 * inner))
    return Gated((gate_and_up,), "silu", Part("weights_out", linear(config, inner, width)))


def tower(config: Any, *, mask_token: bool, registers: int = 0, method: Method = "bicubic") -> Tower:
    """``embeddings``, ``encoder.layer.0`` … and ``layernorm``, of DINOv2."""
    (height, across), patch = sized(config)
    width, std = config.hidden_size, config.initializer_range
    places = (height // patch[0]) * (across // patch[1]) + 1
    stem = Patches(
        Part("patch_embeddings.projection", Conv(config.num_channels, width, patch, patch, std=std)),
        (height, across),
        (Part("cls_token", Weight((1, 1, width), std)),),
        Part("position_embeddings", Weight((1, places, width), std)),
        Part("mask_token", Weight((1, width))) if mask_token else None,
        dropout=config.hidden_dropout_prob,
        registers=Part("register_tokens", Weight((1, registers, width))) if registers else None,
        any_size=True,
        method=method,
    )
    layers = (
        layer(config, attention(config, index), _feed_forward(config)) for index in range(config.num_hidden_layers)
    )
    return Tower(
        stem=Part("embeddings", stem),
        stack=Part("encoder", Stack(tuple(Part(f"layer.{index}", each) for index, each in enumerate(layers)))),
        width=width,
        norm=Part("layernorm", LayerNorm(width, config.layer_norm_eps)),
        pooler=Part("", FirstPooler()),
        shows_normed=False,
    )


def backbone(config: Any, bare: Tower, tokens: int, *, last_is_normed: bool = False) -> Backbone:
    """The same tower, whose output is maps. ``tokens``: how many vectors stand before the patches'.

    ``last_is_normed``: whether what comes out of the last layer is, whatever the config says, and maps are of the
    patches alone.
    """
    taken, last = stages_of(config), config.num_hidden_layers
    return taking(
        bare,
        taken,
        normed=tuple(config.apply_layernorm or (last_is_normed and stage == last) for stage in taken),
        tokens=tokens,
        is_grid=config.reshape_hidden_states,
        keeps_tokens=not last_is_normed,
    )


def heads(
    stem: str, prefix: str, build: Callable[[Any], Tower], own_tokens: Callable[[Any], int]
) -> tuple[HeadSpec, ...]:
    """The bare model, the classifier and the backbone of DINOv2. ``own_tokens``: how many vectors stand before the
    patches'."""

    def image_classification(config: Any) -> Component:
        """``classifier`` over the class token and the mean of the patches."""
        classifier = Part("classifier", linear(config, 2 * config.hidden_size, config.num_labels))
        skipped = own_tokens(config)
        return Head(
            Part(prefix, build(config)), classifier, pool="first_and_rest", labels=config.num_labels, skipped=skipped
        )

    return (
        HeadSpec(f"{stem}Model", BARE, build, differs=READS_ANY_SIZE),
        HeadSpec(f"{stem}ForImageClassification", IMAGE_CLASSIFICATION, image_classification, (("classifier",),)),
        HeadSpec(f"{stem}Backbone", BACKBONE, lambda config: backbone(config, build(config), own_tokens(config))),
    )
