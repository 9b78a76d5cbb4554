"""NVIDIA's ModelOpt: float8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems


class ModelOpt(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.modelopt.read`."""

    names = ("modelopt",)
    settings_files = ("hf_quant_config.json",)
    why_not_packed = "their kernels need an accelerator, and Loadstone does not use them"

    def recognizes(self, settings: Settings) -> bool:
        return "quant_algo" in settings

    def concerns_weights(self, settings: Settings) -> bool:
        """Without an algorithm the cache of keys and values is quantized, and nothing else."""
        return settings.get("quant_algo", "") is not None

    def settings_in(self, content: Settings) -> object:
        return content.get("quantization", content)

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.modelopt.read import read  # which needs NumPy

        return read(stored, settings, problems)


METHOD = ModelOpt()
