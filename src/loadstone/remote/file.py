"""A file at a store or a server, by ranges."""

from __future__ import annotations

from functools import partial

from loadstone.core.remote_path import RemotePath
from loadstone.core.slices import ByteRange
from loadstone.errors import CorruptCheckpoint, Fault
from loadstone.remote.address import Address
from loadstone.remote.store import Stamp, Store
from loadstone.transfer.threads import each

RANGE_BYTES = 8 << 20
"""Of the longest range that is asked for at once."""
_AT_ONCE = 8
"""Requests."""


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
            fill = partial(self._fill, offset=offset, buffer=buffer)
            each(fill, rest.split(RANGE_BYTES), _AT_ONCE, "loadstone-remote")

    def _fill(self, part: ByteRange, offset: int, buffer: memoryview) -> None:
        self._store.fill(self._address.path, self._stamp, part.start, buffer[part.start - offset : part.stop - offset])
