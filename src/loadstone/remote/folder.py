"""A folder at a store or a server: its files by name, each found once and then the same object to the end."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from loadstone.core.remote_path import RemotePath
from loadstone.errors import RemoteError
from loadstone.remote.address import Address
from loadstone.remote.file import RemoteFile
from loadstone.remote.hashed import HELD_BLOCKS, HashedFile
from loadstone.remote.store import Store
from loadstone.transfer.block_cache import BlockCache
from loadstone.transfer.threads import each

HEAD_BYTES = 64 << 10
"""Of the first request for a file: a small file whole, and the header of most weight files."""
_AT_ONCE = 8
"""Requests."""
_FORBIDDEN = 403
_HUBS = ("huggingface.co", "hf.co")
"""Whose pages people have at hand, and whose files lie elsewhere."""


class RemoteFolder:
    """Files at one address. Safe to share between threads."""

    def __init__(
        self, address: Address, options: Mapping[str, Any] | None = None, *, only: str = "", is_fixed: bool = False
    ) -> None:
        """``only``: the one weight file, or index, that is meant, where the caller named one. ``is_fixed``: the address
        itself says which version is meant, so that a file there never changes.

        Raises what :class:`loadstone.remote.store.Store` raises.
        """
        self.address, self.only = address, only
        self._store = Store(address._replace(path=""), options, is_fixed)
        self._found: dict[str, RemoteFile | HashedFile | None] = {}
        self._held: BlockCache | None = None
        self._lock = threading.Lock()

    @property
    def advice(self) -> str:
        """What to do where something is not there."""
        if self.address.host in _HUBS:
            return "To read from the Hub, give the id, 'owner/name', with stream=True"
        return "Check the address"

    def path(self, name: str) -> RemotePath:
        """The address of what has that name, whether it is there or not."""
        return RemotePath(str(self.address.inside(name)))

    def find(self, name: str) -> RemotePath | None:
        """A file; None where there is none. The same object whenever it is asked for. Raises :class:`RemoteError`."""
        with self._lock:
            if name in self._found:
                file = self._found[name]
                return None if file is None else file.path
        address = self.address.inside(name)
        looked = self._store.look(address.path, HEAD_BYTES)
        found = None if looked is None else self._as_read(RemoteFile(self._store, address, *looked))
        with self._lock:
            file = self._found.setdefault(name, found)
        return None if file is None else file.path

    def find_all(self, names: Iterable[str], may_be_forbidden: bool = False) -> dict[str, RemotePath]:
        """Those of some files that there are, asked for at once. Raises :class:`RemoteError`.

        ``may_be_forbidden``: what is counts as not there, unless nothing is found. S3 forbids what is missing to those
        who may not list a bucket.
        """
        forbidden: list[RemoteError] = []

        def found(name: str) -> RemotePath | None:
            try:
                return self.find(name)
            except RemoteError as error:
                if error.status != _FORBIDDEN or not may_be_forbidden:
                    raise
                forbidden.append(error)
                return None

        wanted = list(names)
        paths = zip(wanted, each(found, wanted, _AT_ONCE, "loadstone-remote"), strict=True)
        there = {name: path for name, path in paths if path is not None}
        if forbidden and not there:
            raise forbidden[0]
        return there

    def hashed(self) -> RemoteFolder:
        """The same folder, whose files are hashed while they are read."""
        other = copy.copy(self)
        other._held = BlockCache(HELD_BLOCKS)
        with self._lock:
            other._found = {name: file and other._as_read(file) for name, file in self._found.items()}
        return other

    def _as_read(self, file: RemoteFile | HashedFile) -> RemoteFile | HashedFile:
        return file if self._held is None or isinstance(file, HashedFile) else HashedFile(file, self._held)

    def forget_heads(self) -> None:
        """Let go of what was read while files were found."""
        with self._lock:
            for file in self._found.values():
                if file is not None:
                    file.forget_head()
