"""Tokenizers of every kind of file: what they make of a text is what transformers makes of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from text.folders import KINDS, write
from text.gguf.samples import LINES

import loadstone
from loadstone import AutoTokenizer, PreTrainedTokenizerFast

FACTS = (
    *("special_tokens_map", "all_special_tokens", "all_special_ids", "extra_special_tokens", "model_max_length"),
    *("padding_side", "truncation_side", "model_input_names", "vocab_size"),
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            made[name] = write(tmp_path_factory.mktemp("tokenizers") / name, name)
        return made[name]

    return folder


def texts(special: list[str]) -> Iterator[str]:
    """Lines of every kind, special tokens, and both put together at random, with blanks and control characters."""
    odd = ["  ", "\n", "\t", "\x00", "\x07", "the cat", "<mask>", "\u200d", "e\u0301", "ﷺ", "<0x0A>"]
    pieces = [*LINES, *special, *odd]
    chosen = random.Random(0)
    yield from (*LINES, *special)
    for _ in range(40):
        yield "".join(chosen.choice(pieces) for _ in range(chosen.randint(1, 5)))


def same(ours: PreTrainedTokenizerFast, theirs: Any) -> None:
    """Facts, vocabulary, and for every text: ids, offsets, masks and the text that is made of the ids again."""
    assert {name: getattr(ours, name) for name in FACTS} == {name: getattr(theirs, name) for name in FACTS}
    assert ours.get_vocab() == theirs.get_vocab()
    wanted = {"return_offsets_mapping": True, "return_special_tokens_mask": True, "verbose": False}
    for text in texts(theirs.all_special_tokens[:8]):
        for call in ({"text": text}, {"text": text, "text_pair": "the cat", "truncation": True, "max_length": 12}):
            found, expected = ours(**call, **wanted), theirs(**call, **wanted)
            assert dict(found) == dict(expected), call
        for skip in (True, False):
            ids = expected["input_ids"]
            assert ours.decode(ids, skip_special_tokens=skip) == theirs.decode(ids, skip_special_tokens=skip), text
    padded = {"padding": True, "return_tensors": "np"}
    if theirs.pad_token is not None:
        found, expected = ours(["a", "the cat"], **padded), theirs(["a", "the cat"], **padded)
        assert {name: value.tolist() for name, value in found.items()} == {
            name: value.tolist() for name, value in expected.items()
        }


@pytest.mark.parametrize("name", KINDS)
def test_a_vocabulary_is_read_as_by_transformers(name: str, folders: Any) -> None:
    import transformers

    folder = folders(name)
    same(AutoTokenizer.from_pretrained(folder), transformers.AutoTokenizer.from_pretrained(folder))


@pytest.mark.parametrize("name", KINDS)
def test_what_either_saves_the_other_reads_equal(name: str, folders: Any, tmp_path: Path) -> None:
    import transformers

    folder = folders(name)
    ours, theirs = AutoTokenizer.from_pretrained(folder), transformers.AutoTokenizer.from_pretrained(folder)
    ours.save_pretrained(tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")
    again = AutoTokenizer.from_pretrained(tmp_path / "ours")
    of_theirs = AutoTokenizer.from_pretrained(tmp_path / "theirs")
    of_ours = transformers.AutoTokenizer.from_pretrained(tmp_path / "ours")
    for text in ("the cat sat", "Ünïcödé <mask> 中文 😀  two", *ours.all_special_tokens[:3]):
        expected = dict(theirs(text, return_offsets_mapping=True))
        for tokenizer in (again, of_theirs, of_ours):
            assert dict(tokenizer(text, return_offsets_mapping=True)) == expected
            assert tokenizer.decode(expected["input_ids"]) == theirs.decode(expected["input_ids"])


def test_a_real_tokenizer_is_that_of_transformers(minilm: Path) -> None:
    import transformers

    same(AutoTokenizer.from_pretrained(minilm), transformers.AutoTokenizer.from_pretrained(minilm))


@pytest.mark.parametrize(
    ("name", "settings"), [("gpt2", {"add_prefix_space": True}), ("bert", {"do_lower_case": False})]
)
def test_settings_of_splitting_change_a_tokenizer_json_too(
    name: str, settings: dict[str, bool], folders: Any, tmp_path: Path
) -> None:
    import transformers

    transformers.AutoTokenizer.from_pretrained(folders(name)).save_pretrained(tmp_path)
    expected = transformers.AutoTokenizer.from_pretrained(tmp_path, **settings)
    found = loadstone.AutoTokenizer.from_pretrained(tmp_path, **settings)
    for text in ("The Cat", "é sat", "a"):
        assert dict(found(text, return_offsets_mapping=True)) == dict(expected(text, return_offsets_mapping=True))
    assert found("The Cat") != AutoTokenizer.from_pretrained(tmp_path)("The Cat")


def test_a_file_of_the_folder_serves_as_well(folders: Any) -> None:
    folder = folders("llama")
    assert AutoTokenizer.from_pretrained(folder / "tokenizer.model").encode("the cat") == AutoTokenizer.from_pretrained(
        folder
    ).encode("the cat")
