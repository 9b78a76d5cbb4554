"""A bar for work that takes long: nothing for two seconds, nothing where nobody watches."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Any

_PATIENCE_S = 2.0


class Progress:
    """Counts bytes; from two seconds on it shows them on a terminal. Use it in a ``with``; threads may share it."""

    def __init__(self, what: str, total_bytes: int) -> None:
        self.what = what
        self.total_bytes = total_bytes
        self.done_bytes = 0
        self._lock = threading.Lock()
        self._bar: Any = None
        self._from_s = time.monotonic() + _PATIENCE_S

    def expect(self, nbytes: int) -> None:
        """So many bytes more are to come than was known."""
        with self._lock:
            self.total_bytes += nbytes
            if self._bar is not None:
                self._bar.total = self.total_bytes

    def __call__(self, nbytes: int) -> None:
        """So many bytes more are done."""
        with self._lock:
            self.done_bytes += nbytes
            if self._bar is not None:
                self._bar.update(nbytes)
            elif time.monotonic() >= self._from_s and sys.stderr is not None and sys.stderr.isatty():
                from tqdm import tqdm  # type: ignore[import-untyped, unused-ignore]

                self._bar = tqdm(
                    desc=self.what,
                    total=self.total_bytes,
                    initial=self.done_bytes,
                    unit="B",
                    unit_scale=True,
                    leave=False,
                )

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
