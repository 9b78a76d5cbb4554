"""Walking a tree of components: its parts by name, its slots, its blocks."""

from __future__ import annotations

from collections.abc import Iterator

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Stack
from loadstone.core.tensors import Slot


def walk(component: Component, prefix: str = "") -> Iterator[tuple[str, Component]]:
    """Every leaf under a component that owns slots, with its full name, in blueprint order."""
    rest = [(prefix, component)]
    while rest:
        prefix, component = rest.pop()
        parts = component.parts()
        if not parts and component.own_slots():
            yield prefix, component
        for name, child in reversed(parts):
            rest.append((f"{prefix}.{name}" if prefix and name else prefix or name, child))


def walk_bare(component: Component) -> Iterator[tuple[str, Component]]:
    """The leaves of the bare model alone, under the names that they have in the whole."""
    body = component.backbone if isinstance(component, Head) else None
    return walk(component) if body is None else walk(body.component, body.name)


def blocks(component: Component, prefix: str = "") -> Iterator[tuple[str, Component]]:
    """Every residual block with its full name: the layers of each stack."""
    for name, child in component.layers if isinstance(component, Stack) else component.parts():
        full = f"{prefix}.{name}" if prefix and name else prefix or name
        if isinstance(component, Stack):
            yield full, child
        else:
            yield from blocks(child, full)


def slots(component: Component, prefix: str = "") -> Iterator[Slot]:
    """Every slot under a component, with the name that ``state_dict()`` gives it."""
    for name, leaf in walk(component, prefix):
        for slot in leaf.own_slots():
            yield slot._replace(name=".".join(filter(None, (name, slot.name))))
