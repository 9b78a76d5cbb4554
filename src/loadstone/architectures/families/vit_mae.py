"""ViT-MAE: ViT that sees some patches of a picture, and a decoder that paints the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from loadstone.architectures.components import Component, Conv, Head, LayerNorm, Part, Patches, Stack, Tower, Weight
from loadstone.architectures.components.masked_pictures import MaskedStem, MaskedTower, PatchPainter
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import (
    IRRELEVANT,
    NAMES,
    SHOWN,
    LayersConfig,
    PatchesConfig,
    check_sizes,
    encoder,
    layer,
    linear,
    sized,
)
from loadstone.architectures.initial import GridSinusoids, Uniform
from loadstone.architectures.tasks import BARE, PRETRAINING
from loadstone.core.naming_rules import Rule as Naming
from loadstone.errors import Fault, InvalidConfig

if TYPE_CHECKING:
    pass


class ViTMAEConfig(LayersConfig):
    """The keys of a ViT-MAE model. Defaults are those of the base model."""

    model_type = "vit_mae"

    image_size: int | list[int] = 224
    patch_size: int | list[int] = 16
    num_channels: int = 3
    qkv_bias: bool = True
    decoder_num_attention_heads: int = 16
    decoder_hidden_size: int = 512
    decoder_num_hidden_layers: int = 8
    decoder_intermediate_size: int = 2048
    mask_ratio: float = 0.75
    norm_pix_loss: bool = False

    positive: ClassVar[tuple[str, ...]] = (
        *(*LayersConfig.positive, "num_channels", "decoder_num_attention_heads", "decoder_hidden_size"),
        *("decoder_num_hidden_layers", "decoder_intermediate_size"),
    )
    irrelevant: ClassVar[Mapping[str, str]] = {**IRRELEVANT, "id2label": "no class tells classes apart"}

    def check_together(self) -> None:
        check_sizes(self)
        faults = [
            Fault(
                f"config key {name!r}", "a multiple of 4, for sines and cosines of two axes", str(getattr(self, name))
            )
            for name in ("hidden_size", "decoder_hidden_size")
            if getattr(self, name) % 4
        ]
        if not 0 <= self.mask_ratio < 1:
            faults.append(Fault("config key 'mask_ratio'", "a share of at least 0 and below 1", repr(self.mask_ratio)))
        if faults:
            raise InvalidConfig(faults)


def blueprint(config: ViTMAEConfig) -> Tower:
    """``embeddings``, ``encoder`` and ``layernorm``."""
    (height, across), patch = sized(config)
    width, grid = config.hidden_size, (height // patch[0], across // patch[1])
    bound = (6 / (config.num_channels * patch[0] * patch[1] + width)) ** 0.5
    conv = Conv(config.num_channels, width, patch, patch, initial=Uniform(-bound, bound))
    stem = Patches(
        Part("patch_embeddings.projection", conv),
        (height, across),
        (Part("cls_token", Weight((1, 1, width), config.initializer_range)),),
        Part("position_embeddings", _positions(grid, width)),
    )
    return MaskedTower(
        stem=Part("embeddings", stem),
        stack=encoder(config),
        width=width,
        norm=Part("layernorm", LayerNorm(width, config.layer_norm_eps)),
        shows_normed=False,
        mask_ratio=config.mask_ratio,
    )


def _positions(grid: tuple[int, int], width: int) -> Weight:
    return Weight((1, grid[0] * grid[1] + 1, width), trained=False, initial=GridSinusoids(grid))


def pretraining(config: ViTMAEConfig) -> Component:
    """``decoder`` over what the encoder says of the patches that it saw."""
    (height, across), patch = sized(config)
    width, grid = config.decoder_hidden_size, (height // patch[0], across // patch[1])
    own = PatchesConfig(
        hidden_size=width,
        num_attention_heads=config.decoder_num_attention_heads,
        intermediate_size=config.decoder_intermediate_size,
        hidden_act=config.hidden_act,
        hidden_dropout_prob=config.hidden_dropout_prob,
        attention_probs_dropout_prob=config.attention_probs_dropout_prob,
        initializer_range=config.initializer_range,
        layer_norm_eps=config.layer_norm_eps,
        qkv_bias=config.qkv_bias,
    )
    stem = MaskedStem(
        Part("decoder_embed", linear(config, config.hidden_size, width)),
        Part("mask_token", Weight((1, 1, width))),
        Part("decoder_pos_embed", _positions(grid, width)),
        grid,
    )
    layers = (Part(f"decoder_layers.{place}", layer(own, place)) for place in range(config.decoder_num_hidden_layers))
    decoder = Tower(
        stem=Part("", stem),
        stack=Part("", Stack(tuple(layers))),
        width=width,
        norm=Part("decoder_norm", LayerNorm(width, config.layer_norm_eps)),
    )
    pixels = Part("decoder_pred", linear(config, width, patch[0] * patch[1] * config.num_channels))
    painter = PatchPainter(Part("", decoder), pixels, patch, config.norm_pix_loss)
    return Head(Part("vit", blueprint(config)), Part("decoder", painter))


_READS: Mapping[str, Any] = {"inputs": ("pixel_values", "noise"), "options": SHOWN}
"""What of its tasks is otherwise."""

FAMILY = Family(
    config=ViTMAEConfig,
    stem="ViTMAE",
    prefix="vit",
    heads=(
        HeadSpec(
            "ViTMAEModel",
            BARE,
            blueprint,
            differs={
                **_READS,
                "doc": """``pixel_values`` (batch, channels, height, width) → hidden states of the patches that are
                seen.

                ``noise`` (batch, patches): the patches with the least of it are seen, 1 - ``config.mask_ratio`` of
                them. Random where it is not given; in Flax that takes ``train=True`` and ``dropout_rng``.
                ``interpolate_pos_encoding``: pictures may have any size; positions are interpolated.
                """,
                "output": "ViTMAEModelOutput",
            },
        ),
        HeadSpec(
            "ViTMAEForPreTraining",
            PRETRAINING,
            pretraining,
            (("decoder",),),
            differs={
                **_READS,
                "title": "Paints the patches of a picture that were hidden.",
                "doc": """``logits`` (batch, patches, numbers), the pixels of each patch of ``pixel_values`` (batch,
                channels, height, width), and the loss: how far those of hidden patches are from the picture's.

                ``noise`` (batch, patches): the patches with the least of it are seen, 1 - ``config.mask_ratio`` of
                them. Random where it is not given; in Flax that takes ``train=True`` and ``dropout_rng``.
                """,
                "labels": (),
                "output": "MaskedAutoencoderOutput",
                "reads": "all",
                "loss": "",
                "gives": ("loss", "logits", "mask", "ids_restore"),
            },
        ),
    ),
    rules=(*NAMES, Naming("decoder.decoder_encoder.layer.{}", "decoder.decoder_layers.{}")),
    class_names={
        "encoder": "{}Encoder",
        "encoder.layer.{}": "{}Layer",
        "decoder": "{}Decoder",
        "decoder_layers.{}": "{}Layer",
    },
    sources="arXiv:2111.06377",
)
