"""The parts that blueprints are made of: frozen data, no framework.

A *leaf* (``Linear``, ``Embedding``, ``RMSNorm``, ``LayerNorm``, ``Experts``, ``Weight``) owns slots; every
other component only says how parts connect. A :class:`Part` gives a component the name that the Hub's
checkpoints use. A part named ``""`` has no level of its own: what it holds lies directly in its parent.
What a component makes of its input it says itself, in ``compute``, for all
frameworks; what a leaf computes is each framework's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, ClassVar, NamedTuple, TypeVar

from loadstone.architectures.components.splitting import Role, Split
from loadstone.architectures.inputs import Axis
from loadstone.core.tensors import DType, Slot
from loadstone.errors import Fault, InvalidConfig

Found = TypeVar("Found", bound="Component")
_PART = re.compile(r"\bPart\b")


class Part(NamedTuple):
    """A component under the name that it has in its parent."""

    name: str
    component: Component


class CacheEntry(NamedTuple):
    """An array that a component leaves in the cache."""

    shape: tuple[int, ...]
    dtype: DType | None = None
    """None for the model's own."""


class Component:
    """What every component can tell: its parts, and its own slots if it is a leaf."""

    reads_given: ClassVar[bool] = False
    """Whether a pooler takes the arguments of the forward pass, too."""
    gives_several: ClassVar[bool] = False
    """Whether its output is not one array."""
    shows_attention: bool = False
    """Whether its module, where there are modules that anyone may call, returns a tuple: its output, and the weights
    of the attention in it, or None in their place."""
    computes_shares: ClassVar[bool] = False
    """Whether ``compute`` is right where its parts are split by their roles, and each device computes by itself with
    its share of the inner width. A class that does not say so itself is kept whole on such devices; a compiler that
    sees all devices (JAX) splits it by its roles all the same."""
    biases_attention: ClassVar[bool] = False
    """Whether it leaves a bias in the state, for the heads of the layers after it."""

    def parts(self) -> tuple[Part, ...]:
        """The named children, in the order of the fields that hold them."""
        parts: tuple[Part, ...] | None = getattr(self, "_parts", None)
        if parts is None:
            # Kept by the component itself: a table of components would have to hash all that is below each, and what
            # is traced could not look into a class.
            parts = _parts(self, _fields_of_parts(type(self)))  # type: ignore[arg-type]
            object.__setattr__(self, "_parts", parts)
        return parts

    def own_slots(self) -> tuple[Slot, ...]:
        """The slots of a leaf; nothing for the others."""
        return ()

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        """What a stem reads of a forward pass's arguments wherever nothing else is asked for: name → axes."""
        return {}

    def keeps(self, batch: int, length: int) -> dict[str, CacheEntry]:
        """What it leaves in the cache for the next token, by name, for ``batch`` texts of ``length`` tokens.

        What keeps anything has an ``index``, the layer of the cache that it uses.
        """
        return {}

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        """The parts that may be split over devices, and how. ``role``: what it itself is for its parent."""
        return iter(())

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        """Slot of a leaf → the ways to split it over devices, the best first; what is not named is kept whole."""
        return {}

    def compute(self, run: Any, *args: Any) -> Any:
        """What it makes of its input with its parts, in any framework; leaves are computed by the framework itself.

        ``run`` is a :class:`loadstone.architectures.components.run.Run`.
        """
        raise NotImplementedError


def _parts(component: Component, names: tuple[str, ...]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for name in names:
        value = getattr(component, name)
        if isinstance(value, Part):
            parts.append(value)
        elif value is not None:
            parts += value
    return tuple(parts)


@cache
def _fields_of_parts(kind: type[Component]) -> tuple[str, ...]:
    """The fields that hold a part, perhaps a part, or several."""
    return tuple(field.name for field in fields(kind) if _PART.search(str(field.type)))  # type: ignore[arg-type]


def find(component: Component, kind: type[Found]) -> Iterator[Found]:
    """Every component of a kind, from the top down."""
    rest = [component]
    while rest:
        component = rest.pop()
        if isinstance(component, kind):
            yield component
        rest += [part.component for part in reversed(component.parts())]


ACTIVATIONS = (
    *("gelu", "gelu_python", "gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh"),
    *("quick_gelu", "relu", "relu2", "relu6", "leaky_relu", "silu", "swish", "hardswish", "mish"),
    *("sigmoid", "tanh", "linear"),
)
"""The elementwise functions that configs name; each framework has them all."""


def check_activation(name: str) -> None:
    """:class:`InvalidConfig` for a function that is none of :data:`ACTIVATIONS`."""
    if name not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        raise InvalidConfig([Fault("the config's activation function", f"one of {known}", repr(name))])
