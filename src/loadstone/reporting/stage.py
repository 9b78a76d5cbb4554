"""One step of a load, and when it was taken."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Stage:
    """One step of a load."""

    name: str
    elapsed_s: float = 0.0
    nbytes: int = 0
    detail: str = ""
    start_s: float = 0.0
    """When it began, in seconds since the load did."""
