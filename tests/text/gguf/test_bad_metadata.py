"""Metadata that contradicts itself: our error, naming the file and the key, before anything large is made."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import pytest
from hostile.gguf_builder import ARRAY, STRING, U32, array, gguf_bytes, string
from hypothesis import given, settings
from hypothesis import strategies as st
from text.gguf.samples import byte_level, sentencepiece, unigram, word_pieces

from loadstone import AutoTokenizer
from loadstone.errors import CorruptCheckpoint, TokenizerError
from loadstone.text.gguf import build_tokenizer

PIECES = {"▁": -3.0, "a": -4.0, "▁a": -1.0}
COUNT = 259 + len(PIECES)


def refused(metadata: dict[str, Any]) -> str:
    with pytest.raises(TokenizerError) as caught:
        build_tokenizer(metadata, "bad.gguf")
    assert "bad.gguf: " in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("model", "rwkv", "'tokenizer.ggml.model': expected one of 'gpt2', 'llama', 't5', 'bert', found 'rwkv'"),
        ("model", ["llama"], "'tokenizer.ggml.model': expected one of"),
        ("model", None, "found none, so there is no tokenizer in this file"),
        ("tokens", None, "'tokenizer.ggml.tokens': expected an array of strings, found none"),
        ("tokens", [], "'tokenizer.ggml.tokens': expected an array of strings, found an empty one"),
        ("tokens", "abc", "'tokenizer.ggml.tokens': expected an array of strings, found 'abc'"),
        ("tokens", ["a", 7], "'tokenizer.ggml.tokens[1]': expected strings, found 7"),
        ("tokens", ["a"] * COUNT, "'tokenizer.ggml.tokens[1]': expected a token of its own, found 'a', which 0 is"),
        ("tokens", ["\ud800", *map(str, range(COUNT - 1))], "'tokenizer.ggml.tokens[0]': expected text in UTF-8"),
        ("scores", [0.0], f"'tokenizer.ggml.scores': expected {COUNT} values, one for each token, found 1"),
        ("scores", [0.0] * (COUNT + 1), f"expected {COUNT} values, one for each token, found {COUNT + 1}"),
        ("scores", ["x"] * COUNT, "'tokenizer.ggml.scores[0]': expected numbers, found 'x'"),
        ("scores", [0.0] * (COUNT - 1) + [math.nan], "expected a finite number, found nan"),
        ("scores", [0.0] * (COUNT - 1) + [math.inf], "expected a finite number, found inf"),
        ("token_type", [1], f"'tokenizer.ggml.token_type': expected {COUNT} values"),
        ("token_type", [1] * (COUNT - 1) + [7], "expected 0 to 6, found 7"),
        ("token_type", [1] * (COUNT - 1) + [-1], "expected 0 to 6, found -1"),
        ("token_type", [True] * COUNT, "expected integers, found True"),
        ("unknown_token_id", 1.5, "'tokenizer.ggml.unknown_token_id': expected an integer, found 1.5"),
        ("add_bos_token", 2, "'tokenizer.ggml.add_bos_token': expected true or false, found 2"),
        ("add_space_prefix", "yes", "'tokenizer.ggml.add_space_prefix': expected true or false"),
        ("precompiled_charsmap", [1000], "'tokenizer.ggml.precompiled_charsmap': expected bytes, found numbers beyond"),
        ("pre", 3, "'tokenizer.ggml.pre': expected a string, found 3"),
    ],
)
def test_each_value_that_makes_no_sense_is_named(key: str, value: Any, said: str) -> None:
    assert said in refused(sentencepiece(PIECES) | {f"tokenizer.ggml.{key}": value})


@pytest.mark.parametrize("token_id", [COUNT, -1, (1 << 32) - 1, 1 << 63])
@pytest.mark.parametrize(
    ("role", "name", "default"), [("bos", "bos", "<s>"), ("padding", "pad", None), ("eot", "eot", None)]
)
def test_a_special_id_beyond_the_tokens_is_passed_over_with_a_line(
    token_id: int, role: str, name: str, default: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    metadata = sentencepiece(PIECES, **{f"{role}_token_id": token_id})
    tokenizer, settings = build_tokenizer(metadata, "odd.gguf")
    assert settings.get(f"{name}_token") == default
    assert tokenizer.encode("a").tokens == ["<s>", "▁a"]
    said = [record.getMessage() for record in caplog.records]
    taken = "; the default, 1, is taken" if default else ""
    key = f"tokenizer.ggml.{role}_token_id"
    assert said == [f"odd.gguf: metadata key '{key}' is {token_id}, and there are {COUNT} tokens: ignored{taken}"]


def test_flags_that_are_written_as_numbers_count() -> None:
    tokenizer, _ = build_tokenizer(sentencepiece(PIECES, add_bos_token=0, add_eos_token=1), "odd.gguf")
    assert tokenizer.encode("a").tokens == ["▁a", "</s>"]


def test_a_template_that_is_no_text_or_endless_is_named() -> None:
    assert "'tokenizer.chat_template': expected a string" in refused(byte_level(**{"tokenizer.chat_template": 1}))
    long = {"tokenizer.chat_template.tools": "x" * (2 << 20)}
    assert "'tokenizer.chat_template.tools': expected at most 1048576 characters" in refused(byte_level(**long))


def test_all_that_is_wrong_is_told_at_once() -> None:
    bad = sentencepiece(PIECES, bos_token_id="x", scores=[1.0], add_eos_token="no", padding_token_id="x")
    said = refused(bad)
    assert all(key in said for key in ("bos_token_id", "scores", "add_eos_token", "padding_token_id"))


def test_a_thousand_faults_are_cut_short() -> None:
    said = refused(sentencepiece(PIECES, tokens=["a"] * 1000, scores=None, token_type=None))
    assert "… and 979 more" in said
    assert len(said) < 5000


def test_a_token_that_is_asked_for_and_not_there_is_named() -> None:
    assert "'tokenizer.ggml.add_bos_token': expected an id in 'tokenizer.ggml.bos_token_id' beside it" in refused(
        byte_level(add_bos_token=True)
    )


def test_empty_tokens_get_names_as_in_llama_cpp() -> None:
    metadata = byte_level()
    metadata["tokenizer.ggml.tokens"] += ["", ""]
    metadata["tokenizer.ggml.token_type"] += [5, 5]
    tokenizer, _ = build_tokenizer(metadata, "odd.gguf")
    count = len(metadata["tokenizer.ggml.tokens"])
    assert [tokenizer.id_to_token(each) for each in (count - 2, count - 1)] == [
        f"[EMPTY_{count - 2}]",
        f"[EMPTY_{count - 1}]",
    ]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), 1 << 63),
    st.integers(-2, 300),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["llama", "gpt2", "t5", "bert", "gpt-2", "tekken", "▁a", "a b", "</s>"]),
)
MORE_KEYS = ("pre", "add_bos_token", "add_eos_token", "add_space_prefix", "precompiled_charsmap", "mask_token_id")


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_any_change_to_a_good_file_is_refused_as_ours_or_gives_a_tokenizer_that_works(data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([lambda: sentencepiece(PIECES), word_pieces, unigram, byte_level]))
    metadata: dict[str, Any] = {
        key: list(value) if isinstance(value, list) else value for key, value in start().items()
    }
    for _ in range(data.draw(st.integers(1, 4))):
        key = data.draw(st.sampled_from([*metadata, *(f"tokenizer.ggml.{each}" for each in MORE_KEYS)]))
        value = metadata.get(key)
        if isinstance(value, list) and value and data.draw(st.booleans()):
            index = data.draw(st.integers(0, len(value) - 1))
            value[index] = data.draw(st.one_of(VALUES, st.sampled_from(value)))
        else:
            metadata[key] = data.draw(st.one_of(VALUES, st.lists(VALUES, max_size=5)))
    try:
        tokenizer, _ = build_tokenizer(metadata, "bad.gguf")
    except TokenizerError:
        return
    for text in ("", " a  the cat é </s> 日", "<0x0A>\n"):
        tokenizer.decode(tokenizer.encode(text).ids)


def strings(*items: str) -> bytes:
    return array(STRING, map(string, items))


def test_a_file_is_named_by_its_path_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    with pytest.raises(TokenizerError, match=r"model\.gguf'?: no such file"):
        AutoTokenizer.from_pretrained(path)
    path.write_bytes(b"GGUF")
    with pytest.raises(CorruptCheckpoint, match=r"model\.gguf"):
        AutoTokenizer.from_pretrained(path)
    path.write_bytes(gguf_bytes())
    with pytest.raises(TokenizerError, match=r"model\.gguf: .* there is no tokenizer in this file"):
        AutoTokenizer.from_pretrained(path)
    values = [("tokenizer.ggml.model", STRING, string("gpt2")), ("tokenizer.ggml.tokens", ARRAY, strings("a", "a"))]
    path.write_bytes(gguf_bytes(values))
    with pytest.raises(TokenizerError, match=r"model\.gguf: metadata key 'tokenizer\.ggml\.tokens\[1\]'"):
        AutoTokenizer.from_pretrained(tmp_path, gguf_file="model.gguf")


def test_a_small_file_speaks(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    values = [
        ("tokenizer.ggml.model", STRING, string("gpt2")),
        ("tokenizer.ggml.pre", STRING, string("gpt-2")),
        ("tokenizer.ggml.tokens", ARRAY, strings("a", "b", "ab", "<end>", "<turn>")),
        ("tokenizer.ggml.merges", ARRAY, strings("a b")),
        ("tokenizer.chat_template", STRING, string("{{ messages[0].content }}{% if tools is none %}b{% endif %}")),
        ("tokenizer.ggml.eos_token_id", U32, struct.pack("<I", 3)),
        ("tokenizer.ggml.eot_token_id", U32, struct.pack("<I", 4)),
    ]
    path.write_bytes(gguf_bytes(values))
    tokenizer = AutoTokenizer.from_pretrained(path)
    text = tokenizer.apply_chat_template([{"content": "ab"}], tokenize=False)
    assert tokenizer.encode(text) == [2, 1]
    assert tokenizer.source == str(path)
    assert tokenizer.end_ids == (3, 4)
