"""What ELECTRA and ConvBERT have in common: embeddings that may be narrower than the layers, the generator's head."""

from __future__ import annotations

from typing import Any

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Activation


def stem(config: Any) -> Part:
    """``embeddings``, and ``embeddings_project`` where they are not as wide as the layers."""
    embeddings = Part("embeddings", encoders.bert_embeddings(config, width=config.embedding_size))
    if config.embedding_size == config.hidden_size:
        return embeddings
    expand = encoders.linear(config, config.embedding_size, config.hidden_size)
    return Part("", Chain((embeddings, Part("embeddings_project", expand))))


def language_head(config: Any) -> Part:
    """``generator_predictions`` and ``generator_lm_head``."""
    steps = (
        Part("dense", encoders.linear(config, config.hidden_size, config.embedding_size)),
        Part("activation", Activation("gelu")),
        Part("LayerNorm", encoders.layer_norm(config, config.embedding_size)),
    )
    decoder = encoders.linear(config, config.embedding_size, config.vocab_size)
    return Part("", Chain((Part("generator_predictions", Chain(steps)), Part("generator_lm_head", decoder))))


def language(causal: str | None = None) -> encoders.LanguageHead:
    """What the generator has on top; ``causal``: the class name of the causal language model."""
    return encoders.LanguageHead(
        language_head,
        decoder="generator_lm_head",
        optional=("generator_predictions", "generator_lm_head"),
        causal=causal,
        also=(),
    )
