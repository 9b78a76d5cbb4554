"""Saving a checkpoint: names, shards, stale weights, and all or nothing. How files are swapped in: test_swap.py."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.checkpoint import open_checkpoint
from loadstone.checkpoint.flax.layout import FlaxLeaf
from loadstone.core.sizes import parse_size
from loadstone.core.tensors import BY_NAME, DType
from loadstone.errors import ArgumentError, SaveError
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions, in_flax_layout, save_checkpoint
from loadstone.transfer.array_bytes import of_array

SHARDED = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"]


def outgoing(name: str, array: np.ndarray[Any, Any]) -> OutgoingTensor:
    return OutgoingTensor(name, BY_NAME[array.dtype.name], array.shape, of_array(array))


def arrays(count: int = 4, value: int = 0) -> dict[str, np.ndarray[Any, Any]]:
    """``count`` tensors of 24 bytes."""
    return {f"layers.{i}.weight": np.full((2, 3), value * 100 + i, np.float32) for i in range(count)}


def save(folder: Path, named: dict[str, np.ndarray[Any, Any]], **options: Any) -> list[str]:
    others = {name: options.pop(name) for name in ("extra_files", "progress") if name in options}
    tensors = [outgoing(name, array) for name, array in named.items()]
    paths = save_checkpoint(folder, tensors, SaveOptions(**options), **others)
    assert all(path.parent == folder for path in paths)
    return [path.name for path in paths]


def load(folder: Path, variant: str = "") -> dict[str, np.ndarray[Any, Any]]:
    """As the rest of the ecosystem reads: the single file, else the index and its shards."""
    single = folder / f"model{variant}.safetensors"
    if single.exists():
        return safetensors.numpy.load_file(single)
    index = json.loads((folder / f"model.safetensors.index{variant}.json").read_text())
    read: dict[str, np.ndarray[Any, Any]] = {}
    for shard in set(index["weight_map"].values()):
        read |= safetensors.numpy.load_file(folder / shard)
    assert index["metadata"]["total_size"] == sum(array.nbytes for array in read.values())
    assert list(index["weight_map"]) == sorted(read)
    return read


def same(read: dict[str, np.ndarray[Any, Any]], written: dict[str, np.ndarray[Any, Any]]) -> bool:
    return read.keys() == written.keys() and all(np.array_equal(read[name], written[name]) for name in read)


def fake_torch_save(path: Path, tensors: Sequence[OutgoingTensor]) -> None:
    path.write_bytes(b"".join(bytes(tensor.read(0, tensor.nbytes)) for tensor in tensors))


# Names


def test_one_file_has_no_index(tmp_path: Path) -> None:
    assert save(tmp_path, arrays()) == os.listdir(tmp_path) == ["model.safetensors"]
    assert same(load(tmp_path), arrays())


def test_shards_have_an_index_with_total_size_and_a_sorted_weight_map(tmp_path: Path) -> None:
    written = dict(reversed(arrays().items()))
    assert save(tmp_path, written, max_shard_size=50) == sorted(os.listdir(tmp_path)) == SHARDED
    assert same(load(tmp_path), written)
    index = (tmp_path / "model.safetensors.index.json").read_text()
    assert json.loads(index)["metadata"] == {"total_size": 96}
    assert index == json.dumps(json.loads(index), indent=2, sort_keys=True) + "\n"


def test_variant_comes_before_the_shard_number_and_before_json(tmp_path: Path) -> None:
    names = ["model.fp16-00001-of-00002.safetensors", "model.fp16-00002-of-00002.safetensors"]
    assert save(tmp_path, arrays(), max_shard_size=50, variant="fp16") == [*names, "model.safetensors.index.fp16.json"]
    assert same(load(tmp_path, ".fp16"), arrays())
    assert save(tmp_path / "b", arrays(), variant="fp16") == ["model.fp16.safetensors"]


def test_pytorch_format_has_its_own_names_and_is_written_by_the_caller(tmp_path: Path) -> None:
    options = {"weight_format": "pytorch", "write_shard": fake_torch_save}
    assert save(tmp_path, arrays(), max_shard_size=50, **options) == [
        "pytorch_model-00001-of-00002.bin",
        "pytorch_model-00002-of-00002.bin",
        "pytorch_model.bin.index.json",
    ]
    assert (tmp_path / "pytorch_model-00002-of-00002.bin").read_bytes() == b"".join(
        array.tobytes() for array in list(arrays().values())[2:]
    )
    assert save(tmp_path, arrays(), variant="v", **options) == ["pytorch_model.v.bin"]


FLAX = {"model/q/kernel": np.ones((2, 3), np.float32), "model/norm/scale": np.zeros(6, np.float32)}


def test_msgpack_is_one_file_that_flax_restores_and_that_opens_under_the_hubs_names(tmp_path: Path) -> None:
    import flax.serialization
    import flax.traverse_util

    assert save(tmp_path, FLAX, weight_format="msgpack") == os.listdir(tmp_path) == ["flax_model.msgpack"]
    restored = flax.serialization.msgpack_restore((tmp_path / "flax_model.msgpack").read_bytes())
    assert same(flax.traverse_util.flatten_dict(restored, sep="/"), FLAX)
    checkpoint = open_checkpoint(tmp_path)
    assert {name: stored.shape for name, stored in checkpoint.items()} == {
        "model.q.weight": (3, 2),
        "model.norm.weight": (6,),
    }


def test_msgpack_shards_have_an_index_whose_names_are_paths(tmp_path: Path) -> None:
    names = ["flax_model-00001-of-00002.msgpack", "flax_model-00002-of-00002.msgpack", "flax_model.msgpack.index.json"]
    assert save(tmp_path, FLAX, weight_format="msgpack", max_shard_size=24) == names
    assert json.loads((tmp_path / names[2]).read_text()) == {
        "metadata": {"total_size": 48},
        "weight_map": {"model/norm/scale": names[1], "model/q/kernel": names[0]},
    }
    checkpoint = open_checkpoint(tmp_path)
    assert [path.name for path in checkpoint.files] == names[:2]
    assert np.array_equal(checkpoint.numpy("model.q.weight"), FLAX["model/q/kernel"].T)


def test_tensors_put_in_flax_layout_come_back_as_they_were(tmp_path: Path) -> None:
    written = {
        "q.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "norm.weight": np.arange(4, dtype=np.float16),
        "beside.weight": np.arange(6, dtype=np.int8).reshape(2, 3),
    }
    layout = {"q.weight": FlaxLeaf("q/kernel", True), "norm.weight": FlaxLeaf("norm/scale", False)}
    tensors = in_flax_layout([outgoing(name, array) for name, array in written.items()], layout)
    assert [(tensor.name, tensor.shape) for tensor in tensors] == [
        ("q/kernel", (3, 2)),
        ("norm/scale", (4,)),
        ("beside/weight", (2, 3)),
    ]
    save_checkpoint(tmp_path, tensors, SaveOptions(weight_format="msgpack"))
    checkpoint = open_checkpoint(tmp_path)
    assert same({name: checkpoint.numpy(name) for name in checkpoint}, written)


def test_saving_msgpack_removes_the_formats_that_a_reader_would_prefer_and_they_do_not_remove_it(
    tmp_path: Path,
) -> None:
    save(tmp_path, FLAX, weight_format="msgpack", max_shard_size=24)
    save(tmp_path, arrays(), weight_format="pytorch", write_shard=fake_torch_save)
    save(tmp_path, arrays())
    kept = ["flax_model-00001-of-00002.msgpack", "flax_model-00002-of-00002.msgpack", "flax_model.msgpack.index.json"]
    assert sorted(os.listdir(tmp_path)) == [*kept, "model.safetensors", "pytorch_model.bin"]
    save(tmp_path, FLAX, weight_format="msgpack")
    assert os.listdir(tmp_path) == ["flax_model.msgpack"]


def test_tensor_larger_than_a_shard_has_a_shard_of_its_own(tmp_path: Path) -> None:
    written = {"a": np.zeros(10, np.int8), "large": np.zeros(100, np.int8), "z": np.zeros(10, np.int8)}
    save(tmp_path, written, max_shard_size=50)
    weight_map = json.loads((tmp_path / "model.safetensors.index.json").read_text())["weight_map"]
    assert [name for name, shard in weight_map.items() if shard == weight_map["large"]] == ["large"]
    assert weight_map["a"] == weight_map["z"]


def test_metadata_says_pt_unless_told_otherwise(tmp_path: Path) -> None:
    save(tmp_path, arrays())
    with safetensors.safe_open(tmp_path / "model.safetensors", "np") as file:
        assert file.metadata() == {"format": "pt"}
    save(tmp_path, arrays(), metadata={"format": "np", "by": "us"})
    with safetensors.safe_open(tmp_path / "model.safetensors", "np") as file:
        assert file.metadata() == {"format": "np", "by": "us"}


def test_checkpoint_without_tensors_is_one_empty_file(tmp_path: Path) -> None:
    assert save(tmp_path, {}) == ["model.safetensors"]
    assert load(tmp_path) == {}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(1, 60))
def test_any_split_reads_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("split")
    written = {f"t{i}": np.arange(size, dtype=np.uint8) for i, size in enumerate(sizes)}
    save(folder, written, max_shard_size=limit)
    assert same(load(folder), written)


def test_transformers_reads_what_we_write_and_writes_the_same_names(tmp_path: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(GPT2Config(n_layer=2, n_embd=8, n_head=2, vocab_size=20, n_positions=8))
    written = {name: value.numpy() for name, value in model.state_dict().items() if name != "lm_head.weight"}
    for variant in (None, "fp16"):
        theirs, ours = tmp_path / f"theirs-{variant}", tmp_path / f"ours-{variant}"
        model.save_pretrained(theirs, max_shard_size="5KB", variant=variant)
        extra = {name: (theirs / name).read_bytes() for name in ("config.json", "generation_config.json")}
        save(ours, written, max_shard_size="5KB", variant=variant, extra_files=extra)
        assert sorted(os.listdir(ours)) == sorted(os.listdir(theirs))
        assert len(os.listdir(ours)) > 4
        read = GPT2LMHeadModel.from_pretrained(ours, variant=variant).state_dict()
        assert same({name: read[name].numpy() for name in written}, written)


# What else is in the folder


@pytest.mark.parametrize("variant", [None, "fp16"])
def test_stale_weights_of_the_same_format_and_variant_are_removed(tmp_path: Path, variant: str | None) -> None:
    for first, second in [(24, 50), (50, 24), (50, "1GB"), ("1GB", 50), (24, 24)]:
        save(tmp_path, arrays(7, value=1), max_shard_size=first, variant=variant)
        written = save(tmp_path, arrays(4, value=2), max_shard_size=second, variant=variant)
        assert sorted(os.listdir(tmp_path)) == sorted(written)
        assert same(load(tmp_path, f".{variant}" if variant else ""), arrays(4, value=2))


def test_shards_that_bear_the_variant_after_the_number_are_stale_too(tmp_path: Path) -> None:
    (tmp_path / "model-00001-of-00002.fp16.safetensors").write_bytes(b"old")
    save(tmp_path, arrays(), variant="fp16")
    assert os.listdir(tmp_path) == ["model.fp16.safetensors"]


def test_other_variants_other_formats_and_other_files_stay(tmp_path: Path) -> None:
    others = {
        "model.fp16.safetensors", "model.fp16-00001-of-00002.safetensors", "model.safetensors.index.fp16.json",
        "adapter_model.safetensors", "my_model-00001-of-00002.safetensors", "model-1-of-2.safetensors",
        "model.safetensors.bak", "pytorch_model.bin", "tf_model.h5", "tokenizer.json", "config.json", "README.md",
    }  # fmt: skip
    for name in others:
        (tmp_path / name).write_bytes(b"kept")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "model.safetensors").write_bytes(b"kept")
    written = save(tmp_path, arrays(), max_shard_size=50)
    assert set(os.listdir(tmp_path)) == {*written, *others, "logs"}
    assert {(tmp_path / name).read_bytes() for name in {*others, "logs/model.safetensors"}} == {b"kept"}


def test_saving_pytorch_weights_removes_safetensors_that_a_reader_would_prefer(tmp_path: Path) -> None:
    save(tmp_path, arrays(), variant="other")
    save(tmp_path, arrays(), max_shard_size=50)
    save(tmp_path, arrays(value=2), weight_format="pytorch", write_shard=fake_torch_save)
    assert sorted(os.listdir(tmp_path)) == ["model.other.safetensors", "pytorch_model.bin"]


def test_extra_files_are_written_with_the_weights(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(b"old")
    assert save(tmp_path, arrays(), extra_files={"config.json": b"{}"}) == ["model.safetensors", "config.json"]
    assert (tmp_path / "config.json").read_bytes() == b"{}"


def test_saving_onto_the_folder_that_the_tensors_are_mapped_from(tmp_path: Path) -> None:
    save(tmp_path, arrays(value=3))
    file = tmp_path / "model.safetensors"
    start = 8 + int.from_bytes(file.read_bytes()[:8], "little")
    mapped = np.memmap(file, np.float32, "r", start, (4, 2, 3))
    save(tmp_path, {f"layers.{3 - i}.weight": mapped[i] for i in range(4)}, max_shard_size=50)
    assert same(load(tmp_path), dict(zip(reversed(arrays()), arrays(value=3).values(), strict=True)))
    assert np.array_equal(mapped, np.stack(list(arrays(value=3).values())))


def test_saving_into_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").write_bytes(b"kept")
    paths = save_checkpoint(".", [outgoing(*item) for item in arrays().items()])
    assert [str(path) for path in paths] == ["model.safetensors"]
    assert sorted(os.listdir(".")) == ["model.safetensors", "notes"]


# Arguments


@pytest.mark.parametrize(
    ("size", "nbytes"),
    [
        (1, 1), ("5GB", 5 * 10**9), ("5GiB", 5 * 2**30), ("1.5 MB", 1_500_000), (" 10kb ", 10_000), ("1KiB", 1024),
        ("7B", 7), ("2TB", 2 * 10**12), ("0.5MiB", 2**19),
    ],
)  # fmt: skip
def test_size_is_decimal_for_gb_and_binary_for_gib(size: int | str, nbytes: int) -> None:
    assert parse_size(size, "max_shard_size") == nbytes


@pytest.mark.parametrize(
    "size", [0, -1, True, 1.5, None, "", "5", "GB", "5G", "-5GB", "5GBB", "0GB", "5 apples", "1e3MB", "٥GB", "9" * 400]
)
def test_size_that_makes_no_sense_is_an_argument_error(size: Any, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="max_shard_size"):
        save(tmp_path / "new", arrays(), max_shard_size=size)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("variant", ["a/b", "..", "../x", ".a", "a.", "a\0", "{suffix}", "a b"])
def test_variant_that_could_leave_the_folder_is_an_argument_error(variant: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="variant"):
        save(tmp_path / "new", arrays(), variant=variant)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["../config.json", "/tmp/x", "a/b", "", ".", "..", "a\0b", ".loadstone-save", "model.safetensors"]
)
def test_extra_file_that_would_leave_the_folder_or_be_a_weight_is_an_argument_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="extra_files"):
        save(tmp_path / "new", arrays(), extra_files={name: b""})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "options",
    [{"weight_format": "gguf"}, {"weight_format": "pytorch"}, {"write_shard": fake_torch_save}],
    ids=["unknown", "no writer", "writer not needed"],
)
def test_format_and_writer_that_do_not_fit_are_an_argument_error(options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ArgumentError):
        save(tmp_path / "new", arrays(), **options)
    assert os.listdir(tmp_path) == []


def test_tensors_of_one_name_are_an_argument_error_that_names_them(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"'layers\.0\.weight'"):
        save_checkpoint(tmp_path / "new", [outgoing(*item) for item in arrays().items()] * 2)
    assert os.listdir(tmp_path) == []


def test_path_with_nul_is_a_save_error() -> None:
    with pytest.raises(SaveError, match="NUL"):
        save_checkpoint("a\0b", [])


def test_path_below_a_file_is_a_save_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("long" * 100)):
        with pytest.raises(SaveError, match=str(folder)):
            save(folder, arrays())
    assert os.listdir(tmp_path) == ["file"]


# Failures


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may pass 1 MiB: the system then refuses writes as it does when a disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def large() -> dict[str, np.ndarray[Any, Any]]:
    return arrays() | {"z.large": np.zeros(3 << 20, np.uint8)}


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize("max_shard_size", ["5GB", 50])
def test_file_that_cannot_grow_is_a_save_error_and_the_old_checkpoint_is_untouched(
    tmp_path: Path, max_shard_size: int | str
) -> None:
    folder = tmp_path / "checkpoint"
    save(folder, arrays(value=1), extra_files={"config.json": b"old"})
    with pytest.raises(SaveError, match=r"nothing was saved.*File too large.*takes 3145824 bytes"):
        save(folder, large(), max_shard_size=max_shard_size, extra_files={"config.json": b"new"})
    assert sorted(os.listdir(folder)) == ["config.json", "model.safetensors"]
    assert (folder / "config.json").read_bytes() == b"old"
    assert same(load(folder), arrays(value=1))
    assert os.listdir(tmp_path) == ["checkpoint"]


@pytest.mark.usefixtures("small_files")
def test_torch_save_that_cannot_write_is_a_save_error(tmp_path: Path) -> None:
    import torch

    def torch_save(path: Path, tensors: Sequence[OutgoingTensor]) -> None:
        torch.save(
            {each.name: torch.frombuffer(each.read(0, each.nbytes), dtype=torch.uint8) for each in tensors}, path
        )

    with pytest.raises(SaveError, match=r"pytorch_model\.bin: nothing was saved"):
        save(tmp_path / "new", large(), weight_format="pytorch", write_shard=torch_save)
    assert os.listdir(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB. Mounting needs root; the tests with ``small_files`` do not."""
    path = tmp_path / "disk"
    path.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", path]).returncode:
        pytest.skip("an extra test: only root may mount a small disk")
    yield path
    subprocess.run(["umount", path], check=True)


@pytest.mark.parametrize("name", ["checkpoint", "."])
def test_full_disk_is_a_save_error_and_leaves_the_old_checkpoint(small_disk: Path, name: str) -> None:
    folder = small_disk / name
    save(folder, arrays(value=1))
    save(folder, arrays(value=2))  # tmpfs knows no direct writes, a mount point cannot be traded: it works all the same
    with pytest.raises(SaveError, match="No space left on device"):
        save(folder, large())
    assert os.listdir(folder) == ["model.safetensors"]
    assert same(load(folder), arrays(value=2))


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), MemoryError(), ZeroDivisionError()])
def test_exception_while_a_tensor_is_read_comes_through_and_leaves_nothing(
    tmp_path: Path, failure: BaseException
) -> None:
    def read(start: int, stop: int) -> bytes:
        raise failure

    bad = OutgoingTensor("z", DType.INT8, (1,), read)
    with pytest.raises(type(failure)):
        tensors = [*(outgoing(*item) for item in arrays().items()), bad]
        save_checkpoint(tmp_path / "new", tensors, SaveOptions(max_shard_size=50))
    assert os.listdir(tmp_path) == []


def test_killed_at_random_moments_of_a_save_the_checkpoint_is_the_old_or_the_new(tmp_path: Path) -> None:
    """Real kills; the file-by-file way is killed at every step in test_swap.py."""
    program = """
import sys, pathlib
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions, save_checkpoint
from loadstone.core.tensors import DType
for turn in range(10_000):
    value = bytes([turn % 2]) * 100_000
    tensors = [OutgoingTensor(str(i), DType.UINT8, (100_000,), lambda start, stop: value) for i in range(6)]
    save_checkpoint(sys.argv[1], tensors, SaveOptions("200KB" if turn % 2 else "300KB"),
                    extra_files={"config.json": value[:1]})
    print(turn, flush=True)
"""
    folder = tmp_path / "checkpoint"
    for turn in range(12):
        with subprocess.Popen([sys.executable, "-c", program, folder], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.003 * turn)
            process.kill()
        values = {int(value) for array in load(folder).values() for value in np.unique(array)}
        assert len(load(folder)) == 6
        assert values == {(folder / "config.json").read_bytes()[0]}
    save(folder, arrays(), extra_files={"config.json": b"{}"})
    assert os.listdir(tmp_path) == ["checkpoint"]


def test_progress_is_told_of_every_byte(tmp_path: Path) -> None:
    formats: list[dict[str, Any]] = [{}, {"weight_format": "pytorch", "write_shard": fake_torch_save}]
    for options in formats:
        told: list[int] = []
        note: Callable[[int], None] = told.append
        save(tmp_path, arrays(), max_shard_size=50, progress=note, **options)
        assert sum(told) == 96
