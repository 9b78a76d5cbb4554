"""YOLOS: ViT with tokens after the patches, each of which looks for an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components import (
    Activation,
    Chain,
    Component,
    Conv,
    Head,
    LayerNorm,
    Part,
    Patches,
    Pooler,
    Stack,
    Tower,
    Weight,
)
from loadstone.architectures.components.patches import interpolated
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import IRRELEVANT, SHOWN, LayersConfig, check_sizes, encoder, linear, sized
from loadstone.architectures.objects import Weights
from loadstone.architectures.tasks import BARE, OBJECT_DETECTION
from loadstone.core.naming_rules import Rule as Naming
from loadstone.core.records import record


class YolosConfig(LayersConfig):
    """The keys of a YOLOS model. Defaults are those of YOLOS base."""

    model_type = "yolos"

    image_size: int | list[int] = [512, 864]  # noqa: RUF012 (each config gets a copy)
    patch_size: int | list[int] = 16
    num_channels: int = 3
    qkv_bias: bool = True
    num_detection_tokens: int = 100
    use_mid_position_embeddings: bool = True
    auxiliary_loss: bool = False
    class_cost: float = 1
    bbox_cost: float = 5
    giou_cost: float = 2
    bbox_loss_coefficient: float = 5
    giou_loss_coefficient: float = 2
    eos_coefficient: float = 0.1

    positive: ClassVar[tuple[str, ...]] = (*LayersConfig.positive, "num_channels", "num_detection_tokens")
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT

    def check_together(self) -> None:
        check_sizes(self)


@record
class PlacedStack(Component):
    """Layers, with positions added between them."""

    inner: Stack
    position: Part
    """A ``Weight`` (layers - 1, 1, places, width)."""
    patches: Patches
    """The stem whose places these are."""

    def parts(self) -> tuple[Part, ...]:
        return (*self.inner.layers, self.position)

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width)."""
        stem, tables = self.patches, run.weight(self.position)
        for index, part in enumerate(run.blocks(self.inner.layers)):
            run.state.add_hidden_state(x)  # of all but the first, what the layer before said, without positions
            if index > 0:
                x = x + interpolated(run.xp, tables[index - 1], stem.grid, run.state.grid, stem.tokens_count)
            x = run.block(part, x, index)
        return x


@record
class Detection(Component):
    """What each of the last tokens has found: of which class it is, and where."""

    classes: Part
    boxes: Part
    count: int
    weights: Weights

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Any) -> tuple[Array, Array, Weights]:
        """Logits (batch, objects, classes) and boxes (batch, objects, 4), and what the loss is told besides. ``out``:
        the output of the tower."""
        x = out.last_hidden_state[:, -self.count :]
        return run(self.classes, x), run.xp.activations["sigmoid"](run(self.boxes, x)), self.weights


def _tower(config: YolosConfig, *, pooler: bool) -> Tower:
    (height, across), patch = sized(config)
    width, std = config.hidden_size, config.initializer_range
    places = (height // patch[0]) * (across // patch[1]) + 1 + config.num_detection_tokens
    stem = Patches(
        Part("patch_embeddings.projection", Conv(config.num_channels, width, patch, patch, std=std)),
        (height, across),
        (Part("cls_token", Weight((1, 1, width))),),
        Part("position_embeddings", Weight((1, places, width))),
        dropout=config.hidden_dropout_prob,
        last=(Part("detection_tokens", Weight((1, config.num_detection_tokens, width))),),
        any_size=True,
    )
    stack = encoder(config)
    if config.use_mid_position_embeddings:
        assert isinstance(stack.component, Stack)
        between = Part("mid_position_embeddings", Weight((config.num_hidden_layers - 1, 1, places, width)))
        stack = Part(stack.name, PlacedStack(stack.component, between, stem))
    return Tower(
        stem=Part("embeddings", stem),
        stack=stack,
        width=width,
        norm=Part("layernorm", LayerNorm(width, config.layer_norm_eps)),
        pooler=Part("pooler", Pooler(Part("dense", linear(config, width, width)))) if pooler else None,
        shows_normed=False,
    )


def blueprint(config: YolosConfig) -> Tower:
    """``embeddings``, ``encoder``, ``layernorm`` and ``pooler``."""
    return _tower(config, pooler=True)


def object_detection(config: YolosConfig) -> Component:
    """``class_labels_classifier`` and ``bbox_predictor`` over the detection tokens."""
    width = config.hidden_size

    def three_maps(outputs: int) -> Chain:
        maps = [Part(f"layers.{place}", linear(config, width, width if place < 2 else outputs)) for place in range(3)]
        relu = Part("", Activation("relu"))
        return Chain((maps[0], relu, maps[1], relu, maps[2]))

    classes, boxes = three_maps(config.num_labels + 1), three_maps(4)
    weights = Weights(
        class_cost=config.class_cost,
        box_cost=config.bbox_cost,
        overlap_cost=config.giou_cost,
        box_loss=config.bbox_loss_coefficient,
        overlap_loss=config.giou_loss_coefficient,
        nothing=config.eos_coefficient,
        is_auxiliary=config.auxiliary_loss,
    )
    found = Detection(
        Part("class_labels_classifier", classes), Part("bbox_predictor", boxes), config.num_detection_tokens, weights
    )
    return Head(Part("vit", _tower(config, pooler=False)), Part("", found), labels=config.num_labels)


FAMILY = Family(
    config=YolosConfig,
    stem="Yolos",
    prefix="vit",
    heads=(
        HeadSpec(
            "YolosModel",
            BARE,
            blueprint,
            (("pooler",),),
            differs={
                "doc": """``pixel_values`` (batch, channels, height, width), pictures of any size → hidden states of the
                class token, the patches and the detection tokens.
                """,
                "inputs": ("pixel_values",),
                "options": SHOWN[1:],
            },
        ),
        HeadSpec(
            "YolosForObjectDetection",
            OBJECT_DETECTION,
            object_detection,
            (("class_labels_classifier",), ("bbox_predictor",)),
        ),
    ),
    rules=(Naming("encoder.interpolation.mid_position_embeddings", "encoder.mid_position_embeddings"),),
    class_names={
        "encoder": "{}Encoder",
        "encoder.layer.{}": "{}Layer",
        "class_labels_classifier": "{}MLPPredictionHead",
        "bbox_predictor": "{}MLPPredictionHead",
    },
    sources="arXiv:2106.00666",
)
