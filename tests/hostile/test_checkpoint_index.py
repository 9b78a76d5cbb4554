"""Indexes that lie: about their shards, about tensors, or about where the shards are."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
import torch
from hostile.builders import floats, write_shards
from timing import takes_about

from loadstone.checkpoint import open_checkpoint
from loadstone.errors import CorruptCheckpoint, Fault, UnsafeCheckpoint


def faults(path: Path) -> list[Fault]:
    with pytest.raises(CorruptCheckpoint) as caught:
        open_checkpoint(path)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "Expecting property name"),
        ("", "Expecting value"),
        ('{"weight_map": {"a": "1.safetensors", "a": "2.safetensors"}}', "the key 'a' twice"),
    ],
)
def test_an_index_that_is_not_json_is_named(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(text)
    (fault,) = faults(tmp_path)
    assert "model.safetensors.index.json" in fault.where and found in fault.found


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"weight_map": []}', '{"weight_map": {}}'])
def test_an_index_without_a_weight_map_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(text)
    (fault,) = faults(tmp_path)
    assert "weight_map" in fault.where


def test_every_entry_that_names_no_shard_is_listed(tmp_path: Path) -> None:
    write_shards(tmp_path, {}, {"a": 1, "b": None, "c": ["x"], "d": "d.safetensors"})
    assert [fault.where[-3:] for fault in faults(tmp_path)] == ["'a'", "'b'", "'c'"]


@pytest.mark.parametrize(
    "shard",
    [
        "../model.safetensors",
        "a/../../model.safetensors",
        "/etc/model.safetensors",
        "..\\model.safetensors",
        "C:\\model.safetensors",
        "C:model.safetensors",
        "./../model.safetensors",
        ".//etc/model.safetensors",
        "./",
        "a/./model.safetensors",
        "a//model.safetensors",
        "..",
        "",
        "a\0.safetensors",
    ],
)
def test_a_shard_name_that_leaves_the_folder_is_unsafe_and_nothing_is_opened(
    tmp_path: Path, shard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loadstone.checkpoint.safetensors import read as safetensors

    (tmp_path / "model.safetensors").write_bytes(floats(a=[1]))
    folder = tmp_path / "inner"
    write_shards(folder, {}, {"a": shard})
    monkeypatch.setattr(safetensors, "open_file", lambda path: pytest.fail(f"{path} was opened"))
    with pytest.raises(UnsafeCheckpoint) as caught:
        open_checkpoint(folder)
    (fault,) = caught.value.faults
    assert "model.safetensors.index.json" in fault.where and "own folder" in fault.expected


def test_an_index_naming_missing_files_lists_each(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(a=[1])},
        {"a": "1.safetensors", "b": "2.safetensors", "c": "3.safetensors"},
    )
    found = faults(tmp_path)
    assert [fault.where for fault in found] == [str(tmp_path / "2.safetensors"), str(tmp_path / "3.safetensors")]
    assert all(fault.found == "none of this name" for fault in found)


def test_a_shard_named_with_a_dot_slash_is_that_of_the_same_folder(tmp_path: Path) -> None:
    shards = {"1.safetensors": floats(a=[1]), "2.safetensors": floats(b=[1])}
    write_shards(tmp_path, shards, {"a": "./1.safetensors", "b": "././2.safetensors"})
    opened = open_checkpoint(tmp_path)
    assert set(opened) == {"a", "b"} and not opened.passed_over
    assert opened.files == (tmp_path / "1.safetensors", tmp_path / "2.safetensors")


def test_missing_files_that_nothing_is_needed_of_are_told_and_others_refused(tmp_path: Path) -> None:
    weight_map = {"a": "1.safetensors", "b": "2.safetensors", "c": "3.safetensors"}
    write_shards(tmp_path, {"1.safetensors": floats(a=[1])}, weight_map)
    asked: list[object] = []

    def needs(shards: object) -> set[str]:
        asked.append(shards)
        return {"1.safetensors"}

    opened = open_checkpoint(tmp_path, needs=needs)
    assert list(opened) == ["a"] and len(opened.passed_over) == 2 and len(asked) == 1
    assert all("model.safetensors.index.json" in text and "not there" in text for text in opened.passed_over)
    with pytest.raises(CorruptCheckpoint) as caught:
        open_checkpoint(tmp_path, needs=lambda shards: {"1.safetensors", "3.safetensors"})
    assert [fault.where for fault in caught.value.faults] == [str(tmp_path / "3.safetensors")]


def test_a_tensor_that_the_index_lists_and_no_shard_holds_is_absent_and_told(tmp_path: Path) -> None:
    write_shards(tmp_path, {"1.safetensors": floats(a=[1])}, {"a": "1.safetensors", "b": "1.safetensors"})
    opened = open_checkpoint(tmp_path)
    assert list(opened) == ["a"] and list(opened.absent) == ["b"]
    assert opened.absent["b"].startswith(str(tmp_path / "model.safetensors.index.json"))
    assert opened.passed_over == (
        "b: listed in model.safetensors.index.json as in '1.safetensors', which does not hold it",
    )


def test_a_tensor_that_a_shard_holds_and_the_index_does_not_list_is_there_and_told(tmp_path: Path) -> None:
    write_shards(tmp_path, {"1.safetensors": floats(a=[1], b=[1])}, {"a": "1.safetensors"})
    opened = open_checkpoint(tmp_path)
    assert set(opened) == {"a", "b"} and not opened.absent
    assert opened.passed_over == ("b: not listed in model.safetensors.index.json, and held by '1.safetensors'",)


def test_a_tensor_in_another_shard_than_the_index_says_is_taken_from_there_and_told(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(a=[1]), "2.safetensors": floats(b=[1], c=[1])},
        {"a": "1.safetensors", "b": "2.safetensors", "c": "1.safetensors"},
    )
    opened = open_checkpoint(tmp_path)
    assert opened["c"].file == tmp_path / "2.safetensors" and not opened.absent
    (told,) = opened.passed_over
    assert told.startswith("c: ") and "'1.safetensors'" in told and "'2.safetensors'" in told


@pytest.mark.parametrize("said", ["1.safetensors", "2.safetensors"])
def test_of_a_tensor_in_two_shards_that_counts_which_the_index_says(tmp_path: Path, said: str) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(x=[1], a=[1]), "2.safetensors": floats(a=[2], b=[1])},
        {"x": "1.safetensors", "a": said, "b": "2.safetensors"},
    )
    opened = open_checkpoint(tmp_path)
    assert opened["a"].file == tmp_path / said and opened["a"].shape == (1 if said.startswith("1") else 2,)
    (told,) = opened.passed_over
    assert told.startswith("a: held by '1.safetensors', '2.safetensors'") and f"taken from '{said}'" in told


def test_a_tensor_in_two_shards_that_the_index_lists_in_neither_is_not_guessed(tmp_path: Path) -> None:
    shards = {"1.safetensors": floats(x=[1], a=[1]), "2.safetensors": floats(a=[1], b=[1])}
    write_shards(tmp_path, shards, {"x": "1.safetensors", "b": "2.safetensors"})
    opened = open_checkpoint(tmp_path)
    assert set(opened) == {"x", "b"} and "does not say which" in opened.absent["a"] and len(opened.passed_over) == 1


def test_what_is_told_has_a_few_names_and_no_control_characters(tmp_path: Path) -> None:
    weight_map = {"a": "1.safetensors"} | {f"\x1b[31m{number}": "1.safetensors" for number in range(90)}
    write_shards(tmp_path, {"1.safetensors": floats(a=[1])}, weight_map)
    (told,) = open_checkpoint(tmp_path).passed_over
    assert "\x1b" not in told and "and 86 more" in told and len(told) < 200


def test_files_beside_those_that_are_read_are_told(tmp_path: Path) -> None:
    write_shards(tmp_path, {"1.safetensors": floats(a=[1])}, {"a": "1.safetensors"})
    for name in ("consolidated.safetensors", "pytorch_model.bin", "optimizer.bin", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"")
    (told,) = open_checkpoint(tmp_path).passed_over
    assert told == "consolidated.safetensors: beside model.safetensors.index.json, and not read"
    (tmp_path / "model.safetensors").write_bytes(floats(a=[2]))
    opened = open_checkpoint(tmp_path)
    assert opened["a"].shape == (2,)  # one file comes before shards
    (told,) = opened.passed_over
    assert told.startswith("model.safetensors.index.json, 1.safetensors, consolidated.safetensors: beside model.safe")
    assert pickle.loads(pickle.dumps(opened)).passed_over == opened.passed_over


def test_faults_of_all_shards_are_reported_together(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(a=[1])[:-1], "2.safetensors": floats(b=[1]) + b"x", "3.safetensors": floats(c=[1])},
        {"a": "1.safetensors", "b": "2.safetensors", "d": "3.safetensors", "e": "4.safetensors"},
    )
    assert [fault.where.removeprefix(f"{tmp_path}/") for fault in faults(tmp_path)] == [
        "1.safetensors",
        "2.safetensors",
        "4.safetensors",
    ]


def test_a_shard_name_with_control_characters_cannot_forge_the_message(tmp_path: Path) -> None:
    write_shards(tmp_path, {}, {"a": "\n\x1b[31mall is well.safetensors"})
    with pytest.raises(CorruptCheckpoint) as caught:
        open_checkpoint(tmp_path)
    assert "\x1b" not in str(caught.value) and str(caught.value).count("\n") == 1


def test_a_shard_name_longer_than_the_system_allows_is_an_ordinary_fault(tmp_path: Path) -> None:
    write_shards(tmp_path, {}, {"a": "x" * 5000 + ".safetensors"})
    (fault,) = faults(tmp_path)
    assert "File name too long" in fault.found


def test_a_wrong_total_size_is_not_believed_as_many_in_the_wild_are_wrong(tmp_path: Path) -> None:
    write_shards(tmp_path, {"1.safetensors": floats(a=[9])}, {"a": "1.safetensors"})  # writes total_size 1
    assert open_checkpoint(tmp_path).nbytes == 36


def test_shards_of_a_format_that_the_index_is_not_for_are_refused_unread(tmp_path: Path) -> None:
    """Else an index would be a way around use_safetensors=True."""
    torch.save({"a": torch.ones(1)}, tmp_path / "1.bin")
    write_shards(tmp_path, {"2.safetensors": floats(b=[1])}, {"a": "1.bin", "b": "2.safetensors"})
    (fault,) = faults(tmp_path)
    assert fault.expected == "safetensors shards only" and "1.bin" in fault.found


def test_an_index_of_another_name_opens_by_its_own_path(tmp_path: Path) -> None:
    write_shards(tmp_path, {"1.safetensors": floats(a=[1])}, {"a": "1.safetensors"}, stem="consolidated")
    assert list(open_checkpoint(tmp_path / "consolidated.index.json")) == ["a"]


def test_an_index_of_300_000_entries_is_answered_in_seconds(tmp_path: Path) -> None:
    weight_map = {f"layers.{number}.weight": "one.safetensors" for number in range(300_000)}
    index = write_shards(tmp_path, {"one.safetensors": floats(a=[1])}, weight_map)
    with takes_about(1):
        opened = open_checkpoint(index)
    assert len(opened.absent) == 300_000 and len("".join(opened.passed_over)) < 1_000


def test_shards_and_tensors_whose_names_differ_only_in_case_are_two(tmp_path: Path) -> None:
    shards = {"model.safetensors": floats(a=[1]), "MODEL.safetensors": floats(A=[2])}
    index = write_shards(tmp_path, shards, {"a": "model.safetensors", "A": "MODEL.safetensors"}, stem="other")
    if len(list(tmp_path.glob("*.safetensors"))) == 1:
        pytest.skip("this file system takes the two names for one")
    found = open_checkpoint(index)
    assert (found["a"].shape, found["A"].shape) == ((1,), (2,))


@pytest.mark.parametrize("kind", ["dangling", "circular", "folder", "device", "pipe", "loop through a folder"])
def test_a_shard_that_is_no_regular_file_is_named_at_once(tmp_path: Path, kind: str) -> None:
    index = write_shards(tmp_path, {}, {"a": "one.safetensors"})
    shard = tmp_path / "one.safetensors"
    if kind == "dangling":
        shard.symlink_to("nowhere")
    elif kind == "circular":
        shard.symlink_to("two.safetensors")
        (tmp_path / "two.safetensors").symlink_to("one.safetensors")
    elif kind == "folder":
        shard.mkdir()
    elif kind == "device":
        shard.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(shard)
    else:
        shard.symlink_to(f"{tmp_path.name}/../one.safetensors")
    with takes_about(0.1), pytest.raises(CorruptCheckpoint, match=r"one\.safetensors"):
        open_checkpoint(index)
