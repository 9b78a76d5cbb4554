"""The last few blocks of files, each fetched once by whoever needs it first. Shared between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable


class _Block:
    """What is held of one, once whoever came first has fetched it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.content: bytearray | None = None


class BlockCache:
    """Blocks by some key; ``most`` are held at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._blocks: OrderedDict[Hashable, _Block] = OrderedDict()

    def get(self, key: Hashable, fetch: Callable[[], bytearray]) -> bytearray:
        """A block: held, on its way to another thread, or fetched. Raises what fetching it raises; then whoever waits
        for it fetches it in turn.
        """
        with self._lock:
            block = self._blocks.setdefault(key, _Block())
            self._blocks.move_to_end(key)
            while len(self._blocks) > self._most:
                self._blocks.popitem(last=False)
        with block.lock:
            if block.content is None:
                block.content = fetch()
            return block.content
