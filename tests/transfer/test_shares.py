"""Files that several processes of a machine need are read by each in part, and in runs."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from loadstone.core.slices import ByteRange, FileRange
from loadstone.transfer.prefetch import Region, Warmup
from loadstone.transfer.strategy import TransferOptions
from loadstone.transfer.weight_file import WeightFile
from loadstone.transfer.weight_files import Weights

SIZES = (3 << 20, 100_003, 5 << 20)


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Files of which nothing is cached."""
    paths = []
    for number, size in enumerate(SIZES):
        paths.append(tmp_path / f"{number}.bin")
        with open(paths[-1], "wb") as file:
            file.write(os.urandom(size))
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return paths


def asked(
    paths: Sequence[Path], count: int, monkeypatch: pytest.MonkeyPatch, ranges: list[FileRange] | None = None
) -> list[list[FileRange]]:
    """What each of several readers begins to read."""
    begun: list[list[FileRange]] = []

    def warm(self: Weights, regions: Sequence[Region]) -> None:
        begun.append([FileRange(region.path, region.range) for region in regions])

    monkeypatch.setattr(Weights, "warm", warm)
    for index in range(count):
        Weights(dict(zip(paths, SIZES, strict=True))).read_share(index, count, ranges)
    return begun


@pytest.mark.parametrize("count", [2, 3, 7])
def test_shares_are_equal_and_together_all(count: int, paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    shares = asked(paths, count, monkeypatch)
    assert len(shares) == count
    nbytes = [sum(each.nbytes for each in share) for share in shares]
    assert sum(nbytes) == sum(SIZES) and max(nbytes) - min(nbytes) <= 1
    reached = dict.fromkeys(paths, 0)
    for path, (start, stop) in (each for share in shares for each in share):
        assert start == reached[path], "each goes on where the one before it ends"
        reached[path] = stop
    assert list(reached.values()) == list(SIZES)


def test_of_some_ranges_only_these_are_shared(paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ranges = [FileRange(paths[2], ByteRange(1000, 3000)), FileRange(paths[0], ByteRange(10, 1010))]
    assert asked(paths, 2, monkeypatch, ranges) == [
        [FileRange(paths[0], ByteRange(10, 1010)), FileRange(paths[2], ByteRange(1000, 1500))],
        [FileRange(paths[2], ByteRange(1500, 3000))],
    ]


def test_what_is_cached_or_not_mapped_is_not_shared(paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Weights, "warm", lambda self, regions: pytest.fail("read all the same"))
        Weights(dict(zip(paths, SIZES, strict=True)), TransferOptions("buffered")).read_share(0, 2)
        for path in paths:
            path.read_bytes()
        Weights(dict(zip(paths, SIZES, strict=True))).read_share(0, 2)


def test_each_thread_goes_through_files_from_begin_to_end(paths: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    real, read = WeightFile.read_into, dict[int, list[tuple[Path, int, int]]]()

    def noted(self: WeightFile, offset: int, nbytes: int, buffer: memoryview) -> None:
        read.setdefault(threading.get_ident(), []).append((self.path, offset, nbytes))
        real(self, offset, nbytes, buffer)

    monkeypatch.setattr(WeightFile, "read_into", noted)
    monkeypatch.setattr("loadstone.transfer.prefetch._POPULATE_BYTES", 1 << 20)
    monkeypatch.setattr("loadstone.transfer.prefetch.cached_bytes", lambda *where: 0)  # whatever the kernel read ahead
    regions = [Region(path, ByteRange(0, size), None, 0) for path, size in zip(paths, SIZES, strict=True)]
    reading = Warmup(regions, threads=2)
    reading.start()
    reading.wait()
    assert sum(nbytes for those in read.values() for _, _, nbytes in those) == sum(SIZES)
    assert len(read) == 2
    for those in read.values():
        for (path, offset, nbytes), (following, start, _) in itertools.pairwise(those):
            assert start == (offset + nbytes if following == path else 0)
