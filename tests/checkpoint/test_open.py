"""Which files a path, a variant and a subfolder stand for, and what an open checkpoint says of itself."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hostile.builders import entry, floats, safetensors_bytes, write_shards
from timing import takes_about

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.checkpoint.mapping import CheckpointFiles
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError


def save(path: Path, **tensors: torch.Tensor) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(tensors, path)


def test_one_file_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(floats(a=[2, 3], b=[]))
    checkpoint = open_checkpoint(tmp_path)
    assert checkpoint.format == "safetensors"
    assert checkpoint.files == (tmp_path / "model.safetensors",)
    assert checkpoint.index is None
    assert checkpoint["a"].shape == (2, 3)
    assert checkpoint["b"].shape == ()
    assert checkpoint["a"].dtype is DType.FLOAT32
    assert checkpoint.nbytes == 28


def test_a_path_may_be_text_and_may_be_the_file_itself(tmp_path: Path) -> None:
    file = tmp_path / "any name.safetensors"
    file.write_bytes(floats(a=[1]))
    assert list(open_checkpoint(str(file))) == ["a"]


def test_shards_are_found_through_their_index_and_sorted_by_name(tmp_path: Path) -> None:
    one, two = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    index = write_shards(tmp_path, {two: floats(c=[1]), one: floats(a=[1], b=[2])}, {"c": two, "a": one, "b": one})
    for path in (tmp_path, index):
        checkpoint = open_checkpoint(path)
        assert checkpoint.files == (tmp_path / one, tmp_path / two)
        assert checkpoint.index == index
        assert list(checkpoint) == ["a", "b", "c"]
        assert checkpoint["c"].file == tmp_path / two


def test_a_checkpoint_tells_how_much_of_each_file_its_tensors_need(tmp_path: Path) -> None:
    one, two = "1.safetensors", "2.safetensors"
    write_shards(tmp_path, {one: floats(a=[3], b=[1]), two: floats(c=[0])}, {"a": one, "b": one, "c": two})
    checkpoint = open_checkpoint(tmp_path)
    assert checkpoint.ends == {tmp_path / name: (tmp_path / name).stat().st_size for name in (one, two)}
    tensors = list(checkpoint.values())[::-1]
    assert Checkpoint(tensors, CheckpointFiles("safetensors", checkpoint.files)).ends == checkpoint.ends


def test_shards_may_lie_in_a_folder_below_the_index(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "1.safetensors").write_bytes(floats(a=[1]))
    write_shards(tmp_path, {}, {"a": "parts/1.safetensors"})
    assert open_checkpoint(tmp_path)["a"].file == tmp_path / "parts" / "1.safetensors"


def test_pytorch_shards_are_found_through_their_index(tmp_path: Path) -> None:
    one, two = "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"
    save(tmp_path / one, a=torch.ones(2))
    save(tmp_path / two, b=torch.zeros(3))
    write_shards(tmp_path, {}, {"a": one, "b": two}, stem="pytorch_model.bin")
    checkpoint = open_checkpoint(tmp_path)
    assert checkpoint.format == "pytorch"
    assert checkpoint.files == (tmp_path / one, tmp_path / two)
    assert checkpoint.numpy("a").tolist() == [1, 1]
    assert checkpoint.numpy("b").tolist() == [0, 0, 0]


def test_safetensors_comes_before_pytorch_and_one_file_before_shards(tmp_path: Path) -> None:
    """All four kinds lie side by side; each choice is taken away in turn, and the next one is found."""
    (tmp_path / "model.safetensors").write_bytes(floats(single=[1]))
    shard = "model-00001-of-00001.safetensors"
    write_shards(tmp_path, {shard: floats(sharded=[1])}, {"sharded": shard})
    save(tmp_path / "pytorch_model.bin", single_bin=torch.ones(1))
    save(tmp_path / "pytorch_model-00001-of-00001.bin", sharded_bin=torch.ones(1))
    write_shards(tmp_path, {}, {"sharded_bin": "pytorch_model-00001-of-00001.bin"}, stem="pytorch_model.bin")
    found = []
    for taken_away in ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", None):
        found += list(open_checkpoint(tmp_path))
        if taken_away:
            (tmp_path / taken_away).unlink()
    assert found == ["single", "sharded", "single_bin", "sharded_bin"]


def test_use_safetensors_forces_a_format_where_both_exist(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(floats(a=[1]))
    save(tmp_path / "pytorch_model.bin", b=torch.ones(1))
    assert list(open_checkpoint(tmp_path, use_safetensors=None)) == ["a"]
    assert list(open_checkpoint(tmp_path, use_safetensors=True)) == ["a"]
    assert list(open_checkpoint(tmp_path, use_safetensors=False)) == ["b"]


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize("sharded", [True, False])
def test_a_variant_names_the_files_that_transformers_would_write(tmp_path: Path, safe: bool, sharded: bool) -> None:
    stem, suffix = ("model", "safetensors") if safe else ("pytorch_model", "bin")
    for variant in ("", ".fp16"):
        name = f"{stem}{variant}-00001-of-00001.{suffix}" if sharded else f"{stem}{variant}.{suffix}"
        key = f"tensor{variant}"
        if safe:
            (tmp_path / name).write_bytes(floats(**{key: [1]}))
        else:
            save(tmp_path / name, **{key: torch.ones(1)})
        if sharded:
            index = tmp_path / f"{stem}.{suffix}.index{variant}.json"
            index.write_text(f'{{"weight_map": {{"{key}": "{name}"}}}}')
    assert list(open_checkpoint(tmp_path)) == ["tensor"]
    assert list(open_checkpoint(tmp_path, variant="fp16")) == ["tensor.fp16"]


def test_a_subfolder_is_looked_into(tmp_path: Path) -> None:
    inner = tmp_path / "text" / "encoder"
    inner.mkdir(parents=True)
    (inner / "model.safetensors").write_bytes(floats(a=[1]))
    assert open_checkpoint(tmp_path, subfolder="text/encoder").files == (inner / "model.safetensors",)


def test_links_are_followed_as_the_hub_cache_needs(tmp_path: Path) -> None:
    blob = tmp_path / "blobs" / "0123abcd"
    blob.parent.mkdir()
    blob.write_bytes(floats(a=[3]))
    snapshot = tmp_path / "snapshots" / "main"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").symlink_to("../../blobs/0123abcd")
    assert open_checkpoint(snapshot).numpy("a").tolist() == [0, 1, 2]


def test_metadata_of_the_files_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes({"__metadata__": {"format": "pt", "note": "é"}}))
    checkpoint = open_checkpoint(path)
    assert checkpoint.metadata == {"format": "pt", "note": "é"}
    assert len(checkpoint) == 0


def test_plain_values_beside_the_tensors_of_a_pytorch_file_become_metadata(tmp_path: Path) -> None:
    path = tmp_path / "pytorch_model.bin"
    torch.save({"a": torch.ones(1), "epoch": 3, "note": "x", "rate": 0.5, "nothing": None, "empty": {}}, path)
    checkpoint = open_checkpoint(path)
    assert list(checkpoint) == ["a"]
    assert checkpoint.metadata == {"epoch": "3", "note": "x", "rate": "0.5", "nothing": "None"}


def test_tensors_come_in_the_order_of_their_bytes_whatever_the_header_says(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    header = {
        "last": entry("U8", [1], 3, 4),
        "first": entry("U8", [3], 0, 3),
        "empty": entry("U8", [0], 3, 3),
    }
    path.write_bytes(safetensors_bytes(header, b"abcd"))
    checkpoint = open_checkpoint(path)
    assert list(checkpoint) == ["first", "empty", "last"]
    assert [bytes(checkpoint.read(name)) for name in checkpoint] == [b"abc", b"", b"d"]


def test_a_checkpoint_is_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(floats(a=[2], b=[1]))
    checkpoint = open_checkpoint(path)
    assert "a" in checkpoint and "c" not in checkpoint
    assert list(checkpoint.items()) == [(name, checkpoint[name]) for name in checkpoint]
    assert list(checkpoint.values()) == [checkpoint["a"], checkpoint["b"]]
    assert list(checkpoint.keys()) == ["a", "b"]
    assert checkpoint.get("c") is None
    with pytest.raises(KeyError, match="c"):
        checkpoint["c"]


def test_a_checkpoint_survives_pickling(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes({"__metadata__": {"k": "v"}, "a": entry("U8", [1], 0, 1)}, b"x"))
    checkpoint = open_checkpoint(path)
    again: Checkpoint = pickle.loads(pickle.dumps(checkpoint))
    assert dict(again) == dict(checkpoint)
    assert (again.format, again.files, again.index, again.metadata) == ("safetensors", (path,), None, {"k": "v"})
    assert bytes(again.read("a")) == b"x"


def test_its_repr_is_short_and_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(floats(a=[2], b=[1]))
    assert repr(open_checkpoint(path)) == f"<Checkpoint {str(path)!r}: safetensors, 2 tensors, 12 bytes>"


@pytest.mark.parametrize("arguments", [{"variant": "fp16"}, {"subfolder": "a"}, {"use_safetensors": False}])
def test_arguments_that_only_make_sense_for_a_folder_are_refused_with_a_file(
    tmp_path: Path, arguments: dict[str, object]
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(floats(a=[1]))
    with pytest.raises(ArgumentError, match=r"model\.safetensors"):
        open_checkpoint(path, **arguments)  # type: ignore[arg-type]


def test_opening_imports_no_framework_and_no_numpy(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(floats(a=[1]))
    code = (
        "import sys; from loadstone.checkpoint import open_checkpoint; open_checkpoint(sys.argv[1]).read('a');"
        "print(sorted({'numpy', 'torch', 'jax', 'tensorflow', 'safetensors', 'huggingface_hub'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_twenty_thousand_tensors_open_in_well_under_a_second(tmp_path: Path) -> None:
    header = {f"model.layers.{i}.mlp.up_proj.weight": entry("BF16", [2, 3], 12 * i, 12 * i + 12) for i in range(20_000)}
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors_bytes(header, bytes(240_000)))
    with takes_about(0.1):
        assert len(open_checkpoint(path)) == 20_000
