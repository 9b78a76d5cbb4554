"""What the families that compare pictures with texts have in common: CLIP's layers, its towers, its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures import declarations
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Chain, Layer, Stack, pre_norm
from loadstone.architectures.components.leaves import Conv, Embedding, LayerNorm, Linear, Weight
from loadstone.architectures.components.patches import Patches
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.components.two_towers import EndPooler, FirstPooler
from loadstone.architectures.decoders import divide
from loadstone.architectures.images import IRRELEVANT, REFUSED, SHOWN, check_sizes, sized
from loadstone.architectures.tasks import TEXT, Task
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

_ANSWERS = SHOWN[1:]

COMPARES: Mapping[str, Any] = {
    "doc": """``input_ids`` (texts, tokens) and ``pixel_values`` (pictures, channels, height, width) → which fit.

    ``logits_per_text`` (texts, pictures) and ``logits_per_image`` (pictures, texts). ``return_loss``: also the loss of
    a batch in which each text belongs to the picture of its row.
    """,
    "inputs": ("input_ids", "pixel_values", "attention_mask", "position_ids"),
    "options": ("return_loss", *SHOWN),
    "output": "ContrastiveOutput",
    "loss": "contrastive",
    "gives": ("logits_per_text",),
    "passes": (
        Task(
            "get_text_features",
            "TextFeatures",
            "Texts alone.",
            "``input_ids`` (texts, tokens) → hidden states, and ``pooler_output`` (texts, width) in the common space.",
            TEXT,
            options=_ANSWERS,
        ),
        Task(
            "get_image_features",
            "ImageFeatures",
            "Pictures alone.",
            """``pixel_values`` (pictures, channels, height, width) → hidden states, and ``pooler_output`` (pictures,
            width) in the common space.""",
            ("pixel_values",),
            options=SHOWN,
        ),
    ),
}
"""What of a bare model's task is otherwise where it compares texts with pictures."""


_SIZES = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "projection_dim")


class TextTowerConfig(PretrainedConfig):
    """The keys of a tower that reads texts. Defaults are those of CLIP base."""

    vocab_size: int = 49408
    hidden_size: int = 512
    intermediate_size: int = 2048
    projection_dim: int = 512
    num_hidden_layers: int = 12
    num_attention_heads: int = 8
    max_position_embeddings: int = 77
    hidden_act: str = "quick_gelu"
    layer_norm_eps: float = 1e-5
    attention_dropout: float = 0.0
    initializer_range: float = 0.02
    initializer_factor: float = 1.0
    pad_token_id: int | None = 1
    bos_token_id: int | None = 49406
    eos_token_id: int | list[int] | None = 49407

    positive: ClassVar[tuple[str, ...]] = ("vocab_size", "max_position_embeddings", *_SIZES)
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = {
        **declarations.IRRELEVANT,
        "is_decoder": "each token sees those before it, whatever is said",
        "tie_word_embeddings": "no head writes tokens",
        "id2label": "a tower has no classes",
        "initializer_range": "widths and initializer_factor say it",
    }

    def check_together(self) -> None:
        divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)
        if not isinstance(self.eos_token_id, int):
            raise InvalidConfig(
                [Fault("config key 'eos_token_id'", "the id that ends a text", repr(self.eos_token_id))]
            )


class ImageTowerConfig(PretrainedConfig):
    """The keys of a tower that reads pictures. Defaults are those of CLIP base with patches of 32 × 32."""

    hidden_size: int = 768
    intermediate_size: int = 3072
    projection_dim: int = 512
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    num_channels: int = 3
    image_size: int | list[int] = 224
    patch_size: int | list[int] = 32
    hidden_act: str = "quick_gelu"
    layer_norm_eps: float = 1e-5
    attention_dropout: float = 0.0
    initializer_range: float = 0.02
    initializer_factor: float = 1.0

    positive: ClassVar[tuple[str, ...]] = ("num_channels", *_SIZES)
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = {**IRRELEVANT, "id2label": "a tower has no classes"}

    def check_together(self) -> None:
        divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)
        check_sizes(self)


def layer(config: Any, index: int, *, causal: bool) -> Layer:
    """``layer_norm1``, ``self_attn``, ``layer_norm2`` and ``mlp``."""
    width, inner, heads = config.hidden_size, config.intermediate_size, config.num_attention_heads
    norm, factor = LayerNorm(width, config.layer_norm_eps), config.initializer_factor
    outwards = width**-0.5 * factor
    inwards = outwards * (2 * config.num_hidden_layers) ** -0.5
    attention = Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=tuple(Part(f"{name}_proj", Linear(width, width, std=inwards)) for name in "qkv"),
        output=Part("out_proj", Linear(width, width, std=outwards)),
        scale=(width // heads) ** -0.5,
        causal=causal,
        dropout=config.attention_dropout,
        index=index,
    )
    feed_forward = FeedForward(
        Part("fc1", Linear(width, inner, std=(2 * width) ** -0.5 * factor)),
        config.hidden_act,
        Part("fc2", Linear(inner, width, std=inwards)),
    )
    first, second = Part("layer_norm1", norm), Part("layer_norm2", norm)
    return Layer((pre_norm(Part("self_attn", attention), first), pre_norm(Part("mlp", feed_forward), second)))


def _stack(config: Any, *, causal: bool) -> Part:
    layers = (layer(config, index, causal=causal) for index in range(config.num_hidden_layers))
    return Part("encoder", Stack(tuple(Part(f"layers.{index}", each) for index, each in enumerate(layers))))


def text_tower(config: Any) -> Tower:
    """``embeddings``, ``encoder`` and ``final_layer_norm``; each token sees those before it."""
    width, std = config.hidden_size, 0.02 * config.initializer_factor
    stem = Embeddings(
        tokens=Part("token_embedding", Embedding(config.vocab_size, width, std=std)),
        position=Part("position_embedding", Embedding(config.max_position_embeddings, width, std=std)),
    )
    # Files of early models name no token of the tokenizer's: there it is the one with the highest id.
    pooler = EndPooler(None if config.eos_token_id == 2 else config.eos_token_id)
    return Tower(
        stem=Part("embeddings", stem),
        stack=_stack(config, causal=True),
        width=width,
        norm=Part("final_layer_norm", LayerNorm(width, config.layer_norm_eps)),
        pooler=Part("", pooler),
        shows_normed=False,
    )


def vision_tower(config: Any) -> Tower:
    """``embeddings``, ``pre_layrnorm``, ``encoder`` and ``post_layernorm``."""
    size, patch = sized(config)
    width, norm = config.hidden_size, LayerNorm(config.hidden_size, config.layer_norm_eps)
    std = config.initializer_range * config.initializer_factor
    places = (size[0] // patch[0]) * (size[1] // patch[1]) + 1
    stem = Patches(
        Part("patch_embedding", Conv(config.num_channels, width, patch, patch, bias=False, std=std)),
        size,
        (Part("class_embedding", Weight((width,), width**-0.5 * config.initializer_factor)),),
        Part("position_embedding.weight", Weight((places, width), std)),
    )
    return Tower(
        stem=Part("", Chain((Part("embeddings", stem), Part("pre_layrnorm", norm)))),
        stack=_stack(config, causal=False),
        width=width,
        pooler=Part("", FirstPooler(Part("post_layernorm", norm))),
    )


def projection(config: Any, outputs: int) -> Linear:
    """From a tower's vectors to the common space."""
    return Linear(config.hidden_size, outputs, bias=False, std=config.hidden_size**-0.5 * config.initializer_factor)


def with_projection(config: Any, backbone: Part, name: str) -> Component:
    """A tower whose pooled vectors are projected."""
    output = Part(name, projection(config, config.projection_dim))
    return Head(backbone, output, pool="pooler", labels=config.projection_dim)
