"""How a file is read, by what is known of it; and that this is known rightly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadstone.errors import ArgumentError
from loadstone.transfer import probe
from loadstone.transfer.probe import FileFacts, cached_bytes, file_system
from loadstone.transfer.strategy import Choice, choose, transfer_options
from loadstone.transfer.weight_file import WeightFile

GB = 10**9
WARM = FileFacts("ext4", 4 * GB, 4 * GB)
COLD = FileFacts("ext4", 4 * GB, 0)
REMOTE = FileFacts("nfs", 4 * GB, 4 * GB)


def chosen(facts: FileFacts, free_bytes: int = 100 * GB, read: str = "auto") -> Choice:
    return choose({Path("w"): facts}, free_bytes, read)[Path("w")]


@pytest.mark.parametrize("facts", [WARM, COLD, FileFacts("tmpfs", GB, GB), FileFacts("", GB, None)])
def test_a_local_file_that_fits_is_mapped_and_read_ahead(facts: FileFacts) -> None:
    assert chosen(facts)[:3] == (True, False, True)


def test_what_is_cached_already_needs_no_room() -> None:
    assert chosen(WARM, free_bytes=0).is_warmed


def test_a_cold_file_that_does_not_fit_is_not_read_ahead_and_what_is_copied_of_it_leaves_the_cache_alone() -> None:
    choice = chosen(COLD, free_bytes=4 * GB)
    assert choice[:3] == (True, True, False)
    assert "too little memory" in choice.why


def test_room_is_for_all_files_together() -> None:
    files = {Path(str(number)): COLD for number in range(3)}
    assert all(each.is_warmed for each in choose(files, 16 * GB).values())
    assert not any(each.is_warmed for each in choose(files, 14 * GB).values())


@pytest.mark.parametrize("kind", ["nfs", "cifs", "smb", "fuse", "lustre", "9p", "ceph"])
def test_a_network_or_fuse_file_is_never_left_to_page_faults(kind: str) -> None:
    choice = chosen(FileFacts(kind, GB, GB))
    assert not choice.is_mapped
    assert choice.is_warmed == (kind not in ("fuse", "9p"))  # where reading ahead would only read twice
    assert "page faults" in choice.why


@pytest.mark.parametrize(("read", "mapped", "direct"), [("map", True, False), ("buffered", False, False)])
def test_the_caller_has_the_last_word(read: str, mapped: bool, direct: bool) -> None:
    for facts in (WARM, COLD, REMOTE):
        assert chosen(facts, read=read)[:2] == (mapped, direct)
        assert chosen(facts, read="direct")[:2] == (False, True)


@pytest.mark.parametrize("arguments", [{"read": "fast"}, {"threads": 0}, {"threads": True}, {"threads": 1.5}])
def test_options_that_make_no_sense_name_what_they_are(arguments: dict[str, object]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(arguments))):
        transfer_options(**arguments)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> WeightFile:
    path = tmp_path / "weights"
    with open(path, "wb") as made:
        made.write(os.urandom(8 << 20))
        os.fsync(made.fileno())
    return WeightFile(path, cached=True)


@pytest.mark.parametrize("old_kernel", [False, True])
def test_the_page_cache_is_asked_what_it_holds(
    old_kernel: bool, file: WeightFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    if old_kernel:
        monkeypatch.setattr(probe, "_CACHESTAT", 100_000)  # no such call: as on Linux before 6.5
    os.posix_fadvise(file.descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    assert cached_bytes(file.descriptor, 0, file.nbytes) == 0
    os.posix_fadvise(file.descriptor, 0, 0, os.POSIX_FADV_RANDOM)  # reads nothing beyond what is asked for
    os.pread(file.descriptor, 4 << 20, 0)
    half = cached_bytes(file.descriptor, 0, file.nbytes)
    assert half is not None and 0.4 < half / file.nbytes < 0.6
    assert cached_bytes(file.descriptor, 0, 4 << 20) == 4 << 20
    os.pread(file.descriptor, 8 << 20, 0)
    assert cached_bytes(file.descriptor, 0, file.nbytes) == file.nbytes
    assert cached_bytes(file.descriptor, 0, 0) == 0


def test_of_a_large_file_a_sample_says_how_much_is_cached(file: WeightFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_SAMPLED_BYTES", 512 << 10)  # 16 samples
    looked = 0
    real = probe.cached_bytes

    def counting(descriptor: int, offset: int, nbytes: int) -> int | None:
        nonlocal looked
        looked += nbytes
        return real(descriptor, offset, nbytes)

    monkeypatch.setattr(probe, "cached_bytes", counting)
    os.posix_fadvise(file.descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    assert probe.probe(file.descriptor, file.nbytes).cached_bytes == 0
    os.posix_fadvise(file.descriptor, 0, 0, os.POSIX_FADV_RANDOM)
    os.pread(file.descriptor, 4 << 20, 0)
    assert 0.4 < probe.probe(file.descriptor, file.nbytes).cached_share < 0.6
    os.pread(file.descriptor, 8 << 20, 0)
    assert probe.probe(file.descriptor, file.nbytes).cached_share == 1
    assert looked == 3 * 16 * 64 * 4096


def test_file_systems_are_told_apart(file: WeightFile, tmp_path: Path) -> None:
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    types = {mount[1]: mount[2] for mount in mounts}
    at = next(str(folder) for folder in (tmp_path, *tmp_path.parents) if str(folder) in types)
    expected = {"ext2": "ext4", "ext3": "ext4", "fuse": "fuse"}.get(types[at], types[at])
    assert file_system(file.descriptor) == expected
    with open("/dev/shm/loadstone-test", "wb") as made:
        try:
            assert file_system(made.fileno()) == "tmpfs"
        finally:
            os.unlink(made.name)


def test_where_nothing_can_be_asked_nothing_is_claimed(file: WeightFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_libc", lambda: None)
    assert cached_bytes(file.descriptor, 0, file.nbytes) is None
    assert file_system(file.descriptor) == ""
    assert probe.probe(file.descriptor, file.nbytes).cached_share == 1.0
