"""UMT5."""

from __future__ import annotations

from .mt5 import kin

PARITY = kin("umt5", "UMT5")
