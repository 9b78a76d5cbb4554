"""The check for leaks finds one of each kind, and takes nothing else for one."""

from __future__ import annotations

import mmap
import os
import threading
import weakref
from pathlib import Path

import pytest
from leaks import descriptors, maps, nothing_new_stays


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"bytes")
    return tmp_path / "file"


def test_a_descriptor_that_stays_is_named(file: Path) -> None:
    with pytest.raises(AssertionError, match=rf"still held.*descriptor.*{file}"), nothing_new_stays(patience_s=0):
        number = os.open(file, os.O_RDONLY)
    os.close(number)


def test_a_thread_that_stays_is_named() -> None:
    end = threading.Event()
    with pytest.raises(AssertionError, match=r"still held.*thread.*stays"), nothing_new_stays(patience_s=0):
        thread = threading.Thread(target=end.wait, name="stays")
        thread.start()
    end.set()
    thread.join()


def test_a_map_that_stays_is_named(file: Path) -> None:
    number = os.open(file, os.O_RDONLY)
    with pytest.raises(AssertionError, match=rf"still held.*map.*{file}"), nothing_new_stays(file, patience_s=0):
        mapped = mmap.mmap(number, 0, prot=mmap.PROT_READ)
    os.close(number)
    assert maps(file.parent)
    mapped.close()
    assert not maps(file.parent)


def test_garbage_in_cycles_is_no_leak_where_it_may_be(file: Path) -> None:
    class Thing:
        def __init__(self) -> None:
            self.itself = self

    with nothing_new_stays(in_cycles=True):
        weakref.finalize(Thing(), os.close, os.open(file, os.O_RDONLY))


def test_what_was_there_before_may_go_and_what_ends_soon_is_waited_for(file: Path) -> None:
    earlier = os.open(file, os.O_RDONLY)
    with nothing_new_stays():
        os.close(earlier)
        threading.Timer(0.05, os.getpid).start()
    assert not any(each.name == str(file) for each in descriptors())
