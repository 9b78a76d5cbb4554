"""torchao: int8, float8, int4, MX and NVFP4 in safetensors files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems


class TorchAo(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.torchao.read`."""

    names = ("torchao",)
    library = "torchao"

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.torchao.read import read  # which needs NumPy

        return read(stored, settings, problems)

    def packed(
        self, stored: Contents, logical: Iterable[StoredTensor], settings: Settings, where: str
    ) -> Iterator[StoredTensor]:
        from loadstone.quantization.packed import kept

        for tensor in logical:
            yield kept(tensor, stored.metadata.get(tensor.name, ""))


METHOD = TorchAo()
