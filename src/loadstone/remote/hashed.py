"""A remote file that is hashed while it is read, for a load under a lock: only what nobody reads is fetched for its
hash alone.

SHA-256 takes the bytes in the order of the file, and threads read them in another. So they are fetched in blocks, of
which a few are held: whoever has a block waits until those before it are hashed, and fetches those of them that nobody
asked for. What is used is thus what was hashed; a block that is fetched again is held to its own hash.
"""

from __future__ import annotations

import hashlib
import threading
from functools import partial

from loadstone.core.remote_path import RemotePath
from loadstone.core.slices import ByteRange
from loadstone.errors import CorruptCheckpoint, Fault
from loadstone.remote.file import RemoteFile
from loadstone.transfer.block_cache import BlockCache
from loadstone.transfer.threads import WorkerPool

BLOCK_BYTES = 3 << 20
"""Fetched at once, and read at once: half of what is without a lock, as each block is held beside the buffer that it is
read into."""
HELD_BLOCKS = 8
"""Of all files together: a few more than there are threads, since a range may begin in the middle of a block."""
_AT_ONCE = 6
"""Requests for what nobody read."""


class HashedFile:
    """A byte source: a file, and the hash of what was read of it. Safe to share between threads."""

    takes_direct = False

    def __init__(self, file: RemoteFile, held: BlockCache) -> None:
        self._file, self._held, self.nbytes = file, held, file.nbytes
        self._head = bytearray()
        """What was read before the weights: the header of a weight file, or all of an index."""
        self._is_begun = False
        self._turn = threading.Lock()
        self._digest = hashlib.sha256()
        self._hashed = 0
        """Blocks that are in it; all before them are, too."""
        self._noted: dict[int, bytes] = {}

    @property
    def path(self) -> RemotePath:
        """Its address, which carries it."""
        plain = self._file.path
        path = RemotePath.of(str(plain), self, plain.version)
        path.range_bytes = BLOCK_BYTES
        return path

    def __reduce__(self) -> tuple[object, ...]:
        return self._file.__reduce__()

    def forget_head(self) -> None:
        """The weights come now: they are read in blocks."""
        self._is_begun = True
        self._file.forget_head()

    def check(self) -> None:
        """As the file itself."""
        self._file.check()

    def read_into(self, offset: int, nbytes: int, buffer: memoryview, /) -> None:
        """Fill the first ``nbytes`` of a buffer from ``offset`` on, once all that lies before is hashed.

        Raises what :meth:`loadstone.remote.file.RemoteFile.read_into` raises.
        """
        if not self._is_begun or offset + nbytes > self.nbytes:
            self._grow_head(offset, nbytes)
        known = self._head[offset : offset + nbytes]
        buffer[: len(known)] = known
        done = len(known)
        while done < nbytes:
            number, inside = divmod(offset + done - len(self._head), BLOCK_BYTES)
            part = memoryview(self._block(number))[inside : inside + nbytes - done]
            buffer[done : done + len(part)] = part
            done += len(part)

    def digest(self) -> str:
        """SHA-256 of the whole file, in hexadecimal digits; what nobody read is fetched. Raises as reading does."""
        self.forget_head()
        count = -(-(self.nbytes - len(self._head)) // BLOCK_BYTES)
        WorkerPool(iter(range(self._hashed, count)), self._read, "loadstone-hash").run(_AT_ONCE)
        return self._digest.hexdigest()

    def _read(self, number: int) -> None:
        self._block(number)

    def _grow_head(self, offset: int, nbytes: int) -> None:
        with self._turn:
            have, end = len(self._head), offset + nbytes
            more = bytearray(max(min(end, self.nbytes) - have, 0))
            self._file.read_into(have, end - have if end > self.nbytes else len(more), memoryview(more))
            self._digest.update(more)
            self._head += more

    def _block(self, number: int) -> bytearray:
        """One of the blocks after the head, once those before it are hashed."""
        block = self._got(number)
        with self._turn:
            while self._hashed <= number:
                self._digest.update(self._got(self._hashed))
                self._hashed += 1
        return block

    def _got(self, number: int) -> bytearray:
        return self._held.get((id(self), number), partial(self._fetched, number))

    def _fetched(self, number: int) -> bytearray:
        start = len(self._head) + number * BLOCK_BYTES
        part = ByteRange(start, min(start + BLOCK_BYTES, self.nbytes))
        block = bytearray(part.nbytes)
        self._file.read_into(part.start, part.nbytes, memoryview(block))
        found = hashlib.sha256(block).digest()
        if self._noted.setdefault(number, found) != found:
            where = f"{self._file.path}, bytes {part.start} to {part.stop}"
            raise CorruptCheckpoint([Fault(where, "the bytes that were there a moment ago", "others")])
        return block
