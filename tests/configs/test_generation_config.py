"""``generation_config.json`` of a folder: whatever is in it, the weights load, and one line says what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import loadstone
from loadstone.configs.generation import GenerationConfig
from loadstone.errors import ArgumentError, ConfigNotFound, InvalidConfig, UnknownArgument

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


# as users of transformers have it -----------------------------------------------------------------------


def test_it_is_read_from_a_folder_with_keys_overridden(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"top_k": 3, "eos_token_id": [2, 4], "note": "kept", "top_p": null}')
    (tmp_path / "other.json").write_text('{"min_p": 0.5}')
    made = GenerationConfig.from_pretrained(tmp_path)
    assert made.to_dict() == {"top_k": 3, "eos_token_id": [2, 4], "note": "kept", "top_p": None}
    assert made.to_diff_dict() == {"top_k": 3, "eos_token_id": [2, 4], "note": "kept"}
    assert GenerationConfig.from_pretrained(tmp_path, "other.json", top_k=5).to_dict() == {"min_p": 0.5, "top_k": 5}
    made, unused = GenerationConfig.from_pretrained(tmp_path, top_k=9, nonsense=1, return_unused_kwargs=True)
    assert made.top_k == 9 and unused == {"nonsense": 1}
    with pytest.raises(UnknownArgument, match=r"from_pretrained does not know 'top_q'\. Did you mean 'top_p'\?"):
        GenerationConfig.from_pretrained(tmp_path, top_q=1)
    with pytest.raises(ConfigNotFound, match=f"no {NAME} there"):
        (tmp_path / "empty").mkdir()
        GenerationConfig.from_pretrained(tmp_path / "empty")
    with pytest.raises(ArgumentError, match="expected the name of a file"):
        GenerationConfig.from_pretrained(tmp_path, "../other.json")
    with pytest.raises(ArgumentError, match="a GGUF file has no generation config of its own"):
        GenerationConfig.from_pretrained(tmp_path, gguf_file="a.gguf")
    with pytest.raises(InvalidConfig, match=r"'top_k': expected int \| None, found 'many'"):
        GenerationConfig.from_pretrained(tmp_path, top_k="many")


def test_a_key_that_nobody_set_is_none_and_what_is_no_key_is_missing() -> None:
    import transformers

    theirs = {name for name in transformers.GenerationConfig().to_dict() if not name.startswith("_")}
    made = GenerationConfig()
    assert {name for name in theirs if getattr(made, name) not in (None, False)} == set()
    with pytest.raises(AttributeError, match="has no key 'streamer'"):
        _ = made.streamer


def test_update_gives_back_what_it_did_not_take() -> None:
    import transformers

    for cls in (GenerationConfig, transformers.GenerationConfig):
        made = cls(top_k=3)
        assert made.update(top_k=5, repetition_penalty=1.5, logits_processor=[]) == {"logits_processor": []}
        assert (made.top_k, made.repetition_penalty) == (5, 1.5)
        assert made.update(defaults_only=True, top_k=7, min_p=0.25) == {"top_k": 7}
        assert (made.top_k, made.min_p) == (5, 0.25)
        assert made.update(allow_custom_entries=True, note="kept") == {} and made.note == "kept"
    made = GenerationConfig(top_k=3)
    with pytest.raises(InvalidConfig, match="'top_k'"):
        made.update(min_p=0.5, top_k="many")
    assert made == GenerationConfig(top_k=3) != GenerationConfig(top_k=4)
    made.top_k = "many"  # type: ignore[assignment]
    with pytest.raises(InvalidConfig, match="expected int"):
        made.validate()


def test_of_a_models_config_or_its_dict() -> None:
    made = GenerationConfig.from_model_config(config(max_length=9))
    assert made.to_dict() == IDS | {"max_length": 9}
    assert GenerationConfig.from_model_config({"model_type": "llama", **IDS, "max_length": 9}) == made


def test_it_is_read_from_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from hub_server import the_hub

    with the_hub(monkeypatch, tmp_path / "cache") as hub:
        hub.add("owner/model", {"config.json": b"{}", NAME: b'{"top_k": 3}', "model.safetensors": b"weights"})
        assert GenerationConfig.from_pretrained("owner/model").to_dict() == {"top_k": 3}
        assert hub.fetched() == [NAME]
        with pytest.raises(ConfigNotFound, match=r"has no other\.json"):
            GenerationConfig.from_pretrained("owner/model", "other.json")


def test_a_dict_of_tuples_is_written_as_pairs(tmp_path: Path) -> None:
    made = GenerationConfig(sequence_bias={(3, 4): -2.0})
    made.save_pretrained(tmp_path)
    assert GenerationConfig.from_pretrained(tmp_path).sequence_bias == [[[3, 4], -2.0]] == made.sequence_bias
    with pytest.raises(InvalidConfig, match="'constraints': expected a value that JSON can hold"):
        GenerationConfig(constraints=[object()])


def test_its_text_leaves_out_what_is_asked() -> None:
    made = GenerationConfig(top_k=3, top_p=None, min_p=0.5, transformers_version="5.0")
    assert json.loads(made.to_json_string()) == made.to_dict()
    text = made.to_json_string(use_diff=True, ignore_metadata=True, keys_to_pop=["min_p"])
    assert json.loads(text) == {"top_k": 3}
    assert hash(made) == hash(GenerationConfig(**made.to_diff_dict()))
