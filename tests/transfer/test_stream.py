"""A ring of buffers: every block's bytes come, in any order of asking, past the page cache or through it."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest
from leaks import descriptors

from loadstone.core.slices import ByteRange, FileRange
from loadstone.errors import CorruptCheckpoint
from loadstone.transfer import stream
from loadstone.transfer import weight_file as files
from loadstone.transfer.stream import Ring
from loadstone.transfer.weight_file import WeightFile

SIZE = 200_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(random.Random(0).randbytes(SIZE))
    return path


def part(file: Path, offset: int, nbytes: int) -> FileRange:
    return FileRange(file, ByteRange(offset, offset + nbytes))


def fetched(ring: Ring, index: int, ranges: list[FileRange]) -> list[bytes]:
    memory = ring.memory[ring.fetch(index)]
    starts = ring.blocks[index].starts
    return [memory[start : start + each.nbytes] for start, each in zip(starts, ranges, strict=True)]


def expected(ranges: list[FileRange]) -> list[bytes]:
    return [each.file.read_bytes()[slice(*each.range)] for each in ranges]


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("gap", [0, 256 << 10])
def test_every_block_has_its_bytes_whatever_the_order(
    direct: bool, gap: int, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not direct:
        monkeypatch.setattr(files, "_open_direct", lambda path, file: None)
    monkeypatch.setattr(stream, "_GAP_BYTES", gap)
    monkeypatch.setattr(stream, "READ_BYTES", 8192)
    other = tmp_path / "other.bin"
    other.write_bytes(random.Random(1).randbytes(9_999))
    chance = random.Random(2)
    blocks = []
    for _ in range(7):
        ranges = [part(other, chance.randrange(9_000), chance.randrange(1, 999))]
        for _ in range(chance.randrange(1, 9)):
            start = chance.randrange(SIZE)
            ranges.append(part(file, start, chance.randrange(1, min(30_000, SIZE - start + 1))))
        blocks.append(ranges)
    ring = Ring(blocks)
    order = [*range(7), *range(7), 3, 3, 0, 6, 5, 4, 3, 2, 1, 0, *(chance.randrange(7) for _ in range(50))]
    for index in order:
        assert fetched(ring, index, blocks[index]) == expected(blocks[index])


def test_the_end_of_a_file_need_not_be_the_end_of_a_sector(file: Path) -> None:
    ranges = [part(file, SIZE - 5, 5)]
    assert fetched(Ring([ranges]), 0, ranges) == expected(ranges)


def test_there_are_two_buffers_as_large_as_the_largest_block(file: Path) -> None:
    ring = Ring([[part(file, 0, 4096)], [part(file, 100, 10_000)], [part(file, 0, 8192)]])
    assert ring.nbytes == 2 * 3 * 4096


def test_threads_may_take_turns(file: Path) -> None:
    blocks = [[part(file, 1000 * index, 900)] for index in range(20)]
    ring, turn, wrong = Ring(blocks), threading.Lock(), []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(100):
            index = chance.randrange(20)
            with turn:
                found = fetched(ring, index, blocks[index])
            if found != expected(blocks[index]):
                wrong.append(index)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == [] and not any(thread.is_alive() for thread in threads)


def test_a_file_that_shrinks_is_named_with_what_was_expected_and_found(file: Path) -> None:
    ring = Ring([[part(file, 0, 100)], [part(file, SIZE - 100, 100)]])
    os.truncate(file, 1000)
    with pytest.raises(CorruptCheckpoint, match=rf"weights.bin: expected the {SIZE} bytes .* found 1000"):
        ring.fetch(0)


def test_a_read_that_fails_is_an_error_each_time_and_not_a_wait(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring([[part(file, 0, 100)], [part(file, 5000, 100)]])

    def failing(*args: object) -> int:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "preadv", failing)
        for _ in range(2):
            with pytest.raises(CorruptCheckpoint, match="Input/output error"):
                ring.fetch(0)
    assert fetched(ring, 0, [part(file, 0, 100)]) == expected([part(file, 0, 100)])


def test_a_removed_file_keeps_its_bytes(file: Path) -> None:
    ranges = [part(file, 10, 1000)]
    ring, before = Ring([ranges]), expected(ranges)
    file.unlink()
    file.write_bytes(b"another")
    assert fetched(ring, 0, ranges) == before


def test_nothing_stays_open_when_the_file_is_let_go(file: Path) -> None:
    before = descriptors()
    opened = WeightFile(file)
    assert descriptors() - before
    del opened
    assert not descriptors() - before
