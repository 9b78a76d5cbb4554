"""What the families that read pictures patch by patch have in common: ViT's layers, its stem, its heads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures import declarations
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Layer, Pooler, Stack, pre_norm
from loadstone.architectures.components.leaves import Conv, LayerNorm, Linear, Weight
from loadstone.architectures.components.patches import Patches
from loadstone.architectures.components.pixels import PixelDecoder
from loadstone.architectures.components.towers import Tower
from loadstone.configs.keys import Refusal, Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming_rules import Rule as Naming
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig

SHOWN = ("interpolate_pos_encoding", "output_attentions", "output_hidden_states", "return_dict")
"""Keywords beside the arrays."""

READS_PATCHES: Mapping[str, Any] = {
    "doc": """``pixel_values`` (batch, channels, height, width) → hidden states of the patches.

    ``bool_masked_pos`` (batch, patches): true where a mask token takes a patch's place, in models that have one.
    ``interpolate_pos_encoding``: pictures may have any size; positions are interpolated.
    """,
    "inputs": ("pixel_values", "bool_masked_pos"),
    "options": SHOWN,
}
"""What of a bare model's task is otherwise where it reads pictures."""

ATTENTION_NAMES = (
    Naming("attention.q_proj", "attention.attention.query"),
    Naming("attention.k_proj", "attention.attention.key"),
    Naming("attention.v_proj", "attention.attention.value"),
    Naming("attention.o_proj", "attention.output.dense"),
)
"""What Transformers 5 calls the maps of ViT's attention."""

NAMES = (
    Naming("layers.{}", "encoder.layer.{}"),
    *ATTENTION_NAMES,
    Naming("mlp.fc1", "intermediate.dense"),
    Naming("mlp.fc2", "output.dense"),
)
"""What Transformers 5 calls the modules of ViT's layers."""

IRRELEVANT: Mapping[str, str] = {
    **declarations.IRRELEVANT,
    "is_decoder": "patches see each other, whatever is said",
    "tie_word_embeddings": "there is no vocabulary",
    "vocab_size": "there is no vocabulary",
}
"""Key → why it changes nothing."""


REFUSED: Mapping[str, Refusal] = {
    **declarations.REFUSED,
    **declarations.WITHOUT_ROPE,
    "tie_last_hidden_states": Refusal((False,), "the last of hidden_states is the last layer's output, not the norm's"),
}
"""Keys with values that ask for what is not computed."""


class LayersConfig(PretrainedConfig):
    """The keys of ViT's layers, as its kin have them. Defaults are those of ViT base."""

    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12

    positive: ClassVar[tuple[str, ...]] = (
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
    )
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT


class PatchesConfig(LayersConfig):
    """The keys that ViT's kin share. Defaults are those of ViT base with patches of 16 × 16."""

    image_size: int | list[int] = 224
    patch_size: int | list[int] = 16
    num_channels: int = 3
    qkv_bias: bool = True
    encoder_stride: int = 16
    pooler_output_size: int | None = None
    pooler_act: str = "tanh"

    positive: ClassVar[tuple[str, ...]] = (*LayersConfig.positive, "num_channels", "encoder_stride")
    follows: ClassVar[Mapping[str, Rule]] = {
        "pooler_output_size": Rule(lambda config, given: given or config.hidden_size),
    }

    def check_together(self) -> None:
        check_sizes(self)
        check_activation(self.pooler_act)


def check_sizes(config: Any) -> None:
    """:class:`InvalidConfig` for sizes that are not one number or two, and for pictures smaller than a patch."""
    faults = []
    for name in ("image_size", "patch_size"):
        sizes = pair(getattr(config, name))
        if len(sizes) != 2 or min(sizes) < 1:
            value = getattr(config, name)
            faults.append(Fault(f"config key {name!r}", "a size of at least 1, or [height, width]", repr(value)))
    if not faults and any(
        size < patch for size, patch in zip(pair(config.image_size), pair(config.patch_size), strict=True)
    ):
        found = f"{config.image_size} and {config.patch_size}"
        faults.append(Fault("config keys 'image_size' and 'patch_size'", "pictures of at least one patch", found))
    if faults:
        raise InvalidConfig(faults)


def pair(size: Any) -> tuple[int, ...]:
    """Height and width."""
    return (size, size) if isinstance(size, int) else tuple(size)


def sized(config: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Height and width of the pictures and of the patches."""
    check_sizes(config)
    (height, width), (rows, columns) = pair(config.image_size), pair(config.patch_size)
    return (height, width), (rows, columns)


def linear(config: Any, inputs: int, outputs: int, bias: bool = True) -> Linear:
    """A linear map with the config's spread for initial weights."""
    return Linear(inputs, outputs, bias, std=config.initializer_range)


def attention(config: Any, index: int) -> Attention:
    """``attention.query``, ``attention.key``, ``attention.value`` and ``output.dense``."""
    width, heads = config.hidden_size, config.num_attention_heads
    head_dim = width // heads
    return Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=head_dim,
        projections=tuple(
            Part(f"attention.{name}", linear(config, width, heads * head_dim, config.qkv_bias))
            for name in ("query", "key", "value")
        ),
        output=Part("output.dense", linear(config, heads * head_dim, width)),
        scale=head_dim**-0.5,
        causal=False,
        dropout=config.attention_probs_dropout_prob,
        index=index,
    )


def layer(config: Any, index: int, attend: Attention | None = None) -> Layer:
    """``layernorm_before``, ``attention.attention``, ``attention.output``, ``layernorm_after``, ``intermediate`` and
    ``output``. ``attend``: the attention, where it is not :func:`attention`."""
    width, inner = config.hidden_size, config.intermediate_size
    norm = LayerNorm(width, config.layer_norm_eps)
    feed_forward = FeedForward(
        Part("intermediate.dense", linear(config, width, inner)),
        config.hidden_act,
        Part("output.dense", linear(config, inner, width)),
    )
    attend = attention(config, index) if attend is None else attend
    parts = (("attention", attend, "layernorm_before"), ("", feed_forward, "layernorm_after"))
    dropout = config.hidden_dropout_prob
    return Layer(tuple(pre_norm(Part(name, body), Part(before, norm), dropout) for name, body, before in parts))


@record
class Stem:
    """What a family has before the patches."""

    tokens: tuple[str, ...] = ("cls_token",)
    mask_token: bool = False
    zeros: bool = False
    """Whether tokens and positions start as zeros."""

    def build(self, config: Any) -> Patches:
        """``patch_embeddings.projection``, the tokens, ``position_embeddings``."""
        (height, across), patch = sized(config)
        width, std = config.hidden_size, 0.0 if self.zeros else config.initializer_range
        places = (height // patch[0]) * (across // patch[1]) + len(self.tokens)
        conv = Conv(config.num_channels, width, patch, patch, std=config.initializer_range)
        return Patches(
            Part("patch_embeddings.projection", conv),
            (height, across),
            tuple(Part(name, Weight((1, 1, width), std)) for name in self.tokens),
            Part("position_embeddings", Weight((1, places, width), std)),
            Part("mask_token", Weight((1, 1, width))) if self.mask_token else None,
            dropout=config.hidden_dropout_prob,
        )


def encoder(config: Any) -> Part:
    """``encoder.layer.0`` …"""
    return Part(
        "encoder",
        Stack(tuple(Part(f"layer.{index}", layer(config, index)) for index in range(config.num_hidden_layers))),
    )


def tower(config: Any, stem: Stem, *, pooler: bool) -> Tower:
    """``embeddings``, ``encoder``, ``layernorm`` and ``pooler``."""
    width = config.hidden_size
    pooling = None
    if pooler:
        pooling = Part(
            "pooler", Pooler(Part("dense", linear(config, width, config.pooler_output_size)), config.pooler_act)
        )
    return Tower(
        stem=Part("embeddings", stem.build(config)),
        stack=encoder(config),
        width=width,
        norm=Part("layernorm", LayerNorm(width, config.layer_norm_eps)),
        pooler=pooling,
        shows_normed=False,
    )


def masked_image_model(config: Any, backbone: Part, tokens: int) -> Component:
    """``decoder.0`` paints what the tower says of each patch; ``tokens`` stand before these."""
    side = config.encoder_stride
    conv = Conv(config.hidden_size, side**2 * config.num_channels, (1, 1), std=config.initializer_range)
    return Head(backbone, Part("", PixelDecoder(Part("decoder.0", conv), sized(config)[1], side, tokens)))
