"""What models are made of, as data: the leaves that own weights, and what is composed of them."""

from __future__ import annotations

from loadstone.architectures.components.attention import Attention, RelativeBias
from loadstone.architectures.components.base import ACTIVATIONS, Component, Part, check_activation, find
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward, Gated, SparseExperts
from loadstone.architectures.components.layers import (
    AddNorm,
    BertAttention,
    BertLayer,
    Chain,
    Layer,
    Pooler,
    Stack,
    TwoOutputs,
)
from loadstone.architectures.components.leaves import (
    Activation,
    BatchNorm,
    Conv,
    Dropout,
    Embedding,
    Experts,
    GroupNorm,
    LayerNorm,
    Linear,
    RMSNorm,
    Softcap,
    Weight,
)
from loadstone.architectures.components.models import Backbone, Head, Wrapped, like
from loadstone.architectures.components.walk import blocks, slots, walk, walk_bare

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "AddNorm",
    "Attention",
    "Backbone",
    "BatchNorm",
    "BertAttention",
    "BertLayer",
    "Chain",
    "Component",
    "Conv",
    "Dropout",
    "Embedding",
    "Embeddings",
    "Experts",
    "FeedForward",
    "Gated",
    "GroupNorm",
    "Head",
    "Layer",
    "LayerNorm",
    "Linear",
    "Part",
    "Pooler",
    "RMSNorm",
    "RelativeBias",
    "Softcap",
    "SparseExperts",
    "Stack",
    "TwoOutputs",
    "Weight",
    "Wrapped",
    "blocks",
    "check_activation",
    "find",
    "like",
    "slots",
    "walk",
    "walk_bare",
]
