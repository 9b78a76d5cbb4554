"""float8 in blocks, rows or matrices (DeepSeek-V3, AutoFP8, FBGEMM)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems


class Fp8(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.fp8.read`."""

    names = ("fp8", "fbgemm_fp8")
    why_not_packed = "their kernels need an accelerator, and Loadstone does not use them"

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.fp8.read import read  # which needs NumPy

        return read(stored, settings, problems)


METHOD = Fp8()
