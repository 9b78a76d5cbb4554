"""The last few blocks of files, each fetched once by whoever needs it first. Shared between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future


class BlockCache:
    """Blocks by some key; ``most`` are held at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._blocks: OrderedDict[Hashable, Future[bytearray]] = OrderedDict()

    def get(self, key: Hashable, fetch: Callable[[], bytearray]) -> bytearray:
        """A block: held, on its way to another thread, or fetched. Raises what fetching it raises."""
        with self._lock:
            found = self._blocks.get(key)
            mine = found is None
            if found is None:
                found = self._blocks[key] = Future()
                if len(self._blocks) > self._most:
                    self._blocks.popitem(last=False)
            self._blocks.move_to_end(key)
        if mine:
            try:
                found.set_result(fetch())
            except BaseException as error:
                found.set_exception(error)
                raise
        return found.result()
