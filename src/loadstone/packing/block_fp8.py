"""``quant_method: "fp8"``: float8 weights with a scale for each block (DeepSeek-V3, Qwen3-…-FP8), row or matrix.

Beside ``….weight`` of float8 lies ``….weight_scale_inv``, by which the numbers are multiplied
(https://huggingface.co/deepseek-ai/DeepSeek-V3/blob/main/inference/kernel.py, ``weight_dequant``). What was rounded to
float8 for activations (``….input_scale``) has no part in the numbers of the weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadstone.packing.problems import Problems
from loadstone.packing.scaled import scaled
from loadstone.tensors import StoredTensor

SCALE, ACTIVATION = "_scale_inv", "input_scale"


def read(stored: Mapping[str, StoredTensor], settings: Mapping[str, Any], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    block = problems.size_pair(settings, "weight_block_size")
    for name, tensor in stored.items():
        scale = stored.get(name + SCALE)
        if scale is not None:
            if (found := scaled(tensor, scale, block, _kind(block), problems)) is not None:
                yield found
        elif name.endswith((SCALE, ACTIVATION)):
            if name.endswith(SCALE) and name.removesuffix(SCALE) not in stored:
                problems.add(tensor, "a tensor that it scales", "none", "Is a shard missing?")
        elif tensor.dtype.is_floating and tensor.dtype.bits == 8:
            problems.add(tensor, f"its scale, {name + SCALE}", "none", "Is a shard missing?")
        else:
            yield tensor


def _kind(block: tuple[int, int] | None) -> str:
    return "float8" if block is None else f"float8 in blocks of {block[0]} × {block[1]}"
