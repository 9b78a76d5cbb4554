"""MXFP4: stacked experts of four-bit values (gpt-oss)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems


class Mxfp4(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.mxfp4.read`."""

    names = ("mxfp4",)
    why_not_packed = "their kernels need an accelerator, and Loadstone does not use them"

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.mxfp4.read import read  # which needs NumPy

        return read(stored, settings, problems)


METHOD = Mxfp4()
