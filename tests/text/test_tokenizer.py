"""A tokenizer as it is called, changed, saved and shared."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli.conftest import WORDS, write_tokenizer
from tokenizers import AddedToken

import loadstone
from loadstone import AutoTokenizer, BatchEncoding, PreTrainedTokenizerFast
from loadstone.errors import ArgumentError, ConfigError, LoadstoneError, TokenizerError, UnknownArgument

CONVERSIONS: list[Callable[[PreTrainedTokenizerFast], PreTrainedTokenizerFast]] = [
    copy.copy,
    copy.deepcopy,
    lambda tokenizer: pickle.loads(pickle.dumps(tokenizer)),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tokenizer(tmp_path)
    return tmp_path


@pytest.fixture
def ours(folder: Path) -> PreTrainedTokenizerFast:
    return AutoTokenizer.from_pretrained(folder)


@pytest.fixture
def theirs(folder: Path) -> Any:
    import transformers

    return transformers.AutoTokenizer.from_pretrained(folder)


def plain(value: Any) -> Any:
    """Lists of whatever a tokenizer returns."""
    if hasattr(value, "items"):
        return {name: plain(each) for name, each in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value


ONE, TWO = "the cat sat on the mat .", ["the cat sat on the mat .", "where ?"]
CALLS: list[dict[str, Any]] = [
    {"text": ONE},
    {"text": TWO},
    {"text": ""},
    {"text": TWO, "padding": True},
    {"text": TWO, "padding": "longest", "padding_side": "left", "return_tensors": "np"},
    {"text": TWO, "padding": "max_length", "max_length": 12},
    {"text": TWO, "padding": "max_length", "max_length": 5, "truncation": True, "return_length": True},
    {"text": TWO, "padding": True, "pad_to_multiple_of": 8},
    {"text": TWO, "max_length": 4},
    {"text": TWO, "truncation": True},
    {"text": ONE, "text_pair": "where is it ?", "return_token_type_ids": True, "return_offsets_mapping": True},
    {"text": TWO, "text_pair": ["a mat", "the"], "truncation": "only_first", "max_length": 6},
    {"text": TWO, "text_pair": [ONE, ONE], "truncation": "only_second", "max_length": 14},
    {"text": TWO, "text_pair": [ONE, "the"], "truncation": "longest_first", "max_length": 7},
    {"text": ONE, "truncation": True, "max_length": 5, "stride": 1, "return_overflowing_tokens": True},
    {
        **{"text": TWO, "text_pair": [ONE, ONE], "truncation": "only_second", "max_length": 15, "stride": 2},
        **{"return_overflowing_tokens": True, "return_offsets_mapping": True, "padding": True},
    },
    {"text": ONE, "add_special_tokens": False, "return_special_tokens_mask": True},
    {"text": ["the", "cat", "unknown"], "is_split_into_words": True},
    {"text": [["the", "cat"], ["mat"]], "is_split_into_words": True, "return_special_tokens_mask": True},
    {"text": ONE, "return_attention_mask": False, "return_tensors": "pt"},
    {"text": ONE, "text_target": "the mat"},
    {"text_target": TWO, "padding": True},
    {"text": ONE, "text_target": ONE, "max_length": 5, "truncation": True, "max_target_length": 3},
    {"text": "the [MASK] sat [SEP]", "split_special_tokens": True},
    {"text": [("the", "cat"), ("a", "mat")]},
]


@pytest.mark.parametrize("call", CALLS, ids=range(len(CALLS)))
def test_a_call_returns_what_transformers_returns(ours: PreTrainedTokenizerFast, theirs: Any, call: Any) -> None:
    expected, found = theirs(**call), ours(**call)
    assert isinstance(found, BatchEncoding)
    assert plain(found) == plain(expected)
    for index in range(len(expected.encodings)):
        assert found.tokens(index) == expected.tokens(index)
        assert found.word_ids(index) == expected.word_ids(index)
        assert found.sequence_ids(index) == expected.sequence_ids(index)


def test_what_a_file_asks_for_of_padding_and_truncation_is_a_calls_to_decide(ours: PreTrainedTokenizerFast) -> None:
    assert len(ours.encode(ONE)) == 9


@pytest.mark.parametrize(
    ("kind", "dtype"), [("pt", "torch.int64"), ("np", "int64"), ("jax", "int32"), ("tf", "<dtype: 'int32'>")]
)
def test_each_framework_gets_arrays_of_its_own(ours: PreTrainedTokenizerFast, kind: str, dtype: str) -> None:
    found = ours(TWO, padding=True, return_tensors=kind)
    assert {str(value.dtype) for value in found.values()} == {dtype}
    assert np.array(found["input_ids"]).tolist() == ours(TWO, padding=True)["input_ids"]
    assert found.to("cpu")["input_ids"].shape == (2, 9)


def test_words_characters_and_tokens_are_found_from_each_other_as_in_transformers(
    ours: PreTrainedTokenizerFast, theirs: Any
) -> None:
    found, expected = ours(ONE, "where ?"), theirs(ONE, "where ?")
    for index in range(len(found["input_ids"])):
        for name in ("token_to_sequence", "token_to_word", "token_to_chars"):
            assert getattr(found, name)(index) == getattr(expected, name)(index), name
    for index in range(7):
        for name in ("word_to_tokens", "word_to_chars", "char_to_token", "char_to_word"):
            assert getattr(found, name)(0, index) == getattr(expected, name)(0, index), name
    assert found.char_to_token(0, 0, 1) == expected.char_to_token(0, 0, 1)
    assert found.token_to_word(-2) == found.token_to_word(len(found["input_ids"]) - 2)
    assert found.n_sequences == 2 and found[0].ids == found["input_ids"] and found.input_ids == found["input_ids"]
    again = pickle.loads(pickle.dumps(found))
    assert dict(again) == dict(found) and again.word_ids() == found.word_ids()
    with pytest.raises(ArgumentError, match="there are 1 sequences"):
        found.word_ids(3)
    with pytest.raises(ArgumentError, match="did not come from a text"):
        ours.pad({"input_ids": [1, 2]}).word_ids()


def test_decoding_is_that_of_transformers(ours: PreTrainedTokenizerFast, theirs: Any) -> None:
    import torch

    for ids in ([2, 5, 6, 3], 5, [[2, 5, 13], [6, 13]], torch.tensor([[2, 5], [6, 13]]), np.array([5, 13]), []):
        for options in ({}, {"skip_special_tokens": True}, {"clean_up_tokenization_spaces": True}):
            assert ours.decode(ids, **options) == theirs.decode(ids, **options)
    assert ours.batch_decode([[5], [6]]) == theirs.batch_decode([[5], [6]]) == ["the", "cat"]
    text = "it is n't , he 's ' here ' . I 'm"
    assert ours.clean_up_tokenization(text) == theirs.clean_up_tokenization(text)


def test_tokens_and_ids_are_converted_as_in_transformers(ours: PreTrainedTokenizerFast, theirs: Any) -> None:
    assert ours.tokenize("the unknown cat") == theirs.tokenize("the unknown cat")
    assert ours.convert_tokens_to_ids(["the", "zebra"]) == theirs.convert_tokens_to_ids(["the", "zebra"]) == [5, 1]
    assert ours.convert_tokens_to_ids("zebra") == 1
    assert ours.convert_ids_to_tokens([2, 5, 6], skip_special_tokens=True) == ["the", "cat"]
    assert ours.convert_ids_to_tokens(5) == "the" and ours.convert_ids_to_tokens(99) is None
    assert ours.convert_tokens_to_string(["the", "cat"]) == theirs.convert_tokens_to_string(["the", "cat"])
    for name in ("vocab_size", "num_special_tokens_to_add", "max_len_single_sentence", "get_added_vocab", "get_vocab"):
        found, expected = getattr(ours, name), getattr(theirs, name)
        assert (found() if callable(found) else found) == (expected() if callable(expected) else expected), name
    assert ours.num_special_tokens_to_add(pair=True) == 3 and len(ours) == len(theirs) == len(WORDS)
    assert ours.get_special_tokens_mask([2, 5, 3], already_has_special_tokens=True) == [1, 0, 1]


def test_special_tokens_are_read_and_set_by_role(ours: PreTrainedTokenizerFast, theirs: Any) -> None:
    assert (ours.mask_token, ours.mask_token_id, ours.bos_token, ours.bos_token_id) == ("[MASK]", 4, None, None)
    for tokenizer in (ours, theirs):
        tokenizer.eos_token = "[SEP]"
        tokenizer.bos_token_id = 2
        tokenizer.pad_token = None
    for name in ("special_tokens_map", "all_special_tokens", "all_special_ids", "bos_token", "pad_token_id"):
        assert getattr(ours, name) == getattr(theirs, name), name
    with pytest.raises(ArgumentError, match="no token of that id"):
        ours.eos_token_id = 4000
    with pytest.raises(ArgumentError, match="expected text, an AddedToken, or None"):
        ours.eos_token = 4
    with pytest.raises(AttributeError, match="Did you mean 'pad_token'"):
        ours.pad_tokn  # noqa: B018


def test_tokens_are_added_as_in_transformers(ours: PreTrainedTokenizerFast, theirs: Any) -> None:
    assert ours.add_tokens(["catlike", "the", "[SEP]"]) == theirs.add_tokens(["catlike", "the", "[SEP]"]) > 0
    for tokenizer in (ours, theirs):
        assert tokenizer.add_tokens([]) == 0
        assert tokenizer.add_tokens(AddedToken("mat!", lstrip=True)) == 1
        assert tokenizer.add_special_tokens({"bos_token": "[BOS]", "additional_special_tokens": ["[ONE]"]}) == 2
        assert (
            tokenizer.add_special_tokens({"extra_special_tokens": ["[TWO]"]}, replace_extra_special_tokens=False) == 1
        )
    text = "the catlike  mat! [ONE][BOS] [TWO]"
    assert ours.encode(text) == theirs.encode(text)
    assert ours.decode(ours.encode(text), skip_special_tokens=True) == theirs.decode(theirs.encode(text), True)
    for name in ("extra_special_tokens", "special_tokens_map", "added_tokens_encoder", "all_special_ids"):
        assert getattr(ours, name) == getattr(theirs, name), name
    with pytest.raises(ArgumentError, match="Expected a token for one of bos_token"):
        ours.add_special_tokens({"poet_token": "x"})


PADDED: list[Any] = [
    [{"input_ids": [2, 5]}, {"input_ids": [2, 5, 6, 3]}],
    {"input_ids": [[2, 5], [2]], "attention_mask": [[1, 1], [1]], "token_type_ids": [[0, 0], [0]], "labels": [1, 0]},
    {"input_ids": [2, 5, 6]},
    [
        {"input_ids": np.array([2, 5]), "special_tokens_mask": np.array([1, 0])},
        {"input_ids": np.array([2]), "special_tokens_mask": np.array([1])},
    ],
    {"input_ids": []},
]


@pytest.mark.parametrize("inputs", PADDED, ids=range(len(PADDED)))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding": "max_length", "max_length": 7},
        {"pad_to_multiple_of": 4, "padding_side": "left"},
        {"padding": False},
    ],
)
def test_what_was_tokenized_before_is_padded_as_in_transformers(
    ours: PreTrainedTokenizerFast, theirs: Any, inputs: Any, options: Any
) -> None:
    if options.get("padding") is False and not isinstance(inputs, dict) and hasattr(inputs[0]["input_ids"], "dtype"):
        with pytest.raises(ArgumentError, match="expected sequences of one length"):
            ours.pad(inputs, **options)
        return
    expected = theirs.pad(copy.deepcopy(inputs), **options)
    found = ours.pad(inputs, **options)
    assert plain(found) == plain(expected)
    assert [type(value) for value in found.values()] == [type(value) for value in expected.values()]


def test_a_data_collator_of_transformers_takes_it(ours: PreTrainedTokenizerFast, theirs: Any) -> None:
    import torch
    import transformers

    rows = [{"input_ids": ours.encode(text)} for text in TWO]
    for make in (
        lambda tokenizer: transformers.DataCollatorWithPadding(tokenizer),
        lambda tokenizer: transformers.DataCollatorForLanguageModeling(tokenizer, mlm=False),
        lambda tokenizer: transformers.DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.5, seed=0),
    ):
        found, expected = make(ours)(rows), make(theirs)(rows)
        assert found.keys() == expected.keys()
        assert all(torch.equal(found[name], expected[name]) for name in expected)


@pytest.mark.parametrize("convert", CONVERSIONS, ids=["copied", "deeply", "pickled"])
def test_a_copy_is_equal_and_apart(ours: PreTrainedTokenizerFast, convert: Any) -> None:
    ours.pad_token = "[MASK]"
    other = convert(ours)
    assert dict(other(TWO, padding=True)) == dict(ours(TWO, padding=True))
    other.add_tokens(["zebra"])
    assert len(other) == len(ours) + 1


def test_what_is_saved_is_read_back_equal_here_and_in_transformers(
    ours: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    import transformers

    ours.add_special_tokens({"bos_token": "[BOS]", "additional_special_tokens": ["[ONE]"]})
    ours.add_tokens(["catlike"])
    ours.padding_side, ours.model_max_length = "left", 12
    ours.chat_template = {"default": "{{ messages[0].content }}", "tool_use": "tools"}
    saved = tmp_path / "saved"
    ours(TWO, padding=True, truncation=True, max_length=7)
    files = ours.save_pretrained(saved)
    assert {json.loads((saved / "tokenizer.json").read_text())[name] for name in ("padding", "truncation")} == {None}
    names = {Path(name).relative_to(saved).as_posix() for name in files}
    assert names == {"tokenizer.json", "tokenizer_config.json"}
    others = [AutoTokenizer.from_pretrained(saved), transformers.AutoTokenizer.from_pretrained(saved)]
    for other in others:
        assert plain(other(TWO, padding=True)) == plain(ours(TWO, padding=True))
        for name in ("special_tokens_map", "extra_special_tokens", "model_max_length", "padding_side", "chat_template"):
            assert getattr(other, name) == getattr(ours, name), name
    ours.chat_template = "one"
    ours.save_pretrained(tmp_path / "inline", save_jinja_files=False)
    assert AutoTokenizer.from_pretrained(tmp_path / "inline").chat_template == "one"
    assert PreTrainedTokenizerFast.from_pretrained(saved).padding_side == "left"


def test_what_an_older_save_left_is_gone_and_a_save_that_fails_changes_nothing(
    ours: PreTrainedTokenizerFast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "special_tokens_map.json").write_text('{"pad_token": "[SEP]"}')
    (folder / "chat_template.jinja").write_text("old")
    (folder / "model.safetensors").write_text("weights")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(loadstone.errors.SaveError, match="No space left on device"):
            ours.save_pretrained(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    ours.pad_token = "[MASK]"
    ours.save_pretrained(folder)
    assert {path.name for path in folder.iterdir()} == {"tokenizer.json", "tokenizer_config.json", "model.safetensors"}
    again = AutoTokenizer.from_pretrained(folder)
    assert (again.pad_token, again.chat_template) == ("[MASK]", None)


def test_saving_refuses_what_it_does_not_write(ours: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="legacy_format=True"):
        ours.save_pretrained(tmp_path, legacy_format=True)
    with pytest.raises(UnknownArgument, match="save_pretrained takes no keyword 'filename_prefx'"):
        ours.save_pretrained(tmp_path, filename_prefx="a")
    (tmp_path / "file").write_text("")
    with pytest.raises(loadstone.errors.SaveError, match="expected a folder to save to"):
        ours.save_pretrained(tmp_path / "file")


def test_threads_do_not_disturb_each_other(ours: PreTrainedTokenizerFast) -> None:
    expected = {
        length: dict(ours(TWO, padding="max_length", truncation=True, max_length=length)) for length in range(4, 24)
    }
    wrong: list[object] = []

    def work(length: int) -> None:
        for _ in range(60):
            found = dict(ours(TWO, padding="max_length", truncation=True, max_length=length))
            if found != expected[length] or ours.decode(found["input_ids"][0], skip_special_tokens=True)[:3] != "the":
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(length,)) for length in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_settings_by_keyword_beat_those_of_the_files(folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(
        folder,
        **{"padding_side": "left", "truncation_side": "left", "model_max_length": 4, "pad_token": "[MASK]"},
        **{"use_fast": True, "trust_remote_code": True, "image_token": "cat"},
    )
    assert tokenizer(TWO, padding=True, truncation=True)["input_ids"] == [[2, 9, 13, 3], [2, 10, 12, 3]]
    assert tokenizer.image_token_id == 6
    with pytest.raises(UnknownArgument, match=r"does not know 'pading_side'\. Did you mean 'padding_side'"):
        AutoTokenizer.from_pretrained(folder, pading_side="left")
    with pytest.raises(TokenizerError, match="'padding_side': expected 'left' or 'right', found 'up'"):
        AutoTokenizer.from_pretrained(folder, padding_side="up")
    with pytest.raises(ArgumentError, match=r"Use AutoTokenizer\.from_pretrained"):
        AutoTokenizer()


BAD_CALLS: list[tuple[dict[str, Any], str]] = [
    ({}, "Give the tokenizer a text"),
    ({"text": 7}, "Expected a text or a list of texts, found int"),
    ({"text": [7]}, "Expected texts"),
    ({"text": [None]}, "Expected texts"),
    ({"text": "a", "text_pair": ["b"]}, "expected two alike"),
    ({"text": ["a"], "text_pair": ["b", "c"]}, "text has 1 texts, text_pair 2 texts"),
    ({"text": ["a"], "text_pair": "b"}, "text_pair one text"),
    ({"text": TWO, "return_tensors": "pt"}, r"expected sequences of one length for an array, found lengths 4, 9"),
    ({"text": ONE, "return_tensors": "xyz"}, r"return_tensors='xyz': expected one of 'pt', 'np'"),
    ({"text": ONE, "padding": "most"}, "padding='most': expected True, False or one of 'longest'"),
    ({"text": ONE, "truncation": "last"}, "truncation='last': expected"),
    ({"text": ONE, "max_length": -1}, "max_length=-1: expected an integer"),
    ({"text": ONE, "padding": True, "padding_side": "up"}, "padding_side='up'"),
    ({"text": ONE, "truncation": True, "max_length": 1}, "max_length=1, of which special tokens take 2"),
    ({"text": ONE, "truncation": True, "max_length": 4, "stride": 3}, "and stride=3"),
    (
        {"text": ONE, "truncation": True, "padding": True, "max_length": 5, "pad_to_multiple_of": 4},
        "is no multiple of pad_to_multiple_of=4",
    ),
    ({"text": "\ud800"}, "Expected texts"),
    (
        {"text": ONE, "text_pair": "cat", "truncation": "only_second", "max_length": 6},
        "could not be cut to max_length=6",
    ),
    (
        {"text": ONE, "text_pair": ONE, "truncation": "only_second", "max_length": 12, "stride": 3},
        "could not be cut to max_length=12, stride=3",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD_CALLS, ids=range(len(BAD_CALLS)))
def test_a_call_that_makes_no_sense_is_one_error(ours: PreTrainedTokenizerFast, call: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ours(**call)


def test_padding_without_a_token_for_it_says_what_to_do(ours: PreTrainedTokenizerFast) -> None:
    ours.pad_token = None
    with pytest.raises(ArgumentError, match=r"tokenizer\.pad_token = tokenizer\.eos_token"):
        ours(TWO, padding=True)
    with pytest.raises(ArgumentError, match="pad_token"):
        ours.pad({"input_ids": [1]})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"ids": [1]}, "expected 'input_ids' among the inputs, found ids"),
        ([{"input_ids": [1], "labels": 1}, {"input_ids": [1]}], "not all examples have labels"),
        ({"input_ids": [[1], [2]], "labels": [1]}, "expected one batch size"),
        ([1, 2], "a list of such mappings"),
    ],
)
def test_what_cannot_be_padded_is_refused(ours: PreTrainedTokenizerFast, inputs: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ours.pad(inputs)


@pytest.mark.parametrize("ids", [[-1], ["a"], [1.5], [None], "the"])
def test_what_is_no_ids_is_not_decoded(ours: PreTrainedTokenizerFast, ids: Any) -> None:
    with pytest.raises(ArgumentError, match="decode: expected ids"):
        ours.decode(ids)


def test_a_text_longer_than_the_model_takes_is_worth_one_warning(
    ours: PreTrainedTokenizerFast, caplog: pytest.LogCaptureFixture
) -> None:
    ours.model_max_length = 4
    ours(ONE)
    ours(ONE)
    assert [record.getMessage() for record in caplog.records] == ["A text has 9 tokens, and this model takes 4."]


def test_a_folder_without_a_tokenizer_is_told_what_it_has_instead(tmp_path: Path) -> None:
    (tmp_path / "token_mappings.json").write_text("{}")
    with pytest.raises(TokenizerError, match=r"no tokenizer\.json there.*found token_mappings\.json"):
        AutoTokenizer.from_pretrained(tmp_path)
    with pytest.raises(TokenizerError, match="no such folder"):
        AutoTokenizer.from_pretrained(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["", "{}", '{"version": "1.0"}', "[1]", '{"model": {"type": "Nope"}}', "\\ud800"])
def test_a_broken_tokenizer_json_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(TokenizerError, match=r"tokenizer\.json: expected a tokenizer"):
        AutoTokenizer.from_pretrained(tmp_path)


def test_a_broken_tokenizer_config_is_named(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text("{")
    with pytest.raises(ConfigError, match=r"tokenizer_config\.json") as caught:
        AutoTokenizer.from_pretrained(folder)
    assert isinstance(caught.value, LoadstoneError)


def test_a_vocabulary_larger_than_the_models_is_refused_and_both_are_named(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "vocab_size": 10}))
    with pytest.raises(TokenizerError, match=r"tokenizer\.json has 14 tokens, but .*config\.json says vocab_size 10"):
        AutoTokenizer.from_pretrained(folder)


def test_special_tokens_beyond_the_models_rows_are_told_of(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "vocab_size": 14}))
    assert AutoTokenizer.from_pretrained(folder, eos_token="[END]").eos_token_id == 14
    assert "[END] is beyond the model's vocab_size of 14" in caplog.text


def test_trained_tokenizer_begins_with_its_bos_and_gives_the_text_back(stories260k: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(stories260k)
    ids = tokenizer.encode("Once upon a time")
    assert ids[0] == tokenizer.bos_token_id == 1
    assert tokenizer.decode(ids, skip_special_tokens=True) == "Once upon a time"
