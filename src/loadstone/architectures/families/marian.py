"""Marian: translation between two languages, as the OPUS-MT models do it; each may have a vocabulary of its own."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import fairseq_texts
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.fairseq_texts import FairseqTextConfig, Name, Texts, sinusoidal_stem
from loadstone.architectures.family import Family
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig


def _written(config: PretrainedConfig, given: int | None) -> int:
    """How many tokens there are to be written: as many as are read, where both have one table."""
    return int(config.vocab_size) if given is None or config.share_encoder_decoder_embeddings else given


def _kept(config: PretrainedConfig, given: int, name: str, value: object) -> int | None:
    return None if name == "vocab_size" and config.share_encoder_decoder_embeddings else given


class MarianConfig(FairseqTextConfig):
    """The keys of a Marian model. Defaults are those of OPUS-MT from English to German."""

    model_type = "marian"

    vocab_size: int = 58101
    decoder_vocab_size: int | None = None
    share_encoder_decoder_embeddings: bool = True
    decoder_start_token_id: int | None = 58100
    pad_token_id: int | None = 58100
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = 0
    forced_eos_token_id: int | list[int] | None = 0

    follows: ClassVar = {"decoder_vocab_size": Rule(_written, _kept)}
    positive = (*FairseqTextConfig.positive, "decoder_vocab_size")


def stem(config: MarianConfig, name: Name) -> Embeddings:
    """``embed_tokens``, and ``embed_positions``, which files of what writes do not hold."""
    return sinusoidal_stem(config, name, config.decoder_vocab_size if name == "decoder" else None)


FAMILY = Family(
    config=MarianConfig,
    stem="Marian",
    prefix="model",
    heads=Texts(
        stem, norm_first=False, language="MTModel", shares=lambda config: config.share_encoder_decoder_embeddings
    ).heads("Marian"),
    leftovers=fairseq_texts.LEFTOVERS,
    known=fairseq_texts.BIAS + fairseq_texts.SINES,
    class_names=fairseq_texts.CLASS_NAMES,
    sources="arXiv:1804.00344; model cards of the OPUS-MT models of Helsinki-NLP",
)
