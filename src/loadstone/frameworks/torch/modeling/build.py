"""Blueprint → modules: every component becomes a module under the name that its part gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from types import new_class
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.architectures.class_names import ClassNames
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Weight
from loadstone.architectures.inputs import INPUTS
from loadstone.errors import Fault, InvalidConfig, UnknownArgument
from loadstone.frameworks.outputs import BaseModelOutput
from loadstone.frameworks.torch.modeling.arguments import check_tensors
from loadstone.frameworks.torch.modeling.called import heard
from loadstone.frameworks.torch.modeling.leaves import LEAVES
from loadstone.frameworks.torch.modeling.rotary import RotaryEmbedding
from loadstone.frameworks.torch.modeling.run import Run
from loadstone.frameworks.torch.modeling.state import Options, State

_LARGEST_SLOT = 1 << 56


class Built(nn.Module):
    """A module made from a component that says itself what it computes. Each kind of component has a class of its own,
    which bears its name, or the one that a family has for it."""

    component: Component
    returns_output: bool = False
    """Whether what it computes is returned as the one field of an output, as encoders do."""

    def __init__(self, component: Component, naming: Naming) -> None:
        super().__init__()
        self.component = component
        if isinstance(component, components.Tower):
            self.main_input_name = next(iter(components.inputs_of(component)), "input_ids")
        attach(self, component, naming)

    def forward(self, *args: Any, state: State | None = None, **given: Any) -> Any:
        component = self.component
        if state is None and isinstance(component, components.Tower):
            return self._alone(*args, **given)
        if given or state is None:
            args, state = heard(self, args, state, given)
        run = Run(self, state)
        out = component.compute(run, *args)
        if component.shows_attention:
            return out, *run.beside
        return BaseModelOutput(last_hidden_state=out) if self.returns_output else out

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


class Level(nn.Module):
    """A level of names alone: what lies in it is called by what lies around it."""


class Naming(NamedTuple):
    """Where a module lies in a model, and what the classes of that model's modules are called."""

    names: ClassNames | None = None
    path: str = ""

    def under(self, name: str) -> Naming:
        """The same for what lies there under a name, or in the same place without one."""
        return Naming(self.names, f"{self.path}.{name}" if self.path and name else self.path or name)

    def class_of(self, kind: type) -> str:
        """The name of the class of a module: of a kind of component, or of one that owns parameters."""
        return kind.__name__ if self.names is None else self.names.of(self.path, kind.__name__)


_UNNAMED = Naming()
_CLASSES: dict[tuple[type, str], type[nn.Module]] = {}


def built_class(kind: type, name: str = "") -> type[Any]:
    """The class of the modules that components of a kind become, by the name that a family gives it.

    ``kind``: of components; or a class of modules that own parameters, of which a subclass is to bear the name.
    """
    key = kind, name or kind.__name__
    if key not in _CLASSES:
        base = Built if issubclass(kind, Component) else kind
        body = {"__module__": __name__, "__doc__": kind.__doc__, "__reduce__": _reduced, "_made_of": key}
        _CLASSES.setdefault(key, new_class(key[1], (base,), exec_body=lambda names: names.update(body)))
    return _CLASSES[key]


def _reduced(module: Any) -> tuple[Callable[[type, str], nn.Module], tuple[type, str], object]:
    """How a module is pickled whose class is made when it is first needed."""
    return _empty, module._made_of, module.__getstate__()


def _empty(kind: type, name: str) -> nn.Module:
    """A module that is about to be unpickled."""
    made: type[nn.Module] = built_class(kind, name)
    return made.__new__(made)


def build(component: Component, naming: Naming = _UNNAMED) -> nn.Module | Tensor:
    """The module of a component, or, for a lone array, the parameter or, if it is not trained, the tensor of a buffer.

    What derives from one of PyTorch's own layers keeps its name. Raises :class:`InvalidConfig` for a tensor so large
    that its bytes cannot be counted.
    """
    for slot in component.own_slots():
        if slot.elements > _LARGEST_SLOT:
            raise InvalidConfig([Fault("a tensor's size", f"at most {_LARGEST_SLOT} elements", f"shape {slot.shape}")])
    if isinstance(component, Weight):
        values = torch.empty(component.shape)
        return nn.Parameter(values) if component.trained else values
    kind = type(component)
    if kind not in LEAVES:
        built: nn.Module = built_class(kind, naming.class_of(kind))(component, naming)
        return built
    return _named(LEAVES[kind](component), naming)


def _named(module: nn.Module, naming: Naming) -> nn.Module:
    """A module under the class name that a family has for it, if it is, or derives from, none of PyTorch's layers."""
    own = type(module)
    name = naming.class_of(own)
    if name != own.__name__ and not any(base.__module__.startswith("torch.") for base in _modules_of(own)):
        module.__class__ = built_class(own, name)
    return module


def _modules_of(kind: type[nn.Module]) -> Iterator[type]:
    """A class of modules and those it derives from, but for the one of all."""
    return (base for base in kind.__mro__ if issubclass(base, nn.Module) and base is not nn.Module)


def attach(holder: nn.Module, component: Component, naming: Naming = _UNNAMED) -> None:
    """Build a component's parts into ``holder``."""
    for part in component.parts():
        if part.name:
            place(holder, part, naming)
        else:
            attach(holder, part.component, naming)
    if isinstance(component, components.Tower):
        stack = holder._modules.get(component.stack.name)
        if isinstance(stack, Built):
            stack.returns_output = True
        if component.rotaries:
            rotary = RotaryEmbedding(component.rotaries, component.rotary_layer_types)
            holder.add_module("rotary_emb", _named(rotary, naming.under("rotary_emb")))


def place(holder: nn.Module, part: Part, naming: Naming = _UNNAMED) -> None:
    """Build a part into ``holder`` under its name. One with dots lies in levels of its own: before a number
    (``layers.0``) these are lists."""
    naming, component = naming.under(part.name), part.component
    *levels, name = part.name.split(".")
    for level, inner in pairwise((*levels, name)):
        if level not in holder._modules:
            holder.add_module(level, nn.ModuleList() if inner.isdecimal() else Level())
        holder = holder.get_submodule(level)
    child = build(component, naming)
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
