"""What GPT-2 and models built like it have in common: ``wte``, ``wpe``, ``h`` and ``ln_f``."""

from __future__ import annotations

from collections.abc import Sequence

from loadstone.architectures import decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Chain, Layer, pre_norm
from loadstone.architectures.components.leaves import Embedding, LayerNorm
from loadstone.architectures.components.towers import Tower


def layer(attention: Attention | Chain, feed_forward: FeedForward, norm: LayerNorm, dropout: float) -> Layer:
    """Norm and attention, then norm and ``feed_forward``; what comes of each is added to what came in."""
    return Layer(
        (
            pre_norm(Part("attn", attention), Part("ln_1", norm), dropout),
            pre_norm(Part("mlp", feed_forward), Part("ln_2", norm), dropout),
        )
    )


def embeddings(tokens: int, positions: int, width: int, std: float, dropout: float) -> Embeddings:
    """Tables of so many tokens and positions, whose vectors are added up; segments are tokens, too."""
    return Embeddings(
        tokens=Part("wte", Embedding(tokens, width, std=std)),
        position=Part("wpe", Embedding(positions, width, std=std)),
        dropout=dropout,
        segment_from_tokens=True,
    )


def tower(stem: Component, layers: Sequence[Layer], norm: LayerNorm, width: int) -> Tower:
    """The bare model."""
    return Tower(stem=Part("", stem), stack=decoders.stack(list(layers), "h"), norm=Part("ln_f", norm), width=width)
