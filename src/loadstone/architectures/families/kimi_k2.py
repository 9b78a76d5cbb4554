"""Kimi K2, whose models are DeepSeek-V3's by another name."""

from __future__ import annotations

from loadstone.architectures.families.deepseek_v3 import FAMILY

__all__ = ["FAMILY"]
