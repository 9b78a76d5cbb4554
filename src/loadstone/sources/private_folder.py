"""A folder for small files that are read once: nobody else's, and gone when what needed it has ended."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_made: ContextVar[list[PrivateFolder] | None] = ContextVar("private folders of a load", default=None)


class PrivateFolder:
    """Made in the folder for temporary files, for this user alone; removed when nobody holds it any more, at the latest
    when the process ends, and in a :func:`removing_folders` when that ends."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="loadstone-"))
        self.remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        made = _made.get()
        if made is not None:
            made.append(self)

    def write(self, name: str, content: bytes | bytearray) -> None:
        """One file, whose name may lead into folders below."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@contextmanager
def removing_folders() -> Iterator[None]:
    """Every private folder that is made in here is removed at the end, also where an error keeps what holds it.

    Also a decorator: ``@removing_folders()``.
    """
    made: list[PrivateFolder] = []
    before = _made.set(made)
    try:
        yield
    finally:
        _made.reset(before)
        for folder in made:
            folder.remove()
