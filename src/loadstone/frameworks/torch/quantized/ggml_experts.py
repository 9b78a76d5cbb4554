"""Stacked experts whose weights stay the bytes of a GGUF file: only those that tokens go to are decoded, some rows at a
time.

What comes out, and in which dtype, is as for :class:`loadstone.frameworks.torch.quantized.ggml_layers.PackedLinear`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from loadstone.frameworks.torch.modeling.leaves import Experts
from loadstone.frameworks.torch.quantized import ggml_compiled
from loadstone.frameworks.torch.quantized.ggml_blocks import decoded
from loadstone.frameworks.torch.quantized.ggml_layers import Product, as_multiplied
from loadstone.planning.packed_experts import ExpertBlocks, Part


class PackedExperts(Experts):
    """Experts one or both of whose slots are uint8: (experts, rows, bytes of a row), gate and up as
    :attr:`ExpertBlocks.shape` says. The other, if there is one, is plain."""

    are_plain: ClassVar[bool] = False

    def __init__(self, old: nn.Module, blocks: Mapping[str, ExpertBlocks]) -> None:
        """In the place of ``old``, whose weights it takes. ``blocks``: slot → how its bytes lie."""
        nn.Module.__init__(self)
        self.__dict__["component"] = old.component
        self.parts = {name: expert_blocks.parts for name, expert_blocks in blocks.items()}
        self.packed_elements = {name: expert_blocks.elements for name, expert_blocks in blocks.items()}
        """Parameter → values that it holds."""
        self._parameters.update(old._parameters)
        self.train(old.training)

    def product(self, name: str, expert: int, x: Tensor) -> Tensor:
        if name not in self.parts:
            return super().product(name, expert, x)
        if torch.is_grad_enabled() and x.requires_grad:
            output: Tensor = Product.apply(x, _Expert(self, name, expert))  # type: ignore[no-untyped-call]
            return output
        return self.multiplied(name, expert, x)

    def multiplied(self, name: str, expert: int, x: Tensor) -> Tensor:
        """The product without gradients."""
        wide = as_multiplied(x)
        output = wide.new_empty((len(x), sum(part.rows for part in self.parts[name])))
        for part, raw in self._raw(name, expert):
            to = output[:, part.start : part.start + part.rows]
            product = ggml_compiled.product(raw, part.type, wide)
            if product is not None:
                to.copy_(product)
                continue
            for start, weight in decoded(raw, part.type):
                to[:, start : start + len(weight)] = F.linear(wide, weight.to(wide.dtype))
        return output.to(x.dtype)

    def gradient(self, name: str, expert: int, of_output: Tensor) -> Tensor:
        """The gradient of the inputs: (tokens, outputs) → (tokens, inputs)."""
        gradient: Tensor | None = None
        for part, raw in self._raw(name, expert):
            for start, weight in decoded(raw, part.type):
                row = part.start + start
                some = of_output[:, row : row + len(weight)] @ weight.to(of_output.dtype)
                gradient = some if gradient is None else gradient.add_(some)
        assert gradient is not None
        return gradient

    def _raw(self, name: str, expert: int) -> Iterable[tuple[Part, Tensor]]:
        """The rows of each part of an expert's matrix, (rows, bytes of a row)."""
        weight: Any = self._parameters[name]
        one, parts = weight.detach()[expert], self.parts[name]
        if one.dim() == 1:
            split = one.split([part.nbytes for part in parts])
            matrices = [flat.view(part.rows, part.row_bytes) for flat, part in zip(split, parts, strict=True)]
        else:
            matrices = [one] if one.dim() == 2 else one.unbind()
        return zip(parts, matrices, strict=True)

    def __getstate__(self) -> dict[str, object]:
        """A pickle would hold what lies between the experts in the file too."""
        own = {name: self._parameters[name] for name in self.parts}
        dense = {
            name: nn.Parameter(weight.clone(memory_format=torch.contiguous_format), requires_grad=False)
            for name, weight in own.items()
            if weight is not None and weight.untyped_storage().nbytes() > weight.nbytes
        }
        return {**self.__dict__, "_parameters": {**self._parameters, **dense}}

    def extra_repr(self) -> str:
        kinds = (
            f"{name} {' and '.join(dict.fromkeys(part.type.name for part in parts))}"
            for name, parts in self.parts.items()
        )
        return f"{super().extra_repr()}, {', '.join(kinds)}"


class _Expert(NamedTuple):
    """One expert's matrix, as a linear map of its own."""

    layer: PackedExperts
    name: str
    number: int

    def product(self, input: Tensor) -> Tensor:
        return self.layer.multiplied(self.name, self.number, input)

    def gradient(self, of_output: Tensor) -> Tensor:
        return self.layer.gradient(self.name, self.number, of_output)
