"""How a leaf computes with its share: hooks before and after a module's own forward pass, whose class stays what it is.

Before it, the module's parameters, which are DTensors, give way to this rank's parts; after it they are back. What a
leaf is in its layer (:class:`~loadstone.architectures.components.splitting.Role`) says what passes between ranks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from loadstone.architectures.components.leaves import Embedding, Experts, Linear, RMSNorm
from loadstone.errors import ArgumentError
from loadstone.frameworks.tensor_parallel import SplitLeaf, exchange, shares
from loadstone.frameworks.torch.distributed.collectives import Exchange, Group, Joined
from loadstone.frameworks.torch.modeling.leaf import here

_CallableT = TypeVar("_CallableT", bound=Callable[..., Any])


def _in_no_program(function: _CallableT) -> _CallableT:
    """``torch.compiler.disable``, without the import of PyTorch's compiler, which takes 0.4 s.

    Says what :func:`torch._dynamo.decorators.skip` of PyTorch 2.13 does, of all that the function calls too; a release
    without these names has its compiler imported.
    """
    try:
        from torch._C._dynamo.eval_frame import _FrameAction, _FrameExecStrategy, set_code_exec_strategy
    except ImportError:
        disabled: _CallableT = torch.compiler.disable(function)  # type: ignore[no-untyped-call]
        return disabled
    set_code_exec_strategy(function.__code__, _FrameExecStrategy(_FrameAction.SKIP, _FrameAction.SKIP))
    function._torchdynamo_disable = True  # type: ignore[attr-defined]
    return function


class Local:
    """A module that computes with this rank's parts of its weights, all of which are whole."""

    def __init__(self, module: nn.Module, dimensions: int = 1) -> None:
        """``dimensions``: of the mesh over which weights are spread while they are in use."""
        self.dimensions = dimensions
        self.parameters: dict[str, Any] = {}
        module.register_forward_pre_hook(self._before)
        module.register_forward_hook(self._after, always_call=True)

    def parts(self, module: nn.Module) -> dict[str, Tensor | None]:
        """What stands in for each parameter."""
        return {name: None if each is None else here(each) for name, each in self.parameters.items()}

    def given(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs for the module's own forward pass."""
        return inputs

    def made(self, output: Tensor) -> Tensor:
        """What becomes of its output."""
        return output

    @_in_no_program  # it would hold whole parameters
    def _before(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for name, each in module._parameters.items():
            mesh = getattr(each, "device_mesh", None)
            if mesh is not None and mesh.ndim != self.dimensions:
                raise ArgumentError(
                    f"{name} of this {type(module).__name__} is sharded, and only gathered where the model itself is "
                    "called. Call the model, not a part of it."
                )
        self.parameters = dict(module._parameters)
        module._parameters.update(self.parts(module))  # type: ignore[arg-type]
        return self.given(module, inputs)

    def _after(self, module: nn.Module, inputs: tuple[Any, ...], output: Any) -> Any:
        if self.parameters:
            module._parameters.update(self.parameters)
            self.parameters = {}
        return self.made(output) if isinstance(output, Tensor) else output


class Within(Local):
    """A whole weight that each rank uses for its own heads."""

    def __init__(self, module: nn.Module, group: Group) -> None:
        super().__init__(module)
        self.group = group

    def parts(self, module: nn.Module) -> dict[str, Tensor | None]:
        parts = super().parts(module)
        return {name: None if each is None else self.group.shared(each) for name, each in parts.items()}


class Outputs(Local):
    """A map into the inner width, split by its outputs."""

    def __init__(self, module: nn.Module, group: Group, split: SplitLeaf) -> None:
        super().__init__(module)
        self.group = group
        self.exchange: Exchange | None = None
        outputs = outputs_of(split.leaf)
        wanted = exchange(split.role, outputs, group.size)
        if wanted is not None:
            self.exchange = Exchange(group, wanted, outputs)
        sizes = shares(split.role, outputs, group.size, group.index)
        module.__dict__["shares"] = tuple(stop - start for start, stop in sizes)

    def given(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return self.group.shared(inputs[0]), *inputs[1:]

    def made(self, output: Tensor) -> Tensor:
        return output if self.exchange is None else self.exchange(output)


class Across(Outputs):
    """A norm over an inner width that is split."""

    def __init__(self, module: nn.Module, group: Group, split: SplitLeaf) -> None:
        super().__init__(module, group, split)
        self.width = outputs_of(split.leaf)
        module.__dict__["mean_square"] = self.mean_square

    def given(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return inputs

    def mean_square(self, x: Tensor) -> Tensor:
        """Over the whole width. Each rank's share of the result changes what all make of it."""
        return self.group.shared(self.group.summed(x.square().sum(-1, keepdim=True))) / self.width


class Inputs(Local):
    """A map out of the inner width, split by its inputs: the results are summed, and then comes the bias."""

    def __init__(self, module: nn.Module, group: Group) -> None:
        super().__init__(module)
        self.group = group
        self.bias: Tensor | None = None

    def parts(self, module: nn.Module) -> dict[str, Tensor | None]:
        parts = super().parts(module)
        self.bias = parts.get("bias")
        return parts | ({"bias": None} if "bias" in parts else {})

    def made(self, output: Tensor) -> Tensor:
        bias, self.bias = self.bias, None
        whole = self.whole(output)
        return whole if bias is None else whole + bias

    def whole(self, output: Tensor) -> Tensor:
        """The outputs of all ranks as one."""
        return self.group.summed(output)


class Vocabulary(Inputs):
    """A map to a vocabulary, split by its tokens: all ranks get the logits of all."""

    def __init__(self, module: nn.Module, group: Group, split: SplitLeaf) -> None:
        super().__init__(module, group)
        self.width = outputs_of(split.leaf)

    def given(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return self.group.shared(inputs[0]), *inputs[1:]

    def whole(self, output: Tensor) -> Tensor:
        return self.group.gathered(output, self.width)


class Table(Local):
    """A table of a vocabulary, split by its tokens: each rank looks up its own, and the results are summed."""

    def __init__(self, module: nn.Module, group: Group, split: SplitLeaf) -> None:
        super().__init__(module)
        assert isinstance(split.leaf, Embedding)
        self.group, self.count, self.padding = group, split.leaf.count, split.leaf.padding
        self.start, self.stop = group.chunk(self.count)
        self.others: Tensor | None = None
        """Which of the ids are other ranks'."""

    def parts(self, module: nn.Module) -> dict[str, Tensor | None]:
        weight = super().parts(module)["weight"]
        assert weight is not None
        return {"weight": weight if len(weight) else weight.new_zeros(1, weight.shape[1])}

    def given(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (ids,) = inputs
        if ids.device.type == "cpu" and not torch.compiler.is_compiling() and ids.numel():
            if int(ids.min()) < 0 or int(ids.max()) >= self.count:
                raise IndexError(f"An id is not from 0 to {self.count - 1}.")
        self.others = (ids < self.start) | (ids >= self.stop)
        is_own = self.padding is not None and self.start <= self.padding < self.stop
        module.__dict__["padding_idx"] = self.padding - self.start if is_own and self.padding is not None else None
        return ((ids - self.start).masked_fill(self.others, 0),)

    def _after(self, module: nn.Module, inputs: tuple[Any, ...], output: Any) -> Any:
        module.__dict__["padding_idx"] = self.padding
        return super()._after(module, inputs, output)

    def made(self, output: Tensor) -> Tensor:
        others, self.others = self.others, None
        assert others is not None
        return self.group.summed(output.masked_fill(others[..., None], 0))


class OwnExperts(Local):
    """Experts, of which each rank has some: it adds up what its own say, and the sums are summed."""

    def __init__(self, module: nn.Module, group: Group, split: SplitLeaf) -> None:
        super().__init__(module)
        assert isinstance(split.leaf, Experts)
        self.group = group
        self.start, stop = group.chunk(split.leaf.count)
        self.count = stop - self.start
        module.__dict__["component"] = replace(split.leaf, count=self.count)
        module.__dict__["forward"] = _not_compiled(module.forward)
        self.joined: tuple[Tensor, ...] = ()

    def given(self, module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, chosen, weights = inputs
        x, weights = self.group.shared(x), self.group.shared(weights)
        own = chosen - self.start
        others = (own < 0) | (own >= self.count)
        self.joined = x, weights, *(each for each in module._parameters.values() if each is not None)
        return x, own.masked_fill(others, self.count), weights

    def made(self, output: Tensor) -> Tensor:
        joined, self.joined = self.joined, ()
        if torch.is_grad_enabled() and not output.requires_grad:  # no token was for an expert of this rank
            output = Joined.apply(output, *joined)  # type: ignore[no-untyped-call]
        return self.group.summed(output)


def _not_compiled(forward: Any) -> Any:
    """A program would compute all experts for all tokens, and those beyond the rank's own."""
    return torch.compiler.disable(forward)  # type: ignore[no-untyped-call]


def outputs_of(leaf: Any) -> int:
    """How many values a leaf gives for each place."""
    width: int = leaf.outputs if isinstance(leaf, Linear) else leaf.width
    return width


def install(module: nn.Module, split: SplitLeaf, group: Group) -> None:
    """Have a module compute with its share."""
    role = split.role.by
    if isinstance(split.leaf, Experts):
        OwnExperts(module, group, split)
    elif role == "within":
        Within(module, group)
    elif role == "across":
        assert isinstance(split.leaf, RMSNorm)
        Across(module, group, split)
    elif role == "inputs":
        Inputs(module, group)
    elif role == "rows":
        (Table if isinstance(split.leaf, Embedding) else Vocabulary)(module, group, split)
    elif isinstance(split.leaf, Embedding):
        Local(module)
    else:
        Outputs(module, group, split)
