"""torchao: int8, float8, int4, MX and NVFP4 in safetensors files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.methods.torchao.config import TorchAoConfig
    from loadstone.quantization.problems import Problems
    from loadstone.quantization.requested import Quantization


class TorchAo(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.torchao.read`."""

    names = ("torchao",)
    library = "torchao"
    packs_experts = True

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.torchao.read import read  # which needs NumPy

        return read(stored, settings, problems)

    def packed(
        self, stored: Contents, logical: Iterable[StoredTensor], settings: Settings, where: str
    ) -> Iterator[StoredTensor]:
        from loadstone.quantization.packed import packed

        for tensor in logical:
            yield packed(tensor, stored.metadata.get(tensor.name, ""))

    def presets(self) -> Mapping[str, Callable[[list[str] | None], TorchAoConfig]]:
        from loadstone.quantization.methods.torchao.config import TorchAoConfig

        return {name: partial(TorchAoConfig, name) for name in ("int8", "int4", "float8")}

    def requested(self, given: Settings) -> Quantization:
        from loadstone.quantization.methods.torchao.config import requested

        return requested(given)


METHOD = TorchAo()
