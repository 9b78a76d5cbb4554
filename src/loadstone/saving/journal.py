"""Putting new files into a folder from within, with a journal: the way for folders that cannot be traded.

The new files are gathered in ``.loadstone-save`` within the folder and put on the disk. Then a journal says what is to
be done, and it is done file by file. A crash before the journal leaves the old files. A crash after it leaves the
folder half done until :func:`finish_interrupted_save`, which ``from_pretrained`` and every save call first, does the
rest. Until then another reader sees the old weights, or none, or the new ones, never a mixture, provided the caller
names them in that order; the other files may be newer than the weights.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from loadstone.errors import CorruptCheckpoint, Fault, SaveError
from loadstone.saving.folders import locked, remove_tree, sync_path

STAGING = ".loadstone-save"
_JOURNAL = "journal.json"
_MAX_JOURNAL_NBYTES = 64 << 20


class _Journal(NamedTuple):
    place: Sequence[str]
    """Names to move from the staging to the folder, in this order."""
    remove: Sequence[str]
    """Names to remove from the folder before that."""


def finish_interrupted_save(folder: Path) -> bool:
    """Completes a save that was cut off while its files were put in place; True if there was one to complete.

    One that was cut off before its files were whole is discarded, unless it is still being written. Where there is
    nothing to do, this costs one look at the folder.

    :raises SaveError: the files could not be put in place, for want of permission, say.
    :raises CorruptCheckpoint: what was left is not what a save leaves.
    """
    stage = folder / STAGING
    if not os.path.lexists(stage):
        return False
    with locked(folder, wait=_is_committed(stage)) as held:
        if held and _is_committed(stage):
            _settle(folder)
            return True
        if held:
            remove_tree(stage)
        return False  # not held: it is being written just now, and what lies in the folder is the old checkpoint


@contextlib.contextmanager
def staging_inside(folder: Path) -> Iterator[Path]:
    """An empty folder within ``folder``. In the end what was committed in it is put in place, all else is discarded."""
    stage = folder / STAGING
    with locked(folder):
        if os.path.lexists(stage):
            _settle(folder)
        os.mkdir(stage, 0o700)
        try:
            yield stage
        finally:
            _settle(folder)


def commit_inside(folder: Path, stage: Path, names: Sequence[str], stale: Callable[[str], bool]) -> None:
    """The point of no return: from the moment that the journal bears its name, the new files are the checkpoint.

    The files themselves must be on the disk.
    """
    remove = [name for name in sorted(filter(stale, os.listdir(folder))) if not is_real_folder(folder / name)]
    draft = stage / f"{_JOURNAL}.draft"
    draft.write_text(json.dumps({"version": 1, "place": list(names), "remove": remove}), encoding="utf-8")
    for path in (draft, stage, folder):
        sync_path(path)
    os.rename(draft, stage / _JOURNAL)
    sync_path(stage)


def is_plain_name(name: str) -> bool:
    """Whether this names a file right in a folder: no separator, no ``..``, nothing that a save uses itself."""
    reserved = name in {"", ".", ".."} or name.startswith((".loadstone-", _JOURNAL))
    return not reserved and not any(mark in name for mark in ("/", "\\", "\0"))


def is_name_within(name: str) -> bool:
    """Whether this names a file right in a folder, or in a folder there, such as ``1_Pooling/config.json``."""
    inner, _, last = name.rpartition("/")
    return is_plain_name(last) and (not inner or (is_plain_name(inner) and inner != STAGING))


def is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def holder_of(folder: Path, name: str) -> Path:
    """The folder that a file of such a name lies in."""
    return (folder / name).parent


def make_holders(folder: Path, names: Sequence[str]) -> None:
    """The folders within ``folder`` that files of such names lie in.

    :raises OSError: something that is no real folder lies there, such as a link out of ``folder``.
    """
    for holder in dict.fromkeys(holder_of(folder, name) for name in names):
        if holder != folder and not is_real_folder(holder):
            os.mkdir(holder)


def _is_committed(stage: Path) -> bool:
    return os.path.lexists(stage / _JOURNAL)


def _settle(folder: Path) -> None:
    """Rolls a committed staging forward, and removes it. May be cut off and done again, from any point on."""
    stage = folder / STAGING
    try:
        if _is_committed(stage):
            _roll_forward(folder, stage)
    except KeyboardInterrupt:
        if _is_committed(stage):
            _roll_forward(folder, stage)
        raise
    except OSError as error:
        raise SaveError(
            f"{folder}: a new checkpoint is whole in {stage}, but could not be put in place "
            f"({error.strerror or error}). See that the folder can be written to; the next load or save there "
            "completes it"
        ) from error
    remove_tree(stage)


def _roll_forward(folder: Path, stage: Path) -> None:
    journal = _read_journal(folder, stage)
    staged = {name for name in journal.place if os.path.lexists(stage / name)}
    # A file that is both removed and placed may be the new one already.
    placed = set(journal.place) - staged
    for name in journal.remove:
        if name not in placed:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(folder / name)
    make_holders(folder, [name for name in journal.place if name in staged])
    for name in journal.place:
        if name in staged:
            os.replace(stage / name, folder / name)
    for holder in dict.fromkeys([*(holder_of(folder, name) for name in journal.place), folder]):
        sync_path(holder)
    os.unlink(stage / _JOURNAL)


def _read_journal(folder: Path, stage: Path) -> _Journal:
    """Believed only as far as it can do no harm: a checkpoint from elsewhere may bring a journal of its own."""
    path = stage / _JOURNAL
    status = os.lstat(path)
    if stage.is_symlink() or not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_JOURNAL_NBYTES:
        raise _not_ours(stage, path, "the journal of a save", "something else")
    try:
        parsed = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise _not_ours(stage, path, "the journal of a save", "no JSON") from None
    if not isinstance(parsed, dict) or parsed.get("version") != 1:
        raise _not_ours(stage, path, "the journal of a save, version 1", "another one")
    journal = _Journal(parsed.get("place", ()), parsed.get("remove", ()))
    for names, is_allowed in ((journal.place, is_name_within), (journal.remove, is_plain_name)):
        if not isinstance(names, list) or not all(isinstance(name, str) and is_allowed(name) for name in names):
            raise _not_ours(stage, path, "lists of plain file names", "something else")
    for name in journal.place:
        for holder in (holder_of(stage, name), holder_of(folder, name)):
            if os.path.lexists(holder) and not is_real_folder(holder) and holder != folder:
                raise _not_ours(stage, holder, "a folder", "a link or a file")
        where = stage / name if os.path.lexists(stage / name) else folder / name
        if not os.path.lexists(where) or not stat.S_ISREG(os.lstat(where).st_mode):
            raise _not_ours(stage, where, "a file that the save had written", "none")
    return journal


def _not_ours(stage: Path, path: Path, expected: str, found: str) -> CorruptCheckpoint:
    hint = f"If this checkpoint was downloaded, delete {stage}; else save the model again elsewhere"
    return CorruptCheckpoint([Fault(str(path), expected, found, hint)])
