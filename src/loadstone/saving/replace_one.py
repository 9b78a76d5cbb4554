"""Putting one large file in place, all or nothing, whatever else lies in its folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from loadstone.saving.folders import locked, remove_tree, sync_path
from loadstone.saving.replace_folder import parents_of

_SUFFIX = ".loadstone-new"


def replace_one(path: Path, write: Callable[[Path], None]) -> None:
    """Gives ``path`` the file that ``write`` makes under the path that it is given, and puts on the disk.

    The new file is made in a folder of its own beside ``path``, and takes the place of the old one in one step: an
    exception, Ctrl-C, ``kill -9`` or a power cut leaves the old file, or none. What a process that was killed left is
    removed by the next one that writes there. The folder of ``path`` is made if it does not exist, and gone again if
    nothing is written.

    :raises OSError: the disk is full, nothing may be written here, or the like; what was there is untouched.
    """
    with parents_of(path):
        _remove_leftovers(path)
        stage = path.with_name(f".{path.name}.{os.urandom(8).hex()}{_SUFFIX}")
        stage.mkdir()
        try:
            with locked(stage):
                write(stage / path.name)
                os.replace(stage / path.name, path)
        finally:
            remove_tree(stage)
        sync_path(path.parent)


def _remove_leftovers(path: Path) -> None:
    with os.scandir(path.parent) as entries:
        beside = [entry.name for entry in entries]
    for name in beside:
        if name.startswith(f".{path.name}.") and name.endswith(_SUFFIX):
            with locked(path.parent / name, wait=False) as is_ours:
                if is_ours:
                    remove_tree(path.parent / name)
