"""Where code is kept by its hash, so that tracebacks and ``inspect`` find the very text that ran."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from loadstone.remote_code.tree import CodeTree


def kept(tree: CodeTree, root: Path | None = None) -> Path | None:
    """The folder that holds a tree's files, under its digest; made whole, by one rename, if it is not there.

    None where nothing can be written: the code then runs all the same, for it runs from memory.
    """
    root = _root() if root is None else root
    folder = root / tree.digest
    if _holds(folder, tree):
        return folder
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        stage = Path(tempfile.mkdtemp(dir=root))  # only for this user, under a name that nobody can foresee
    except OSError:
        return None
    try:
        for name, content in tree.files.items():
            path = stage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if os.path.lexists(folder):  # somebody changed what lies there: it is not what its name says
            os.rename(folder, stage / ".changed")
        os.rename(stage, folder)
    except OSError:
        # Another process was faster, or the disk is full.
        shutil.rmtree(stage, ignore_errors=True)
        return folder if _holds(folder, tree) else None
    shutil.rmtree(folder / ".changed", ignore_errors=True)
    return folder


def _root() -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HOME) / "loadstone" / "code"


def _holds(folder: Path, tree: CodeTree) -> bool:
    with contextlib.suppress(OSError):
        return all((folder / name).read_bytes() == content for name, content in tree.files.items())
    return False
