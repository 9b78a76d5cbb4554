"""Blueprint → modules: every component becomes a module under the name that its part gives it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import new_class
from typing import Any

import torch
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.architectures.components.leaves import Weight
from loadstone.architectures.inputs import INPUTS
from loadstone.errors import Fault, InvalidConfig, UnknownArgument
from loadstone.frameworks.outputs import BaseModelOutput
from loadstone.frameworks.torch.modeling.arguments import check_tensors
from loadstone.frameworks.torch.modeling.leaves import LEAVES
from loadstone.frameworks.torch.modeling.rotary import RotaryEmbedding
from loadstone.frameworks.torch.modeling.run import Run
from loadstone.frameworks.torch.modeling.state import Options, State

_LARGEST_SLOT = 1 << 56


class Built(nn.Module):
    """A module made from a component that says itself what it computes. Each kind of component has a class of its own,
    which bears its name."""

    component: Component

    def __init__(self, component: Component) -> None:
        super().__init__()
        self.component = component
        if isinstance(component, components.Tower):
            self.main_input_name = next(iter(components.inputs_of(component)), "input_ids")
        attach(self, component)

    def forward(self, *args: Any, state: State | None = None, **given: Any) -> Any:
        if state is None:
            if isinstance(self.component, components.Tower):
                return self._alone(*args, **given)
            state = State(Options())
        return self.component.compute(Run(self, state), *args)

    def _alone(
        self, first: Tensor | None = None, *, return_dict: bool | None = None, **given: Any
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]:
        """The output of a tower that is called by itself, as ``model.get_encoder()(input_ids=…)`` does. ``first``: what
        it reads first, without its name."""
        if first is not None:
            given[next(iter(components.inputs_of(self.component)))] = first
        if unknown := given.keys() - INPUTS.keys() - set(Options._fields):
            raise UnknownArgument(f"{', '.join(sorted(unknown))}: {type(self).__name__} takes no such argument.")
        check_tensors(**{name: value for name, value in given.items() if name in INPUTS and INPUTS[name].is_array})
        options = {name: value for name in Options._fields if (value := given.pop(name, None)) is not None}
        out = self.component.compute(Run(self, State(Options(**options))), given)
        return out.to_tuple() if return_dict is False else out

    def __reduce__(self) -> tuple[Callable[[type[Component]], Built], tuple[type[Component]], dict[str, Any]]:
        return _empty, (type(self.component),), self.__dict__


class Level(nn.Module):
    """A level of names alone: what lies in it is called by what lies around it."""


_CLASSES: dict[type[Component], type[Built]] = {}


def built_class(kind: type[Component]) -> type[Built]:
    """The class of the modules that components of a kind become."""
    if kind not in _CLASSES:
        body = {"__module__": __name__, "__doc__": kind.__doc__}
        _CLASSES.setdefault(kind, new_class(kind.__name__, (Built,), exec_body=lambda names: names.update(body)))
    return _CLASSES[kind]


def _empty(kind: type[Component]) -> Built:
    """A module that is about to be unpickled."""
    made = built_class(kind)
    return made.__new__(made)


def build(component: Component) -> nn.Module | Tensor:
    """The module of a component, or, for a lone array, the parameter or, if it is not trained, the tensor of a buffer.

    Raises :class:`InvalidConfig` for a tensor so large that its bytes cannot be counted.
    """
    for slot in component.own_slots():
        if slot.elements > _LARGEST_SLOT:
            raise InvalidConfig([Fault("a tensor's size", f"at most {_LARGEST_SLOT} elements", f"shape {slot.shape}")])
    if isinstance(component, Weight):
        values = torch.empty(component.shape)
        return nn.Parameter(values) if component.trained else values
    if type(component) in LEAVES:
        return LEAVES[type(component)](component)
    return built_class(type(component))(component)


def attach(holder: nn.Module, component: Component) -> None:
    """Build a component's parts into ``holder``."""
    for part in component.parts():
        if part.name:
            place(holder, *part)
        else:
            attach(holder, part.component)
    if isinstance(component, components.Tower) and component.rotaries:
        holder.add_module("rotary_emb", RotaryEmbedding(component.rotaries))


def place(holder: nn.Module, name: str, component: Component) -> None:
    """Build a part into ``holder`` under its name. One with dots lies in levels of its own: before a number
    (``layers.0``) these are lists."""
    *levels, name = name.split(".")
    for level, inner in pairwise((*levels, name)):
        if level not in holder._modules:
            holder.add_module(level, nn.ModuleList() if inner.isdecimal() else Level())
        holder = holder.get_submodule(level)
    child = build(component)
    if isinstance(component, Weight):
        holder.__dict__.setdefault("lone_weights", {})[name] = component  # for those who initialize it
    if isinstance(child, nn.Parameter):
        holder.register_parameter(name, child)
    elif isinstance(child, Tensor):
        holder.register_buffer(name, child)
    elif isinstance(holder, Built | Level | nn.ModuleList):
        holder._modules[name] = child  # nothing of their own bears a part's name, so that it need not be looked for
    else:
        holder.add_module(name, child)
