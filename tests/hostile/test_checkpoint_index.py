"""Indexes that lie: about their shards, about tensors, or about where the shards are."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import torch
from hostile.builders import floats, write_shards

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
        "./model.safetensors",
        "a//model.safetensors",
        "..",
        "",
        "a\0.safetensors",
    ],
)
def test_a_shard_name_that_leaves_the_folder_is_unsafe_and_nothing_is_opened(
    tmp_path: Path, shard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loadstone.checkpoint import safetensors

    (tmp_path / "model.safetensors").write_bytes(floats(a=[1]))
    folder = tmp_path / "inner"
    write_shards(folder, {}, {"a": shard})
    monkeypatch.setattr(safetensors, "RegularFile", lambda path: pytest.fail(f"{path} was opened"))
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


def test_a_tensor_that_the_index_lists_and_no_shard_holds_is_named(tmp_path: Path) -> None:
    write_shards(tmp_path, {"1.safetensors": floats(a=[1])}, {"a": "1.safetensors", "b": "1.safetensors"})
    (fault,) = faults(tmp_path)
    assert fault.where.endswith("tensor 'b'") and "1.safetensors" in fault.expected


def test_a_tensor_that_a_shard_holds_and_the_index_does_not_list_is_named(tmp_path: Path) -> None:
    write_shards(tmp_path, {"1.safetensors": floats(a=[1], b=[1])}, {"a": "1.safetensors"})
    (fault,) = faults(tmp_path)
    assert fault.where.endswith("tensor 'b'") and "1.safetensors holds it" in fault.expected


def test_a_tensor_in_another_shard_than_the_index_says_is_named_with_both(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(a=[1]), "2.safetensors": floats(b=[1], c=[1])},
        {"a": "1.safetensors", "b": "2.safetensors", "c": "1.safetensors"},
    )
    (fault,) = faults(tmp_path)
    assert fault.where.endswith("tensor 'c'")
    assert "1.safetensors" in fault.expected and "2.safetensors" in fault.found


def test_a_tensor_in_two_shards_is_named_with_both(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(a=[1]), "2.safetensors": floats(a=[1], b=[1])},
        {"a": "1.safetensors", "b": "2.safetensors"},
    )
    (fault,) = faults(tmp_path)
    assert fault.where.endswith("tensor 'a'") and fault.found == "1.safetensors, 2.safetensors"


def test_faults_of_all_shards_and_of_the_index_are_reported_together(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(a=[1])[:-1], "2.safetensors": floats(b=[1]) + b"x", "3.safetensors": floats(c=[1])},
        {"a": "1.safetensors", "b": "2.safetensors", "d": "3.safetensors", "e": "4.safetensors"},
    )
    assert [fault.where.removeprefix(f"{tmp_path}/") for fault in faults(tmp_path)] == [
        "1.safetensors",
        "2.safetensors",
        "4.safetensors",
        "model.safetensors.index.json: tensor 'c'",
        "model.safetensors.index.json: tensor 'd'",
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


def test_an_index_of_a_million_entries_is_answered_in_seconds(tmp_path: Path) -> None:
    weight_map = {f"layers.{number}.weight": "one.safetensors" for number in range(1_000_000)}
    index = write_shards(tmp_path, {"one.safetensors": floats(a=[1])}, weight_map)
    started = time.perf_counter()
    with pytest.raises(CorruptCheckpoint) as caught:
        open_checkpoint(index)
    assert time.perf_counter() - started < 20
    assert len(str(caught.value)) < 20_000


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
    started = time.perf_counter()
    with pytest.raises(CorruptCheckpoint, match=r"one\.safetensors"):
        open_checkpoint(index)
    assert time.perf_counter() - started < 1
