"""What the families that compare pictures with texts have in common: CLIP's layers, its towers, its tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

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


def compares(
    texts: tuple[str, ...] = TEXT, pictures: tuple[str, ...] = ("pixel_values",), loss: str = "contrastive"
) -> Mapping[str, Any]:
    """What of a bare model's task is otherwise where it compares texts with pictures, by what each is given as."""
    shown = SHOWN if pictures == ("pixel_values",) else _ANSWERS
    return {
        "doc": """``input_ids`` (texts, tokens) and ``pixel_values`` (pictures, channels, height, width) → which fit.

        ``logits_per_text`` (texts, pictures) and ``logits_per_image`` (pictures, texts). ``return_loss``: also the loss
        of a batch in which each text belongs to the picture of its row.
        """,
        "inputs": (texts[0], *pictures, *texts[1:]),
        "options": ("return_loss", *shown),
        "output": "ContrastiveOutput",
        "loss": loss,
        "gives": ("logits_per_text",),
        "passes": (
            Task(
                "get_text_features",
                "TextFeatures",
                "Texts alone.",
                """``input_ids`` (texts, tokens) → hidden states, and ``pooler_output`` (texts, width) in the common
                space.""",
                texts,
                options=_ANSWERS,
            ),
            Task(
                "get_image_features",
                "ImageFeatures",
                "Pictures alone.",
                """``pixel_values`` (pictures, channels, height, width) → hidden states, and ``pooler_output``
                (pictures, width) in the common space.""",
                pictures,
                options=shown,
            ),
        ),
    }


class TowerConfig(PretrainedConfig):
    """The keys of a tower of either kind. Defaults are those of CLIP base."""

    hidden_size: int = 768
    intermediate_size: int = 3072
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    hidden_act: str = "quick_gelu"
    layer_norm_eps: float = 1e-5
    attention_dropout: float = 0.0

    positive: ClassVar[tuple[str, ...]] = (
        *("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"),
    )
    refused: ClassVar[Mapping[str, Refusal]] = REFUSED

    def check_together(self) -> None:
        divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)


IRRELEVANT_TO_TEXTS: Mapping[str, str] = {
    **declarations.IRRELEVANT,
    "is_decoder": "the family says who sees whom",
    "tie_word_embeddings": "no head writes tokens",
    "id2label": "a tower has no classes",
}
"""Key → why it changes nothing in a tower that reads texts."""


class TextTowerConfig(TowerConfig):
    """The keys of a tower that reads texts. Defaults are those of CLIP base."""

    vocab_size: int = 49408
    hidden_size: int = 512
    intermediate_size: int = 2048
    projection_dim: int = 512
    num_attention_heads: int = 8
    max_position_embeddings: int = 77
    initializer_range: float = 0.02
    initializer_factor: float = 1.0
    pad_token_id: int | None = 1
    bos_token_id: int | None = 49406
    eos_token_id: int | list[int] | None = 49407

    positive: ClassVar[tuple[str, ...]] = (
        *("vocab_size", "max_position_embeddings", "projection_dim"),
        *TowerConfig.positive,
    )
    irrelevant: ClassVar[Mapping[str, str]] = {
        **IRRELEVANT_TO_TEXTS,
        "initializer_range": "widths and initializer_factor say it",
    }

    def check_together(self) -> None:
        super().check_together()
        if not isinstance(self.eos_token_id, int):
            raise InvalidConfig(
                [Fault("config key 'eos_token_id'", "the id that ends a text", repr(self.eos_token_id))]
            )


IRRELEVANT_TO_PICTURES: Mapping[str, str] = {**IRRELEVANT, "id2label": "a tower has no classes"}
"""Key → why it changes nothing in a tower that reads pictures."""


class ImageTowerConfig(TowerConfig):
    """The keys of a tower that reads pictures. Defaults are those of CLIP base with patches of 32 × 32."""

    projection_dim: int = 512
    num_channels: int = 3
    image_size: int | list[int] = 224
    patch_size: int | list[int] = 32
    initializer_range: float = 0.02
    initializer_factor: float = 1.0

    positive: ClassVar[tuple[str, ...]] = ("num_channels", "projection_dim", *TowerConfig.positive)
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT_TO_PICTURES

    def check_together(self) -> None:
        super().check_together()
        check_sizes(self)


Maps: TypeAlias = Callable[[Any, str, int, int], Linear]
"""(config, name, inputs, outputs) → one of the linear maps of a layer, with the spread of its initial weights."""
Step: TypeAlias = Callable[[Part, Part], Part]
"""(body, norm) → a step of a layer, whose norm is before the body or after the sum."""


def clip_map(config: Any, name: str, inputs: int, outputs: int) -> Linear:
    """As CLIP has it: the deeper a model is, the less each layer adds at first."""
    width, factor = config.hidden_size, config.initializer_factor
    spread = {"out_proj": width**-0.5, "fc1": (2 * width) ** -0.5}
    added = (2 * width * config.num_hidden_layers) ** -0.5
    return Linear(inputs, outputs, std=spread.get(name, added) * factor)


def feed_forward(config: Any, linear: Maps) -> FeedForward:
    """``fc1`` and ``fc2``."""
    width, inner = config.hidden_size, config.intermediate_size
    up, down = linear(config, "fc1", width, inner), linear(config, "fc2", inner, width)
    return FeedForward(Part("fc1", up), config.hidden_act, Part("fc2", down))


def layer(config: Any, index: int, *, causal: bool, linear: Maps = clip_map, step: Step = pre_norm) -> Layer:
    """``layer_norm1``, ``self_attn``, ``layer_norm2`` and ``mlp``."""
    width, heads = config.hidden_size, config.num_attention_heads
    norm = LayerNorm(width, config.layer_norm_eps)
    query, key, value, output = (
        Part(name, linear(config, name, width, width)) for name in ("q_proj", "k_proj", "v_proj", "out_proj")
    )
    attention = Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=(query, key, value),
        output=output,
        scale=(width // heads) ** -0.5,
        causal=causal,
        dropout=config.attention_dropout,
        index=index,
    )
    first, second = Part("layer_norm1", norm), Part("layer_norm2", norm)
    mlp = Part("mlp", feed_forward(config, linear))
    return Layer((step(Part("self_attn", attention), first), step(mlp, second)))


def stack(config: Any, *, causal: bool, linear: Maps = clip_map) -> Part:
    """``encoder.layers.0`` …"""
    layers = (layer(config, index, causal=causal, linear=linear) for index in range(config.num_hidden_layers))
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
        stack=stack(config, causal=True),
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
        stack=stack(config, causal=False),
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
