"""Text ↔ token ids."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.conftest import WORDS, write_tokenizer

from loadstone.errors import ArgumentError, ConfigError, LoadstoneError, TokenizerError
from loadstone.text.tokenizer import TextTokenizer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tokenizer(tmp_path)
    return tmp_path


def test_a_batch_is_padded_on_the_asked_side_with_a_mask_that_says_so(folder: Path) -> None:
    tokenizer = TextTokenizer.from_pretrained(folder)
    left = tokenizer.encode(["the cat sat", "cat"], padding_side="left")
    assert left.input_ids == [[2, 5, 6, 7, 3], [0, 0, 2, 6, 3]]
    assert left.attention_mask == [[1, 1, 1, 1, 1], [0, 0, 1, 1, 1]]
    right = tokenizer.encode(["the cat sat", "cat"])
    assert right.input_ids[1] == [2, 6, 3, 0, 0]
    assert right.attention_mask[1] == [1, 1, 1, 0, 0]


def test_padding_and_truncation_that_the_file_asks_for_are_not_applied(folder: Path) -> None:
    batch = TextTokenizer.from_pretrained(folder).encode(["the cat sat on the mat ."])
    assert len(batch.input_ids[0]) == 9


def test_a_pair_tells_which_text_each_token_comes_from(folder: Path) -> None:
    batch = TextTokenizer.from_pretrained(folder).encode([("where ?", "on the mat")])
    assert batch.sequence_ids == [[None, 0, 0, None, 1, 1, 1, None]]
    assert batch.token_type_ids == [[0, 0, 0, 0, 1, 1, 1, 1]]
    assert batch.offsets[0][4:7] == [(0, 2), (3, 6), (7, 10)]


def test_decoding_leaves_out_special_tokens_unless_asked(folder: Path) -> None:
    tokenizer = TextTokenizer.from_pretrained(folder)
    assert tokenizer.decode([2, 5, 6, 3]) == "the cat"
    assert tokenizer.decode([2, 5, 6, 3], skip_special_tokens=False) == "[CLS] the cat [SEP]"


def test_special_tokens_are_found_by_role(folder: Path) -> None:
    tokenizer = TextTokenizer.from_pretrained(folder)
    assert [tokenizer.special_id(name) for name in ("pad", "mask", "bos")] == [0, 4, None]
    assert (tokenizer.vocab_size, tokenizer.max_length) == (len(WORDS), None)
    (folder / "tokenizer_config.json").write_text(json.dumps({"mask_token": {"content": "cat"}, "model_max_length": 9}))
    changed = TextTokenizer.from_pretrained(folder)
    assert (changed.special_id("mask"), changed.max_length) == (6, 9)


def test_a_text_that_is_too_long_is_refused_and_not_cut_off(folder: Path) -> None:
    with pytest.raises(ArgumentError, match=r"Text 1 has 6 tokens, this model takes at most 5"):
        TextTokenizer.from_pretrained(folder).encode(["cat", "the cat sat ."], max_length=5)


def test_no_text_is_refused(folder: Path) -> None:
    with pytest.raises(ArgumentError):
        TextTokenizer.from_pretrained(folder).encode([])


def test_a_folder_without_tokenizer_json_is_told_what_it_has_instead(tmp_path: Path) -> None:
    (tmp_path / "token_mappings.json").write_text("{}")
    with pytest.raises(TokenizerError, match=r"no tokenizer\.json there.*found token_mappings\.json"):
        TextTokenizer.from_pretrained(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", '{"version": "1.0"}', "[1]", '{"model": {"type": "Nope"}}'])
def test_a_broken_tokenizer_json_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(TokenizerError, match=r"tokenizer\.json: expected a tokenizer"):
        TextTokenizer.from_pretrained(tmp_path)


def test_a_broken_tokenizer_config_is_named(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text("{")
    with pytest.raises(ConfigError, match=r"tokenizer_config\.json") as caught:
        TextTokenizer.from_pretrained(folder)
    assert isinstance(caught.value, LoadstoneError)


def test_trained_tokenizer_begins_with_its_bos_and_gives_the_text_back(stories260k: Path) -> None:
    tokenizer = TextTokenizer.from_pretrained(stories260k)
    batch = tokenizer.encode(["Once upon a time"])
    assert batch.input_ids[0][0] == tokenizer.special_id("bos") == 1
    assert tokenizer.decode(batch.input_ids[0]) == "Once upon a time"
