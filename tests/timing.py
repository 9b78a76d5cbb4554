"""Bounds on time: they fail where work grows with the square of its input, and never for a slow or busy machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SLOWER = 10
"""Times slower that a machine may be than the one whose times the tests name. How fast anything is, the benchmarks
tell."""


@contextmanager
def takes_about(seconds: float) -> Iterator[None]:
    """What is within takes about so long, in time of the processor, where nothing else runs."""
    began = time.process_time()
    yield
    took = time.process_time() - began
    assert took < SLOWER * seconds, f"took {took:.2f} s of the processor's time, where {seconds} s are usual"
