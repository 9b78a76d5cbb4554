"""Putting files into a folder, all or nothing: killed at every step, refused, interrupted, raced."""

from __future__ import annotations

import errno
import itertools
import json
import mmap
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from saving.killed import Tree, choose, is_stale, killed_at, refuse_exchange
from saving.killed import save as save_files

from loadstone.errors import CorruptCheckpoint, SaveError
from loadstone.saving import folders
from loadstone.saving import replace_folder as swap
from loadstone.saving.journal import STAGING, finish_interrupted_save, is_plain_name
from loadstone.saving.replace_folder import replace_files

OLD: Tree = {"config": b"old", "index": b"old", "shard-1": b"old 1", "shard-2": b"old 2", "shard-3": b"old 3"}
NEW: Tree = {"config": b"new", "shard-1": b"new 1", "shard-2": b"new 2", "index": b"new"}
OTHER: Tree = {"tokenizer": b"kept", "logs/a/b": b"kept", "logs/c": b"kept"}


def stitch(folder: Path, files: Tree) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def tree(folder: Path) -> Tree:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def save(folder: Path, files: Tree = NEW) -> None:
    save_files(folder, files)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an old checkpoint and other files, alone in its parent."""
    return stitch(tmp_path / "parent" / "checkpoint", OLD | OTHER)


@pytest.fixture(params=["beside", "inside", "inside after the system refused"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    choose(request.param, monkeypatch.setattr)
    return str(request.param)


# What is there afterwards


@pytest.mark.usefixtures("way")
def test_new_files_are_there_stale_ones_are_gone_and_the_rest_stays(folder: Path) -> None:
    save(folder)
    assert tree(folder) == NEW | OTHER
    assert os.listdir(folder.parent) == ["checkpoint"]


@pytest.mark.usefixtures("way")
def test_second_save_finds_nothing_of_the_first_in_its_way(folder: Path) -> None:
    save(folder)
    save(folder, OLD)
    assert tree(folder) == OLD | OTHER


@pytest.mark.usefixtures("way")
def test_files_in_folders_within_are_part_of_the_set(folder: Path) -> None:
    stitch(folder, {"part/old": b"kept", "part/config": b"old"})
    new = {**NEW, "part/config": b"new", "another/weights": b"new"}
    for _ in range(2):
        save(folder, new)
        assert tree(folder) == new | OTHER | {"part/old": b"kept"}
    (folder.parent / "fresh").mkdir()
    save(folder.parent / "fresh", new)
    assert tree(folder.parent / "fresh") == new
    assert sorted(os.listdir(folder.parent)) == ["checkpoint", "fresh"]


@pytest.mark.usefixtures("way")
def test_a_link_where_a_folder_within_is_to_be_is_not_followed(folder: Path, tmp_path: Path) -> None:
    precious = stitch(tmp_path / "precious", {"config": b"precious"})
    (folder / "part").symlink_to(precious)
    with pytest.raises(SaveError, match="a file or a link"):
        save(folder, {**NEW, "part/config": b"new"})
    assert tree(precious) == {"config": b"precious"} and tree(folder) == OLD | OTHER


def test_folder_that_is_not_there_is_made_with_its_parents(tmp_path: Path) -> None:
    save(tmp_path / "a" / "b" / "c")
    assert tree(tmp_path / "a" / "b" / "c") == NEW
    assert os.listdir(tmp_path / "a" / "b") == ["c"]


@pytest.mark.usefixtures("way")
def test_links_empty_folders_and_special_files_survive_unopened(folder: Path) -> None:
    (folder / "to-logs").symlink_to("logs")
    (folder / "dangling").symlink_to("../nowhere")
    (folder / "empty").mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "logs" / "up").symlink_to("../tokenizer")
    save(folder)
    assert os.readlink(folder / "to-logs") == "logs"
    assert os.readlink(folder / "dangling") == "../nowhere"
    assert (folder / "empty").is_dir()
    assert stat.S_ISFIFO((folder / "fifo").lstat().st_mode)
    assert (folder / "logs" / "up").read_bytes() == b"kept"


@pytest.mark.usefixtures("way")
def test_file_that_is_a_link_is_replaced_and_what_it_points_to_is_not_touched(folder: Path) -> None:
    """So it is in a snapshot folder of the Hub's cache."""
    blob = folder.parent / "blob"
    blob.write_bytes(b"shared")
    (folder / "config").unlink()
    (folder / "config").symlink_to("../blob")
    save(folder)
    assert blob.read_bytes() == b"shared"
    assert not (folder / "config").is_symlink()
    assert tree(folder) == NEW | OTHER


@pytest.mark.usefixtures("way")
def test_view_that_is_mapped_from_a_replaced_file_keeps_its_bytes(folder: Path) -> None:
    with open(folder / "shard-1", "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    save(folder)
    assert mapped[:] == b"old 1"


@pytest.mark.usefixtures("way")
def test_permissions_of_the_folder_its_subfolders_and_replaced_files_stay(folder: Path) -> None:
    modes = {"": 0o2710, "logs": 0o750, "logs/a": 0o701, "config": 0o600, "tokenizer": 0o640}
    for name, mode in modes.items():
        (folder / name).chmod(mode)
    save(folder)
    assert {name: stat.S_IMODE((folder / name).stat().st_mode) for name in modes} == modes


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
@pytest.mark.usefixtures("way")
def test_owner_of_the_folder_stays(folder: Path) -> None:
    os.chown(folder, 1234, 2345)
    os.chown(folder / "logs", 1234, 3456)
    save(folder)
    assert (folder.stat().st_uid, folder.stat().st_gid) == (1234, 2345)
    assert (folder / "logs").stat().st_gid == 3456


def test_new_folder_and_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        save(tmp_path / "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o750
    assert stat.S_IMODE((tmp_path / "new" / "config").stat().st_mode) == 0o640


def test_folder_that_is_a_link_stays_one_and_its_target_gets_the_files(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to("checkpoint")
    save(link)
    assert os.readlink(link) == "checkpoint"
    assert tree(folder) == NEW | OTHER


def test_link_to_a_folder_that_is_not_there_makes_that_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    save(tmp_path / "link")
    assert tree(tmp_path / "target") == NEW


# When folders cannot trade places


@pytest.fixture
def inside_used(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    used: list[Path] = []
    real = swap.commit_inside

    def spy(folder: Path, *rest: object) -> None:
        used.append(folder)
        real(folder, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(swap, "commit_inside", spy)
    return used


def test_ordinary_folder_is_traded(folder: Path, inside_used: list[Path]) -> None:
    before = folder.stat().st_ino
    save(folder)
    assert folder.stat().st_ino != before
    assert inside_used == []


@pytest.mark.parametrize("here", [".", "logs"])
def test_working_directory_is_not_traded_for_another(
    here: str, folder: Path, inside_used: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / here)
    save(Path(os.path.relpath(folder)))
    assert inside_used == [folder]
    assert os.path.samefile(".", folder / here)
    assert tree(folder) == NEW | OTHER


def test_hard_links_refused_are_done_without(
    folder: Path, inside_used: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    save(folder)
    assert inside_used == [folder]
    assert tree(folder) == NEW | OTHER
    assert os.listdir(folder.parent) == ["checkpoint"]


def test_staging_on_another_mount_is_copied_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.rename

    def refuse(source: Path, target: Path) -> None:
        if STAGING in str(target) and STAGING not in str(source):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    monkeypatch.setattr(swap, "_exchange", refuse_exchange)
    save(folder)
    assert tree(folder) == NEW | OTHER


def test_folder_with_far_more_than_a_checkpoint_is_not_traded(
    folder: Path, inside_used: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_MAX_OTHER_ENTRIES", 2)
    save(folder)
    assert inside_used == [folder]
    assert tree(folder) == NEW | OTHER


def as_nobody(work: Callable[[], object]) -> str:
    """What went wrong in ``work`` when done by a user without rights (root has too many to test with)."""
    if os.geteuid() != 0:
        try:
            work()
        except (SaveError, OSError) as error:
            return f"{type(error).__name__}: {error}"
        return ""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(65534)
            os.setuid(65534)
            work()
        except (SaveError, OSError) as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading, encoding="utf-8") as file:
        return file.read()


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that anyone may reach; pytest's own are for their owner only."""
    path = Path(tempfile.mkdtemp(dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_parent_that_may_not_be_written_to_is_done_without(open_path: Path) -> None:
    folder = stitch(open_path / "parent" / "checkpoint", OLD | OTHER)
    folder.chmod(0o777)
    folder.parent.chmod(0o555)
    assert as_nobody(lambda: save(folder)) == ""
    assert tree(folder) == NEW | OTHER


def test_folder_that_may_not_be_written_to_is_refused_and_left_as_it_was(open_path: Path) -> None:
    folder = stitch(open_path / "parent" / "checkpoint", OLD | OTHER)
    folder.chmod(0o555)
    folder.parent.chmod(0o777)
    assert "SaveError" in as_nobody(lambda: save(folder))
    assert tree(folder) == OLD | OTHER
    assert os.listdir(folder.parent) == ["checkpoint"]


# When something fails


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), MemoryError()])
def test_failure_while_writing_leaves_the_old_files_and_nothing_else(folder: Path, failure: BaseException) -> None:
    def write(stage: Path) -> None:
        (stage / "config").write_bytes(b"half")
        raise failure

    with pytest.raises(type(failure)):
        replace_files(folder, ["config"], write, is_stale)
    assert tree(folder) == OLD | OTHER
    assert os.listdir(folder.parent) == ["checkpoint"]


def test_failure_in_a_new_folder_leaves_no_folder_and_no_parents(tmp_path: Path) -> None:
    def write(stage: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left")

    with pytest.raises(OSError, match="No space"):
        replace_files(tmp_path / "a" / "b", ["config"], write, is_stale)
    assert os.listdir(tmp_path) == []


def test_disk_that_fails_after_the_trade_gets_the_old_folder_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = swap.sync_path

    def fail_on_parent(path: Path) -> None:
        if path == folder.parent:
            raise OSError(errno.EIO, "Input/output error")
        real(path)

    monkeypatch.setattr(swap, "sync_path", fail_on_parent)
    with pytest.raises(OSError, match="Input/output"):
        save(folder)
    assert tree(folder) == OLD | OTHER
    assert os.listdir(folder.parent) == ["checkpoint"]


@pytest.mark.usefixtures("way")
def test_file_that_was_promised_and_not_written_is_named(folder: Path) -> None:
    with pytest.raises(SaveError, match="shard-1"):
        replace_files(folder, ["shard-1"], lambda stage: None, is_stale)
    assert tree(folder) == OLD | OTHER


def test_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"precious")
    with pytest.raises(SaveError, match="found a file"):
        save(tmp_path / "file")
    assert tree(tmp_path) == {"file": b"precious"}


def test_folder_in_the_place_of_a_file_is_refused_and_kept(folder: Path) -> None:
    (folder / "config").unlink()
    stitch(folder, {"config/notes": b"precious"})
    with pytest.raises(SaveError, match=r"config: expected a file to replace, found a folder"):
        save(folder)
    assert tree(folder)["config/notes"] == b"precious"


@pytest.mark.usefixtures("way")
def test_folder_whose_name_looks_stale_is_kept(folder: Path) -> None:
    stitch(folder, {"shard-9/notes": b"precious"})
    save(folder)
    assert tree(folder) == NEW | OTHER | {"shard-9/notes": b"precious"}


# Killed at every step


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where the machine has one: to a kill it is as any other, and no sync waits."""
    if not os.path.isdir("/dev/shm"):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as path:
        yield Path(path)


def other_reader(folder: Path) -> Tree:
    """What a reader that knows nothing of us takes for the weights: the index, then the shards."""
    found = tree(folder)
    if "index" not in found:
        return {}
    return {name: found[name] for name in found if is_stale(name)}


@pytest.mark.long
@pytest.mark.parametrize("new", [NEW, {"config": b"new", "index": b"one file"}], ids=["shards", "one file"])
def test_killed_at_any_step_of_the_way_beside_every_reader_finds_old_or_new(in_memory: Path, new: Tree) -> None:
    seen = set()
    for step in itertools.count():
        folder = stitch(in_memory / str(step) / "checkpoint", OLD | OTHER)
        killed = killed_at(step, save_files, folder, new)
        assert tree(folder) in (OLD | OTHER, new | OTHER), step
        seen.add(tree(folder)["config"])
        save(folder, new)
        assert tree(folder) == new | OTHER
        assert os.listdir(folder.parent) == ["checkpoint"], "a leftover outlived the next save"
        if not killed:
            break
    assert step > 20
    assert seen == {b"old", b"new"}


@pytest.mark.long
@pytest.mark.parametrize("way", ["inside", "inside after the system refused"])
def test_killed_at_any_step_of_the_way_inside_the_next_load_finds_old_or_new_and_others_no_mixture(
    in_memory: Path, way: str
) -> None:
    weights = [{name: files[name] for name in files if is_stale(name)} for files in (OLD, NEW)]
    seen, finished = set(), 0
    for step in itertools.count():
        folder = stitch(in_memory / str(step) / "checkpoint", OLD | OTHER)
        killed = killed_at(step, save_files, folder, NEW, way=way)
        assert other_reader(folder) in ({}, *weights), step
        # The one that finishes may be cut off too, and be finished by a third.
        killed_at(step % 7, finish_interrupted_save, folder)
        finished += finish_interrupted_save(folder)
        assert tree(folder) in (OLD | OTHER, NEW | OTHER), step
        seen.add(tree(folder)["config"])
        if not killed:
            break
    assert step > 20
    assert finished > 0
    assert seen == {b"old", b"new"}


def test_killed_at_any_step_in_a_new_folder_all_is_there_or_nothing(in_memory: Path) -> None:
    for step in itertools.count():
        folder = in_memory / str(step) / "a" / "checkpoint"
        killed = killed_at(step, save_files, folder, NEW)
        assert not folder.exists() or tree(folder) == NEW, step
        if not killed:
            break
    assert step > 10


@pytest.mark.usefixtures("way")
def test_every_file_and_its_folder_are_on_the_disk_before_the_new_ones_count(
    folder: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A power cut cannot be had in a test: this holds the order of calls that a power cut asks for."""
    log: list[str] = []

    def note(what: str, path: Path) -> None:
        log.append(f"{what} {path.name if '.loadstone' not in path.name else 'staging'}")

    real_fsync, real_rename, real_exchange, real_rmtree = os.fsync, os.rename, swap._exchange, shutil.rmtree

    def fsync(descriptor: int) -> None:
        note("sync", Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        real_fsync(descriptor)

    def rename(source: Path, target: Path) -> None:
        if target.name == "journal.json":
            log.append("COMMIT")
        real_rename(source, target)

    def exchange(one: Path, other: Path) -> None:
        real_exchange(one, other)
        log.append("COMMIT")

    def rmtree(path: Path, **options: bool) -> None:
        log.append("remove")
        real_rmtree(path, **options)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(swap, "_exchange", exchange if way == "beside" else refuse_exchange)
    monkeypatch.setattr(folders.shutil, "rmtree", rmtree)
    save(folder)
    at = log.index("COMMIT")
    staged = len(log[:at]) - 1 - log[:at][::-1].index("sync staging")
    assert {f"sync {name}" for name in NEW} <= set(log[:staged]), "files first, then the folder that names them"
    if way != "beside":
        draft = log.index("sync journal.json.draft")
        assert staged > draft, "the journal is whole before it bears its name"
        assert log[at + 1] == "sync staging", "and bears it for good before anything is moved"
    last = "sync parent" if way == "beside" else "sync checkpoint"
    assert last in log[at:]
    assert log.index("remove", at) > log.index(last, at), "the old files go when the new ones are safe"


def test_killed_at_random_moments_while_large_files_are_written(tmp_path: Path) -> None:
    """The same from outside, with real kills: 12 of them, spread over the time that a save takes."""
    program = """
import sys, pathlib, os
from loadstone.saving.replace_folder import replace_files
def write(stage):
    for i in range(4):
        (stage / f"shard-{i}").write_bytes(generation.encode() * 200_000)
for turn in range(1000):
    generation = "ab"[turn % 2]
    replace_files(pathlib.Path(sys.argv[1]), [f"shard-{i}" for i in range(4)], write, lambda name: False)
    print(turn, flush=True)
"""
    folder = tmp_path / "checkpoint"
    for turn in range(12):
        with subprocess.Popen([sys.executable, "-c", program, folder], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.002 * turn)
            process.kill()
        found = tree(folder)
        assert set(found) == {f"shard-{i}" for i in range(4)}
        assert len(set(found.values())) == 1, "two generations mixed"
        assert len(found["shard-0"]) == 200_000


# What others left, and what others do meanwhile


def test_leftovers_of_dead_processes_go_and_those_of_living_ones_stay(folder: Path) -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    dead = stitch(folder.parent / f".checkpoint.loadstone-{process.pid}-0123abcd", {"shard-1": b"x"})
    ours = stitch(folder.parent / f".checkpoint.loadstone-{os.getpid()}-0123abcd", {"shard-1": b"x"})
    mine = stitch(folder.parent / ".checkpoint.loadstone-notes", {"notes": b"x"})
    save(folder)
    assert not dead.exists()
    assert ours.exists() and mine.exists()


def test_leftover_that_a_process_elsewhere_still_holds_stays(folder: Path) -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    held = stitch(folder.parent / f".checkpoint.loadstone-{process.pid}-0123abcd", {"shard-1": b"x"})
    with folders.locked(held):
        save(folder)
    assert held.exists()


def test_file_that_another_process_adds_while_we_save_is_not_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = swap._exchange

    def add_and_exchange(one: Path, other: Path) -> None:
        stitch(other, {"logs/late": b"late", "fresh/late": b"late"})
        os.replace(stitch(other, {"draft": b"newer"}) / "draft", other / "tokenizer")
        real(one, other)

    monkeypatch.setattr(swap, "_exchange", add_and_exchange)
    save(folder)
    assert tree(folder) == NEW | OTHER | {"logs/late": b"late", "fresh/late": b"late", "tokenizer": b"newer"}


@pytest.mark.usefixtures("way")
def test_saves_to_one_folder_at_once_leave_one_of_them_whole(folder: Path) -> None:
    generations = [{name: f"{i}".encode() for name in NEW} for i in range(6)]
    threads = [threading.Thread(target=save, args=(folder, files)) for files in generations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tree(folder) in [files | OTHER for files in generations]


@pytest.mark.usefixtures("way")
def test_save_completes_the_one_before_it_that_was_cut_off(folder: Path) -> None:
    plant(folder, {"version": 1, "place": ["config", "notes"], "remove": []}, {"config": b"cut", "notes": b"cut"})
    save(folder)
    assert tree(folder) == NEW | OTHER | {"notes": b"cut"}


def test_trade_waits_for_a_save_that_is_under_way_inside(folder: Path) -> None:
    thread = threading.Thread(target=save, args=(folder,))
    with folders.locked(folder):
        thread.start()
        thread.join(0.3)
        assert tree(folder) == OLD | OTHER
    thread.join()
    assert tree(folder) == NEW | OTHER


def test_load_leaves_a_staging_alone_that_is_being_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_make_beside", lambda folder: None)

    def write(stage: Path) -> None:
        for name, content in NEW.items():
            (stage / name).write_bytes(content)
        assert not finish_interrupted_save(folder)
        assert tree(stage) == NEW

    replace_files(folder, list(NEW), write, is_stale)
    assert tree(folder) == NEW | OTHER


# A journal is believed only so far


def plant(folder: Path, content: object, staged: Tree | None = None) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    stitch(folder / STAGING, {"journal.json": text.encode(), **(staged or {})})


@pytest.mark.parametrize(
    "content",
    [
        "not JSON",
        "[" * 100_000,
        "[]",
        {"version": 2, "place": [], "remove": []},
        {"version": 1, "place": []},
        {"version": 1, "place": {}, "remove": []},
        {"version": 1, "place": [1], "remove": []},
        {"version": 1, "place": [], "remove": ["../precious"]},
        {"version": 1, "place": [], "remove": ["/etc/precious"]},
        {"version": 1, "place": ["../precious"], "remove": []},
        {"version": 1, "place": ["a/b"], "remove": []},
        {"version": 1, "place": ["nowhere"], "remove": ["config"]},
    ],
    ids=repr,
)
def test_journal_that_no_save_wrote_is_named_and_not_followed(folder: Path, content: object) -> None:
    (folder.parent / "precious").write_bytes(b"precious")
    plant(folder, content)
    with pytest.raises(CorruptCheckpoint, match=STAGING):
        finish_interrupted_save(folder)
    assert {name: tree(folder)[name] for name in OLD} == OLD
    assert (folder.parent / "precious").exists()


@pytest.mark.parametrize("content", [{"place": ["part/new"], "remove": []}, {"place": [], "remove": ["part/config"]}])
def test_journal_that_leads_out_through_a_link_is_not_followed(
    folder: Path, tmp_path: Path, content: dict[str, list[str]]
) -> None:
    precious = stitch(tmp_path / "precious", {"config": b"precious"})
    (folder / "part").symlink_to(precious)
    plant(folder, {"version": 1, **content}, {"part/new": b"planted"})
    with pytest.raises(CorruptCheckpoint):
        finish_interrupted_save(folder)
    assert tree(precious) == {"config": b"precious"}


def test_journal_that_places_a_link_is_not_followed(folder: Path) -> None:
    plant(folder, {"version": 1, "place": ["config"], "remove": []})
    (folder / STAGING / "config").symlink_to("/etc/passwd")
    with pytest.raises(CorruptCheckpoint):
        finish_interrupted_save(folder)
    assert (folder / "config").read_bytes() == b"old"


def test_staging_that_is_a_link_to_another_folder_is_not_followed(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    plant(elsewhere, {"version": 1, "place": ["config"], "remove": []}, {"config": b"new"})
    (folder / STAGING).symlink_to(elsewhere / STAGING)
    with pytest.raises(CorruptCheckpoint):
        finish_interrupted_save(folder)
    assert (folder / "config").read_bytes() == b"old"


def test_finish_that_is_not_allowed_says_where_the_new_checkpoint_is(open_path: Path) -> None:
    folder = stitch(open_path / "checkpoint", OLD)
    plant(folder, {"version": 1, "place": ["config"], "remove": []}, {"config": b"new"})
    said = as_nobody(lambda: finish_interrupted_save(folder))
    assert "SaveError" in said
    assert str(folder / STAGING) in said
    finish_interrupted_save(folder)
    assert tree(folder) == OLD | {"config": b"new"}


def test_folder_without_a_journal_is_not_touched(folder: Path) -> None:
    before = folder.stat().st_mtime_ns
    assert finish_interrupted_save(folder) is False
    assert folder.stat().st_mtime_ns == before
    assert finish_interrupted_save(folder / "not there") is False


def test_interrupt_while_files_are_put_in_place_still_completes_the_save(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_make_beside", lambda folder: None)
    real, calls = os.replace, itertools.count()

    def interrupt_once(source: Path, target: Path) -> None:
        if next(calls) == 1:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "replace", interrupt_once)
    with pytest.raises(KeyboardInterrupt):
        save(folder)
    assert tree(folder) == NEW | OTHER


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "a\\b", "a\0b", ".loadstone-save", "journal.json"])
def test_name_that_is_not_plain_is_known(name: str) -> None:
    assert not is_plain_name(name)
    assert is_plain_name("config.json") and is_plain_name(".gitattributes")
