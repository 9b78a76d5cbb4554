"""Paths that hold no checkpoint, or not the one asked for: each error says what is there and what to do."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hostile.builders import floats, write_shards

from loadstone.checkpoint import open_checkpoint
from loadstone.errors import ArgumentError, CheckpointNotFound, CorruptCheckpoint


def refusal(path: Path | str, **arguments: object) -> str:
    with pytest.raises(CheckpointNotFound) as caught:
        open_checkpoint(path, **arguments)  # type: ignore[arg-type]
    assert isinstance(caught.value, FileNotFoundError), "what scripts already catch there"
    return str(caught.value)


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "nowhere") in refusal(tmp_path / "nowhere")


def test_a_path_longer_than_the_system_allows_is_an_ordinary_refusal(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / ("x" * 5000))


def test_a_folder_that_may_not_be_listed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    assert "Permission denied" in refusal(tmp_path)


def test_a_file_name_with_control_characters_cannot_forge_the_message(tmp_path: Path) -> None:
    (tmp_path / "a\n\x1b[31m.safetensors").write_bytes(b"")
    message = refusal(tmp_path)
    assert "\n" not in message and "\x1b" not in message


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    message = refusal(tmp_path)
    assert str(tmp_path) in message
    for name in (
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "pytorch_model.bin.index.json",
    ):
        assert name in message
    assert "nothing like weights" in message


def test_a_path_that_is_not_a_folder_and_not_a_weight_file_says_what_it_should_be(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    message = refusal(path)
    assert "notes.txt" in message and ".safetensors" in message


@pytest.mark.parametrize("variant", ["fp16", "ema"])
def test_a_missing_variant_lists_the_variants_that_are_there(tmp_path: Path, variant: str) -> None:
    (tmp_path / "model.safetensors").write_bytes(floats(a=[1]))
    (tmp_path / "model.bf16.safetensors").write_bytes(floats(a=[1]))
    (tmp_path / "model.safetensors.index.int8.json").write_text("{}")
    (tmp_path / "pytorch_model.old.bin").write_bytes(b"")
    message = refusal(tmp_path, variant=variant)
    assert f"model.{variant}.safetensors" in message
    assert "variant='bf16', variant='int8', variant='old'" in message
    assert "Without a variant there is model.safetensors" in message


def test_only_a_variant_being_there_says_how_to_ask_for_it(tmp_path: Path) -> None:
    (tmp_path / "model.fp16-00001-of-00002.safetensors").write_bytes(floats(a=[1]))
    (tmp_path / "model.safetensors.index.fp16.json").write_text("{}")
    assert "variant='fp16'" in refusal(tmp_path)


def test_a_missing_subfolder_lists_the_folders_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "encoder").mkdir()
    (tmp_path / "decoder").mkdir()
    message = refusal(tmp_path, subfolder="encodr")
    assert "'encodr'" in message and "decoder, encoder" in message


def test_weights_in_a_subfolder_only_are_pointed_to(tmp_path: Path) -> None:
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder" / "model.safetensors").write_bytes(floats(a=[1]))
    (tmp_path / "assets").mkdir()
    message = refusal(tmp_path)
    assert "subfolder='encoder'" in message and "assets" not in message


@pytest.mark.parametrize("subfolder", ["..", "a/../..", "/etc", "..\\x", "a\0"])
def test_a_subfolder_that_leaves_the_folder_is_refused(tmp_path: Path, subfolder: str) -> None:
    with pytest.raises(ArgumentError, match="subfolder"):
        open_checkpoint(tmp_path, subfolder=subfolder)


@pytest.mark.parametrize("variant", ["../x", "a/b", "a\\b", "a\0"])
def test_a_variant_that_is_no_part_of_a_file_name_is_refused(tmp_path: Path, variant: str) -> None:
    with pytest.raises(ArgumentError, match="variant"):
        open_checkpoint(tmp_path, variant=variant)


@pytest.mark.parametrize(("option", "value"), [("subfolder", 3), ("variant", 3), ("use_safetensors", "no")])
def test_an_option_of_no_such_type_is_named(option: str, value: Any, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=f"{option} is {value!r}, expected"):
        open_checkpoint(tmp_path, **{option: value})


def test_a_path_with_a_nul_character_is_refused() -> None:
    with pytest.raises(ArgumentError, match="NUL"):
        open_checkpoint("model\0.safetensors")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("tf_model.ckpt", "TensorFlow 1"),
        ("rust_model.ot", "rust-bert"),
        ("model.Q4_K_M.gguf", "GGUF files"),
        ("model.onnx", "ONNX"),
    ],
)
def test_weights_of_another_kind_are_named(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / name).write_bytes(b"")
    message = refusal(tmp_path)
    assert name in message and what in message


def test_a_weight_file_of_another_name_is_pointed_to_and_not_taken(tmp_path: Path) -> None:
    (tmp_path / "consolidated.safetensors").write_bytes(floats(a=[1]))
    message = refusal(tmp_path)
    assert "pass its own path: consolidated.safetensors" in message
    assert list(open_checkpoint(tmp_path / "consolidated.safetensors")) == ["a"]


def test_shards_without_their_index_are_named(tmp_path: Path) -> None:
    (tmp_path / "model-00001-of-00002.safetensors").write_bytes(floats(a=[1]))
    message = refusal(tmp_path)
    assert "no index" in message and "model-00001-of-00002.safetensors" in message


@pytest.mark.parametrize(("flag", "name"), [(True, "pytorch_model.bin"), (False, "model.safetensors")])
def test_a_forced_format_that_is_missing_names_what_was_passed_over(tmp_path: Path, flag: bool, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    message = refusal(tmp_path, use_safetensors=flag)
    assert f"use_safetensors={flag}" in message and name in message


def test_a_directory_in_the_place_of_a_weight_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").mkdir()
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors: expected a regular file, found a directory"):
        open_checkpoint(tmp_path)


def test_a_fifo_in_the_place_of_a_weight_file_is_named_and_does_not_hang(tmp_path: Path) -> None:
    """Nobody writes into it: to open it would wait for ever, and the test run's own limit would end it."""
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(CorruptCheckpoint, match=r"found a named pipe \(FIFO\)"):
        open_checkpoint(tmp_path)
    with pytest.raises(CorruptCheckpoint, match=r"found a named pipe \(FIFO\)"):
        open_checkpoint(tmp_path / "model.safetensors")


def test_a_shard_that_is_a_fifo_is_named_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "1.safetensors")
    write_shards(tmp_path, {}, {"a": "1.safetensors"})
    with pytest.raises(CorruptCheckpoint, match=r"1\.safetensors.*found a named pipe"):
        open_checkpoint(tmp_path)


def test_an_index_that_is_a_fifo_is_named_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.safetensors.index.json")
    with pytest.raises(CorruptCheckpoint, match="found a named pipe"):
        open_checkpoint(tmp_path)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/dev/null"])
def test_a_link_to_a_device_is_never_opened(tmp_path: Path, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").symlink_to(device)
    opened: list[object] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *rest, **more: (opened.append(path), real(path, *rest, **more))[1])
    with pytest.raises(CorruptCheckpoint, match="found a character device"):
        open_checkpoint(tmp_path)
    assert opened == []


def test_a_socket_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("model.safetensors")
        with pytest.raises(CorruptCheckpoint, match="found a socket"):
            open_checkpoint(tmp_path)


def test_a_broken_link_is_named_with_where_it_leads_and_nothing_else_is_taken_instead(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").symlink_to("../blobs/gone")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors.*a link to \.\./blobs/gone, which is missing"):
        open_checkpoint(tmp_path)


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").symlink_to("model.safetensors")
    with pytest.raises(CorruptCheckpoint, match=r"model\.safetensors: expected a readable file"):
        open_checkpoint(tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin", "model.safetensors.index.json"])
def test_a_git_lfs_pointer_is_recognized_and_the_command_to_fetch_it_named(tmp_path: Path, name: str) -> None:
    oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
    (tmp_path / name).write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n")
    with pytest.raises(CorruptCheckpoint, match=rf"{name}: expected weights, found a Git-LFS pointer.*git lfs pull"):
        open_checkpoint(tmp_path)


def test_a_shard_that_is_a_git_lfs_pointer_is_recognized(tmp_path: Path) -> None:
    write_shards(
        tmp_path,
        {"1.safetensors": floats(a=[1]), "2.safetensors": b"version https://git-lfs.github.com/spec/v1\n"},
        {"a": "1.safetensors", "b": "2.safetensors"},
    )
    with pytest.raises(CorruptCheckpoint, match=r"2\.safetensors: expected weights, found a Git-LFS pointer") as caught:
        open_checkpoint(tmp_path)
    assert len(caught.value.faults) == 1


def test_a_big_endian_machine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    (tmp_path / "model.safetensors").write_bytes(floats(a=[1]))
    monkeypatch.setattr(sys, "byteorder", "big")
    with pytest.raises(ValueError, match="big-endian"):
        open_checkpoint(tmp_path)
