"""Several files at once: every way that a block can take gives the same bytes; what is refused is done otherwise."""

from __future__ import annotations

import ctypes
import errno
import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from interrupts import noticing
from leaks import nothing_new_stays

from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType
from loadstone.errors import SaveError
from loadstone.transfer import block_writer as write_files
from loadstone.transfer import kernel_copy, new_file
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.block_writer import BLOCK_NBYTES
from loadstone.transfer.kernel_copy import runs
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, StoredFile, StoredRange, TensorRange, nbytes_of

MIB = 1 << 20
Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]


def noise(nbytes: int, seed: int = 0) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, nbytes, np.uint8)


def tensor(
    data: Bytes, name: str = "w", stored: tuple[StoredRange, ...] = (), in_place: bool = False
) -> OutgoingTensor:
    address = data.ctypes.data if in_place else None
    return OutgoingTensor(name, DType.UINT8, data.shape, of_array(data), stored, address)


def plan(*pieces: bytes | OutgoingTensor) -> FilePlan:
    cuts = [piece if isinstance(piece, bytes) else TensorRange(piece, piece.range) for piece in pieces]
    return FilePlan(cuts, sum(map(nbytes_of, cuts)))


def state(path: Path) -> StoredFile:
    status = path.stat()
    return StoredFile(path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@pytest.fixture
def cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """No way past the page cache: then the kernel copies what lies in a stored file."""
    monkeypatch.delattr(os, "O_DIRECT", raising=False)


@pytest.fixture
def kernel_copies(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each call had the kernel copy."""
    found: list[int] = []
    real = os.copy_file_range

    def noted(*args: int) -> int:
        found.append(real(*args))
        return found[-1]

    monkeypatch.setattr(os, "copy_file_range", noted)
    return found


@pytest.fixture(autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    with nothing_new_stays():
        yield


# Memory


@pytest.mark.parametrize("nbytes", [1, 4095, 4096, 4097, BLOCK_NBYTES - 1, BLOCK_NBYTES, 3 * BLOCK_NBYTES + 5])
def test_files_of_any_length_are_written_at_once(nbytes: int, tmp_path: Path) -> None:
    data = noise(nbytes)
    plans = {tmp_path / str(i): plan(b"h" * i, tensor(data[: nbytes - i]), b"t") for i in range(3) if nbytes > i}
    told: list[int] = []
    write_files.write_files(plans, progress=told.append)
    for i, path in enumerate(plans):
        assert path.read_bytes() == b"h" * i + data[: nbytes - i].tobytes() + b"t"
    assert sum(told) == sum(nbytes - i for i in range(len(plans)))


def test_a_file_of_many_small_tensors_and_empty_ones(tmp_path: Path) -> None:
    pieces = [tensor(noise(i % 7, i), str(i)) for i in range(3000)]
    write_files.write_files({tmp_path / "x": plan(*pieces)})
    assert (tmp_path / "x").read_bytes() == b"".join(noise(i % 7, i).tobytes() for i in range(3000))


def test_no_file_is_no_work() -> None:
    write_files.write_files({})


def test_existing_file_is_never_opened_for_writing(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        write_files.write_files({tmp_path / "a": plan(b"new"), tmp_path / "b": plan(b"new")})
    assert (tmp_path / "b").read_bytes() == b"old"


@pytest.mark.parametrize("shift", [0, 1, 64, 512, 4096])
def test_memory_whose_place_fits_is_written_from_where_it_is(
    shift: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = np.zeros(3 * BLOCK_NBYTES, np.uint8)
    start = -memory.ctypes.data % 4096 + shift
    data = memory[start : start + 2 * BLOCK_NBYTES]
    data[:] = noise(len(data))
    gathered: list[int] = []
    real = write_files._gather
    monkeypatch.setattr(write_files, "_gather", lambda *args: (gathered.append(args[1].start), real(*args))[1])
    # Three tensors that lie one after another, the second a single page.
    cuts = [0, MIB, MIB + 4096, len(data)]
    tensors = [tensor(data[a:b], str(a), in_place=True) for a, b in itertools.pairwise(cuts)]
    write_files.write_files({tmp_path / "x": plan(b"h" * 4096, *tensors, b"end")})
    assert (tmp_path / "x").read_bytes() == b"h" * 4096 + data.tobytes() + b"end"
    if shift in (0, 4096) and takes_direct(tmp_path):
        assert sorted(gathered) == [0, 2 * BLOCK_NBYTES]  # header and end only


def takes_direct(folder: Path) -> bool:
    try:
        os.close(os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_DIRECT))
    except OSError:
        return False
    return True


# What systems refuse


@pytest.mark.parametrize("in_place", [False, True])
def test_file_system_that_takes_the_direct_flag_and_refuses_the_write_is_written_through_the_cache(
    in_place: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refused = new_file._write_at, []

    def write(descriptor: int, views: list[memoryview], at: int) -> int:
        if descriptor in direct:
            refused.append(at)
            raise OSError(errno.EINVAL, "Invalid argument")
        return real(descriptor, views, at)

    direct = noted_direct_descriptors(monkeypatch)
    monkeypatch.setattr(new_file, "_write_at", write)
    memory = np.zeros(3 * BLOCK_NBYTES, np.uint8)
    data = memory[-memory.ctypes.data % 4096 :][: 2 * BLOCK_NBYTES]
    data[:] = noise(len(data))
    write_files.write_files({tmp_path / "x": plan(tensor(data, in_place=in_place))})
    assert refused or not direct
    assert (tmp_path / "x").read_bytes() == data.tobytes()


def noted_direct_descriptors(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Those that were ever opened past the page cache."""
    real, found = os.open, set()

    def opened(path: Path, flags: int, *args: int) -> int:
        descriptor = real(path, flags, *args)
        found.discard(descriptor)
        if flags & os.O_DIRECT:
            found.add(descriptor)
        return descriptor

    monkeypatch.setattr(os, "open", opened)
    return found


def test_file_system_that_refuses_the_direct_flag_is_written_through_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: Path, flags: int, *args: int) -> int:
        if flags & os.O_DIRECT:
            raise OSError(errno.EINVAL, "Invalid argument")
        return real(path, flags, *args)

    monkeypatch.setattr(os, "open", refuse)
    data = noise(9 * BLOCK_NBYTES + 11)  # more blocks than may lie in the cache at once
    write_files.write_files({tmp_path / "x": plan(tensor(data))})
    assert (tmp_path / "x").read_bytes() == data.tobytes()


def test_writes_that_take_only_a_part_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = new_file._write_at
    lengths = iter([4096, 512, 100, 1, 5000] * 100)

    def short(descriptor: int, views: list[memoryview], at: int) -> int:
        return real(descriptor, [views[0][: next(lengths, 1 << 30)]], at)

    monkeypatch.setattr(new_file, "_write_at", short)
    data = noise(2 * BLOCK_NBYTES + 77)
    write_files.write_files({tmp_path / "x": plan(b"header", tensor(data))})
    assert (tmp_path / "x").read_bytes() == b"header" + data.tobytes()


def test_writes_that_take_nothing_are_an_error_and_no_endless_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "pwrite", lambda *args: 0)
    with pytest.raises(OSError, match=r"Input/output error.*x'"):
        write_files.write_files({tmp_path / "x": plan(b"header")})


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL])
def test_room_that_cannot_be_reserved_is_looked_for(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_to_reserve(monkeypatch, number)
    write_files.write_files({tmp_path / "x": plan(b"header")})
    assert (tmp_path / "x").read_bytes() == b"header"
    there = os.statvfs(tmp_path)
    too_much = OutgoingTensor("w", DType.UINT8, (there.f_blocks * there.f_frsize,), lambda start, stop: b"")
    with pytest.raises(OSError, match="No space left on device"):
        write_files.write_files({tmp_path / "y": plan(too_much)})


def refuse_to_reserve(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fallocate(*args: int) -> int:
        ctypes.set_errno(number)
        return -1

    monkeypatch.setattr("loadstone.transfer.durable._libc", lambda: SimpleNamespace(fallocate=fallocate))


def test_a_full_disk_shows_before_a_tensor_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_to_reserve(monkeypatch, errno.ENOSPC)
    read: list[int] = []
    unread = OutgoingTensor("w", DType.UINT8, (5,), lambda start, stop: read.append(start) or b"")
    with pytest.raises(OSError, match=r"No space left on device: '.*/x'"):
        write_files.write_files({tmp_path / "x": plan(unread)})
    assert read == []


def test_each_file_is_on_the_disk_before_it_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("pwrite", "fsync", "close"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *args, name=name, real=real: (calls.append(name), real(*args))[1])
    write_files.write_files({tmp_path / "x": plan(b"header")})
    closed = 2 if takes_direct(tmp_path) else 1
    assert calls[:3] == ["close", "pwrite", "fsync"]
    assert calls[3 : 3 + closed] == ["close"] * closed


# Failures and interrupts


def slow_tensor(reads: list[int], act: Callable[[int], None], blocks: int = 200) -> OutgoingTensor:
    def read(start: int, stop: int) -> bytes:
        reads.append(start)
        act(len(reads))
        time.sleep(0.002)
        return bytes(stop - start)

    return OutgoingTensor("w", DType.UINT8, (blocks * BLOCK_NBYTES,), read)


def no_room_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_file, "reserve", lambda descriptor, nbytes: None)


def test_a_failure_in_one_thread_stops_the_others_within_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_room_is_needed(monkeypatch)

    def fail(count: int) -> None:
        if count == 5:
            raise ZeroDivisionError

    reads: list[int] = []
    with pytest.raises(ZeroDivisionError):
        write_files.write_files({tmp_path / "x": plan(slow_tensor(reads, fail))})
    assert len(reads) < 5 + 4 * write_files._MAX_WORKERS


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.usefixtures("uncollected")
def test_interrupts_stop_all_threads_within_a_block_and_close_all_files(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_room_is_needed(monkeypatch)

    def interrupt(count: int) -> None:
        if 5 <= count < 5 + times:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    reads: list[int] = []
    with noticing(reads) as noticed, pytest.raises(KeyboardInterrupt):
        write_files.write_files({tmp_path / "x": plan(slow_tensor(reads, interrupt))})
    assert len(reads) < noticed[0] + 8 * write_files._MAX_WORKERS


# Bytes that lie in a stored file


def stored_at(path: Path, offset: int, data: Bytes, name: str = "w") -> OutgoingTensor:
    return tensor(data, name, (StoredRange(ByteRange(0, data.nbytes), state(path), offset),))


@pytest.mark.parametrize("offset", [0, 1, 8, 4096])
@pytest.mark.parametrize("header", [0, 7, 4096])
@pytest.mark.usefixtures("cached")
def test_stored_bytes_are_copied_by_the_kernel_whatever_their_place(
    offset: int, header: int, tmp_path: Path, kernel_copies: list[int]
) -> None:
    source = noise(2 * BLOCK_NBYTES + 9000)
    (tmp_path / "source").write_bytes(source)
    data = source[offset : offset + 2 * BLOCK_NBYTES + 123]
    told: list[int] = []
    plans = {tmp_path / "x": plan(b"h" * header, stored_at(tmp_path / "source", offset, data), b"end")}
    write_files.write_files(plans, progress=told.append)
    assert (tmp_path / "x").read_bytes() == b"h" * header + data.tobytes() + b"end"
    assert sum(kernel_copies) > len(data) - 3 * 4096
    assert sum(told) == len(data)


def test_neighbors_in_both_files_are_one_run_and_short_runs_go_through_memory(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(bytes(8 * MIB))
    file = state(tmp_path / "source")
    piece = np.zeros(MIB // 4, np.uint8)
    small = [stored_at(tmp_path / "source", i * MIB // 4, piece, str(i)) for i in range(5)]
    apart = stored_at(tmp_path / "source", 6 * MIB, piece)
    found = runs(plan(b"h" * 4096, *small, apart))
    assert found == [StoredRange(ByteRange(4096, 4096 + 5 * MIB // 4), file, 0)]


def test_a_run_shares_no_page_with_bytes_from_memory(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(bytes(8 * MIB))
    data = np.zeros(2 * MIB + 5, np.uint8)
    first, second = stored_at(tmp_path / "source", 3, data, "a"), stored_at(tmp_path / "source", MIB, data, "b")
    found = runs(plan(b"header", first, second, b"end"))
    # Between the two there is a seam within a page; both come by the same way, one after the other.
    assert [(*run.range, run.offset) for run in found] == [
        (4096, 6 + 2 * MIB + 5, 3 + 4090),
        (6 + 2 * MIB + 5, 4 * MIB + 4096 - 4096, MIB),
    ]


@pytest.mark.usefixtures("cached")
def test_only_what_is_unchanged_is_copied_and_the_rest_comes_from_memory(
    tmp_path: Path, kernel_copies: list[int]
) -> None:
    source = noise(6 * MIB)
    (tmp_path / "source").write_bytes(source)
    data = source.copy()
    data[2 * MIB : 3 * MIB] = 7
    file = state(tmp_path / "source")
    kept = ByteRange(0, 2 * MIB), ByteRange(3 * MIB, 6 * MIB)
    stored = tuple(StoredRange(each, file, each.start) for each in kept)
    write_files.write_files({tmp_path / "x": plan(b"h" * 4096, tensor(data, stored=stored))})
    assert (tmp_path / "x").read_bytes() == b"h" * 4096 + data.tobytes()
    assert sum(kernel_copies) == 5 * MIB


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS])
@pytest.mark.usefixtures("cached")
def test_where_the_kernel_does_not_copy_bytes_come_from_memory(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: int) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    data = noise(BLOCK_NBYTES + MIB)
    (tmp_path / "source").write_bytes(data)
    # Two runs with a seam in the middle of a page.
    tensors = [stored_at(tmp_path / "source", 0, data[: 3 * MIB + 1]), stored_at(tmp_path / "source", 0, data, "b")]
    write_files.write_files({tmp_path / "x": plan(b"h", *tensors)})
    assert (tmp_path / "x").read_bytes() == b"h" + data[: 3 * MIB + 1].tobytes() + data.tobytes()


@pytest.mark.usefixtures("cached")
def test_without_copy_file_range_bytes_come_from_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "copy_file_range")
    data = noise(2 * MIB)
    (tmp_path / "source").write_bytes(data)
    write_files.write_files({tmp_path / "x": plan(stored_at(tmp_path / "source", 0, data))})
    assert (tmp_path / "x").read_bytes() == data.tobytes()


def deleted(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    status = path.stat()
    path.unlink()
    path.write_bytes(bytes(status.st_size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replaced_by_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def rewritten(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def lengthened(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"more")


@pytest.mark.parametrize("change", [deleted, replaced, replaced_by_a_pipe, rewritten, lengthened])
@pytest.mark.usefixtures("cached")
def test_a_source_that_is_not_what_was_mapped_is_not_copied(
    change: Callable[[Path], None], tmp_path: Path, kernel_copies: list[int]
) -> None:
    data, source = noise(3 * MIB), tmp_path / "source"
    source.write_bytes(data)
    held = os.open(source, os.O_RDONLY)  # so that its number is not given to the file that takes its place
    outgoing = stored_at(source, 0, data)
    change(source)
    write_files.write_files({tmp_path / "x": plan(outgoing)})
    os.close(held)
    assert (tmp_path / "x").read_bytes() == data.tobytes()
    assert kernel_copies == []


@pytest.mark.parametrize("size", [MIB, 3 * MIB])
def test_a_source_that_was_cut_short_is_an_error_before_anything_is_written(size: int, tmp_path: Path) -> None:
    """Runs too short to be copied, too: a map of it would give zeros, or kill the process."""
    data, source = noise(size // 2), tmp_path / "source"
    source.write_bytes(data)
    outgoing = stored_at(source, 0, data)
    os.truncate(source, size // 4)
    with pytest.raises(SaveError, match=rf"source: expected {size // 2} bytes, found {size // 4}"):
        write_files.write_files({tmp_path / "x": plan(outgoing)})
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("change", [rewritten, lengthened])
@pytest.mark.usefixtures("cached")
def test_a_source_that_changes_while_it_is_copied_is_written_from_memory_after_all(
    change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, source = noise(3 * MIB), tmp_path / "source"
    source.write_bytes(data)
    outgoing = stored_at(source, 0, data)
    real = os.copy_file_range

    def copy(*args: int) -> int:
        change(source)
        return real(*args)

    monkeypatch.setattr(os, "copy_file_range", copy)
    write_files.write_files({tmp_path / "x": plan(outgoing)})
    assert (tmp_path / "x").read_bytes() == data.tobytes()


@pytest.mark.usefixtures("cached")
def test_a_source_that_is_cut_short_while_it_is_copied_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, source = noise(3 * MIB), tmp_path / "source"
    source.write_bytes(data)
    outgoing = stored_at(source, 0, data)
    real = os.copy_file_range

    def copy(*args: int) -> int:
        os.truncate(source, MIB)
        return real(*args)

    monkeypatch.setattr(os, "copy_file_range", copy)
    with pytest.raises(SaveError, match="cut off"):
        write_files.write_files({tmp_path / "x": plan(outgoing)})


@pytest.mark.usefixtures("cached")
def test_a_failing_copy_is_an_error_and_is_not_tried_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: int) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "copy_file_range", fail)
    data = noise(3 * MIB)
    (tmp_path / "source").write_bytes(data)
    with pytest.raises(OSError, match="Input/output error"):
        write_files.write_files({tmp_path / "x": plan(stored_at(tmp_path / "source", 0, data))})


def test_blocks_are_shared_where_the_file_system_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether or not this one can: what the kernel is asked for covers whole pages, and what it does is believed."""
    import fcntl
    import struct

    asked: list[tuple[int, ...]] = []

    def share(descriptor: int, request: int, wanted: bytes) -> int:
        source, offset, nbytes, at = struct.unpack("=qQQQ", wanted)
        asked.append((request, offset, nbytes, at))
        os.pwrite(descriptor, os.pread(source, nbytes, offset), at)
        return 0

    monkeypatch.setattr(fcntl, "ioctl", share)
    monkeypatch.setattr(kernel_copy, "copied", None)  # nothing is left for it
    source = noise(BLOCK_NBYTES + 8192)
    (tmp_path / "source").write_bytes(source)
    data = source[4096 : 4096 + BLOCK_NBYTES]
    write_files.write_files({tmp_path / "x": plan(b"h" * 8192, stored_at(tmp_path / "source", 4096, data))})
    assert (tmp_path / "x").read_bytes() == b"h" * 8192 + data.tobytes()
    assert sorted(asked) == [
        (0x4020940D, 4096, BLOCK_NBYTES - 8192, 8192),
        (0x4020940D, 4096 + BLOCK_NBYTES - 8192, 8192, BLOCK_NBYTES),
    ]
