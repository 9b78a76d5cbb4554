"""Vocabularies of before ``tokenizer.json``: lists of pieces, to which a tokenizer's class adds how texts are split.

Each kind is one file here; :data:`BUILDERS` says which class has which.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from loadstone.text.files import WORD_PIECES
from loadstone.text.older import byte_level, sentencepiece, word_pieces
from loadstone.text.older.built import Builder, Built
from loadstone.text.settings import Settings

BUILDERS: Mapping[str, Builder] = MappingProxyType(
    {
        "AlbertTokenizer": sentencepiece.albert,
        "BartTokenizer": byte_level.roberta,
        "CLIPTokenizer": byte_level.clip,
        "CamembertTokenizer": sentencepiece.camembert,
        "GPTNeoXTokenizer": byte_level.gpt_neox,
        "GemmaTokenizer": sentencepiece.gemma,
        "LlamaTokenizer": sentencepiece.llama,
        "MBartTokenizer": sentencepiece.mbart,
        "MPNetTokenizer": word_pieces.mpnet,
        "Qwen2Tokenizer": byte_level.qwen2,
        "RobertaTokenizer": byte_level.roberta,
        "T5Tokenizer": sentencepiece.t5,
        "WhisperTokenizer": byte_level.whisper,
        "XLMRobertaTokenizer": sentencepiece.xlm_roberta,
    }
)
"""Class → what builds its tokenizers; those of other classes are built as their kind of file suggests."""


def build_older(path: Path, settings: Settings) -> Built:
    """The tokenizer of a vocabulary: ``vocab.txt``, ``vocab.json`` with ``merges.txt`` beside it, or a SentencePiece
    model. :class:`TokenizerError` for one that is damaged, and for tokens that the settings name and it lacks."""
    if path.name == WORD_PIECES:
        usual: Builder = word_pieces.bert
    else:
        usual = byte_level.gpt2 if path.suffix == ".json" else sentencepiece.generic
    return BUILDERS.get(settings.class_name, usual)(path, settings)
