"""A folder for small files that are read once: nobody else's, and gone when nobody holds it any more."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


class PrivateFolder:
    """Made in the folder for temporary files, for this user alone."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="loadstone-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def write(self, name: str, content: bytes | bytearray) -> None:
        """One file, whose name may lead into folders below."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
