"""compressed-tensors: what vLLM's llm-compressor writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.problems import Problems


class CompressedTensors(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.compressed_tensors.read`."""

    names = ("compressed-tensors",)
    # In 2024, when the method was called otherwise too.
    settings_keys = MappingProxyType({"compression_config": MappingProxyType({"quant_method": "compressed-tensors"})})
    library = "compressed-tensors"
    extra = "compressed"

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.compressed_tensors.read import read  # which needs NumPy

        return read(stored, settings, problems)

    def packed(
        self, stored: Contents, logical: Iterable[StoredTensor], settings: Settings, where: str
    ) -> list[StoredTensor]:
        from loadstone.quantization.methods.compressed_tensors.packed import packed

        return packed(stored, logical, settings, where)


METHOD = CompressedTensors()
