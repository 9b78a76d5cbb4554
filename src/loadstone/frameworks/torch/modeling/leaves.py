"""The modules that own parameters, one for each leaf component.

They derive from PyTorch's own layers where there is one, or are those, so that adapters and quantizers that look for
``nn.Linear`` find them. None fills its memory when made: :func:`initialize_leaf` does, for the slots asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.core.recognized import Recognized
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.convolution import ConvTranspose2d, convolution
from loadstone.frameworks.torch.modeling.leaf import fill, make, start
from loadstone.frameworks.torch.modeling.norms import BatchNorm, GroupNorm, LayerNorm, RMSNorm


def _computed(weight: Tensor, x: Tensor) -> Tensor:
    """A weight in the dtype of what it meets, if it is kept in float8, in which nothing is computed."""
    return weight.to(x.dtype) if weight.dtype.itemsize == 1 else weight


def linear(component: components.Linear) -> nn.Linear:
    """A linear map; ``weight`` is (outputs, inputs). Of exactly PyTorch's class, which quantizers look for."""
    made = nn.Linear.__new__(nn.Linear)
    nn.Module.__init__(made)
    made.__dict__.update(component=component, in_features=component.inputs, out_features=component.outputs)
    outputs = component.outputs
    make(made, weight=(outputs, component.inputs), bias=(outputs,) if component.bias else None)
    return made


class Float8Linear(nn.Linear):
    """A linear map whose weight is kept in float8."""

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, _computed(self.weight, input), self.bias)


def initialize_linear(module: nn.Linear, names: set[str]) -> None:
    """Random initial values for the named slots: normal weights and zero bias, or as the component says."""
    component: Any = module.component
    if "weight" in names and not start(module.weight, component, "weight"):
        fill(module.weight, component.std, component.cutoff)
    if "bias" in names and not start(module.bias, component, "bias"):
        nn.init.zeros_(module.bias)


class TransposedLinear(Recognized, nn.Module):
    """A linear map whose ``weight`` is (inputs, outputs), as GPT-2 stores it (its authors' one-wide convolution)."""

    recognized_as = (("transformers.pytorch_utils", "Conv1D"),)
    component: components.Linear
    weight: nn.Parameter
    bias: nn.Parameter | None

    def __init__(self, component: components.Linear) -> None:
        super().__init__()
        self.__dict__.update(component=component, in_features=component.inputs, out_features=component.outputs)
        outputs = component.outputs
        make(self, weight=(component.inputs, outputs), bias=(outputs,) if component.bias else None)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, _computed(self.weight, x).t(), self.bias)

    def initialize(self, names: set[str]) -> None:
        """Random initial values for the named slots: normal weights, zero bias."""
        if "weight" in names:
            fill(self.weight, self.component.std, self.component.cutoff)
        if "bias" in names and self.bias is not None:
            nn.init.zeros_(self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Embedding(nn.Embedding):
    """An embedding, whose rows are multiplied by ``scale`` when looked up."""

    def __init__(self, component: components.Embedding) -> None:
        super().__init__(component.count, component.width, padding_idx=component.padding)
        self.component = component
        if not component.trained:
            self.weight.requires_grad_(False)

    def reset_parameters(self) -> None:
        """Nothing: memory is filled from the checkpoint, or by :meth:`initialize`."""

    def vectors(self, ids: Tensor) -> Tensor:
        """Rows of the table."""
        return super().forward(ids)

    def forward(self, ids: Tensor) -> Tensor:
        vectors = self.vectors(ids)
        # Rounded to the table's dtype first, as the model was trained.
        return (
            vectors
            if self.component.scale == 1.0
            else vectors * torch.tensor(self.component.scale, dtype=vectors.dtype)
        )

    def initialize(self, names: set[str]) -> None:
        """An initial table: normal, and the padding row 0; or as the component says."""
        if "weight" not in names or start(self.weight, self.component, "weight"):
            return
        fill(self.weight, self.component.std, self.component.cutoff)
        if self.padding_idx is not None and self.component.zero_padding:
            with torch.no_grad():
                self.weight[self.padding_idx].zero_()


class Experts(nn.Module):
    """Gated feed-forward networks side by side, their weights stacked."""

    are_plain: ClassVar[bool] = True
    """Whether a program can pick single experts' matrices out of the stacks."""
    component: components.Experts
    gate_up_proj: nn.Parameter
    down_proj: nn.Parameter

    def __init__(self, component: components.Experts) -> None:
        super().__init__()
        self.__dict__["component"] = component
        make(self, **{slot.name: slot.shape for slot in component.own_slots()})

    def forward(self, x: Tensor, chosen: Tensor, weights: Tensor) -> Tensor:
        """``x`` (tokens, width); ``chosen`` and ``weights`` (tokens, top_k) → (tokens, width)."""
        out = torch.zeros_like(x)
        few, compiling = len(x) <= self.component.count, torch.compiler.is_compiling()
        if compiling and self.are_plain and chosen.numel() <= self.component.count:
            return self._picked(x, chosen, weights)
        if torch.compiler.is_exporting() or (compiling and few):
            # Every expert for all tokens: one program cannot hang on who is chosen.
            shares = weights.new_zeros(len(x), self.component.count).scatter(1, chosen, weights)
            for expert in range(self.component.count):
                out = out + (self.one(expert, x) * shares[:, expert, None]).to(out.dtype)
            return out
        # Sorted by expert, each one's tokens are a range: one pair of products for each expert in use.
        order = chosen.flatten().argsort(stable=True)
        counts = torch.bincount(chosen.flatten(), minlength=self.component.count).tolist()
        start = 0
        for expert, count in enumerate(counts[: self.component.count]):  # beyond are those of other ranks
            if count == 0:
                continue
            places = order[start : start + count]
            start += count
            tokens = places // chosen.shape[1]
            out.index_add_(0, tokens, (self.one(expert, x[tokens]) * weights.flatten()[places, None]).to(out.dtype))
        return out

    def _picked(self, x: Tensor, chosen: Tensor, weights: Tensor) -> Tensor:
        """The same by copies of the chosen experts' matrices: for fewer tokens than there are experts to read."""
        gate_up, down = (self._parameters[name][chosen] for name in ("gate_up_proj", "down_proj"))  # type: ignore[index]
        inner = self.component.gated(xp, (gate_up @ x[:, None, :, None])[..., 0])
        made = (down @ inner[..., None])[..., 0]
        return (made * weights[..., None]).to(x.dtype).sum(dim=1)

    def one(self, expert: int, x: Tensor) -> Tensor:
        """What one expert makes of ``x`` (tokens, width)."""
        return self.product("down_proj", expert, self.component.gated(xp, self.product("gate_up_proj", expert, x)))

    def product(self, name: str, expert: int, x: Tensor) -> Tensor:
        """``x`` (tokens, inputs) times one expert's matrix of a slot → (tokens, outputs)."""
        return F.linear(x, self._parameters[name][expert])  # type: ignore[index]

    def initialize(self, names: set[str]) -> None:
        """Normal weights for the named slots."""
        for name in sorted(names):
            fill(self.get_parameter(name), 0.0 if name.endswith("bias") else self.component.std, None)

    def extra_repr(self) -> str:
        return f"{self.component.count} experts, {self.component.width} → {self.component.inner}"


class ClampedExperts(Experts):
    """gpt-oss's, whose matrices are (inputs, outputs), with biases."""

    def _picked(self, x: Tensor, chosen: Tensor, weights: Tensor) -> Tensor:
        gate_up, of_gate_up, down, of_down = (
            self._parameters[slot.name][chosen]  # type: ignore[index]
            for slot in self.component.own_slots()
        )
        inner = self.component.gated(xp, (x[:, None, None] @ gate_up)[..., 0, :] + of_gate_up)
        made = (inner[..., None, :] @ down)[..., 0, :] + of_down
        return (made * weights[..., None]).to(x.dtype).sum(dim=1)

    def product(self, name: str, expert: int, x: Tensor) -> Tensor:
        weight, bias = self._parameters[name], self._parameters[f"{name}_bias"]
        assert weight is not None and bias is not None
        return x @ weight[expert] + bias[expert]


LEAVES: dict[type[components.Component], Callable[[Any], nn.Module]] = {
    components.Linear: lambda component: TransposedLinear(component) if component.transposed else linear(component),
    components.Embedding: Embedding,
    components.Conv: convolution,
    components.ConvTranspose: ConvTranspose2d,
    components.RMSNorm: RMSNorm,
    components.LayerNorm: LayerNorm,
    components.BatchNorm: BatchNorm,
    components.GroupNorm: GroupNorm,
    components.Experts: Experts,
    components.ClampedExperts: ClampedExperts,
    components.Dropout: lambda component: nn.Dropout(component.share),
}


def initialize_leaf(module: nn.Module, names: set[str]) -> bool:
    """Random initial values for the named slots of a leaf; False for a module that is none."""
    if type(module) is nn.Linear and "component" in module.__dict__:
        initialize_linear(module, names)
        return True
    own_way: Callable[[set[str]], None] | None = getattr(module, "initialize", None)
    if own_way is not None:
        own_way(names)
    return own_way is not None
