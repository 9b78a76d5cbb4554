"""GPTQ: two to eight bits in groups, by AutoGPTQ and GPTQModel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems

_TELLING = ("desc_act", "sym", "damp_percent", "true_sequential")
"""Keys of which one tells people, but does not say, that settings are its own."""


class Gptq(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.gptq.read`."""

    names = ("gptq",)
    settings_files = ("quantize_config.json",)
    declaration = '"quant_method": "gptq"'
    why_not_packed = "their library, GPTQModel, has to be compiled where it is installed, and Loadstone does not use it"

    def resembles(self, settings: Settings) -> bool:
        return any(key in settings for key in _TELLING)

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.gptq.read import read  # which needs NumPy

        return read(stored, settings, problems)


METHOD = Gptq()
