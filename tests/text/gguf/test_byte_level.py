"""``tokenizer.ggml.model`` = ``gpt2``: merged bytes, and the many ways to split a text before."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from text.gguf.samples import CONTROL, NORMAL, USER_DEFINED, byte_level, corpus
from tokenizers import Regex, Tokenizer, pre_tokenizers

from loadstone.errors import TokenizerError
from loadstone.text.gguf import build_tokenizer
from loadstone.text.gguf.splits import SPLITS


def built(metadata: dict[str, Any]) -> Tokenizer:
    return build_tokenizer(metadata, "tiny.gguf")[0]


@cache
def splitter(pre: str) -> pre_tokenizers.PreTokenizer:
    split = built(byte_level(pre)).pre_tokenizer
    assert split is not None
    return split


def pieces(pre: str, text: str) -> list[str]:
    """How a text is split, in its own letters."""
    return [text[begin:end] for _, (begin, end) in splitter(pre).pre_tokenize_str(text)]


def test_gpt_2_gives_the_ids_of_the_tokenizer_that_was_trained() -> None:
    from text.gguf.samples import _trained_bytes

    ours, theirs = built(byte_level()), _trained_bytes()
    for text in corpus():
        ids = ours.encode(text).ids
        assert ids == theirs.encode(text).ids
        assert ours.decode(ids) == text


def test_the_ways_that_transformers_knows_split_as_there() -> None:
    from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS

    assert set(GGUF_PRE_TOKENIZER_SPLITS) <= set(SPLITS)
    # Many names stand for one way to split; each pair of theirs and ours is tried once.
    ways = {(pattern, SPLITS[pre].patterns): pre for pre, pattern in GGUF_PRE_TOKENIZER_SPLITS.items()}
    for (pattern, _), pre in ways.items():
        theirs = pre_tokenizers.Split(Regex(pattern), behavior="isolated")
        for text in corpus():
            assert pieces(pre, text) == [piece for piece, _ in theirs.pre_tokenize_str(text)], pre


@pytest.mark.parametrize(
    ("pre", "steps"),
    [
        ("gpt-2", [pre_tokenizers.ByteLevel(add_prefix_space=False)]),
        ("command-r", [pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)]),
        ("smollm", [pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)]),
    ],
)
def test_ways_that_the_library_has_built_in_split_as_there(pre: str, steps: list[pre_tokenizers.PreTokenizer]) -> None:
    theirs = pre_tokenizers.Sequence(steps)
    for text in corpus():
        assert pieces(pre, text) == [text[begin:end] for _, (begin, end) in theirs.pre_tokenize_str(text)]


@pytest.mark.parametrize(
    ("pre", "text", "expected"),
    [
        ("default", "a-b 1234 x", ["a", "-", "b", " ", "123", "4", " x"]),
        ("llama-bpe", "I'LL pay $1234!\n\n x", ["I", "'LL", " pay", " $", "123", "4", "!\n\n", " x"]),
        ("qwen2", "x=12 y\n", ["x", "=", "1", "2", " y", "\n"]),
        ("tekken", "helloWorld HTTPServer 12", ["hello", "World", " HTTPServer", " ", "1", "2"]),
        ("gpt-4o", "helloWorld's /a/\n", ["hello", "World's", " /", "a", "/\n"]),
        ("deepseek-llm", "He said\n 你好world 12", ["He", " said", "\n", " ", "你好", "world", " ", "12"]),
        ("deepseek-coder", "int x=12; 你好", ["int", " x", "=", "1", "2", ";", " ", "你好"]),
        ("deepseek-v3", "x+y=1234 你好 (a)\n", ["x", "+y", "=", "123", "4", " ", "你好", " (", "a", ")\n"]),
        ("falcon", "f(x)=12345 'tis", ["f", "(", "x", ")=", "123", "45", " ", "'", "tis"]),
        ("bloom", "one two, three.", ["one", " two", ",", " three", "."]),
        ("viking", "år 2024, ja", ["år", " ", "2", "0", "2", "4", ",", " ja"]),
        ("qwen35", "हिन्दी 12", ["हिन्दी", " ", "1", "2"]),
        ("minicpm5", "ab 12345", ["ab", " ", "123", "45"]),
        ("ufakzeka", "İstanbul'da", ["İstanbul", "'da"]),
        ("bailingmoe", "I'll go\n\n", ["I", "'ll", " go", "\n\n"]),
        ("seed-coder", "a!\nb", ["a", "!", "\n", "b"]),
        ("exaone-moe", "as far as 12", ["as far as", " ", "1", "2"]),
        ("laguna", "a\n\n b", ["a", "\n\n", " b"]),
        ("chameleon", "a  b1IMGIMGABZ!", ["a", "  ", "b", "1", "IMGIMGABZ", "!"]),
        ("tiny_aya", "1234567 x", ["1", "234", "567", " x"]),
        ("youtu", "안녕 hello，世界", ["안녕", " hello", "，", "世界"]),
        ("spark2_5", "a)\n1", ["a", ")", "\n", "1"]),
    ],
)
def test_a_text_is_split_in_the_way_that_the_file_names(pre: str, text: str, expected: list[str]) -> None:
    assert pieces(pre, text) == expected


def test_every_known_way_splits_without_losing_a_sign() -> None:
    for pre in SPLITS:
        tokenizer = built(byte_level(pre))
        for text in corpus()[:20]:
            assert tokenizer.decode(tokenizer.encode(text).ids) == text, pre


def test_a_file_that_names_no_way_is_split_in_the_default_one() -> None:
    text = "a-b 1234 x"
    assert built(byte_level(None)).encode(text).ids == built(byte_level("default")).encode(text).ids


def test_a_word_that_is_a_token_is_taken_whole_where_the_models_do_so() -> None:
    def tokens(pre: str) -> list[str]:
        metadata = byte_level(pre, add_bos_token=False)
        metadata["tokenizer.ggml.tokens"].append("zqxj")
        metadata["tokenizer.ggml.token_type"].append(NORMAL)
        return built(metadata).encode("zqxj").tokens

    assert tokens("llama-bpe") == ["zqxj"]
    assert "zqxj" not in tokens("qwen2")


def test_an_unknown_way_is_refused_by_name() -> None:
    expected = r"tiny\.gguf: metadata key 'tokenizer\.ggml\.pre': expected a way to split.* found 'zebra-9'"
    with pytest.raises(TokenizerError, match=expected):
        built(byte_level("zebra-9"))


def test_bos_comes_first_where_the_file_or_the_models_of_its_kind_say_so() -> None:
    assert built(byte_level("gpt-2")).encode("a").tokens == ["a"]
    bos = len(byte_level()["tokenizer.ggml.tokens"]) - 1
    assert built(byte_level("gpt-2", bos_token_id=bos, add_bos_token=True)).encode("a").tokens == ["<|end|>", "a"]
    assert built(byte_level("llama-bpe", bos_token_id=bos)).encode("a").tokens == ["<|end|>", "a"]
    framed = built(byte_level("roberta-bpe", bos_token_id=bos, add_bos_token=True, add_eos_token=True))
    assert framed.encode("a", "b").tokens == ["<|end|>", "a", "<|end|>", "<|end|>", "b", "<|end|>"]


def test_tokens_with_letters_that_are_no_bytes_are_found_and_come_back() -> None:
    metadata = byte_level("deepseek-v3")
    metadata["tokenizer.ggml.tokens"] += ["<｜end▁of▁sentence｜>", "<think>", "    "]
    metadata["tokenizer.ggml.token_type"] += [CONTROL, USER_DEFINED, USER_DEFINED]
    tokenizer = built(metadata)
    text = "a<think>b    c<｜end▁of▁sentence｜>"
    found = tokenizer.encode(text)
    assert found.tokens == ["a", "<think>", "b", "    ", "c", "<｜end▁of▁sentence｜>"]
    assert tokenizer.decode(found.ids, skip_special_tokens=False) == text
    assert tokenizer.decode(found.ids) == "a<think>b    c"


@pytest.mark.parametrize("merge", ["nothing here", "a  b", "Ġ zebra", "zebra Ġ", "¡¡ ¢¢"])
def test_a_merge_that_no_text_meets_is_passed_over_with_a_warning(merge: str, caplog: pytest.LogCaptureFixture) -> None:
    metadata = byte_level()
    expected = built(metadata).encode("the zebra is nothing").ids
    metadata["tokenizer.ggml.merges"].insert(3, merge)
    assert built(metadata).encode("the zebra is nothing").ids == expected
    assert f"ignored 1 merges of strings that are no tokens, such as {merge!r}" in caplog.text


@pytest.mark.parametrize("merge", ["a", "", " a", "a Ġ", "¢ a"])
def test_a_merge_that_makes_no_token_is_refused_by_number(merge: str) -> None:
    metadata = byte_level()
    metadata["tokenizer.ggml.merges"].insert(3, merge)
    with pytest.raises(TokenizerError, match=r"'tokenizer\.ggml\.merges\[3\]': expected two tokens that make a third"):
        built(metadata)
