"""SegFormer: overlapping patches, attention to fewer places than there are, and a class for each pixel."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import ClassVar

from loadstone.architectures.components import (
    Add,
    BatchNorm,
    Chain,
    ChannelsFirst,
    ChannelsLast,
    Component,
    Conv,
    Dropout,
    FeedForward,
    Head,
    Layer,
    LayerNorm,
    Part,
    PictureRows,
    Pictures,
    PixelOutput,
    Residual,
    StageLayers,
    Stages,
    Tower,
    check_activation,
)
from loadstone.architectures.components.reduced_attention import ReducedAttention
from loadstone.architectures.components.segmentation import AllStages
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import linear
from loadstone.architectures.stages import StagesConfig, drop_paths
from loadstone.architectures.tasks import BARE, IMAGE_CLASSIFICATION, SEMANTIC_SEGMENTATION
from loadstone.configs.keys import Rule
from loadstone.core.naming_rules import Rule as Naming
from loadstone.errors import Fault, InvalidConfig

_USUAL = (512, 512)
"""Height and width of the pictures that the authors' models tell the classes of."""


class SegformerConfig(StagesConfig):
    """The keys of a SegFormer model. Defaults are those of SegFormer B0."""

    model_type = "segformer"

    num_encoder_blocks: int | None = None
    depths: list[int] = [2, 2, 2, 2]  # noqa: RUF012 (a key's default, which each config copies)
    sr_ratios: list[int] = [8, 4, 2, 1]  # noqa: RUF012 (as above)
    hidden_sizes: list[int] = [32, 64, 160, 256]  # noqa: RUF012 (as above)
    patch_sizes: list[int] = [7, 3, 3, 3]  # noqa: RUF012 (as above)
    strides: list[int] = [4, 2, 2, 2]  # noqa: RUF012 (as above)
    num_attention_heads: list[int] = [1, 2, 5, 8]  # noqa: RUF012 (as above)
    mlp_ratios: list[int] = [4, 4, 4, 4]  # noqa: RUF012 (as above)
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    classifier_dropout_prob: float = 0.1
    initializer_range: float = 0.02
    drop_path_rate: float = 0.1
    layer_norm_eps: float = 1e-6
    decoder_hidden_size: int = 256
    semantic_loss_ignore_index: int = 255
    reshape_last_stage: bool = True

    attribute_map: ClassVar[Mapping[str, str]] = {"num_hidden_layers": "num_encoder_blocks"}
    positive: ClassVar[tuple[str, ...]] = ("num_channels", "decoder_hidden_size")
    by_stage: ClassVar[tuple[str, ...]] = (
        *("sr_ratios", "hidden_sizes", "patch_sizes", "strides", "num_attention_heads", "mlp_ratios"),
    )
    follows: ClassVar[Mapping[str, Rule]] = {
        "num_encoder_blocks": Rule(lambda config, given: len(config.depths) if given is None else given),
    }
    irrelevant: ClassVar[Mapping[str, str]] = {
        **StagesConfig.irrelevant,
        "num_encoder_blocks": "there are as many as in 'depths', which is checked",
        "layer_norm_eps": "1e-5 in every norm, whatever is said",
    }

    def check_together(self) -> None:
        super().check_together()
        check_activation(self.hidden_act)
        faults = []
        if self.num_encoder_blocks != len(self.depths):
            expected = f"{len(self.depths)}, as many as in 'depths'"
            faults.append(Fault("config key 'num_encoder_blocks'", expected, repr(self.num_encoder_blocks)))
        if any(width % heads for width, heads in zip(self.hidden_sizes, self.num_attention_heads, strict=True)):
            expected = f"divisors of {self.hidden_sizes}, one by one"
            faults.append(Fault("config key 'num_attention_heads'", expected, repr(self.num_attention_heads)))
        if faults:
            raise InvalidConfig(faults)


def layer(config: SegformerConfig, stage: int, index: int) -> Layer:
    """``layer_norm_1``, ``attention``, ``layer_norm_2`` and ``mlp``; ``index``: among all layers."""
    width, heads, ratio = config.hidden_sizes[stage], config.num_attention_heads[stage], config.sr_ratios[stage]
    inner, std, norm = width * config.mlp_ratios[stage], config.initializer_range, LayerNorm(width)
    names = ("query", "key", "value")
    attention = ReducedAttention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=tuple(Part(f"self.{name}", linear(config, width, width)) for name in names),
        output=Part("output.dense", linear(config, width, width)),
        scale=(width // heads) ** -0.5,
        causal=False,
        dropout=config.attention_probs_dropout_prob,
        index=index,
        reduction=Part("self.sr", Conv(width, width, (ratio, ratio), ratio, std=std)) if ratio > 1 else None,
        norm=Part("self.layer_norm", norm) if ratio > 1 else None,
    )
    near = Part("dwconv.dwconv", Conv(inner, inner, (3, 3), padding=1, groups=inner, std=std))
    up = Chain((Part("dense1", linear(config, width, inner)), Part("", ChannelsFirst((near,)))))
    down = Part("dense2", linear(config, inner, width))
    mlp = FeedForward(Part("", up), config.hidden_act, down, config.hidden_dropout_prob)
    drop_path = drop_paths(config.drop_path_rate, sum(config.depths))[index]
    end = Part("", Add(dropout=config.hidden_dropout_prob, drop_path=drop_path))
    steps = ((Part("attention", attention), "layer_norm_1"), (Part("mlp", mlp), "layer_norm_2"))
    return Layer(tuple(Part("", Residual(body, Part(name, norm), end)) for body, name in steps))


def _stage(config: SegformerConfig, index: int, is_picture: bool) -> Chain:
    """``patch_embeddings.0``, ``block.0.0`` … and ``layer_norm.0``, of the first stage."""
    inputs, width = (config.num_channels, *config.hidden_sizes)[index : index + 2]
    kernel, first = config.patch_sizes[index], sum(config.depths[:index])
    conv = Conv(
        inputs,
        width,
        (kernel, kernel),
        config.strides[index],
        kernel // 2,
        std=config.initializer_range,
    )
    layers = tuple(
        Part(f"block.{index}.{place}", layer(config, index, first + place)) for place in range(config.depths[index])
    )
    steps = (
        Part(f"patch_embeddings.{index}.layer_norm", LayerNorm(width)),
        Part("", StageLayers(layers, first=first)),
        Part(f"layer_norm.{index}", LayerNorm(width)),
    )
    rows = () if is_picture else (Part("", PictureRows()),)
    return Chain((Part(f"patch_embeddings.{index}.proj", conv), Part("", ChannelsLast(steps)), *rows))


def tower(config: SegformerConfig, *, is_picture: bool, tells_pixels: bool = False) -> Tower:
    """``encoder``; ``is_picture``: whether what the last stage gives is one, as what all others give is."""
    count = len(config.depths)
    stages = tuple(Part("", _stage(config, index, is_picture or index < count - 1)) for index in range(count))
    # Each stage must have a square for attention to look at.
    widths = (prod(config.strides[: index + 1]) * (config.sr_ratios[index] - 1) + 1 for index in range(count))
    least = max(widths)
    usual = _USUAL if tells_pixels and least <= min(_USUAL) else (None, None)
    stem = Pictures((), config.num_channels, usual, known=tells_pixels, least=(least, least))
    return Tower(
        stem=Part("", stem),
        stack=Part("encoder", Stages(stages, shows_first=False)),
        width=config.hidden_sizes[-1],
    )


def blueprint(config: SegformerConfig) -> Tower:
    """``encoder``."""
    return tower(config, is_picture=config.reshape_last_stage)


def image_classification(config: SegformerConfig) -> Component:
    """``classifier`` over the mean of the places."""
    width, rows = config.hidden_sizes[-1], Part("", PictureRows())
    return Head(
        Part("segformer", blueprint(config)),
        Part("classifier", linear(config, width, config.num_labels)),
        pool="mean",
        labels=config.num_labels,
        project=rows if config.reshape_last_stage else None,
    )


def semantic_segmentation(config: SegformerConfig) -> Component:
    """``decode_head`` over all stages."""
    inner, std, labels = config.decoder_hidden_size, config.initializer_range, config.num_labels
    maps = tuple(
        Part("", ChannelsLast((Part(f"linear_c.{index}.proj", linear(config, width, inner)),)))
        for index, width in enumerate(config.hidden_sizes)
    )
    head = AllStages(
        maps,
        Part("linear_fuse", Conv(inner * len(maps), inner, (1, 1), bias=False, std=std)),
        Part("batch_norm", BatchNorm(inner)),
        Part("dropout", Dropout(config.classifier_dropout_prob)),
        Part("classifier", Conv(inner, labels, (1, 1), std=std)),
    )
    backbone = Part("segformer", tower(config, is_picture=True, tells_pixels=True))
    output = PixelOutput(Part("decode_head", head), config.semantic_loss_ignore_index)
    return Head(backbone, Part("", output), labels=labels, sees_all=True)


FAMILY = Family(
    config=SegformerConfig,
    stem="Segformer",
    prefix="segformer",
    heads=(
        HeadSpec(
            "SegformerModel",
            BARE,
            blueprint,
            differs={
                "doc": """``pixel_values`` (batch, channels, height, width), of any size → ``last_hidden_state``
                (batch, width, rows, columns).
                """,
                "inputs": ("pixel_values",),
                "options": ("output_attentions", "output_hidden_states", "return_dict"),
            },
        ),
        HeadSpec(
            "SegformerForImageClassification",
            IMAGE_CLASSIFICATION,
            image_classification,
            (("classifier",),),
        ),
        HeadSpec(
            "SegformerForSemanticSegmentation",
            SEMANTIC_SEGMENTATION,
            semantic_segmentation,
            (("decode_head",),),
        ),
    ),
    rules=(
        Naming("stages.{}.patch_embeddings", "encoder.patch_embeddings.{}"),
        Naming("stages.{}.blocks", "encoder.block.{}"),
        Naming("stages.{}.layer_norm", "encoder.layer_norm.{}"),
        Naming("layernorm_before", "layer_norm_1"),
        Naming("layernorm_after", "layer_norm_2"),
        Naming("attention.q_proj", "attention.self.query"),
        Naming("attention.k_proj", "attention.self.key"),
        Naming("attention.v_proj", "attention.self.value"),
        Naming("attention.o_proj", "attention.output.dense"),
        Naming("attention.sequence_reduction.sequence_reduction", "attention.self.sr"),
        Naming("attention.sequence_reduction.layer_norm", "attention.self.layer_norm"),
        Naming("mlp.fc1", "mlp.dense1"),
        Naming("mlp.fc2", "mlp.dense2"),
        Naming("linear_projections.{}", "linear_c.{}"),
    ),
    class_names={
        "encoder": "{}Encoder",
        "block.{}.{}": "{}Layer",
        "attention": "{}Attention",
        "mlp": "{}MixMLP",
        "decode_head": "{}DecodeHead",
    },
    sources="arXiv:2105.15203",
)
