"""A real file: SmolLM2's tokenizer against what transformers makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from text.gguf.samples import corpus, texts
from tokenizers import Tokenizer, pre_tokenizers

from loadstone import AutoTokenizer, PreTrainedTokenizerFast

SPECIAL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<repo_name>", "<|im_start", "user\n")


@pytest.fixture(scope="module")
def ours(smollm2: Path) -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(smollm2)


@pytest.fixture(scope="module")
def theirs(smollm2: Path) -> Any:
    import transformers

    return transformers.AutoTokenizer.from_pretrained(smollm2.parent, gguf_file=smollm2.name)


@pytest.fixture(scope="module")
def reference(theirs: Any) -> Tokenizer:
    """transformers' conversion, with digits cut apart as in this model's tokenizer.json.

    transformers 5.23.0 does not know ``tokenizer.ggml.pre`` = ``smollm``, and splits as GPT-2 does.
    """
    tokenizer: Tokenizer = theirs.backend_tokenizer
    digits = pre_tokenizers.Digits(individual_digits=True)
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    return copy


def same(ours: PreTrainedTokenizerFast, reference: Tokenizer, text: str) -> None:
    ids = ours.encode(text)
    assert ids == reference.encode(text).ids
    for skip in (True, False):
        assert ours.decode(ids, skip_special_tokens=skip) == reference.decode(ids, skip_special_tokens=skip)


def test_ids_and_texts_are_those_of_the_reference_on_a_wide_corpus(
    ours: PreTrainedTokenizerFast, reference: Tokenizer
) -> None:
    for text in (*corpus(), *SPECIAL, "".join(SPECIAL), "a  1", "a 1  12"):
        same(ours, reference, text)
        assert ours.decode(ours.encode(text), skip_special_tokens=False) == text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts(*SPECIAL))
def test_ids_and_texts_are_those_of_the_reference_on_any_text(
    ours: PreTrainedTokenizerFast, reference: Tokenizer, text: str
) -> None:
    same(ours, reference, text)


def test_without_digits_transformers_itself_gives_the_same_ids(ours: PreTrainedTokenizerFast, theirs: Any) -> None:
    for text in (
        "Why is the sky blue?",
        "  two  blanks\n\nand lines",
        "<|im_start|>user\nhi<|im_end|>",
        "Ünïcödé 中文 😀",
    ):
        assert ours.encode(text) == theirs(text)["input_ids"]


def test_special_tokens_and_the_longest_input_are_those_of_the_file(ours: PreTrainedTokenizerFast, theirs: Any) -> None:
    for role in ("bos", "eos", "unk", "pad"):
        assert getattr(ours, f"{role}_token_id") == getattr(theirs, f"{role}_token_id")
    assert (ours.vocab_size, ours.model_max_length) == (49152, 8192)


@pytest.mark.parametrize("prompt", [True, False])
@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": "Why is the sky blue?"}],
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "  1 + 1?\n"}],
        [{"role": role, "content": f"<b>{role}</b> & 'co'"} for role in ("user", "assistant", "user")],
    ],
)
def test_a_conversation_is_written_as_transformers_writes_it(
    ours: PreTrainedTokenizerFast, theirs: Any, messages: list[Mapping[str, Any]], prompt: bool
) -> None:
    expected = theirs.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)
    assert ours.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt) == expected
    if not any(letter.isdigit() for letter in expected):
        ids = theirs.apply_chat_template(messages, add_generation_prompt=prompt)
        assert dict(ours.apply_chat_template(messages, add_generation_prompt=prompt)) == dict(ids)


def test_a_folder_and_the_name_of_its_file_serve_as_well(smollm2: Path, ours: PreTrainedTokenizerFast) -> None:
    other = AutoTokenizer.from_pretrained(smollm2.parent, gguf_file=smollm2.name)
    assert other.encode("the sky") == ours.encode("the sky")
