"""Blenderbot: conversation, by few layers that read and many that write."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import fairseq_texts
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.fairseq_texts import FairseqTextConfig, Name, Texts, learned_stem
from loadstone.architectures.family import Family


class BlenderbotConfig(FairseqTextConfig):
    """The keys of a Blenderbot model. Defaults are those of Blenderbot 3B."""

    model_type = "blenderbot"

    vocab_size: int = 8008
    max_position_embeddings: int = 128
    d_model: int = 2560
    encoder_layers: int = 2
    encoder_attention_heads: int = 32
    encoder_ffn_dim: int = 10240
    decoder_layers: int = 24
    decoder_attention_heads: int = 32
    decoder_ffn_dim: int = 10240
    decoder_start_token_id: int | None = 1
    pad_token_id: int | None = 0
    bos_token_id: int | None = 1
    encoder_no_repeat_ngram_size: int | None = 3

    irrelevant: ClassVar = {**FairseqTextConfig.irrelevant, "encoder_no_repeat_ngram_size": "of generation"}


def stem(config: BlenderbotConfig, name: Name) -> Embeddings:
    """``embed_tokens`` and ``embed_positions``."""
    return learned_stem(config)


FAMILY = Family(
    config=BlenderbotConfig,
    stem="Blenderbot",
    prefix="model",
    heads=Texts(stem, norm_first=True).heads("Blenderbot"),
    leftovers=fairseq_texts.LEFTOVERS,
    known=fairseq_texts.BIAS,
    class_names=fairseq_texts.CLASS_NAMES,
    sources="arXiv:2004.13637",
)
