"""HDF5 files that lead elsewhere, contradict themselves, or try to use up the machine."""

from __future__ import annotations

import io
import random
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.errors import CheckpointError, CorruptCheckpoint, FaultsError, UnsafeCheckpoint, UnsupportedDType

Make = Callable[[h5py.File], Any]


def h5_bytes(make: Make, **options: Any) -> bytes:
    content = io.BytesIO()
    with h5py.File(content, "w", **options) as file:
        make(file)
    return content.getvalue()


def sound(file: h5py.File) -> None:
    file.attrs["layer_names"] = [b"bert"]
    group = file.create_group("bert")
    group.attrs["weight_names"] = [b"m/q/kernel:0"]
    group["m/q/kernel:0"] = np.arange(6, dtype=np.float32).reshape(2, 3)
    opaque = group.create_dataset("m/q/bias:0", data=np.zeros(3, "V2"))
    opaque.attrs["dtype"] = "bfloat16"


SOUND = h5_bytes(sound)


def refusal(path: Path, content: bytes | Make, kind: type[FaultsError] = CorruptCheckpoint, **options: Any) -> str:
    path = path / "tf_model.h5" if path.is_dir() else path
    path.write_bytes(content if isinstance(content, bytes) else h5_bytes(content, **options))
    with pytest.raises(kind) as caught:
        open_checkpoint(path)
    assert type(caught.value) is kind
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_the_builders_make_a_file_that_opens(tmp_path: Path) -> None:
    """Else the refusals below would say nothing."""
    path = tmp_path / "a.h5"
    path.write_bytes(SOUND)
    assert {name: stored.dtype.value for name, stored in open_checkpoint(path).items()} == {
        "q.weight": "float32",
        "q.bias": "bfloat16",
    }


# Other files, and other ways to the same one


def test_an_external_link_is_refused_and_its_file_is_not_opened(tmp_path: Path) -> None:
    other = tmp_path / "other.h5"
    other.write_bytes(SOUND)

    def make(file: h5py.File) -> None:
        file["mine"] = np.ones(2)
        file["theirs"] = h5py.ExternalLink(str(other), "/bert/m/q/bias:0")

    before = other.stat().st_atime_ns
    assert "an external link, to another file" in refusal(tmp_path, make, UnsafeCheckpoint)
    assert other.stat().st_atime_ns == before


def test_bytes_in_another_file_are_refused(tmp_path: Path) -> None:
    def make(file: h5py.File) -> None:
        file.create_dataset("secret", (16,), "u1", external=[("/etc/passwd", 0, 16)])

    assert "'secret': expected bytes in this file" in refusal(tmp_path, make, UnsafeCheckpoint)


def test_a_virtual_dataset_is_refused(tmp_path: Path) -> None:
    def make(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((2,), "f4")
        layout[:] = h5py.VirtualSource("/etc/passwd", "a", (2,))
        file.create_virtual_dataset("a", layout)

    assert "a virtual dataset" in refusal(tmp_path, make)


def test_a_soft_link_is_refused_and_named(tmp_path: Path) -> None:
    def make(file: h5py.File) -> None:
        file["mine"] = np.ones(2)
        file["other"] = h5py.SoftLink("/mine")

    assert "'other': expected a group or dataset, found a soft link" in refusal(tmp_path, make)


def test_one_dataset_under_two_names_and_a_group_within_itself_are_refused(tmp_path: Path) -> None:
    def twice(file: h5py.File) -> None:
        file["a"] = np.ones(2)
        file["b"] = file["a"]

    def cycle(file: h5py.File) -> None:
        file.create_group("a")["b"] = file["/"]

    assert "a second one, 'b'" in refusal(tmp_path, twice)
    assert "a second one, 'a/b'" in refusal(tmp_path, cycle)


# Layouts


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"chunks": (2,)}, "'a': expected bytes in one row, found chunks"),
        ({"chunks": (2,), "compression": "gzip"}, "'a': expected bytes as they are, found compressed bytes"),
        ({"chunks": (2,), "shuffle": True}, "compressed bytes"),
        ({"maxshape": (None,)}, "chunks"),
    ],
)
def test_bytes_that_do_not_lie_in_one_row_are_refused_with_the_way_out(
    tmp_path: Path, options: dict[str, Any], found: str
) -> None:
    message = refusal(tmp_path, lambda file: file.create_dataset("a", data=np.ones(4), **options))
    assert found in message and "as Keras does" in message


def test_a_dataset_that_was_never_written_is_refused(tmp_path: Path) -> None:
    assert "never written" in refusal(tmp_path, lambda file: file.create_dataset("a", (4,), "f4"))


def test_an_empty_dataspace_is_refused(tmp_path: Path) -> None:
    assert "an empty dataspace" in refusal(tmp_path, lambda file: file.create_dataset("a", data=h5py.Empty("f4")))


def test_a_named_datatype_is_refused_as_a_node_and_as_a_datasets_own(tmp_path: Path) -> None:
    def make(file: h5py.File) -> None:
        file["kind"] = np.dtype("f4")

    def shared(file: h5py.File) -> None:
        make(file)
        file.create_dataset("a", data=np.ones(2, np.float32), dtype=file["kind"])

    assert "'kind': expected a group or a dataset" in refusal(tmp_path, make)
    assert "one message of each kind" in refusal(tmp_path, shared)


@pytest.mark.parametrize("options", [{"libver": "latest"}, {"track_order": True}, {"libver": ("v110", "v110")}])
def test_hdf5s_newer_layouts_are_refused_with_the_way_out(tmp_path: Path, options: dict[str, Any]) -> None:
    message = refusal(tmp_path, lambda file: file.create_dataset("a", data=np.ones(4)), **options)
    assert "older layout" in message and "h5py.File(path, 'w')" in message


def test_faults_of_several_datasets_are_reported_together(tmp_path: Path) -> None:
    def make(file: h5py.File) -> None:
        file.create_dataset("a", (4,), "f4")
        file["b"] = np.ones(2)
        file.create_dataset("c", data=np.ones(4), chunks=(2,))

    message = refusal(tmp_path, make)
    assert "'a'" in message and "'c'" in message and "'b'" not in message


def test_an_unsupported_dtype_beside_sound_ones_is_unsupported_and_named(tmp_path: Path) -> None:
    def make(file: h5py.File) -> None:
        file["a"] = np.ones(2)
        file["b"] = np.ones(2, np.complex64)

    assert "'b': expected numbers" in refusal(tmp_path, make, UnsupportedDType)


# Damage


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "9 bytes from byte 0 on"),
        (b"\x89HDF\r\n\x1a\n", "9 bytes from byte 0 on"),
        (b"not an HDF5 file", "one that starts with b'not an H'"),
        (SOUND[:-1], "1 bytes are missing. The file was cut short"),
        (SOUND[:100], "bytes are missing"),
        (SOUND.replace(b"HEAP", b"PAEH"), "a heap of names"),
        (SOUND.replace(b"TREE", b"EERT"), "a B-tree of names"),
        (SOUND.replace(b"SNOD", b"DONS"), "a node of names"),
        (SOUND.replace(b"GCOL", b"LOCG"), "a heap of texts"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, found: str) -> None:
    assert found in refusal(tmp_path, content)


def test_a_dataset_that_reaches_beyond_the_file_is_refused(tmp_path: Path) -> None:
    with h5py.File(io.BytesIO(SOUND), "r") as file:
        place = struct.pack("<2Q", file["bert/m/q/kernel:0"].id.get_offset(), 24)
    assert SOUND.count(place) == 1
    beyond = SOUND.replace(place, struct.pack("<2Q", len(SOUND) - 10, 24))
    assert "'bert/m/q/kernel:0': expected 24 bytes, found 14 of them beyond the end" in refusal(tmp_path, beyond)
    longer = SOUND.replace(place, struct.pack("<2Q", 0, 28))
    assert "expected 24 bytes for float32 of shape [2, 3], found 28" in refusal(tmp_path, longer)


def test_a_b_tree_that_leads_back_to_itself_is_refused(tmp_path: Path) -> None:
    """The root's first child becomes the root, one level up."""
    content = bytearray(SOUND)
    at = content.index(b"TREE")
    content[at + 5] = 1
    content[at + 32 : at + 40] = struct.pack("<Q", at)
    assert "a B-tree of names" in refusal(tmp_path, bytes(content))


def test_a_continuation_that_leads_back_to_itself_is_refused(tmp_path: Path) -> None:
    """A header whose one block is a continuation: itself."""
    content = bytearray(h5_bytes(lambda file: file.create_dataset("a", data=np.ones(2))))
    with h5py.File(io.BytesIO(bytes(content)), "r") as file:
        at = h5py.h5o.get_info(file["a"].id).addr
    content[at + 2 : at + 4] = b"\xff\xff"
    content[at + 8 : at + 12] = struct.pack("<I", 24)
    content[at + 16 : at + 40] = struct.pack("<2H4x2Q", 0x10, 16, at + 16, 24)
    refusal(tmp_path, bytes(content))


def test_a_git_lfs_pointer_is_named(tmp_path: Path) -> None:
    assert "git lfs pull" in refusal(tmp_path, b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")


# Keras 3's archives


def archive(*records: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as file:
        for name, data in records:
            file.writestr(name, data)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (archive(("config.json", b"{}")), "model.weights.h5, as Keras writes, found 'config.json'"),
        (archive(("model.weights.npz", b"x")), "found 'model.weights.npz'"),
        (archive(("model.weights.h5", SOUND), method=zipfile.ZIP_DEFLATED), "expected a record stored as it is"),
        (archive(("model.weights.h5", SOUND[:-50])), "50 bytes are missing"),
        (archive(("model.weights.h5", SOUND))[:-30], "a zip archive with its directory at the end"),
    ],
)
def test_a_keras_archive_without_sound_weights_is_refused(tmp_path: Path, content: bytes, found: str) -> None:
    assert found in refusal(tmp_path / "model.keras", content)


def test_an_archive_with_a_record_that_leads_out_of_it_is_unsafe(tmp_path: Path) -> None:
    content = archive(("../../x", b"x"), ("model.weights.h5", SOUND))
    assert "a name inside the archive" in refusal(tmp_path / "model.keras", content, UnsafeCheckpoint)


# Bombs, and every change of a sound file


def test_groups_a_thousand_deep_are_refused(tmp_path: Path) -> None:
    assert "groups at most 100 deep" in refusal(tmp_path, lambda file: file.create_group("a/" * 1000))


def test_more_faults_than_anyone_reads_end_the_search(tmp_path: Path) -> None:
    def make(file: h5py.File) -> None:
        for index in range(300):
            file.create_dataset(f"{index}", (4,), "f4")

    assert "and 82 more" in refusal(tmp_path, make)


def test_names_that_many_groups_share_cost_no_more_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadstone.checkpoint.keras.hdf5.MAX_NBYTES", 50_000)
    path = tmp_path / "a.h5"
    path.write_bytes(SOUND)
    assert len(open_checkpoint(path)) == 2

    def make(file: h5py.File) -> None:
        for index in range(100):
            file[f"{index}"] = np.ones(1)

    assert "at most 50000 bytes of names" in refusal(tmp_path, make)


def outcome(path: Path) -> Checkpoint | None:
    """The checkpoint, with every tensor read; None for one of our errors that names the file."""
    try:
        checkpoint = open_checkpoint(path)
    except CheckpointError as error:
        assert str(path) in str(error) and len(str(error)) < 20_000
        return None
    nbytes = path.stat().st_size
    for name, stored in checkpoint.items():
        assert 0 <= stored.offset <= stored.offset + stored.nbytes <= nbytes
        assert len(checkpoint.read(name)) == np.prod(stored.shape, dtype=object) * stored.dtype.bits // 8
    return checkpoint


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    for length in range(0, len(SOUND), 13):
        path.write_bytes(SOUND[:length])
        assert outcome(path) is None


@pytest.mark.parametrize("step", [lambda old: old ^ 1, lambda old: old ^ 0x80, lambda old: 0xFF])
def test_every_changed_byte_gives_tensors_within_the_file_or_our_error(
    tmp_path: Path, step: Callable[[int], int]
) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(SOUND)
    opened = refused = 0
    tracemalloc.start()
    start = time.monotonic()
    with open(path, "r+b", buffering=0) as file:
        for at, old in enumerate(SOUND):
            if old == step(old) or not any(SOUND[max(0, at - 8) : at + 8]):
                continue  # the same, or amid space that nothing uses
            file.seek(at)
            file.write(bytes([step(old)]))
            if outcome(path) is None:
                refused += 1
            else:
                opened += 1
            file.seek(at)
            file.write(bytes([old]))
    elapsed_s, (_, peak) = time.monotonic() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert opened > 100 and refused > 300
    assert peak < 10_000_000
    assert elapsed_s < 120


@given(st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_any_bytes_moved_doubled_or_lost_give_tensors_within_the_file_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance, content = random.Random(seed), bytearray(SOUND)
    for _ in range(chance.randint(1, 6)):
        start, to = chance.randrange(len(content)), chance.randrange(len(content))
        count = chance.choice([1, 2, 8, 40, 300])
        content[to : to + count] = content[start : start + count]
    path = tmp_path_factory.mktemp("moved") / "a.h5"
    path.write_bytes(content or b"x")
    outcome(path)
