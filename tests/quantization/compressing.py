"""Small checkpoints that compressed-tensors itself packed, in every one of its formats."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from quantization.stored import Tensors, quantized

if TYPE_CHECKING:
    from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme

METHOD = "compressed-tensors"
WHOLE: dict[str, Any] = {"num_bits": 8, "strategy": "tensor"}
ROWS: dict[str, Any] = {"num_bits": 8, "strategy": "channel"}
GROUPS: dict[str, Any] = {"num_bits": 4, "strategy": "group", "group_size": 16}
BLOCKS: dict[str, Any] = {"num_bits": 8, "strategy": "block", "block_structure": [20, 36]}
MX: dict[str, Any] = {"type": "float", "strategy": "group", "group_size": 32, "scale_dtype": "torch.uint8"}
NVFP4: dict[str, Any] = {
    **{"num_bits": 4, "type": "float", "strategy": "tensor_group", "group_size": 16},
    "scale_dtype": "torch.float8_e4m3fn",
}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "float8": ("float-quantized", WHOLE | {"type": "float"}),
    "float8 rows": ("float-quantized", ROWS | {"type": "float"}),
    "float8 blocks": ("float-quantized", BLOCKS | {"type": "float"}),
    "naive float8": ("naive-quantized", ROWS | {"type": "float"}),
    "int8": ("int-quantized", WHOLE),
    "int8 rows": ("int-quantized", ROWS),
    "int8 rows, zeros": ("int-quantized", ROWS | {"symmetric": False}),
    "int8, zeros": ("int-quantized", WHOLE | {"symmetric": False}),
    "int8 groups, zeros": ("naive-quantized", GROUPS | {"num_bits": 8, "symmetric": False}),
    "int4 unpacked": ("naive-quantized", GROUPS | {"symmetric": False}),
    "packed int4": ("pack-quantized", GROUPS),
    "packed int4, zeros": ("pack-quantized", GROUPS | {"symmetric": False}),
    "packed int4 rows": ("pack-quantized", ROWS | {"num_bits": 4}),
    "packed int4 rows, zeros": ("pack-quantized", ROWS | {"num_bits": 4, "symmetric": False}),
    "packed int4 whole, zeros": ("pack-quantized", WHOLE | {"num_bits": 4, "symmetric": False}),
    **{
        f"packed int{bits}, zeros": ("pack-quantized", GROUPS | {"num_bits": bits, "symmetric": False})
        for bits in (1, 2, 3, 5, 6, 7, 8)
    },
    "NVFP4": ("nvfp4-pack-quantized", NVFP4),
    "MXFP4": ("mxfp4-pack-quantized", MX | {"num_bits": 4}),
    "MXFP6": ("mxfp6-pack-quantized", MX | {"num_bits": 6}),
    "MXFP8": ("mxfp8-quantized", MX | {"num_bits": 8}),
}


def scheme_of(weights: Mapping[str, Any]) -> QuantizationScheme:
    from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme

    return QuantizationScheme(targets=["Linear"], weights=QuantizationArgs(**weights))


def packed(weight: torch.Tensor, format: str, weights: Mapping[str, Any]) -> tuple[Tensors, torch.Tensor]:
    """What the package stores for a weight, and what it makes of that."""
    from compressed_tensors.compressors import BaseCompressor
    from compressed_tensors.quantization.utils import calculate_qparams, generate_gparam

    scheme = scheme_of(weights)
    args = scheme.weights
    assert args is not None
    state = {"weight": weight}
    scaler = None
    if args.strategy == "tensor_group":
        scaler = state["weight_global_scale"] = generate_gparam(weight.min(), weight.max())
    low, high = extremes(weight, args)
    scale, zero = calculate_qparams(low, high, args, global_scale=scaler)
    state["weight_scale"] = scale.to(torch.float32 if scaler is not None else weight.dtype)
    state["weight_zero_point"] = zero
    compressor = BaseCompressor.get_value_from_registry(format)
    stored = compressor.compress(state, scheme)
    return stored, compressor.decompress(stored, scheme)["weight"]


def extremes(weight: torch.Tensor, args: QuantizationArgs) -> tuple[torch.Tensor, torch.Tensor]:
    """Smallest and largest number of each block, in the shape of the scales."""
    if args.strategy == "tensor":
        return weight.min().reshape(1), weight.max().reshape(1)
    if args.strategy == "channel":
        return weight.amin(1, keepdim=True), weight.amax(1, keepdim=True)
    if args.strategy == "block":
        assert args.block_structure is not None
        height, width = args.block_structure
        blocks = [list(row.split(width, 1)) for row in weight.split(height, 0)]
        low = torch.stack([torch.stack([b.min() for b in row]) for row in blocks])
        return low, torch.stack([torch.stack([b.max() for b in row]) for row in blocks])
    groups = weight.unflatten(1, (-1, args.group_size))
    return groups.amin(2), groups.amax(2)


def config_of(format: str, *weights: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    groups = {
        f"group_{i}": {"targets": ["Linear"], "weights": scheme_of(each).model_dump(mode="json")["weights"]}
        for i, each in enumerate(weights)
    }
    return {"quant_method": METHOD, "format": format, "quantization_status": "compressed"} | {
        **{"config_groups": groups, "ignore": ["lm_head"], "kv_cache_scheme": None},
        **others,
    }


def a_model(plain: Path, to: Path, case: str, dtype: torch.dtype = torch.float32, **activations: Any) -> Tensors:
    """A small model, quantized from ``dtype``; its numbers.

    ``activations``: what the group says beside its weights, such as ``input_activations``. Static ones have a scale.
    """
    format, weights = CASES[case]
    settings = config_of(format, weights)
    settings["config_groups"]["group_0"] |= {"format": format, **activations}

    def quantize(name: str, weight: torch.Tensor) -> tuple[Tensors, torch.Tensor]:
        parts, numbers = packed(weight.to(dtype), format, weights)
        for base in ("input", "output"):
            said = activations.get(f"{base}_activations") or {"dynamic": True}
            if said.get("dynamic") == "local":
                parts[f"{base}_global_scale"] = torch.tensor([200.0])
            elif not said.get("dynamic"):
                parts[f"{base}_scale"] = torch.tensor([0.02], dtype=dtype)
                if not said.get("symmetric", True):
                    parts[f"{base}_zero_point"] = torch.tensor([3], dtype=torch.int8)
        stem = name.removesuffix("weight")
        return {stem + part: tensor for part, tensor in parts.items()}, numbers

    return quantized(plain, to, settings, quantize)
