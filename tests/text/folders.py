"""Tokenizers of every kind as folders of files, trained on a small corpus, as the Hub's folders of their class are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from text.gguf.samples import LINES
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

SIZE = 600
_WORDS = ["the", "cat", "sat", "on", "a", "mat"] * 4
TEXT = [*LINES, *(f"{word} {index} {word}s un{word}" for index, word in enumerate(_WORDS))]


@cache
def _pieces_of_words() -> tuple[str, ...]:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "<pad>", "</s>", "<mask>"]
    tokenizer.train_from_iterator(TEXT, trainers.WordPieceTrainer(vocab_size=SIZE, special_tokens=special))
    vocabulary = tokenizer.get_vocab()
    return tuple(sorted(vocabulary, key=vocabulary.__getitem__))


@cache
def _bytes(suffix: str, special: tuple[str, ...]) -> tuple[dict[str, int], list[list[str]]]:
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix=suffix))
    tokenizer.normalizer = normalizers.Lowercase() if suffix else None
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(
        TEXT,
        trainers.BpeTrainer(
            vocab_size=SIZE,
            special_tokens=list(special),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            end_of_word_suffix=suffix,
        ),
    )
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary: dict[str, int] = model["vocab"]
    if suffix:  # CLIP's own vocabulary has each byte at the end of a word, too
        for letter in pre_tokenizers.ByteLevel.alphabet():
            vocabulary.setdefault(letter + suffix, len(vocabulary))
    return vocabulary, model["merges"]


def train_sentencepiece(path: Path, kind: str, **options: Any) -> None:
    import sentencepiece

    source = path.with_suffix(".txt")
    source.write_text("\n".join(line for line in TEXT for _ in range(3)), "utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(source),
        model_prefix=str(path.with_suffix("")),
        model_type=kind,
        vocab_size=options.pop("vocab_size", 420),
        hard_vocab_limit=False,
        minloglevel=3,
        num_threads=1,
        **options,
    )
    source.unlink()
    path.with_suffix(".vocab").unlink()


_LLAMA = {"byte_fallback": True, "character_coverage": 0.98, "vocab_size": 800, "normalization_rule_name": "identity"}
_T5 = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}
KINDS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "bert": ("BertTokenizer", "vocab.txt", {}),
    "bert-cased": ("BertTokenizer", "vocab.txt", {"do_lower_case": False, "strip_accents": False}),
    "distilbert": ("DistilBertTokenizer", "vocab.txt", {"tokenize_chinese_chars": False}),
    "mpnet": ("MPNetTokenizer", "vocab.txt", {}),
    "gpt2": ("GPT2Tokenizer", "vocab.json", {}),
    "gpt2-prefixed": ("GPT2Tokenizer", "vocab.json", {"add_prefix_space": True, "add_bos_token": True}),
    "roberta": ("RobertaTokenizer", "vocab.json", {}),
    "gpt_neox": ("GPTNeoXTokenizer", "vocab.json", {}),
    "qwen2": ("Qwen2Tokenizer", "vocab.json", {}),
    "whisper": ("WhisperTokenizer", "vocab.json", {}),
    "clip": ("CLIPTokenizer", "vocab.json", {}),
    "llama": ("LlamaTokenizer", "tokenizer.model", {"add_bos_token": True, "legacy": False}),
    "llama-legacy": (
        "LlamaTokenizer",
        "tokenizer.model",
        {"add_bos_token": True, "add_eos_token": True, "legacy": True},
    ),
    "gemma": ("GemmaTokenizer", "tokenizer.model", {"add_bos_token": True}),
    "t5": ("T5Tokenizer", "spiece.model", {}),
    "xlm-roberta": ("XLMRobertaTokenizer", "sentencepiece.bpe.model", {}),
    "camembert": ("CamembertTokenizer", "sentencepiece.bpe.model", {}),
    "mbart": ("MBartTokenizer", "sentencepiece.bpe.model", {"src_lang": "de_DE"}),
    "albert": ("AlbertTokenizer", "spiece.model", {}),
    "deberta-v2": ("DebertaV2Tokenizer", "spm.model", {"do_lower_case": False}),
    "deberta-v2-cut": ("DebertaV2Tokenizer", "spm.model", {"do_lower_case": True, "split_by_punct": True}),
}
"""Name → class, the file of the vocabulary, settings."""
_DEBERTA = {
    **{"pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3},
    **{"pad_piece": "[PAD]", "bos_piece": "[CLS]", "eos_piece": "[SEP]", "unk_piece": "[UNK]"},
}
_TRAINED: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "llama": ("bpe", {**_LLAMA, "user_defined_symbols": ["<user>"], "control_symbols": ["<control>"]}),
    "llama-legacy": ("bpe", _LLAMA),
    "gemma": (
        "bpe",
        {**_LLAMA, "pad_id": 0, "eos_id": 1, "bos_id": 2, "unk_id": 3, "user_defined_symbols": ["<mask>"]},
    ),
    "t5": ("unigram", _T5),
    "xlm-roberta": ("unigram", {}),
    "camembert": ("unigram", {}),
    "mbart": ("unigram", {}),
    "deberta-v2": ("unigram", _DEBERTA),
    "deberta-v2-cut": ("unigram", _DEBERTA),
    "albert": (
        "unigram",
        {"pad_id": 0, "unk_id": 1, "bos_id": -1, "eos_id": -1, "control_symbols": ["[CLS]", "[SEP]", "[MASK]"]},
    ),
}


def write(folder: Path, name: str) -> Path:
    """The files of one of :data:`KINDS`."""
    class_name, vocabulary, settings = KINDS[name]
    folder.mkdir(parents=True, exist_ok=True)
    limits = {"model_max_length": 64}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": class_name, **limits, **settings}))
    if vocabulary == "vocab.txt":
        (folder / vocabulary).write_text("\n".join(_pieces_of_words()) + "\n", "utf-8")
    elif vocabulary == "vocab.json":
        ends = "</w>" if name == "clip" else ""
        special = ("<|startoftext|>", "<|endoftext|>", "<|padding|>") + (
            ("<s>", "<pad>", "</s>", "<unk>", "<mask>") if name == "roberta" else ()
        )
        index, merges = _bytes(ends, special)
        (folder / vocabulary).write_text(json.dumps(index, ensure_ascii=False), "utf-8")
        lines = ["#version: 0.2", *(" ".join(merge) for merge in merges)]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
        if name == "whisper":
            names = ("<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|notimestamps|>")
            added = {token: len(index) + place for place, token in enumerate(names)}
            (folder / "added_tokens.json").write_text(json.dumps(added))
    else:
        kind, options = _TRAINED[name]
        train_sentencepiece(folder / vocabulary, kind, **options)
    return folder
