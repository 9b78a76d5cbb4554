"""A folder at a store or a server: its files by name, each found once and then the same object to the end."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from loadstone.core.remote_path import RemotePath
from loadstone.core.slices import ByteRange
from loadstone.errors import CorruptCheckpoint, Fault, RemoteError
from loadstone.remote.address import Address
from loadstone.remote.store import Stamp, Store
from loadstone.transfer.threads import thread_pool

HEAD_BYTES = 64 << 10
"""Of the first request for a file: a small file whole, and the header of most weight files."""
RANGE_BYTES = 8 << 20
"""Of the longest range that is asked for at once."""
_AT_ONCE = 8
"""Requests."""
_FORBIDDEN = 403
_HUBS = ("huggingface.co", "hf.co")
"""Whose pages people have at hand, and whose files lie elsewhere."""


class RemoteFile:
    """A byte source: one object, as it was when it was found. What is another by now is refused."""

    takes_direct = False

    def __init__(self, store: Store, address: Address, stamp: Stamp, head: bytes = b"") -> None:
        self._store, self._address, self._stamp, self._head = store, address, stamp, head
        self.nbytes = stamp.nbytes

    @property
    def path(self) -> RemotePath:
        """Its address, which carries it; made anew, so that the two do not hold each other."""
        return RemotePath.of(str(self._address), self, self._stamp.version or self._stamp.etag or self._stamp.modified)

    def __reduce__(self) -> tuple[object, ...]:
        return RemoteFile, (self._store, self._address, self._stamp)

    def forget_head(self) -> None:
        """Let go of what the first request brought."""
        self._head = b""

    def check(self) -> None:
        """Nothing: each answer says of which object it is, and is held to it."""

    def read_into(self, offset: int, nbytes: int, buffer: memoryview, /) -> None:
        """Fill the first ``nbytes`` of a buffer from ``offset`` on; what is long by several requests at once.

        :raises CorruptCheckpoint: the object was replaced or removed, or has fewer bytes. :raises RemoteError: it can
            be had no longer.
        """
        if offset + nbytes > self.nbytes:
            found = f"{self.nbytes} bytes in all"
            raise CorruptCheckpoint([Fault(str(self.path), f"{nbytes} bytes from byte {offset} on", found)])
        known = self._head[offset : offset + nbytes]
        buffer[: len(known)] = known
        rest = ByteRange(offset + len(known), offset + nbytes)
        if 0 < rest.nbytes <= RANGE_BYTES:
            self._fill(rest, offset, buffer)
        elif rest.nbytes:
            parts = rest.split(RANGE_BYTES)
            with thread_pool(_AT_ONCE, "loadstone-remote") as pool:
                for job in [pool.submit(self._fill, part, offset, buffer) for part in parts]:
                    job.result()

    def _fill(self, part: ByteRange, offset: int, buffer: memoryview) -> None:
        self._store.fill(self._address.path, self._stamp, part.start, buffer[part.start - offset : part.stop - offset])


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
        self._found: dict[str, RemoteFile | None] = {}
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
        found = None if looked is None else RemoteFile(self._store, address, *looked)
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
        with thread_pool(_AT_ONCE, "loadstone-remote") as pool:
            paths = zip(wanted, [job.result() for job in [pool.submit(found, name) for name in wanted]], strict=True)
        there = {name: path for name, path in paths if path is not None}
        if forbidden and not there:
            raise forbidden[0]
        return there

    def forget_heads(self) -> None:
        """Let go of what was read while files were found."""
        with self._lock:
            for file in self._found.values():
                if file is not None:
                    file.forget_head()
