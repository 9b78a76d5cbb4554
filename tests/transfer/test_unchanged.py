"""Which bytes of memory are still a file's: the kernel knows, whoever wrote and however."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from loadstone.transfer import unchanged as backing
from loadstone.transfer.mapped_file import MappedFile
from loadstone.transfer.memory import address_of, new_memory, overlay
from loadstone.transfer.outgoing import StoredRange
from loadstone.transfer.unchanged import Backing

PAGE = 4096
NBYTES = 40 * PAGE + 100


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "weights"
    path.write_bytes(os.urandom(NBYTES))
    return path


@pytest.fixture
def mapped(path: Path) -> MappedFile:
    return MappedFile(path)


def at(mapped: MappedFile, offset: int = 0) -> int:
    memory, start = mapped.place(offset)
    return address_of(memory) + start


def ranges(mapped: MappedFile, offset: int, nbytes: int) -> list[tuple[int, int, int]]:
    """Offset in the file, start and length of each range that is found."""
    found = Backing().ranges(at(mapped, offset), nbytes)
    status = mapped.path.stat()
    for each in found:
        assert each.file.path == mapped.path
        assert each.file[1:] == (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    return [(each.offset, each.range.start, each.range.nbytes) for each in found]


def test_a_range_of_a_map_is_found_whether_or_not_it_was_read(mapped: MappedFile) -> None:
    assert ranges(mapped, 100, NBYTES - 100) == [(100, 0, NBYTES - 100)]
    assert sum(mapped.buffer) > 0
    mapped.populate(0, NBYTES)
    assert ranges(mapped, 100, NBYTES - 100) == [(100, 0, NBYTES - 100)]
    assert ranges(mapped, 5 * PAGE, 10) == [(5 * PAGE, 0, 10)]


def test_pages_that_were_written_to_are_left_out(mapped: MappedFile) -> None:
    mapped.buffer[3 * PAGE + 7] ^= 1
    np.frombuffer(mapped.buffer, np.uint8)[10 * PAGE : 12 * PAGE] = 5
    assert ranges(mapped, 50, NBYTES - 50) == [
        (50, 0, 3 * PAGE - 50),
        (4 * PAGE, 4 * PAGE - 50, 6 * PAGE),
        (12 * PAGE, 12 * PAGE - 50, NBYTES - 12 * PAGE),
    ]
    assert ranges(mapped, 3 * PAGE, PAGE) == []


def test_a_page_written_with_the_very_bytes_that_it_had_counts_as_changed(mapped: MappedFile) -> None:
    mapped.buffer[0] = mapped.buffer[0]
    assert ranges(mapped, 0, 2 * PAGE) == [(PAGE, PAGE, PAGE)]


def test_memory_that_is_no_files_is_nowhere() -> None:
    memory = new_memory(10 * PAGE)
    memory[:] = b"x" * len(memory)
    assert Backing().ranges(address_of(memory), len(memory)) == ()


def test_pieces_laid_into_memory_are_found_each_at_its_place(path: Path) -> None:
    memory = new_memory(20 * PAGE)
    with open(path, "rb") as file:
        overlay(memory, 2 * PAGE, file.fileno(), 10 * PAGE, 3 * PAGE)
        overlay(memory, 8 * PAGE, file.fileno(), PAGE, PAGE)
    found: tuple[StoredRange, ...] = Backing().ranges(address_of(memory) + 10, 20 * PAGE - 10)
    assert [(each.offset, each.range.start, each.range.nbytes) for each in found] == [
        (10 * PAGE, 2 * PAGE - 10, 3 * PAGE),
        (PAGE, 8 * PAGE - 10, PAGE),
    ]


@pytest.mark.parametrize("change", ["removed", "replaced"])
def test_a_file_that_is_not_there_any_more_is_not_named(change: str, path: Path, mapped: MappedFile) -> None:
    if change == "replaced":
        other = path.with_name("other")
        other.write_bytes(path.read_bytes())
        os.replace(other, path)
    else:
        path.unlink()
    assert Backing().ranges(at(mapped), NBYTES) == ()


def test_a_file_that_moved_is_found_where_it_is_now(path: Path, mapped: MappedFile) -> None:
    moved = path.rename(path.with_name("a name with spaces"))
    (found,) = Backing().ranges(at(mapped), NBYTES)
    assert found.file.path == moved


def test_where_the_kernel_does_not_tell_nothing_is_claimed(mapped: MappedFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pread", lambda *arguments: b"")
    assert Backing().ranges(at(mapped), NBYTES) == ()
    monkeypatch.setattr(backing, "_private_maps", lambda: iter(()))
    assert Backing().ranges(at(mapped), NBYTES) == ()
