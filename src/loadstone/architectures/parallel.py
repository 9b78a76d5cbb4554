"""Tensor parallelism from a blueprint: along which axis each slot may be split over devices. Pure data.

Each component says for itself what of it may be split (``roles`` and ``splits``): this file knows none of them. What
is not named is kept whole on each device: norms, routers, poolers, classifiers.
"""

from __future__ import annotations

from collections.abc import Iterator

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.splitting import Role, Split


def tensor_parallel(component: Component, prefix: str = "") -> dict[str, tuple[Split, ...]]:
    """Slot → the ways to split it, the best first."""
    return dict(_splits(component, prefix, None))


def chosen_split(ways: tuple[Split, ...], parts: int) -> Split | None:
    """The first way that gives so many equal parts; None to keep the slot whole."""
    return next((way for way in ways if way.fits(parts)), None)


def _splits(component: Component, name: str, role: Role | None) -> Iterator[tuple[str, tuple[Split, ...]]]:
    for slot, ways in component.splits(role).items():
        yield _join(name, slot), ways
    roles = {id(part): role for part, role in component.roles(role)}
    for part in component.parts():
        yield from _splits(part.component, _join(name, part.name), roles.get(id(part)))


def _join(*names: str) -> str:
    return ".".join(filter(None, names))
