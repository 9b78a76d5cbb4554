"""Sizes in bytes as people write them: text to numbers, and back."""

from __future__ import annotations

import re

from loadstone.errors import ArgumentError

_UNITS = {"B": 1}
_UNITS |= {f"{letter}B": 1000**power for power, letter in enumerate("KMGT", start=1)}
_UNITS |= {f"{letter}IB": 1024**power for power, letter in enumerate("KMGT", start=1)}
_SIZE = r"(?ai)\s*(\d{1,15}(?:\.\d{1,15})?)\s*([KMGT]?I?B)\s*"


def parse_size(size: int | str, what: str, least: int = 1) -> int:
    """Bytes of ``5_000_000_000``, ``"5GB"`` (decimal) or ``"5GiB"`` (binary); units go up to TB, in any case.

    :raises ArgumentError: anything else, or less than ``least`` bytes; ``what`` names the argument.
    """
    nbytes = -1
    if isinstance(size, int) and not isinstance(size, bool):
        nbytes = size
    elif isinstance(size, str) and (match := re.fullmatch(_SIZE, size)) and match[2].upper() in _UNITS:
        nbytes = int(float(match[1]) * _UNITS[match[2].upper()])
    if nbytes < least:
        raise ArgumentError(f"{what}={size!r}: expected a number of bytes, or text such as '5GB' or '500MiB'")
    return nbytes


def format_bytes(nbytes: float) -> str:
    """``2200000000`` → ``"2.20 GB"`` (decimal units)."""
    units = ("B", "kB", "MB", "GB", "TB")
    power = next((power for power in range(4) if nbytes < 1000 ** (power + 1)), 4)
    return f"{nbytes / 1000**power:.{2 if power else 0}f} {units[power]}"
