"""``tokenizer.ggml.model`` = ``bert``: against the tokenizer of a real BERT, its vocabulary spelled as GGUF has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from text.gguf.samples import CONTROL, NORMAL, UNKNOWN, UNUSED, corpus, texts, word_pieces
from tokenizers import Tokenizer

from loadstone.errors import TokenizerError
from loadstone.text.gguf import build_tokenizer


def as_gguf(token: str) -> str:
    """What llama.cpp's converter makes of a token."""
    if token.startswith("[") and token.endswith("]"):
        return token
    return token[2:] if token.startswith("##") else f"▁{token}"


@pytest.fixture(scope="module")
def both(minilm: Path) -> tuple[Tokenizer, Tokenizer]:
    file = minilm / "tokenizer.json"
    vocab = json.loads(file.read_text("utf-8"))["model"]["vocab"]
    tokens = sorted(vocab, key=vocab.__getitem__)
    kinds = {"[PAD]": CONTROL, "[UNK]": UNKNOWN, "[CLS]": CONTROL, "[SEP]": CONTROL, "[MASK]": CONTROL}
    metadata: dict[str, Any] = {
        "tokenizer.ggml.model": "bert",
        "tokenizer.ggml.tokens": [as_gguf(token) for token in tokens],
        "tokenizer.ggml.token_type": [
            kinds.get(token, UNUSED if token.startswith("[unused") else NORMAL) for token in tokens
        ],
    }
    theirs = Tokenizer.from_file(str(file))
    theirs.no_padding()
    theirs.no_truncation()
    return build_tokenizer(metadata, "minilm.gguf")[0], theirs


def same(ours: Tokenizer, theirs: Tokenizer, *text: str) -> None:
    mine, other = ours.encode(*text), theirs.encode(*text)
    assert (mine.ids, mine.type_ids, mine.offsets) == (other.ids, other.type_ids, other.offsets)
    assert ours.decode(mine.ids) == theirs.decode(other.ids)


def test_ids_of_texts_and_pairs_are_those_of_the_models_own_tokenizer(both: tuple[Tokenizer, Tokenizer]) -> None:
    for text in (*corpus(), "a [MASK] b [SEP]", "x" * 200):
        same(*both, text)
        same(*both, text, "and a second")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts("[MASK]", "[unused5]", "##ing"))
def test_ids_are_those_of_the_models_own_tokenizer_on_any_text(both: tuple[Tokenizer, Tokenizer], text: str) -> None:
    same(*both, text)


def test_capitals_and_accents_are_kept_where_the_file_says_so() -> None:
    def tokens(**more: Any) -> list[str]:
        return build_tokenizer(word_pieces(**more), "tiny.gguf")[0].encode("The é", add_special_tokens=False).tokens

    lowercase, strip_accents = "tokenizer.ggml.normalizer.lowercase", "tokenizer.ggml.normalizer.strip_accents"
    assert tokens() == ["the", "[UNK]"]
    assert tokens(**{lowercase: False}) == ["[UNK]", "é"]
    assert tokens(**{lowercase: False, strip_accents: True}) == ["[UNK]", "[UNK]"]
    assert tokens(**{strip_accents: False}) == ["the", "é"]


def test_older_files_name_the_first_token_by_a_key_of_its_own() -> None:
    metadata = word_pieces(cls_token_id=2)
    del metadata["tokenizer.ggml.bos_token_id"]
    tokenizer, settings = build_tokenizer(metadata, "tiny.gguf")
    assert tokenizer.encode("the cats").tokens == ["[CLS]", "the", "cat", "##s", "[SEP]"]
    assert settings["cls_token"] == "[CLS]"


def test_two_spellings_of_one_token_and_a_file_without_its_special_tokens_are_refused() -> None:
    metadata = word_pieces()
    metadata["tokenizer.ggml.tokens"][-1] = "▁[SEP]"
    with pytest.raises(TokenizerError, match=r"tokens\[10\]': expected a token of its own"):
        build_tokenizer(metadata, "tiny.gguf")
    metadata = word_pieces()
    del metadata["tokenizer.ggml.seperator_token_id"]
    with pytest.raises(TokenizerError, match="expected tokens to begin, to end and for the unknown"):
        build_tokenizer(metadata, "tiny.gguf")
