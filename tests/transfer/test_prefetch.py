"""Reading ahead: cold pages come in, mapped ones are entered into the page tables, and faults are errors."""

from __future__ import annotations

import errno
import gc
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from leaks import descriptors, maps, threads

from loadstone.core.slices import ByteRange
from loadstone.errors import CorruptCheckpoint
from loadstone.transfer import mapped_file as mapping
from loadstone.transfer import memory
from loadstone.transfer import prefetch as warmup
from loadstone.transfer.mapped_file import MappedFile
from loadstone.transfer.prefetch import Region, Warmup
from loadstone.transfer.probe import cached_bytes
from loadstone.transfer.weight_file import WeightFile

NBYTES = (20 << 20) + 123


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of which nothing is cached."""
    path = tmp_path / "weights"
    with open(path, "wb") as file:
        file.write(os.urandom(NBYTES))
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    assert cached(path) == 0
    return path


def cached(path: Path) -> int | None:
    file = WeightFile(path, cached=True)
    try:
        return cached_bytes(file.descriptor, 0, file.nbytes)
    finally:
        file.close()


def present_pages(mapped: MappedFile) -> int:
    """How many pages of a map this process has in its page tables (bit 63 of each entry of pagemap)."""
    memory, at = mapped.place(0)
    first = (mapping.address_of(memory) + at) // 4096
    count = -(-mapped.nbytes // 4096)
    with open("/proc/self/pagemap", "rb", buffering=0) as file:
        raw = os.pread(file.fileno(), 8 * count, 8 * first)
    return sum(raw[i + 7] >> 7 for i in range(0, len(raw), 8))


def done(regions: list[Region]) -> Warmup:
    started = Warmup(regions, threads=2)
    started.start()
    started.wait()
    return started


def test_a_cold_file_is_read_and_its_pages_are_entered(path: Path) -> None:
    mapped = MappedFile(path)
    assert present_pages(mapped) == 0
    done([Region(path, ByteRange(0, NBYTES), *mapped.place(0))])
    assert cached(path) == NBYTES
    assert present_pages(mapped) == -(-NBYTES // 4096)
    assert bytes(mapped.buffer) == path.read_bytes()


@pytest.mark.parametrize("is_refused", [False, True])
@pytest.mark.parametrize(("start", "nbytes"), [(0, NBYTES), (5 * 4096, 9 << 20), (100_000, 100_000), (4096, 1)])
def test_the_pages_of_a_cached_file_are_entered(
    start: int, nbytes: int, is_refused: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_refused:  # as on Linux before 6.14
        monkeypatch.setattr(memory, "_PROCESS_MADVISE", 100_000)
    path.read_bytes()
    mapped = MappedFile(path)
    done([Region(path, ByteRange(start, start + nbytes), *mapped.place(start))])
    pages = -(-(start + nbytes) // 4096) - start // 4096
    assert present_pages(mapped) >= 0.98 * pages  # a few are left to be read ahead of


def test_without_a_map_only_the_page_cache_is_filled(path: Path) -> None:
    done([Region(path, ByteRange(0, NBYTES), None, 0)])
    assert cached(path) == NBYTES


def test_only_what_is_asked_for_is_read(path: Path) -> None:
    mapped = MappedFile(path)
    wanted = ByteRange(8192, 12288), ByteRange(8200, 13200)
    done([Region(path, part, *mapped.place(part.start)) for part in wanted])
    assert 2 <= present_pages(mapped) <= 32  # the kernel enters a few neighbors


def test_progress_adds_up(path: Path) -> None:
    told: list[int] = []
    started = Warmup([Region(path, ByteRange(0, NBYTES), None, 0)])
    started.start()
    started.wait(told.append)
    assert sum(told) <= NBYTES == started.nbytes


def test_an_error_of_the_disk_names_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.preadv

    def fail_in_the_middle(descriptor: int, buffers: list[memoryview], offset: int) -> int:
        if offset >= 8 << 20:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(descriptor, buffers, offset)

    monkeypatch.setattr(os, "preadv", fail_in_the_middle)
    mapped = MappedFile(path)
    with pytest.raises(CorruptCheckpoint, match="weights: expected bytes that can be read, found Input/output error"):
        done([Region(path, ByteRange(0, NBYTES), *mapped.place(0))])


@pytest.mark.parametrize("is_read_first", [True, False])
def test_a_file_that_shrank_is_an_error_and_not_a_signal(
    is_read_first: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped = MappedFile(path)
    os.truncate(path, 5 << 20)
    if not is_read_first:  # as where the cache seems to have it all
        monkeypatch.setattr(warmup, "cached_bytes", lambda descriptor, start, nbytes: nbytes)
    with pytest.raises(CorruptCheckpoint, match=r"weights: expected \d+ bytes from byte \d+ on, found"):
        done([Region(path, ByteRange(0, NBYTES), *mapped.place(0))])


def test_a_map_whose_file_was_removed_is_still_populated(path: Path) -> None:
    mapped, content = MappedFile(path), path.read_bytes()
    path.unlink()
    done([Region(path, ByteRange(0, NBYTES), *mapped.place(0))])
    assert present_pages(mapped) == -(-NBYTES // 4096)
    assert bytes(mapped.buffer) == content


@pytest.fixture
def held_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Reading waits until this is set."""
    event = threading.Event()
    real = WeightFile.read_into

    def wait(self: WeightFile, *rest: object) -> None:
        event.wait(30)
        real(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(WeightFile, "read_into", wait)
    yield event
    event.set()


def test_cancelling_ends_the_threads_and_reads_no_further(path: Path, held_back: threading.Event) -> None:
    before = threads()
    started = Warmup([Region(path, ByteRange(0, NBYTES), None, 0)], threads=2)
    started.start()
    timer = threading.Timer(0.2, held_back.set)
    timer.start()
    started.cancel()
    assert {each.which for each in threads() - before} <= {timer}
    assert (cached(path) or 0) <= NBYTES


def test_what_nobody_holds_any_more_is_passed_over(path: Path, held_back: threading.Event) -> None:
    mapped = MappedFile(path)
    half = NBYTES // 2 // 4096 * 4096
    regions = [Region(path, ByteRange(at, at + 4096), *mapped.place(at)) for at in range(0, half, 4096)]
    started = Warmup(regions, threads=1)
    del regions
    started.start()
    del mapped
    gc.collect()
    held_back.set()
    started.wait()
    assert (cached(path) or 0) < NBYTES


def test_an_error_of_what_goes_on_alone_is_one_line(
    path: Path, held_back: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    started = Warmup([Region(path, ByteRange(0, NBYTES), None, 0)], threads=1)
    started.start()
    started.detach()
    os.truncate(path, 100)
    with caplog.at_level(logging.WARNING, "loadstone"):
        held_back.set()
        with pytest.raises(CorruptCheckpoint):
            started.wait()
    assert [record.message.splitlines()[0] for record in caplog.records] == [
        "Reading ahead stopped: The checkpoint is damaged; nothing was loaded:"
    ]


def test_maps_keep_no_descriptor_and_give_their_addresses_back(path: Path) -> None:
    before = descriptors()
    mapped = MappedFile(path)
    view = mapped.buffer[10:20]
    assert not descriptors() - before and len(maps(path)) == 1
    del mapped
    assert len(maps(path)) == 1 and len(view) == 10
    del view
    assert not descriptors() - before and not maps(path)
