"""GGUF weights that stay packed: Loadstone's own layers in place of linear layers, embeddings and experts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn

from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.modeling.leaves import Embedding
from loadstone.frameworks.torch.quantized.ggml_experts import PackedExperts
from loadstone.frameworks.torch.quantized.ggml_layers import PackedEmbedding, PackedLinear
from loadstone.planning.packed_experts import ExpertBlocks
from loadstone.planning.slot_dtypes import SlotDTypes
from loadstone.quantization.gguf_tensor import Blocks
from loadstone.quantization.packed import PackedTensor


class Ggml:
    """Runs blocks as they are stored; see :class:`loadstone.frameworks.torch.quantized.library.Library`."""

    def __init__(self, blocks: Mapping[str, Blocks], experts: Mapping[str, ExpertBlocks], dtypes: SlotDTypes) -> None:
        """``blocks``: of each weight that stays packed, those that are tied to one under their own names too.
        ``experts``: of each slot of stacked experts."""
        self._blocks, self._experts, self._dtypes = blocks, experts, dtypes

    def prepare(self, model: nn.Module, weights: Collection[str], compute_dtype: torch.dtype | None) -> None:
        """Put a packed layer in the place of each that has one of the weights; what else it has moves there."""
        stacks: dict[str, dict[str, ExpertBlocks]] = {}
        for name, experts in self._experts.items():
            path, _, leaf = name.rpartition(".")
            stacks.setdefault(path, {})[leaf] = experts
        for path, those in stacks.items():
            parent, _, leaf = path.rpartition(".")
            model.get_submodule(parent)._modules[leaf] = PackedExperts(model.get_submodule(path), those)
        for name, blocks in self._blocks.items():
            path = name.removesuffix(".weight")
            parent, _, leaf = path.rpartition(".")
            old, order = model.get_submodule(path), blocks.stored_rows()
            rows = None if order is None else torch.from_numpy(order)
            dtype = self._dtypes.computes_in(name)
            model.get_submodule(parent)._modules[leaf] = (
                PackedEmbedding(old, blocks.type, rows, to_torch(dtype or blocks.stored.dtype))
                if isinstance(old, Embedding)
                else PackedLinear(old, blocks.type, rows)
            )

    def quantize(self, module: nn.Module, weight: Tensor, dtype: torch.dtype) -> nn.Parameter:
        """:class:`ArgumentError`: plain weights are not brought into blocks here."""
        raise ArgumentError("Loadstone does not quantize to GGUF types: use llama.cpp's llama-quantize.")

    def rebuild(
        self, module: nn.Module, packed: PackedTensor, parts: Mapping[str, Tensor], dtype: torch.dtype
    ) -> nn.Parameter:
        """The bytes of the file, (stored rows, bytes of a row) of uint8."""
        (raw,) = parts.values()
        return nn.Parameter(raw, requires_grad=False)
