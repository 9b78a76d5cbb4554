"""Tokenizers as metadata of a GGUF file: what is described is built again, and cuts texts into the same tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from text.gguf.samples import byte_level, corpus, sentencepiece, unigram, word_pieces
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from loadstone import AutoTokenizer
from loadstone.errors import TokenizerError
from loadstone.text.gguf import build_tokenizer, tokenizer_json
from loadstone.text.gguf.describe import describe_tokenizer
from loadstone.text.gguf.splits import SPLITS

PIECES = {"▁": -1.0, "h": -2.0, "e": -3.0, "l": -4.0, "o": -5.0, "ll": -6.0, "he": -7.0, "hell": -8.0, "▁hell": -9.0}
ALIKE = {"bailingmoe": "qwen2"}
"""Two expressions that cut every text in the same way."""
DISTINCT = {(split.patterns, split.whole_words): name for name, split in reversed(SPLITS.items())}


def read(metadata: dict[str, Any], folder: Path, **settings: Any) -> Any:
    """The tokenizer of a folder with the files that such metadata stand for."""
    content, values = tokenizer_json(metadata, "a sample")
    (folder / "tokenizer.json").write_text(content)
    values |= {"tokenizer_class": "PreTrainedTokenizerFast", **settings}
    (folder / "tokenizer_config.json").write_text(json.dumps(values))
    return AutoTokenizer.from_pretrained(folder)


@pytest.mark.parametrize("name", DISTINCT.values())
def test_the_way_to_split_is_found_by_what_it_does(name: str, tmp_path: Path) -> None:
    tokenizer = read(byte_level(name, bos_token_id=5), tmp_path)
    described = describe_tokenizer(tokenizer, 1600)
    found = SPLITS[str(described["tokenizer.ggml.pre"])]
    expected = SPLITS[ALIKE.get(name, name)]
    assert (found.patterns, found.whole_words) == (expected.patterns, expected.whole_words)
    assert described["tokenizer.ggml.merges"] == byte_level(name)["tokenizer.ggml.merges"]


@pytest.mark.parametrize(
    "metadata",
    [
        byte_level("gpt-2", add_bos_token=True, add_eos_token=True, bos_token_id=1500),
        sentencepiece(PIECES),
        sentencepiece(PIECES, add_space_prefix=False, add_bos_token=False),
        unigram(unknown_token_id=2),
        unigram(unknown_token_id=2, remove_extra_whitespaces=False, add_space_prefix=False),
        word_pieces(),
    ],
    ids=["bytes", "sentencepiece", "without a blank", "unigram", "with blanks", "word pieces"],
)
def test_what_is_described_says_what_the_file_said(metadata: dict[str, Any], tmp_path: Path) -> None:
    template = {"chat_template": "{{ messages }}"}
    rows = len(metadata["tokenizer.ggml.tokens"]) + 2
    tokenizer = read(metadata, tmp_path, **template)
    described = describe_tokenizer(tokenizer, rows)
    said = ("tokens", "merges", "token_type", "add_space_prefix", "remove_extra_whitespaces", "unknown_token_id")
    for key in (f"tokenizer.ggml.{each}" for each in said):
        if key in metadata and metadata["tokenizer.ggml.model"] != "bert":
            found = described[key]
            assert (found[: len(metadata[key])] if isinstance(found, list) else found) == metadata[key], key
    assert described["tokenizer.ggml.tokens"][-2:] == [f"[PAD{rows - 2}]", f"[PAD{rows - 1}]"]
    assert described["tokenizer.chat_template"] == "{{ messages }}"
    built, settings = build_tokenizer(described, "described")
    assert settings["chat_template"] == [{"name": "default", "template": "{{ messages }}"}]
    for text in corpus()[:-10]:
        if text.strip():
            assert built.encode(text).ids == tokenizer.encode(text), text[:80]


def test_several_chat_templates_keep_their_names(tmp_path: Path) -> None:
    templates = [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]
    described = describe_tokenizer(read(byte_level(), tmp_path, chat_template=templates), 1600)
    assert described["tokenizer.chat_template"] == "a" and described["tokenizer.chat_template.tool_use"] == "b"
    assert described["tokenizer.chat_templates"] == ["tool_use"]


def saved(made: Tokenizer, folder: Path) -> Any:
    made.save(str(folder / "tokenizer.json"))
    return AutoTokenizer.from_pretrained(folder)


def a_byte_level(**parts: Any) -> Tokenizer:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(corpus()[:30], trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet))
    for name, part in parts.items():
        setattr(made, name, part)
    return made


def test_what_has_no_form_there_is_refused(tmp_path: Path) -> None:
    for made, rows, match in (
        (a_byte_level(pre_tokenizer=pre_tokenizers.ByteLevel(use_regex=False)), 400, "no name in llama.cpp"),
        (a_byte_level(normalizer=normalizers.Lowercase()), 400, "expected no normalizer"),
        (a_byte_level(), 300, "the model has 300 tokens"),
        (Tokenizer(models.WordLevel({"a": 0, "b": 1}, unk_token="a")), 400, "found WordLevel"),
    ):
        with pytest.raises(TokenizerError, match=match):
            describe_tokenizer(saved(made, tmp_path), rows)


def test_a_tokenizer_that_becomes_another_one_is_refused(tmp_path: Path) -> None:
    made = Tokenizer(models.WordPiece({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.add_special_tokens(["[UNK]", "[CLS]", "[SEP]"])
    names = {"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    made.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(names))
    with pytest.raises(TokenizerError, match="expected ids"):
        describe_tokenizer(AutoTokenizer.from_pretrained(tmp_path), 10)


def test_merges_that_are_not_by_score_are_refused(tmp_path: Path) -> None:
    tokenizer = read(sentencepiece(PIECES), tmp_path)
    said = json.loads((tmp_path / "tokenizer.json").read_text())
    said["model"]["merges"] = [merge for merge in said["model"]["merges"] if "".join(merge) != "hell"]
    (tmp_path / "tokenizer.json").write_text(json.dumps(said))
    with pytest.raises(TokenizerError, match="merges do not follow"):
        describe_tokenizer(AutoTokenizer.from_pretrained(tmp_path), tokenizer.vocab_size)
