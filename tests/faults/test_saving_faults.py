"""A save that something goes wrong with ends in our error or in success, and the old checkpoint or the new is whole."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from interrupts import noticing
from leaks import nothing_new_stays

from loadstone.checkpoint import open_checkpoint
from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType
from loadstone.errors import SaveError
from loadstone.saving import replace_folder as swap
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions, finish_interrupted_save, save_checkpoint
from loadstone.transfer import block_writer as write_files
from loadstone.transfer import new_file
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.outgoing import StoredFile, StoredRange

MIB = 1 << 20


def values(value: int, nbytes: int = 3 * MIB, count: int = 4) -> dict[str, np.ndarray[Any, Any]]:
    return {f"layers.{i}.weight": np.full(nbytes + i, value + i, np.uint8) for i in range(count)}


def outgoing(arrays: dict[str, np.ndarray[Any, Any]]) -> list[OutgoingTensor]:
    return [OutgoingTensor(name, DType.UINT8, each.shape, of_array(each)) for name, each in arrays.items()]


def save(folder: Path, arrays: dict[str, np.ndarray[Any, Any]], **options: Any) -> None:
    config = json.dumps({"value": int(next(iter(arrays.values()))[0])}).encode()
    shards = SaveOptions(max_shard_size=7 * MIB)
    save_checkpoint(folder, outgoing(arrays), shards, extra_files={"config.json": config}, **options)


def assert_holds(folder: Path, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
    checkpoint = open_checkpoint(folder)
    assert set(checkpoint) == set(arrays)
    assert all(np.array_equal(checkpoint.numpy(name), array) for name, array in arrays.items())
    assert json.loads((folder / "config.json").read_text())["value"] == next(iter(arrays.values()))[0]


@pytest.fixture(autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    with nothing_new_stays():
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An old checkpoint, alone in its parent; it is looked at again after the test."""
    folder = tmp_path / "parent" / "checkpoint"
    save(folder, values(1))
    yield folder
    assert_holds(folder, values(1))
    assert os.listdir(folder.parent) == ["checkpoint"]


# The disk is full -----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 20 MiB where this process may mount one; else a folder in which no file may pass 5 MiB."""
    path = tmp_path / "disk"
    path.mkdir()
    if os.geteuid() == 0 and not subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", path]).returncode:
        yield path
        subprocess.run(["umount", path], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5 * MIB, before[1]))
    yield path
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("is_reserved", [True, False], ids=["before anything is written", "in the middle"])
@pytest.mark.parametrize("way", ["beside", "inside"])
def test_a_full_disk_is_a_save_error_that_names_the_bytes_and_the_old_checkpoint_stays(
    small_disk: Path, way: str, is_reserved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_disk / "checkpoint" if way == "beside" else small_disk
    small = values(1, MIB)
    save(folder, small)
    if not is_reserved:
        monkeypatch.setattr(new_file, "reserve", lambda descriptor, nbytes: None)
    with pytest.raises(SaveError, match=r"No space left on device|File too large") as found:
        save(folder, values(2, 6 * MIB))
    assert f"takes {4 * 6 * MIB + 6} bytes" in str(found.value)
    assert_holds(folder, small)
    assert len(os.listdir(small_disk)) == (1 if way == "beside" else 2)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS])
def test_what_the_system_says_when_room_is_reserved_is_a_save_error(
    number: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, nbytes: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(new_file, "reserve", refuse)
    with pytest.raises(SaveError, match=os.strerror(number)):
        save(folder, values(2))


# The disk fails -------------------------------------------------------------------------------------


class FailsAt:
    """Stands in for a system call: the n-th call from now fails."""

    def __init__(self, real: Callable[..., Any], call: int, number: int) -> None:
        self.real, self.left, self.number = real, call, number

    def __call__(self, *args: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise OSError(self.number, os.strerror(self.number))
        return self.real(*args)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("name", ["pwrite", "fsync"])
def test_a_write_or_a_sync_that_fails_in_the_middle_is_a_save_error(
    name: str, call: int, number: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, name, FailsAt(getattr(os, name), call, number))
    with pytest.raises(SaveError, match=os.strerror(number)):
        save(folder, values(2))
    monkeypatch.undo()


def test_a_page_that_does_not_reach_the_disk_is_a_save_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel tells of it once, to whoever waits for the page: the sync that follows would say that all is well."""
    monkeypatch.delattr(os, "O_DIRECT", raising=False)
    failing = FailsAt(write_files.finish_writing, 2, errno.EIO)
    monkeypatch.setattr(write_files, "finish_writing", failing)
    with pytest.raises(SaveError, match="Input/output error"):
        save(folder, values(2, 9 * MIB))


def test_signals_during_a_save_do_no_harm(folder: Path) -> None:
    """Every millisecond one interrupts whatever system call is under way."""
    counted: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *args: counted.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        save(folder, values(2, 20 * MIB))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert counted
    assert_holds(folder, values(2, 20 * MIB))
    save(folder, values(1))


# Killed, interrupted --------------------------------------------------------------------------------

_KILLED = """
import json, os, sys, time
from pathlib import Path
import numpy as np
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions, save_checkpoint
from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.outgoing import StoredFile, StoredRange

folder, value = Path(sys.argv[1]), int(sys.argv[2])
os.chdir(sys.argv[3])
if value:  # the one way of writing, then the other
    del os.O_DIRECT
path = Path(sys.argv[4]) / str(value)  # all of it is this one byte
data = np.memmap(path, np.uint8, "c")
status = path.stat()
file = StoredFile(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
stored = (StoredRange(ByteRange(0, data.nbytes), file, 0),)
# Half of it may be copied by the kernel, half of it comes from memory.
tensors = [OutgoingTensor(f"{i}", DType.UINT8, data.shape, of_array(data), stored if i % 2 else ()) for i in range(4)]
print("ready", flush=True)
began = time.perf_counter()
save_checkpoint(folder, tensors, SaveOptions((1 + value) * data.nbytes),
                extra_files={"config.json": json.dumps({"value": value}).encode()})
print(time.perf_counter() - began, flush=True)
"""


def killed_after(delay_s: float | None, *arguments: object) -> float | None:
    """How long the save took, if it was not killed ``delay_s`` after its beginning."""
    command = [sys.executable, "-c", _KILLED, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        if delay_s is not None:
            time.sleep(delay_s)
            process.kill()
        said = process.stdout.read()
    return float(said) if said else None


def kills(tmp_path: Path, way: str, count: int, nbytes: int) -> None:
    folder, sources = tmp_path / "parent" / "checkpoint", tmp_path / "sources"
    sources.mkdir()
    for value in (0, 1):
        (sources / str(value)).write_bytes(bytes([value]) * nbytes)
    # A folder that is somebody's working directory is not traded for another.
    folder.mkdir(parents=True)
    arguments = folder if way == "inside" else tmp_path, sources
    whole = [killed_after(None, folder, value, *arguments) for value in (1, 0)]
    duration_s = min(each for each in whole if each)
    seeded = random.Random(0)
    was_killed = []
    there = 0
    for turn in range(count):
        delay_s = seeded.uniform(turn, turn + 1) / count * 1.2 * duration_s
        was_killed.append(killed_after(delay_s, folder, 1 - there, *arguments) is None)
        finish_interrupted_save(folder)  # as every load does first
        value = json.loads((folder / "config.json").read_text())["value"]
        checkpoint = open_checkpoint(folder)
        assert set(checkpoint) == {"0", "1", "2", "3"}
        for name in checkpoint:
            array = checkpoint.numpy(name)
            assert array.nbytes == nbytes
            assert array.min() == array.max() == value
        assert was_killed[-1] or value == 1 - there
        there = value
    assert sum(was_killed) >= count // 3
    killed_after(None, folder, 1, *arguments)
    assert os.listdir(folder.parent) == ["checkpoint"]
    assert ".loadstone-save" not in os.listdir(folder)


@pytest.mark.parametrize("way", ["beside", "inside"])
def test_killed_at_a_few_moments_the_checkpoint_is_the_old_or_the_new_and_whole(tmp_path: Path, way: str) -> None:
    kills(tmp_path, way, 6, 3 * MIB)


@pytest.mark.long
@pytest.mark.parametrize("way", ["beside", "inside"])
def test_killed_at_50_moments_the_checkpoint_is_the_old_or_the_new_and_whole(tmp_path: Path, way: str) -> None:
    kills(tmp_path, way, 50, 12 * MIB)


@pytest.mark.usefixtures("uncollected")
def test_interrupted_at_every_block_the_old_checkpoint_stays(folder: Path) -> None:
    arrays = values(2, 9 * MIB)
    for block in range(1, 5):
        asked: list[int] = []

        def read(start: int, stop: int, block: int = block, asked: list[int] = asked) -> bytes:
            asked.append(start)
            if len(asked) == 4 * block:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                time.sleep(0.05)
            return bytes(stop - start)

        tensors = [*outgoing(arrays), OutgoingTensor("z", DType.UINT8, (64 * MIB,), read)]
        with noticing(asked) as noticed, pytest.raises(KeyboardInterrupt):
            save_checkpoint(folder, tensors, SaveOptions(max_shard_size=20 * MIB))
        assert len(asked) < noticed[0] + 28
        assert os.listdir(folder.parent) == ["checkpoint"]


# Power cuts -----------------------------------------------------------------------------------------


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was made safe, and what was put in place, by inode and in order."""
    found: list[tuple[str, ...]] = []
    fsync, rename, exchange = os.fsync, os.rename, swap._exchange

    def noted_fsync(descriptor: int) -> None:
        fsync(descriptor)
        found.append(("safe", str(os.fstat(descriptor).st_ino)))

    def noted_rename(source: Path, target: Path) -> None:
        found.append(("placed", str(source), *tree(Path(source))))
        rename(source, target)

    def noted_exchange(one: Path, other: Path) -> None:
        found.append(("placed", str(one), *tree(one)))
        exchange(one, other)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "rename", noted_rename)
    monkeypatch.setattr(swap, "_exchange", noted_exchange)
    return found


def tree(path: Path) -> list[str]:
    """Inodes of a path and, if it is a folder, of all in it."""
    return [str(each.stat().st_ino) for each in (path, *path.rglob("*"))]


@pytest.mark.parametrize("is_new", [True, False])
def test_every_file_and_its_folder_are_on_the_disk_before_the_set_is_put_in_place_and_the_parent_after_it(
    is_new: bool, folder: Path, log: list[tuple[str, ...]]
) -> None:
    target = folder.parent.parent / "new" if is_new else folder
    save(target, values(2))
    (placing,) = [index for index, entry in enumerate(log) if entry[0] == "placed"]
    safe_before = {entry[1] for entry in log[:placing]}
    assert set(log[placing][2:]) <= safe_before
    assert len(log[placing][2:]) == 1 + 3 + 1  # the folder, two shards and their index, the config
    assert ("safe", str(target.parent.stat().st_ino)) in log[placing:]
    if not is_new:
        save(folder, values(1))


def test_inside_every_file_is_on_the_disk_before_the_journal_says_so(
    folder: Path, log: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_make_beside", lambda folder: None)
    save(folder, values(2))
    committing = next(index for index, entry in enumerate(log) if entry[0] == "placed")
    assert log[committing][1].endswith("journal.json.draft")
    safe_before = {entry[1] for entry in log[:committing]}
    assert {str(path.stat().st_ino) for path in folder.iterdir()} <= safe_before
    assert set(log[committing][2:]) <= safe_before
    save(folder, values(1))


# Places that cannot be written to -------------------------------------------------------------------


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder for a user that permissions hold for; root becomes one."""
    path = Path(tempfile.mkdtemp())
    was_root = os.geteuid() == 0
    if was_root:
        os.chown(path, 65534, 65534)
        os.setresuid(65534, 65534, 0)
    try:
        yield path
    finally:
        if was_root:
            os.setresuid(0, 0, 0)
        for each in (path, *path.rglob("*")):
            if each.is_dir():
                each.chmod(0o700)
        shutil.rmtree(path)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_read_only_folder_is_a_save_error_and_stays_as_it_is(unprivileged: Path, is_there: bool) -> None:
    folder = unprivileged / "checkpoint"
    if is_there:
        save(folder, values(1))
        folder.chmod(0o500)
    unprivileged.chmod(0o500)
    with pytest.raises(SaveError, match=r"checkpoint: nothing was saved"):
        save(folder, values(2))
    assert os.listdir(unprivileged) == (["checkpoint"] if is_there else [])
    if is_there:
        assert_holds(folder, values(1))


# Sources that change between load and save ----------------------------------------------------------


def mapped(folder: Path) -> list[OutgoingTensor]:
    """The tensors of a checkpoint as a load leaves them: views of maps that nobody has written to."""
    found = []
    for stored in open_checkpoint(folder).values():
        status = stored.file.stat()
        file = StoredFile(stored.file, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        array = np.memmap(stored.file, np.uint8, "c", stored.offset, stored.shape)
        ranges = (StoredRange(ByteRange(0, stored.nbytes), file, stored.offset),)
        found.append(
            OutgoingTensor(stored.name, stored.dtype, stored.shape, of_array(array), ranges, array.ctypes.data)
        )
    return found


def test_a_checkpoint_saved_onto_itself_in_other_shards_is_copied_in_the_kernel(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered: list[int] = []
    monkeypatch.delattr(os, "O_DIRECT", raising=False)  # where there is this way, that is faster
    real = write_files._gather
    monkeypatch.setattr(write_files, "_gather", lambda *args: gathered.append(args[1].nbytes) or real(*args))
    config = (folder / "config.json").read_bytes()
    for limit in (4 * MIB, 100 * MIB, 7 * MIB):
        save_checkpoint(folder, mapped(folder), SaveOptions(max_shard_size=limit), extra_files={"config.json": config})
        assert_holds(folder, values(1))
    assert sum(gathered) < 30 * 8192  # headers, and the page at either end of a run


@pytest.mark.parametrize("change", ["deleted", "replaced", "rewritten as it was"])
def test_a_source_that_is_gone_or_another_is_saved_from_memory(change: str, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "source")
    tensors = mapped(tmp_path / "source")
    for path in (tmp_path / "source").glob("*.safetensors"):
        content = path.read_bytes()
        if change != "rewritten as it was":
            path.unlink()
        if change == "replaced":
            path.write_bytes(bytes(len(content)))
        if change == "rewritten as it was":
            path.write_bytes(content)
    config = (folder / "config.json").read_bytes()
    save_checkpoint(tmp_path / "new", tensors, extra_files={"config.json": config})
    assert_holds(tmp_path / "new", values(1))


def test_a_source_that_was_cut_short_is_a_save_error_that_names_it(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "source")
    tensors = mapped(tmp_path / "source")
    path = min((tmp_path / "source").glob("*.safetensors"))
    os.truncate(path, MIB)
    with pytest.raises(SaveError, match=rf"{path.name}: expected \d+ bytes, found {MIB}"):
        save_checkpoint(folder, tensors)


# Limits of the system -------------------------------------------------------------------------------

_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from loadstone.saving.checkpoint import OutgoingTensor, SaveOptions, save_checkpoint
from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType
tensors = [OutgoingTensor(str(i), DType.UINT8, (1000,), lambda start, stop, i=i: bytes([i % 256]) * (stop - start))
           for i in range(1000)]
save_checkpoint(sys.argv[1], tensors, SaveOptions(max_shard_size=1000))
"""


def test_a_thousand_shards_are_written_with_64_descriptors(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _LIMITED, tmp_path / "new"], check=True)
    checkpoint = open_checkpoint(tmp_path / "new")
    assert len(checkpoint.files) == 1000
    assert all((checkpoint.numpy(str(i)) == i % 256).all() for i in range(0, 1000, 99))
