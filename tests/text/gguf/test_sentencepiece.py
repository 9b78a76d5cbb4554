"""``tokenizer.ggml.model`` = ``llama``: merges by score, against the algorithm in plain words and real tokenizers."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from text.gguf.samples import BYTE, CONTROL, NORMAL, UNKNOWN, USER_DEFINED, corpus, sentencepiece, texts
from tokenizers import Tokenizer

from loadstone.errors import TokenizerError
from loadstone.text.gguf import build_tokenizer, tokenizer_json


def built(metadata: dict[str, Any]) -> Tokenizer:
    return build_tokenizer(metadata, "tiny.gguf")[0]


@pytest.fixture(scope="module")
def stories(stories260k: Path) -> tuple[Tokenizer, Tokenizer]:
    """A trained tokenizer twice: from its ``tokenizer.json``, and from the GGUF metadata that says the same."""
    file = stories260k / "tokenizer.json"
    vocab = json.loads(file.read_text())["model"]["vocab"]
    tokens = sorted(vocab, key=vocab.__getitem__)
    metadata = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [0.0 if index < 259 else 259.0 - index for index in range(len(tokens))],
        "tokenizer.ggml.token_type": [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * (len(tokens) - 259),
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
    }
    return built(metadata), Tokenizer.from_file(str(file))


def test_a_trained_llama_tokenizer_gives_the_ids_of_its_tokenizer_json(stories: tuple[Tokenizer, Tokenizer]) -> None:
    ours, theirs = stories
    for text in (*corpus(), "<s> a</s>b", "</s></s>", "  x", "<0x41>", "Once upon a time"):
        ids = ours.encode(text).ids
        assert ids == theirs.encode(text).ids
        assert ours.decode(ids) == theirs.decode(ids)
        assert ours.decode(ids, skip_special_tokens=False) == theirs.decode(ids, skip_special_tokens=False)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts("<s>", "</s>", "<unk>"))
def test_a_trained_llama_tokenizer_gives_those_ids_on_any_text(stories: tuple[Tokenizer, Tokenizer], text: str) -> None:
    ours, theirs = stories
    assert ours.encode(text).ids == theirs.encode(text).ids


def by_score(text: str, pieces: dict[str, float]) -> list[str]:
    """The algorithm as its paper has it: of all neighbors that make a piece, join the best, the leftmost of equals."""
    symbols = list(text)
    while True:
        pairs = [
            (pieces[joined], -at)
            for at in range(len(symbols) - 1)
            if (joined := "".join(symbols[at : at + 2])) in pieces
        ]
        if not pairs:
            return symbols
        at = -max(pairs)[1]
        symbols[at : at + 2] = ["".join(symbols[at : at + 2])]


@st.composite
def vocabularies(draw: st.DrawFn) -> dict[str, float]:
    """Letters, and pieces of them with scores that are all different."""
    letters = "▁abc"
    longer = draw(st.lists(st.text(letters, min_size=2, max_size=5), unique=True, max_size=25))
    order = draw(st.permutations(longer))
    return {letter: -1000.0 - index for index, letter in enumerate(letters)} | {
        piece: -float(index) for index, piece in enumerate(order)
    }


@settings(max_examples=400, deadline=None)
@given(pieces=vocabularies(), text=st.text(" abc", min_size=1, max_size=30))
def test_pieces_are_joined_by_score(pieces: dict[str, float], text: str) -> None:
    found = built(sentencepiece(pieces, add_bos_token=False)).encode(text).tokens
    assert found == by_score(f"▁{text.replace(' ', '▁')}", pieces)


PIECES = {"▁": -9.0, "a": -10.0, "b": -11.0, "c": -12.0, "▁a": -1.0, "ab": -2.0, "▁ab": -3.0, "bc": -4.0}


def test_a_text_begins_with_bos_and_a_blank_unless_the_file_says_otherwise() -> None:
    assert built(sentencepiece(PIECES)).encode("ab").tokens == ["<s>", "▁ab"]
    assert built(sentencepiece(PIECES, add_space_prefix=False)).encode("ab").tokens == ["<s>", "ab"]
    plain = sentencepiece(PIECES, add_bos_token=False, add_eos_token=True)
    assert built(plain).encode("ab").tokens == ["▁ab", "</s>"]
    assert built(sentencepiece(PIECES)).encode("ab", "c").tokens == ["<s>", "▁ab", "▁", "c"]


def test_what_no_piece_spells_becomes_bytes_and_comes_back() -> None:
    tokenizer = built(sentencepiece(PIECES, add_bos_token=False))
    ids = tokenizer.encode("aé").ids
    assert [tokenizer.id_to_token(each) for each in ids] == ["▁a", "<0xC3>", "<0xA9>"]
    assert tokenizer.decode(ids) == "aé"


def test_without_bytes_it_becomes_one_unknown() -> None:
    tokenizer = built(sentencepiece(PIECES, with_bytes=False, add_bos_token=False))
    assert tokenizer.encode("aéèa").tokens == ["▁a", "<unk>", "a"]


def test_user_defined_tokens_are_found_before_anything_else_and_are_not_special() -> None:
    metadata = sentencepiece(PIECES, add_bos_token=False, add_space_prefix=False)
    metadata["tokenizer.ggml.tokens"] += ["  ", "   ", "<tag>"]
    metadata["tokenizer.ggml.scores"] += [0.0, 0.0, 0.0]
    metadata["tokenizer.ggml.token_type"] += [USER_DEFINED] * 3
    tokenizer = built(metadata)
    found = tokenizer.encode("a     b<tag>c")
    assert found.tokens == ["a", "   ", "  ", "b", "<tag>", "c"]
    assert tokenizer.decode(found.ids) == "a     b<tag>c"


def test_the_tokens_that_end_a_text_are_special_whatever_their_kind() -> None:
    metadata = sentencepiece(PIECES, add_bos_token=False)
    metadata["tokenizer.ggml.token_type"][2] = NORMAL
    tokenizer = built(metadata)
    assert tokenizer.decode(tokenizer.encode("ab</s>").ids) == "ab"


def test_phi_3_takes_the_white_space_behind_its_tokens_along() -> None:
    def tokens(name: str) -> list[str]:
        metadata = sentencepiece(PIECES, add_bos_token=False, **{"general.name": name})
        metadata["tokenizer.ggml.tokens"].append("<|user|>")
        metadata["tokenizer.ggml.scores"].append(0.0)
        metadata["tokenizer.ggml.token_type"].append(CONTROL)
        tokenizer = built(metadata)
        return [tokenizer.id_to_token(each) or "" for each in tokenizer.encode("<|user|> \nab<s>\n").ids]

    assert tokens("Phi-3 mini") == ["<|user|>", "▁ab", "<s>", "▁", "<0x0A>"]
    assert tokens("Phi 4") == ["<|user|>", "▁", "▁", "<0x0A>", "ab", "<s>", "▁", "<0x0A>"]


def test_transformers_makes_the_same_of_a_small_file() -> None:
    from transformers.integrations.gguf import convert_gguf_tokenizer

    metadata = sentencepiece(PIECES)
    named = {key.removeprefix("tokenizer.ggml."): value for key, value in metadata.items()}
    theirs, _ = convert_gguf_tokenizer("llama", {"tokenizer_type": "llama", **named})
    ours = built(metadata)
    for text in ("ab", "abc bc a", "aé b", "abcabc  ab", "日"):
        assert ours.encode(text, add_special_tokens=False).ids == theirs.encode(text, add_special_tokens=False).ids


@pytest.mark.parametrize("scores", ["equal", "absent"])
def test_where_no_score_tells_the_merges_of_the_file_count(scores: str, stories260k: Path) -> None:
    file = stories260k / "tokenizer.json"
    model = json.loads(file.read_text())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    metadata = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [UNKNOWN, CONTROL, CONTROL] + [BYTE] * 256 + [NORMAL] * (len(tokens) - 259),
        "tokenizer.ggml.merges": [" ".join(merge) for merge in model["merges"]],
    }
    if scores == "equal":
        metadata["tokenizer.ggml.scores"] = [0.0] * 259 + [-1000.0] * (len(tokens) - 259)
    ours, theirs = built(metadata), Tokenizer.from_file(str(file))
    assert all(ours.encode(text).ids == theirs.encode(text).ids for text in corpus())


def by_place(text: str, pieces: Collection[str]) -> list[str]:
    """The algorithm as it is told: of all neighbors that make a piece, join the leftmost."""
    symbols = list(text)
    while True:
        joined = (at for at in range(len(symbols) - 1) if symbols[at] + symbols[at + 1] in pieces)
        if (at := next(joined, None)) is None:
            return symbols
        symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]


@settings(max_examples=300, deadline=None)
@given(pieces=vocabularies(), text=st.text(" abcé", min_size=1, max_size=30), has_scores=st.booleans())
def test_without_scores_that_differ_and_merges_tokens_are_joined_from_the_left(
    pieces: dict[str, float], text: str, has_scores: bool
) -> None:
    metadata = sentencepiece(dict.fromkeys(pieces, 0.0), add_bos_token=False)
    if not has_scores:
        del metadata["tokenizer.ggml.scores"]
    expected = by_place(f"▁{text.replace(' ', '▁')}", pieces)
    spelled = [part for token in expected for part in (("<0xC3>", "<0xA9>") if token == "é" else (token,))]
    found = built(metadata).encode(text)
    assert found.tokens == spelled
    assert built(metadata).decode(found.ids) == text


def test_tokens_joined_from_the_left_keep_offsets_control_tokens_and_one_unknown_for_what_none_spells() -> None:
    pieces = dict.fromkeys(("▁", "a", "b", "c", "ab", "bc", "ca"), 0.0)
    found = built(sentencepiece(pieces, with_bytes=False)).encode("bcab</s>abcéèa")
    assert found.tokens == ["<s>", "▁", "bc", "ab", "</s>", "▁", "ab", "c", "<unk>", "a"]
    assert [found.offsets[at] for at in (2, 3, 4, 6, 8)] == [(0, 2), (2, 4), (4, 8), (8, 10), (11, 13)]


def test_what_tokenizer_json_has_no_words_for_is_refused_where_it_would_be_written() -> None:
    pieces = dict.fromkeys(("▁", "a", "b", "c", "ab", "bc"), 0.0)
    with pytest.raises(TokenizerError, match=r"tiny\.gguf: expected scores that differ, or merges; found neither"):
        tokenizer_json(sentencepiece(pieces), "tiny.gguf")
    assert json.loads(tokenizer_json(sentencepiece(PIECES), "tiny.gguf")[0])["model"]["merges"]


def test_a_score_of_minus_infinity_is_that_of_a_token_merged_last() -> None:
    pieces = {"▁": -9.0, "a": -10.0, "b": -11.0, "▁a": -math.inf, "ab": -2.0}
    assert built(sentencepiece(pieces, add_bos_token=False)).encode("ab a").tokens == ["▁", "ab", "▁a"]


def test_tokens_that_no_vocabulary_has_are_refused_before_they_take_time() -> None:
    metadata = sentencepiece({"a" * 50_000: -1.0})
    with pytest.raises(
        TokenizerError, match="expected tokens that are pieces of words, found some of 50000 characters"
    ):
        built(metadata)


def test_what_ends_a_turn_is_named_by_the_file_or_known_by_its_name() -> None:
    def ends(*tokens: str, **more: Any) -> Any:
        metadata = sentencepiece({**PIECES, **dict.fromkeys(tokens, -99.0)}, **more)
        return build_tokenizer(metadata, "tiny.gguf")[1].get("eot_token")

    assert ends() is None
    assert ends("<end_of_turn>") == "<end_of_turn>"
    assert ends("<end_of_turn>", eot_token_id=2) == "</s>"
