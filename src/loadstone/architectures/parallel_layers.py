"""Layers whose attention and feed-forward network read the same hidden states, side by side."""

from __future__ import annotations

from loadstone.architectures.components.base import Part
from loadstone.architectures.components.layers import Chain, Layer, Residual, Sum
from loadstone.architectures.components.leaves import Dropout


def parallel_layer(bodies: tuple[Part, Part], norm: Part, dropout: float = 0.0) -> Layer:
    """``x + dropout(attention(norm(x))) + dropout(feed_forward(norm(x)))``, with one norm for both ``bodies``."""
    branches = tuple(Part("", Chain((body, Part("", Dropout(dropout))))) for body in bodies) if dropout else bodies
    return Layer((Part("", Residual(Part("", Sum(branches)), norm)),))
