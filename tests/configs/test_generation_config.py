"""``generation_config.json`` of a folder: whatever is in it, the weights load, and one line says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import loadstone
from loadstone.configs.generation import GenerationConfig
from loadstone.errors import InvalidConfig

NAME = "generation_config.json"
IDS = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}


def config(**keys: Any) -> Any:
    return loadstone.AutoConfig.for_model("llama", **(IDS | keys))


def read(folder: Path, text: str, **keys: Any) -> Any:
    (folder / NAME).write_text(text)
    return GenerationConfig.for_model(config(**keys), folder)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"eos_token_id": 9,}', "expected JSON"),
        ("", "expected JSON"),
        ("[" * 100_000, "expected JSON"),
        ("[]", "expected a JSON object, found list"),
        ("null", "expected a JSON object, found NoneType"),
        ('{"max_length": ' + "9" * 5000 + "}", "expected JSON"),
    ],
    ids=["comma", "empty", "deep", "list", "null", "huge-number"],
)
def test_a_file_that_cannot_be_used_gives_one_line_and_the_ids_of_the_config(
    text: str, problem: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert read(tmp_path, text).to_dict() == IDS
    (line,) = caplog.messages
    assert str(tmp_path / NAME) in line and problem in line and "saving the model" in line


def test_what_is_no_file_gives_one_line_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / NAME).mkdir()
    assert GenerationConfig.for_model(config(), tmp_path).to_dict() == IDS
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / NAME).symlink_to("gone")
    assert GenerationConfig.for_model(config(), tmp_path / "other").to_dict() == IDS
    assert len(caplog.messages) == 2 and all("expected a file" in line for line in caplog.messages)


def test_without_a_file_nothing_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert GenerationConfig.for_model(config(), tmp_path).to_dict() == IDS
    assert caplog.messages == []


def test_without_a_file_older_configs_say_how_to_generate(tmp_path: Path) -> None:
    older = config(max_length=9, repetition_penalty=1.5, task_specific_params={"x": 1})
    assert GenerationConfig.for_model(older, tmp_path).to_dict() == IDS | {"max_length": 9, "repetition_penalty": 1.5}
    assert read(tmp_path, "{}", max_length=9).to_dict() == {}, "a file is heard alone"


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        ({"bos_token_id": [1], "top_k": 3}, {"bos_token_id": 1, "top_k": 3}),
        ({"eos_token_id": "9", "pad_token_id": 4}, {"eos_token_id": 2, "pad_token_id": 4}),
        ({"eos_token_id": {"a": 1}}, {"eos_token_id": 2}),
        ({"temperature": "hot", "max_new_tokens": 3}, {"temperature": "hot", "max_new_tokens": 3}),
        ({"to_dict": 1, "for_model": 2, "note": "kept"}, {"note": "kept"}),
        ({"temperature": float("nan"), "note": [{"deep": float("inf")}]}, {}),
    ],
    ids=["bos", "eos", "eos-object", "temperature", "method", "no-json"],
)
def test_keys_that_cannot_be_used_give_one_line_and_the_others_count(
    keys: dict[str, Any], kept: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = read(tmp_path, json.dumps(keys))
    assert made.to_dict() == kept
    assert json.loads(made.to_json_string()) == kept
    (line,) = caplog.messages
    assert str(tmp_path / NAME) in line and next(iter(keys)) in line


def test_values_that_are_off_by_being_null_are_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keys = {"temperature": None, "top_k": None, "eos_token_id": None, "_from_model_config": True}
    assert read(tmp_path, json.dumps(keys)).to_dict() == keys
    assert caplog.messages == []


def test_a_script_is_refused_what_a_file_is_not() -> None:
    with pytest.raises(InvalidConfig, match=r"'temperature': expected float \| None, found 'hot'"):
        GenerationConfig(temperature="hot")
    made = GenerationConfig(temperature=0.5)
    made.temperature = float("nan")
    with pytest.raises(InvalidConfig, match="'temperature': expected a value that JSON can hold"):
        made.to_json_string()
