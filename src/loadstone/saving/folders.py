"""Files and folders that survive a crash: put in place whole, on the disk before they count, locked while written."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from loadstone.errors import SaveError
from loadstone.transfer.durable import sync


def replace_file(path: Path, content: bytes) -> None:
    """Write a small file so that a crash leaves the old one or the new one, whole."""
    # A name that nobody can foresee, and never one that is there: what was planted is not written through.
    staged = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        with open(staged, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staged, path)
    finally:
        staged.unlink(missing_ok=True)


def sync_path(path: Path) -> None:
    """Returns when a file's bytes, or a folder's names, are on the disk.

    :raises OSError: they are not.
    """
    if sys.platform == "win32" and path.is_dir():
        return  # a folder cannot be opened there
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync(descriptor)
    except OSError as error:
        # Some network file systems keep folders safe by themselves, and refuse to be asked.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP) or not path.is_dir():
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[bool]:
    """Holds a folder against all others that ask for it through this function, in any thread or process.

    Yields False, and does not hold it, where another does and ``wait`` is false. The system lets go of it when the
    process dies. Where there are no locks, or the folder cannot be opened, everybody may go on.
    """
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield True
        return
    held = True
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = False
        except OSError:
            pass  # no locks here
        yield held
    finally:
        if held:
            # Not left to the closing: a forked child would keep it.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def remove_tree(path: Path) -> None:
    """Removes a folder and all in it, as far as the system lets us."""
    shutil.rmtree(path, ignore_errors=True)


def write_small_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder (made if absent), each whole or not at all; :class:`SaveError` where that fails."""
    if "\0" in str(folder):
        raise SaveError(f"{str(folder)!r}: a path cannot hold NUL")
    try:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            replace_file(folder / name, content)
    except OSError as error:
        hint = "Give the path of a folder" if os.path.isfile(folder) else "See that the path can be written to"
        names = ", ".join(files)
        raise SaveError(f"{folder}: {names} could not be written: {error.strerror or error}. {hint}") from error
