"""Vocabularies of before ``tokenizer.json``: lists of pieces, to which a tokenizer's class adds how texts are split.

Each kind is one file here; :data:`BUILDERS` says which class has which.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from loadstone.text.families import FAMILIES, UNNAMED
from loadstone.text.files import WORD_PIECES, ReadElsewhere
from loadstone.text.older import byte_level, sentencepiece, word_pieces
from loadstone.text.older.built import Builder, Built
from loadstone.text.settings import Settings

BUILDERS: Mapping[str, Builder] = MappingProxyType(
    {
        "AlbertTokenizer": sentencepiece.albert,
        "BertTokenizer": word_pieces.bert,
        "CLIPTokenizer": byte_level.clip,
        "CamembertTokenizer": sentencepiece.camembert,
        "DebertaV2Tokenizer": sentencepiece.deberta_v2,
        "DistilBertTokenizer": word_pieces.bert,
        "GPT2Tokenizer": byte_level.gpt2,
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
"""Class → what builds its tokenizers."""


def build_older(path: Path, settings: Settings) -> Built:
    """The tokenizer of a vocabulary: ``vocab.txt``, ``vocab.json`` with ``merges.txt`` beside it, or a SentencePiece
    model. Where no class is named, it is split as its kind of file suggests.

    :class:`TokenizerError` for one that is damaged, and for tokens that the settings name and it lacks;
    :class:`ReadElsewhere` for a class that is not known here: its ids may be others than the file's.
    """
    name = settings.class_name
    if name in BUILDERS:
        return BUILDERS[name](path, settings)
    if name not in UNNAMED:
        raise ReadElsewhere(
            f"{path}: how {name} splits texts is not known here, and this file does not say. Known are "
            f"{', '.join(BUILDERS)}. Add a tokenizer.json, which says it: transformers' save_pretrained writes one."
        )
    if path.suffix == ".model":
        return sentencepiece.generic(path, settings)
    usual = "BertTokenizer" if path.name == WORD_PIECES else "GPT2Tokenizer"
    return BUILDERS[usual](path, settings._replace(named={**FAMILIES[usual].special, **settings.named}))
