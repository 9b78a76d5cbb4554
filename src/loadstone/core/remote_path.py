"""Names of what is not on this machine: an address, and a file there that has been found."""

from __future__ import annotations

import re
from pathlib import PosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_address(name: object) -> bool:
    """Whether a name is an address, ``scheme://…``, and neither a path nor a Hub id."""
    return isinstance(name, str) and _SCHEME.match(name) is not None


class RemotePath(PosixPath):
    """The address of a file that is not on this machine; it carries what gives the file's bytes.

    A path, so that a stored tensor names its file as any other does; nothing of this name is on the disk.

    >>> str(RemotePath("s3:/models/llama/config.json"))
    's3://models/llama/config.json'
    """

    source: ByteSource | None = None
    """The file as it was when it was found; None for one that was not."""
    version = ""
    """What tells it from another file that has its name before or later: an ETag, say."""
    range_bytes = 8 << 20
    """Of the longest range that is best asked for at once."""

    @classmethod
    def of(cls, address: str, source: ByteSource | None, version: str = "") -> RemotePath:
        """The file at an address."""
        path = cls(address)
        path.source, path.version = source, version
        return path

    def __str__(self) -> str:
        return super().__str__().replace(":/", "://", 1)

    def __reduce__(self) -> tuple[object, ...]:
        return RemotePath.of, (str(self), self.source, self.version)
