"""Layers whose weights stay the bytes of a GGUF file: what is decoded is what is needed, while it is needed.

A weight is (stored rows, bytes of a row) of uint8, a view of the mapped file where there is one. The values that come
out are those of the dequantized model, in float32, and the layer computes in the dtype of its inputs. There are no
gradients for such weights; through them there are, so that adapters can be trained.
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from loadstone.frameworks.torch.modeling.leaves import Embedding
from loadstone.frameworks.torch.quantized import ggml_compiled
from loadstone.frameworks.torch.quantized.ggml_blocks import decode, decoded
from loadstone.quantization.ggml_types import GgmlType

_FEW_TOKENS = 8
"""Up to here products are made in float32 whatever the dtype: rounding the weights first would take longer."""


def as_multiplied(input: Tensor) -> Tensor:
    """Inputs, (…, inputs), in the dtype in which they are multiplied."""
    is_narrow = input.dtype in (torch.bfloat16, torch.float16)
    return input.float() if is_narrow and input.numel() <= _FEW_TOKENS * input.shape[-1] else input


class PackedLinear(nn.Linear):
    """A linear map over packed rows, one for each output."""

    stored_rows: Tensor | None

    def __init__(self, old: nn.Module, kind: GgmlType, stored_rows: Tensor | None) -> None:
        """In the place of ``old``, whose bias and weight it takes.

        ``stored_rows``: output → row, where their order is another.
        """
        nn.Module.__init__(self)
        self.in_features, self.out_features = int(old.in_features), int(old.out_features)  # type: ignore[arg-type]
        self.kind = kind
        self._parameters.update(old._parameters)
        self.register_buffer("stored_rows", stored_rows, persistent=False)
        self.train(old.training)

    @property
    def packed_elements(self) -> dict[str, int]:
        """Parameter → values that it holds."""
        return {"weight": self.in_features * self.out_features}

    def forward(self, input: Tensor) -> Tensor:
        bias: Tensor | None = self.bias
        if not torch.is_grad_enabled() or not input.requires_grad:
            if bias is None or not (torch.is_grad_enabled() and bias.requires_grad):
                return self.product(input, bias)
        output: Tensor = Product.apply(input, self)  # type: ignore[no-untyped-call]
        return output if bias is None else output + bias

    def product(self, input: Tensor, bias: Tensor | None = None) -> Tensor:
        """(…, inputs) → (…, outputs), without gradients."""
        order = self.stored_rows
        x = as_multiplied(input)
        output = ggml_compiled.product(self.weight.detach(), self.kind, x)
        if output is None:
            output = self._by_parts(x, bias)
        else:
            output = output if order is None else output.index_select(-1, order)
            output = output if bias is None else output.add_(bias)
        return output.to(input.dtype)

    def _by_parts(self, x: Tensor, bias: Tensor | None) -> Tensor:
        """Some rows at a time are decoded and multiplied."""
        order = self.stored_rows
        if order is not None and bias is not None:
            bias = torch.empty_like(bias).index_copy_(0, order, bias)
        # Parts are put into what they are parts of at once: kept, they would lie between what is let go of.
        output = x.new_empty((*x.shape[:-1], self.out_features))
        for start, weight in decoded(self.weight.detach(), self.kind):
            end = start + len(weight)
            some = bias if bias is None else bias[start:end].to(x.dtype)
            output[..., start:end] = F.linear(x, weight.to(x.dtype), some)
        return output if order is None else output.index_select(-1, order)

    def gradient(self, of_output: Tensor) -> Tensor:
        """The gradient of the inputs: (…, outputs) → (…, inputs)."""
        order = self.stored_rows
        if order is not None:
            of_output = torch.empty_like(of_output).index_copy_(-1, order, of_output)
        gradient = of_output.new_zeros((*of_output.shape[:-1], self.in_features))
        for start, weight in decoded(self.weight.detach(), self.kind):
            gradient += of_output[..., start : start + len(weight)] @ weight.to(of_output.dtype)
        return gradient

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, {self.kind.name}"


class Layer(Protocol):
    """A linear map whose weight is made when it is needed."""

    def product(self, input: Tensor) -> Tensor: ...

    def gradient(self, of_output: Tensor) -> Tensor: ...


class Product(torch.autograd.Function):
    """A product whose weight is decoded again for the backward pass, rather than kept."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, layer: Layer) -> Tensor:
        ctx.layer = layer
        return layer.product(input)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, None]:
        return ctx.layer.gradient(gradients[0]) if ctx.needs_input_grad[0] else None, None


class PackedEmbedding(Embedding):
    """An embedding that decodes the rows that are looked up."""

    kind: GgmlType
    stored_rows: Tensor | None
    like: Tensor

    def __init__(self, old: nn.Module, kind: GgmlType, stored_rows: Tensor | None, dtype: torch.dtype) -> None:
        """In the place of ``old``, whose weight it takes; vectors are of ``dtype``.

        ``stored_rows``: number → row, where it is another; -1 for a vector of zeros.
        """
        nn.Module.__init__(self)
        names = ("component", "num_embeddings", "embedding_dim", "padding_idx", "max_norm", "norm_type")
        self.__dict__.update({name: getattr(old, name) for name in names})
        self.__dict__.update(scale_grad_by_freq=False, sparse=False, kind=kind)
        self._parameters.update(old._parameters)
        self.register_buffer("stored_rows", stored_rows, persistent=False)
        # Knows the dtype of vectors, and follows `model.to(dtype)` as all that is floating does.
        self.register_buffer("like", torch.empty(0, dtype=dtype), persistent=False)
        self.train(old.training)

    @property
    def packed_elements(self) -> dict[str, int]:
        """Parameter → values that it holds."""
        return {"weight": self.num_embeddings * self.embedding_dim}

    def vectors(self, ids: Tensor) -> Tensor:
        """Rows of the table, decoded."""
        rows, table = ids.reshape(-1), self.weight.detach()
        if self.stored_rows is None:
            vectors = decode(table.index_select(0, rows), self.kind)
        else:
            rows = self.stored_rows.index_select(0, rows)
            vectors = decode(table.index_select(0, rows.clamp(min=0)), self.kind)
            vectors[rows < 0] = 0
        return vectors.to(self.like.dtype).view(*ids.shape, self.embedding_dim)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, {self.kind.name}"
