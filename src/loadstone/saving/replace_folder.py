"""Putting new files into a folder, all or nothing.

*Beside*, the usual way: the new files, and hard links to everything in the folder that is not replaced, are gathered in
a sibling folder and put on the disk; then the two folders trade places in one step of the kernel. Whatever happens and
whenever, every reader, of this library or not, finds all the old files or all the new ones.

*Inside*, where folders cannot trade places, is the way of :mod:`.journal`, with a weaker promise to readers other than
this library. It serves a folder that is a mount point or holds the working directory, that belongs to another user,
whose parent is not writable, that holds more than a checkpoint, and file systems without such a step or hard links.

On both ways no file is written in place or cut short, so views of the old files that a process has mapped stay as they
are; and the disk needs room for the old and the new files together.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from loadstone.errors import SaveError
from loadstone.saving.folders import locked, remove_tree, sync_path
from loadstone.saving.journal import (
    STAGING,
    commit_inside,
    finish_interrupted_save,
    holder_of,
    is_real_folder,
    make_holders,
    staging_inside,
)
from loadstone.transfer.durable import sync

_MAX_OTHER_ENTRIES = 1000
"""A folder with more unrelated files than this is somebody's project, not a checkpoint: it is not traded."""

_Carried = set[tuple[str, int]]
"""(path within the folder, inode)"""
_IsDropped = Callable[[str, os.DirEntry[str]], bool]
"""Whether what lies at a path within the folder is not carried over."""


def replace_files(
    folder: Path, names: Sequence[str], write: Callable[[Path], None], stale: Callable[[str], bool]
) -> None:
    """Gives ``folder`` the files ``names``, and takes from it those that ``stale`` is true of, all or nothing.

    ``write`` is given an empty folder to create them in, with the folders of those names that have one. ``names`` are
    file names, perhaps in one folder within (``1_Pooling/config.json``); on the inside way they are
    put in place in this order, after the stale ones are gone. A name may be both: its old file is then gone before
    any new one is there. All else in the folder stays as it is, and so do the folder's owner and permissions, and
    the permissions of a file that is replaced by one of its name. A folder that does not exist is made.

    :raises SaveError: the target cannot be replaced, or the new files are whole but could not all be put in place.
    :raises OSError: the disk is full, nothing may be written here, or the like; the folder is as it was.
    """
    folder = Path(os.path.realpath(folder))
    if folder.exists():
        _check_target(folder, names)
        finish_interrupted_save(folder)
        _replace(folder, names, write, stale)
    else:
        with parents_of(folder):
            _replace(folder, names, write, stale)


def _replace(folder: Path, names: Sequence[str], write: Callable[[Path], None], stale: Callable[[str], bool]) -> None:
    _remove_leftovers(folder)
    stage = _make_beside(folder)
    if stage is None:
        with staging_inside(folder) as inside:
            make_holders(inside, names)
            write(inside)
            _put_on_disk(inside, names, folder)
            commit_inside(folder, inside, names, stale)
        return
    try:
        with locked(stage):
            make_holders(stage, names)
            write(stage)
            _put_on_disk(stage, names, folder)
            if not _trade(folder, stage, names, stale):
                with staging_inside(folder) as inside:
                    make_holders(inside, names)
                    for name in names:
                        _move(stage / name, inside / name)
                    commit_inside(folder, inside, names, stale)
    finally:
        # Before the trade, this is the unfinished new folder; after it, the old one.
        remove_tree(stage)


def _check_target(folder: Path, names: Sequence[str]) -> None:
    if not folder.is_dir():
        raise SaveError(f"{folder}: expected a folder to save to, found a file; give another path")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SaveError(f"{folder}: nothing was saved, for the folder may not be written to; give another path")
    for name in names:
        if is_real_folder(folder / name):
            raise SaveError(f"{folder / name}: expected a file to replace, found a folder; move it away first")
        holder = holder_of(folder, name)
        if holder != folder and os.path.lexists(holder) and not is_real_folder(holder):
            raise SaveError(f"{holder}: expected a folder to save to, found a file or a link; move it away first")


@contextlib.contextmanager
def parents_of(folder: Path) -> Iterator[None]:
    """The folders above, made where they are missing, and gone again if what follows fails."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    try:
        os.makedirs(folder.parent, exist_ok=True)
        yield
        for parent in missing:
            sync_path(parent.parent)
    except BaseException:
        for parent in missing:
            with contextlib.suppress(OSError):
                os.rmdir(parent)
        raise


def _put_on_disk(stage: Path, names: Sequence[str], folder: Path) -> None:
    """All new files, then the folder that names them."""
    for name in names:
        if not (stage / name).is_file() or (stage / name).is_symlink():
            raise SaveError(f"{folder / name}: nothing was saved, for this file was to be written and was not")
        descriptor = os.open(stage / name, os.O_RDONLY)
        try:
            with contextlib.suppress(FileNotFoundError):
                replaced = os.lstat(folder / name).st_mode
                if stat.S_ISREG(replaced):
                    os.chmod(stage / name, stat.S_IMODE(replaced))
            sync(descriptor)
        finally:
            os.close(descriptor)
    for holder in dict.fromkeys([*(holder_of(stage, name) for name in names), stage]):
        sync_path(holder)


def _move(source: Path, target: Path) -> None:
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copy(source, target)
        sync_path(target)


def _make_beside(folder: Path) -> Path | None:
    """An empty sibling with the folder's owner and permissions; None if the folder is not to be traded for it."""
    exists = folder.exists()
    if exists and (os.path.ismount(folder) or _is_working_directory(folder)):
        return None
    stage = folder.parent / f"{_prefix(folder)}{os.getpid()}-{os.urandom(4).hex()}"
    try:
        os.mkdir(stage, 0o700 if exists else 0o777)
        try:
            if exists:
                _copy_attributes(folder, stage)
        except OSError:
            os.rmdir(stage)
            raise
    except OSError:
        if exists:
            return None
        raise
    return stage


def _prefix(folder: Path) -> str:
    # Cut, so that a folder whose name is as long as a name may be has room for the rest.
    return f".{folder.name[:40]}.loadstone-"


def _is_working_directory(folder: Path) -> bool:
    try:
        here = Path.cwd()
    except OSError:
        return False  # it has been deleted, so it is not this one
    return folder == here or folder in here.parents


def _copy_attributes(source: Path, target: Path) -> None:
    """Owner, permissions, access lists. Raises OSError where that is not allowed."""
    of_source, of_target = os.stat(source), os.stat(target)
    if (of_source.st_uid, of_source.st_gid) != (of_target.st_uid, of_target.st_gid):
        os.chown(target, of_source.st_uid, of_source.st_gid)
    shutil.copystat(source, target)


def _trade(folder: Path, stage: Path, names: Sequence[str], stale: Callable[[str], bool]) -> bool:
    """Puts ``stage`` in the place of ``folder``; False if the system does not let us, and then nothing has changed."""
    if not folder.exists():
        os.rename(stage, folder)
        _sync_or_undo(folder.parent, lambda: os.rename(folder, stage))
        return True
    replaced = {STAGING, *names}

    def is_dropped(path: str, entry: os.DirEntry[str]) -> bool:
        if entry.is_dir(follow_symlinks=False):
            return path == STAGING
        return Path(path).as_posix() in replaced or (path == entry.name and stale(path))

    with locked(folder):
        try:
            carried = _mirror(folder, stage, is_dropped)
            sync_path(stage)
            _exchange(stage, folder)
        except OSError:
            return False
        _sync_or_undo(folder.parent, lambda: _exchange(stage, folder))
    _carry_late(stage, folder, carried, is_dropped)
    return True


def _sync_or_undo(folder: Path, undo: Callable[[], None]) -> None:
    try:
        sync_path(folder)
    except OSError:
        undo()
        raise


def _mirror(source: Path, target: Path, is_dropped: _IsDropped) -> _Carried:
    """Hard links in ``target`` to all in ``source`` but what is dropped. Raises OSError if it cannot be a true copy."""
    carried: _Carried = set()
    device = os.stat(source).st_dev

    def walk(inner: str) -> None:
        with os.scandir(source / inner) as entries:
            for entry in entries:
                path = os.path.join(inner, entry.name)
                if is_dropped(path, entry):
                    continue
                if len(carried) >= _MAX_OTHER_ENTRIES:
                    raise OSError(errno.E2BIG, "more files than a checkpoint has", str(source))
                carried.add((path, entry.inode()))
                if not entry.is_dir(follow_symlinks=False):
                    os.link(source / path, target / path, follow_symlinks=False)
                    continue
                # What may not be emptied, or is another file system, could not be removed with the old folder.
                may_empty = os.access(entry.path, os.R_OK | os.W_OK | os.X_OK)
                if not may_empty or entry.stat(follow_symlinks=False).st_dev != device:
                    raise OSError(errno.EXDEV, "a folder that cannot be traded", entry.path)
                if not is_real_folder(target / path):
                    os.mkdir(target / path, 0o700)
                walk(path)
                _copy_attributes(source / path, target / path)
                sync_path(target / path)

    walk("")
    return carried


def _carry_late(old: Path, new: Path, carried: _Carried, is_dropped: _IsDropped, inner: str = "") -> None:
    """Moves into ``new`` what another process (a training log, say) put into ``old`` since it was mirrored."""
    with os.scandir(old / inner) as entries:
        for entry in entries:
            path = os.path.join(inner, entry.name)
            if is_dropped(path, entry):
                continue
            if entry.is_dir(follow_symlinks=False) and (new / path).is_dir():
                _carry_late(old, new, carried, is_dropped, path)
            elif (path, entry.inode()) not in carried:
                with contextlib.suppress(OSError):
                    os.rename(entry.path, new / path)


def _exchange(one: Path, other: Path) -> None:
    """Two paths trade places in one step. Raises OSError where the system or the file system has no such step."""
    if sys.platform == "win32":
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(other))
    library = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):  # Linux
        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        failed = library.renameat2(here, paths[0], here, paths[1], exchange)
    elif hasattr(library, "renamex_np"):  # macOS
        failed = library.renamex_np(*paths, 2)  # RENAME_SWAP
    else:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(other))
    if failed:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


def remove_unfinished(folder: Path) -> None:
    """Removes what a process that died while it saved to ``folder`` left of the new files; see
    :func:`.journal.finish_interrupted_save` for files that were whole. One that lives keeps what it has."""
    folder = Path(os.path.realpath(folder))
    _remove_leftovers(folder)
    finish_interrupted_save(folder)


def _remove_leftovers(folder: Path) -> None:
    """Removes the siblings that dead processes left: a new folder not finished, or an old one not yet deleted."""
    pattern = re.compile(re.escape(_prefix(folder)) + r"(\d{1,9})-[0-9a-f]{8}")
    with contextlib.suppress(OSError), os.scandir(folder.parent) as entries:
        for entry in entries:
            match = pattern.fullmatch(entry.name)
            if match and entry.is_dir(follow_symlinks=False) and not _is_alive(int(match[1])):
                # A process of another machine or container has a number that says nothing here, but holds the lock.
                with contextlib.suppress(OSError), locked(Path(entry.path), wait=False) as held:
                    if held:
                        remove_tree(Path(entry.path))


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        return True  # there is no way to ask that does no harm
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether it has ended, and its parent has not asked how. Source: proc_pid_stat(5)."""
    try:
        text = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return False
    return text.rpartition(b")")[2].split()[:1] == [b"Z"]  # the name before it may hold anything
