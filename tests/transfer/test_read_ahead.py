"""Small reads of remote files come out of a few large ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from loadstone.core.slices import ByteRange, FileRange
from loadstone.errors import RemoteError
from loadstone.transfer import read_ahead
from loadstone.transfer.read_ahead import ReadAhead

CONTENT = bytes(range(256)) * 4096
PATH = Path("x")


class Source:
    """Bytes in memory, which notes what is asked of it."""

    takes_direct = False

    def __init__(self) -> None:
        self.path, self.nbytes = PATH, len(CONTENT)
        self.asked: list[tuple[int, int]] = []
        self.fails = False

    def check(self) -> None:
        pass

    def read_into(self, offset: int, nbytes: int, buffer: memoryview) -> None:
        self.asked.append((offset, nbytes))
        if self.fails:
            raise RemoteError("gone")
        buffer[:nbytes] = CONTENT[offset : offset + nbytes]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_ahead, "BLOCK_BYTES", 100_000)
    monkeypatch.setattr(read_ahead, "_GAP_BYTES", 10)


def opened(source: Source, *ranges: tuple[int, int]) -> ReadAhead:
    return ReadAhead(lambda path: source, [FileRange(PATH, ByteRange(*each)) for each in ranges])


def read(ahead: ReadAhead, offset: int, nbytes: int) -> bytes:
    buffer = bytearray(nbytes + 3)
    ahead.open(PATH).read_into(offset, nbytes, memoryview(buffer))
    return bytes(buffer[:nbytes])


def test_many_threads_fetch_each_block_once() -> None:
    source = Source()
    ahead = opened(source, (5000, 205_000), (205_005, 300_000))
    with ThreadPoolExecutor(8) as pool:
        reads = [(at, 999) for at in range(5000, 299_000, 999)]
        assert list(pool.map(lambda each: read(ahead, *each), reads)) == [CONTENT[at : at + n] for at, n in reads]
    assert sorted(source.asked) == [(5000, 100_000), (105_000, 100_000), (205_000, 95_000)]


def test_what_nobody_announced_is_read_itself() -> None:
    source = Source()
    ahead = opened(source, (1000, 2000), (5000, 6000))
    assert read(ahead, 10, 20) == CONTENT[10:30]
    assert read(ahead, 1990, 20) == CONTENT[1990:2010]
    assert source.asked == [(10, 20), (1000, 1000), (2000, 10)]


def test_few_blocks_are_held() -> None:
    source = Source()
    ahead = opened(source, (0, 1_000_000))
    starts = range(0, 1_000_000, 100_000)
    for at in (*starts, *starts[-read_ahead._MOST_BLOCKS :]):
        read(ahead, at, 10)
    assert len(source.asked) == len(starts), "the newest are held"
    read(ahead, starts[-read_ahead._MOST_BLOCKS - 1], 10)
    assert len(source.asked) == len(starts) + 1, "and no more than these"


def test_an_error_is_everybodys() -> None:
    source = Source()
    ahead = opened(source, (0, 1000))
    source.fails = True
    for _ in range(2):
        with pytest.raises(RemoteError, match="gone"):
            read(ahead, 0, 10)
