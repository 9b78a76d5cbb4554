"""AWQ: four bits in groups, by AutoAWQ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems

_TELLING = ("w_bit", "q_group_size", "zero_point")
"""Keys of which one tells people, but does not say, that settings are its own."""


class Awq(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.awq.read`."""

    names = ("awq",)
    settings_files = ("quant_config.json",)
    declaration = '"quant_method": "awq"'
    why_not_packed = "their library, GPTQModel, has to be compiled where it is installed, and Loadstone does not use it"

    def recognizes(self, settings: Settings) -> bool:
        """AutoAWQ's own files name the layout and no method."""
        return "w_bit" in settings and "version" in settings

    def resembles(self, settings: Settings) -> bool:
        return any(key in settings for key in _TELLING)

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.awq.read import read  # which needs NumPy

        return read(stored, settings, problems)


METHOD = Awq()
