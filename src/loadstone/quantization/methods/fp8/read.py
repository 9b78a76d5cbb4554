"""``quant_method: "fp8"``, ``"fbgemm_fp8"``: float8 weights with a scale for each block (DeepSeek-V3, Qwen3-…-FP8), row
or matrix (AutoFP8, vLLM).

Beside ``….weight`` of float8 lies ``….weight_scale_inv`` or ``….weight_scale``, by which the values are multiplied, as
either name is used (https://huggingface.co/deepseek-ai/DeepSeek-V3/blob/main/inference/kernel.py, ``weight_dequant``;
vLLM's ``fp8.py``). Scales of activations and of the cache have no part in the values of the weights: they are spare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from loadstone.core.tensors import StoredTensor
from loadstone.quantization.contents import Contents
from loadstone.quantization.problems import Problems
from loadstone.quantization.scaled import scaled

_SCALES = ("_scale_inv", "_scale")
_OF_WEIGHTS = ("weight_scale", "weight_scale_inv")
_MISSING = "Is a shard missing?"


def read(stored: Contents, settings: Mapping[str, object], problems: Problems) -> Iterator[StoredTensor]:
    """The tensors that the model has; those that are packed know how they come out."""
    yield from in_blocks(stored, problems.size_pair(settings, "weight_block_size"), problems)


def in_blocks(stored: Contents, block: tuple[int, int] | None, problems: Problems) -> Iterator[StoredTensor]:
    """The same; ``block``: rows and columns that share a scale. Without it there is one scale, or one for each row."""
    for name, tensor in stored.items():
        scales = [scale for suffix in _SCALES if (scale := stored.get(name + suffix)) is not None]
        is_float8 = tensor.dtype.is_floating and tensor.dtype.bits == 8
        if len(scales) > 1:
            problems.add(tensor, "one scale", " and ".join(scale.name for scale in scales))
        elif scales:
            if (packed := scaled(tensor, scales[0], block, _kind(block), problems)) is not None:
                yield packed
        elif name.endswith(_SCALES):
            if name.removesuffix("_inv").removesuffix("_scale") in stored:
                continue
            if name.endswith(_OF_WEIGHTS):
                problems.add(tensor, "a tensor that it scales", "none", _MISSING)
            yield tensor._replace(is_spare=True)
        elif is_float8:
            problems.add(tensor, f"its scale, {' or '.join(name + suffix for suffix in _SCALES)}", "none", _MISSING)
        else:
            yield tensor


def _kind(block: tuple[int, int] | None) -> str:
    return "float8" if block is None else f"float8 in blocks of {block[0]} × {block[1]}"
