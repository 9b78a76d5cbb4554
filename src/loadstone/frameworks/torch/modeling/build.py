"""Blueprint → modules: every component becomes a module under the name that its part gives it."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Bias
from loadstone.errors import Fault, InvalidConfig
from loadstone.frameworks.torch.modeling.leaves import LEAVES

_LARGEST_SLOT = 1 << 56


class Built(nn.Module):
    """A module made from a component that has parts.

    A subclass names its component and gives :meth:`run`. ``run`` takes the holder of the parts apart from the
    module, since a part without a name lies directly in its parent.
    """

    made_from: ClassVar[dict[type[Component], type[Built]]] = {}

    def __init_subclass__(cls, *, component: type[Component] | None = None) -> None:
        super().__init_subclass__()
        if component is not None:
            Built.made_from[component] = cls

    def __init__(self, component: Component) -> None:
        super().__init__()
        self.component = component
        attach(self, component)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(self, self.component, *args, **kwargs)

    @staticmethod
    def run(holder: nn.Module, component: Any, *args: Any, **kwargs: Any) -> Any:
        """What the component computes, with its parts found in ``holder``."""
        raise NotImplementedError


def build(component: Component) -> nn.Module | nn.Parameter:
    """The module (or, for a lone vector, the parameter) of a component.

    Raises :class:`InvalidConfig` for a tensor so large that its bytes cannot be counted.
    """
    for slot in component.own_slots():
        if slot.elements > _LARGEST_SLOT:
            raise InvalidConfig([Fault("a tensor's size", f"at most {_LARGEST_SLOT} elements", f"shape {slot.shape}")])
    if isinstance(component, Bias):
        return nn.Parameter(torch.empty(component.width))
    if type(component) in LEAVES:
        return LEAVES[type(component)](component)
    return Built.made_from[type(component)](component)


def attach(holder: nn.Module, component: Component) -> None:
    """Build a component's parts into ``holder``."""
    for part in component.parts():
        if part.name:
            place(holder, part.name, build(part.component))
        else:
            attach(holder, part.component)


def place(holder: nn.Module, name: str, child: nn.Module | nn.Parameter) -> None:
    """Put a module under a name; a numbered one (``layers.0``) goes into a list."""
    stem, _, number = name.rpartition(".")
    if stem:
        if stem not in holder._modules:
            holder.add_module(stem, nn.ModuleList())
        holder = holder.get_submodule(stem)
        name = number
    if isinstance(child, nn.Parameter):
        holder.register_parameter(name, child)
    elif isinstance(holder, Built | nn.ModuleList):
        holder._modules[name] = child  # nothing of their own bears a part's name, so that it need not be looked for
    else:
        holder.add_module(name, child)


def call(holder: nn.Module, part: Part, *args: Any, **kwargs: Any) -> Any:
    """Run a part of ``holder``."""
    if part.name:
        return getattr(holder, part.name)(*args, **kwargs)
    return Built.made_from[type(part.component)].run(holder, part.component, *args, **kwargs)


def dropout(x: Tensor, share: float, holder: nn.Module) -> Tensor:
    """Dropout while the holder trains."""
    return nn.functional.dropout(x, share, training=True) if share and holder.training else x
