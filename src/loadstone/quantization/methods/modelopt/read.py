"""``quant_method: "modelopt"``: float8 as NVIDIA's ModelOpt writes it, with one scale, one for each row or each block.

``quant_algo`` says which. Beside ``….weight`` lies ``….weight_scale``, by which the values are multiplied; of blocks
it has the shape (rows, 1, columns, 1). Source: ``modelopt/torch/export/quant_utils.py`` of
https://github.com/NVIDIA/Model-Optimizer, ``to_quantized_weight``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from loadstone.core.tensors import StoredTensor
from loadstone.quantization.contents import Contents
from loadstone.quantization.methods.fp8.read import in_blocks
from loadstone.quantization.problems import Problems

ALGORITHM = "quant_algo"
_BLOCKS: Mapping[str, tuple[int, int] | None] = MappingProxyType(
    {"FP8": None, "FP8_PER_CHANNEL_PER_TOKEN": None, "FP8_PB_WO": (128, 128), "FP8_PB_REAL": (128, 128)}
)
"""Algorithm → rows and columns that share a scale; None where the scales tell, one or one for each row."""


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    algorithm = settings.get(ALGORITHM)
    if not isinstance(algorithm, str) or algorithm not in _BLOCKS:
        known = f"one of {', '.join(map(repr, _BLOCKS))}"
        problems.setting(ALGORITHM, known, algorithm, "Use the unquantized model.")
        return
    yield from in_blocks(stored, _BLOCKS[algorithm], problems)
