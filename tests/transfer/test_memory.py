"""What a process forgets of the files that it has mapped."""

from __future__ import annotations

import ctypes
import mmap
from pathlib import Path

import numpy as np
import pytest

from loadstone.transfer.memory import closed_mappings, forget

SMAPS = Path("/proc/self/smaps")
pytestmark = pytest.mark.skipif(not SMAPS.exists(), reason="Linux says there what a process has mapped")


def resident_kb(address: int) -> int:
    lines = iter(SMAPS.read_text().splitlines())
    next(line for line in lines if line.startswith(f"{address:x}-"))
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "a name" / "file"
    made.parent.mkdir()
    made.write_bytes(bytes(range(256)) * 1024)
    return made


def mapped(file: Path, access: int) -> tuple[mmap.mmap, int]:
    with file.open("rb") as opened:
        memory = mmap.mmap(opened.fileno(), 0, access=access)
    numbers = np.frombuffer(memory, np.uint8)
    assert numbers.sum() == 255 * 128 * 1024  # every page is there now
    return memory, numbers.ctypes.data


def test_forgotten_pages_are_gone_and_come_back_as_they_were(file: Path) -> None:
    memory, address = mapped(file, mmap.ACCESS_READ)
    assert closed_mappings(file.parent) == [(address, len(memory))]
    assert resident_kb(address) == 256
    forget(closed_mappings(file.parent))
    assert resident_kb(address) == 0
    assert memory[:] == file.read_bytes()


def test_pages_that_may_be_written_are_not_among_them(file: Path) -> None:
    memory, _ = mapped(file, mmap.ACCESS_COPY)
    assert closed_mappings(file.parent) == []
    memory.close()


def test_pages_that_were_changed_and_then_closed_are_not_among_them(file: Path) -> None:
    """As a linker leaves the part of a library in which it has entered addresses."""
    memory, address = mapped(file, mmap.ACCESS_COPY)
    memory[0] = 7
    libc = ctypes.CDLL(None)
    assert not libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(len(memory)), mmap.PROT_READ)
    assert closed_mappings(file.parent) == []
    assert memory[0] == 7


def test_other_folders_are_not_among_them(file: Path, tmp_path: Path) -> None:
    memory, _ = mapped(file, mmap.ACCESS_READ)
    (tmp_path / "a").mkdir()
    assert closed_mappings(tmp_path / "a") == []
    memory.close()


def test_a_system_that_does_not_tell_has_none(tmp_path: Path) -> None:
    assert closed_mappings(tmp_path, tmp_path / "absent") == []
    (tmp_path / "smaps").write_text("what is this\n\n")
    assert closed_mappings(tmp_path, tmp_path / "smaps") == []
