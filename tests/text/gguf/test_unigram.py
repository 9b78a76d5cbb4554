"""``tokenizer.ggml.model`` = ``t5``: the likeliest pieces, and SentencePiece's compiled normalization."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text.gguf.samples import LINES, UNKNOWN, corpus, texts, unigram
from tokenizers import Tokenizer

from loadstone.errors import TokenizerError
from loadstone.text.gguf import build_tokenizer


def built(metadata: dict[str, Any]) -> Tokenizer:
    return build_tokenizer(metadata, "tiny.gguf")[0]


def charsmap(replacements: Mapping[str, str], *, shift: int = 0) -> bytes:
    """The trie of the format, each node's children in a block of 256 units of their own.

    ``shift`` is added to where each replacement is said to be.
    """
    trie: dict[Any, Any] = {}
    for text in replacements:
        node = trie
        for byte in text.encode():
            node = node.setdefault(byte, {})
        node[None] = text
    units, strings = [0] * 256, b""

    def stitch(node: dict[Any, Any], place: int) -> None:
        nonlocal strings
        base = len(units)
        units.extend([0] * 256)
        units[place] |= (place ^ base) << 10
        for byte, child in node.items():
            if byte is None:
                units[place] |= 1 << 8
                units[base] = (1 << 31) | (len(strings) + shift)
                strings += replacements[child].encode() + b"\0"
            else:
                units[base ^ byte] = byte
                stitch(child, base ^ byte)

    stitch(trie, 0)
    packed = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(packed)) + packed + strings


MAP = charsmap({"\n": " ", "\t": " ", "ﬁ": "fi", "Ａ": "A", "…": "...", "e\u0301": "é", "\u200b": ""})


def test_ids_are_those_of_transformers() -> None:
    from transformers.integrations.gguf import convert_gguf_tokenizer

    metadata = unigram()
    named = {key.removeprefix("tokenizer.ggml."): value for key, value in metadata.items()}
    theirs, _ = convert_gguf_tokenizer("t5", {"tokenizer_type": "t5", **named})
    ours = built(metadata)
    for text in corpus():
        # There white space of every kind is a blank, which a file without compiled normalization does not say.
        line = " ".join(text.split())
        expected = list(theirs.encode(line, add_special_tokens=False).ids)
        assert ours.encode(line, add_special_tokens=False).ids == expected
        assert ours.encode(line).ids == [*expected, 1]
        assert ours.decode(expected).split() == theirs.decode(expected).split()


def test_blanks_in_a_row_count_as_one_unless_the_file_says_otherwise() -> None:
    ours = built(unigram(add_eos_token=False))
    assert ours.encode("  a   b ").ids == ours.encode("a b").ids
    kept = built(unigram(add_eos_token=False, remove_extra_whitespaces=False))
    assert kept.encode("a   b").ids != kept.encode("a b").ids
    assert kept.decode(kept.encode("a   b").ids) == "a   b"
    assert built(unigram()).encode("").tokens == ["</s>"]


def test_a_text_is_framed_as_the_file_says() -> None:
    both = built(unigram(bos_token_id=0, add_bos_token=True, add_eos_token=True))
    first, second = (both.encode(each, add_special_tokens=False).ids for each in ("a", "the"))
    assert both.encode("a", "the").ids == [0, *first, 1, 1, *second, 1]
    assert built(unigram()).encode("a", "the").ids == [*first, 1, *second, 1]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("a\nb\tc", "a b c"), ("ﬁne", "fine"), ("Ａ…", "A..."), ("cafe\u0301", "café"), ("a\u200bb", "ab"), ("\n a", "a")],
)
def test_compiled_normalization_is_applied_first(text: str, plain: str) -> None:
    with_map = built(unigram(precompiled_charsmap=list(MAP)))
    assert with_map.encode(text).ids == built(unigram()).encode(plain).ids


def test_a_charsmap_of_signed_bytes_is_the_same() -> None:
    signed = [byte - 256 if byte > 127 else byte for byte in MAP]
    ours = built(unigram(precompiled_charsmap=signed))
    assert ours.encode("ﬁne").ids == built(unigram()).encode("fine").ids


def spoiled(position: int, unit: int) -> bytes:
    return MAP[: 4 + 4 * position] + struct.pack("<I", unit) + MAP[8 + 4 * position :]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"abc", "at least 4 bytes"),
        (struct.pack("<I", 400) + bytes(100), "a trie within its 104 bytes"),
        (struct.pack("<I", 0) + bytes(100), "a trie within its 104 bytes"),
        (struct.pack("<I", 6) + bytes(100), "a trie within its 104 bytes"),
        (MAP + b"\xff", "replacements in UTF-8"),
        (spoiled(0, 0xFFFFFFFF), "a trie of"),
        (spoiled(0, 0x7FFFFC00), "a trie of"),
        (struct.pack("<II", 4, 0), "a trie of 1 units"),
        (charsmap({"a": "b"}, shift=3), "places of replacements"),
        (charsmap({"a": "é"}, shift=1), "places of replacements"),
    ],
)
def test_a_charsmap_that_points_outside_of_itself_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(TokenizerError, match=rf"precompiled_charsmap': expected .*{said}"):
        built(unigram(precompiled_charsmap=list(raw)))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_charsmap_with_any_bytes_changed_is_refused_or_harmless(data: st.DataObject) -> None:
    raw = bytearray(MAP)
    units = [0, *(unit for unit in range(1, (len(MAP) - 4) // 4) if any(MAP[4 + 4 * unit : 8 + 4 * unit]))]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(
            st.one_of(st.sampled_from(units).map(lambda unit: 4 + 4 * unit), st.integers(0, len(raw) - 1))
        )
        raw[place : place + 4] = data.draw(st.binary(min_size=4, max_size=4))[: len(raw) - place]
    try:
        tokenizer = built(unigram(precompiled_charsmap=list(raw)))
    except TokenizerError:
        return
    for text in LINES:
        tokenizer.encode(text)


@pytest.fixture(scope="module")
def normalizing() -> Tokenizer:
    return built(unigram(precompiled_charsmap=list(MAP)))


@settings(max_examples=200, deadline=None)
@given(text=texts("</s>", "<pad>"))
def test_what_any_text_becomes_is_ids_of_the_vocabulary(normalizing: Tokenizer, text: str) -> None:
    tokenizer = normalizing
    assert all(0 <= each < tokenizer.get_vocab_size() for each in tokenizer.encode(text).ids)


def test_without_scores_or_a_token_for_the_unknown_it_is_refused() -> None:
    metadata = unigram()
    del metadata["tokenizer.ggml.scores"]
    with pytest.raises(TokenizerError, match=r"'tokenizer\.ggml\.scores': expected an array"):
        built(metadata)
    tiny = {"tokens": ["a", "b"], "scores": [-1.0, -2.0], "token_type": [UNKNOWN, 1], "bos_token_id": 1}
    with pytest.raises(TokenizerError, match=r"'tokenizer\.ggml\.unknown_token_id': expected the id of a token"):
        built(unigram(**tiny, eos_token_id=1))
