"""Weights quantized by bitsandbytes: its own layers in place of linear ones, under the same names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from loadstone.frameworks.registry import require_library
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.modeling.leaves import TransposedLinear
from loadstone.frameworks.torch.quantized.library import PackageLibrary
from loadstone.quantization.packed import PackedTensor
from loadstone.quantization.requested import Quantization


class BitsAndBytes(PackageLibrary):
    """Quantizes, or runs, as the settings say."""

    def __init__(self, settings: Mapping[str, object], requested: Quantization | None) -> None:
        self._layers = require_library("bitsandbytes.nn", "bitsandbytes")
        self.is_int8 = bool(settings.get("load_in_8bit"))
        self._settings = settings
        self._turned: set[int] = set()
        """Ids of the layers in the place of maps that have (inputs, outputs), as the files have too."""

    def prepare(self, model: nn.Module, weights: Collection[str], compute_dtype: torch.dtype | None) -> None:
        """Put a layer of bitsandbytes in the place of each that has one of the weights; its bias moves there."""
        for name in weights:
            path = name.removesuffix(".weight")
            parent, _, leaf = path.rpartition(".")
            old = model.get_submodule(path)
            model.get_submodule(parent)._modules[leaf] = layer = self._layer(old, compute_dtype)
            if isinstance(old, TransposedLinear):
                self._turned.add(id(layer))
        model.__dict__[f"is_loaded_in_{8 if self.is_int8 else 4}bit"] = True  # what PEFT asks for

    def _layer(self, old: nn.Module, compute_dtype: torch.dtype | None) -> nn.Module:
        sizes = (old.in_features, old.out_features, old.bias is not None)
        if self.is_int8:
            threshold = self._settings.get("llm_int8_threshold", 6.0)
            packed_layer = self._layers.Linear8bitLt(*sizes, has_fp16_weights=False, threshold=threshold, device="meta")
        else:
            configured_dtype = self._settings.get("bnb_4bit_compute_dtype")
            packed_layer = self._layers.Linear4bit(
                *sizes,
                compute_dtype=compute_dtype if configured_dtype is None else to_torch(str(configured_dtype)),
                compress_statistics=self._settings.get("bnb_4bit_use_double_quant", False),
                quant_type=self._settings.get("bnb_4bit_quant_type", "fp4"),
                device="meta",
            )
            # Where the processor has bfloat16 products, the first forward pass would repack the weight and round its
            # scales, for good: what is saved then is not what was loaded, and a second thread finds half of it done.
            packed_layer.support_avx512bf16_for_cpu = False
        if old.bias is not None:
            packed_layer.bias = old.bias
        layer: nn.Module = packed_layer.requires_grad_(False)
        return layer.train(old.training)

    @staticmethod
    def is_packed_layer(module: nn.Module) -> bool:
        return type(module).__module__.partition(".")[0] == "bitsandbytes"

    def quantize(self, module: nn.Module, weight: Tensor, dtype: torch.dtype) -> nn.Parameter:
        """``weight`` in bytes: int8 (outputs, inputs), or two values in each byte of a column."""
        as_layer = weight.t() if id(module) in self._turned else weight
        parameter: nn.Parameter = self._parameter(module, as_layer.to(dtype).contiguous()).to(weight.device)
        return parameter

    def _parameter(self, module: Any, weight: Tensor) -> Any:
        if self.is_int8:
            return self._layers.Int8Params(weight, requires_grad=False, has_fp16_weights=False)
        like = module.weight
        return self._layers.Params4bit(
            weight,
            requires_grad=False,
            compress_statistics=like.compress_statistics,
            quant_type=like.quant_type,
            quant_storage=like.quant_storage,
            module=module,
        )

    def rebuild(
        self, module: Any, packed: PackedTensor, parts: Mapping[str, Tensor], dtype: torch.dtype
    ) -> nn.Parameter:
        """A weight from its parts: ``weight``, and ``SCB`` or ``weight.absmax`` and the like."""
        weight = parts["weight"]
        if self.is_int8:
            int8_params = self._layers.Int8Params(weight, requires_grad=False, has_fp16_weights=False)
            int8_params.CB, int8_params.SCB = int8_params.data, parts["SCB"]
            eight_bits: nn.Parameter = int8_params
            return eight_bits
        stats = {name.removeprefix("weight."): part for name, part in parts.items() if name != "weight"}
        note = torch.tensor(list(packed.note.encode()), dtype=torch.uint8)
        stats[f"quant_state.bitsandbytes__{module.weight.quant_type}"] = note
        parameter: nn.Parameter = self._layers.Params4bit.from_prequantized(
            data=weight, quantized_stats=stats, requires_grad=False, device=weight.device, module=module
        )
        return parameter


LIBRARY = BitsAndBytes
