"""bitsandbytes: NF4, FP4 and int8."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from loadstone.quantization.method import QuantizationMethod, Settings

if TYPE_CHECKING:
    from loadstone.core.tensors import StoredTensor
    from loadstone.quantization.contents import Contents
    from loadstone.quantization.methods.bitsandbytes.config import BitsAndBytesConfig
    from loadstone.quantization.problems import Problems
    from loadstone.quantization.requested import Quantization


class BitsAndBytes(QuantizationMethod):
    """See :mod:`loadstone.quantization.methods.bitsandbytes.read`."""

    names = ("bitsandbytes", "bitsandbytes_4bit", "bitsandbytes_8bit")
    declaration = '"quant_method": "bitsandbytes"'
    library = "bitsandbytes"
    packs_transposed = True

    def recognizes(self, settings: Settings) -> bool:
        """The oldest configs have two flags alone."""
        return settings.get("load_in_4bit") is True or settings.get("load_in_8bit") is True

    def resembles(self, settings: Settings) -> bool:
        return bool(settings.get("load_in_4bit") or settings.get("load_in_8bit"))

    def read(self, stored: Contents, settings: Settings, problems: Problems) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.bitsandbytes.read import read  # which needs NumPy

        return read(stored, settings, problems)

    def packed(
        self, stored: Contents, logical: Iterable[StoredTensor], settings: Settings, where: str
    ) -> Iterator[StoredTensor]:
        from loadstone.quantization.methods.bitsandbytes.read import STATE
        from loadstone.quantization.packed import packed

        states = {name.partition(STATE)[0]: name for name, _ in stored.items() if STATE in name}
        for tensor in logical:
            yield packed(tensor, bytes(stored.read(states[tensor.name])).decode() if tensor.name in states else "")

    def presets(self) -> Mapping[str, Callable[[list[str] | None], BitsAndBytesConfig]]:
        from loadstone.quantization.methods.bitsandbytes.config import BitsAndBytesConfig as Config

        return {
            "nf4": lambda left: Config(load_in_4bit=True, llm_int8_skip_modules=left),
            "fp4": lambda left: Config(load_in_4bit=True, bnb_4bit_quant_type="fp4", llm_int8_skip_modules=left),
            "llm-int8": lambda left: Config(load_in_8bit=True, llm_int8_skip_modules=left),
        }

    def requested(self, given: Settings) -> Quantization:
        from loadstone.quantization.methods.bitsandbytes.config import requested

        return requested(given)


METHOD = BitsAndBytes()
