"""The variables of a module under the names of their slots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
from flax import nnx
from jax import Array


def variables(node: object) -> Iterator[tuple[str, nnx.Variable[Array]]]:
    """Every variable with its dotted name, in the order in which attributes were set; a shared one under each name."""
    yield from _walk(node, "", ())


def modules(node: object) -> Iterator[nnx.Pytree]:
    """A module and every one inside it."""
    modules_by_id = {id(module): module for module in _inside(node, ())}
    yield from modules_by_id.values()


def _inside(node: object, above: tuple[int, ...]) -> Iterator[nnx.Pytree]:
    if isinstance(node, nnx.Pytree):
        yield node
    for _, value in _children(node):
        if id(value) not in above:
            yield from _inside(value, (*above, id(node)))


def _walk(node: object, name: str, above: tuple[int, ...]) -> Iterator[tuple[str, nnx.Variable[Array]]]:
    if isinstance(node, nnx.Variable):
        yield name, node
        return
    for key, value in _children(node):
        if id(value) not in above:  # a module may point back at the one that holds it
            yield from _walk(value, f"{name}.{key}" if name else key, (*above, id(node)))


def _children(node: object) -> Iterator[tuple[str, object]]:
    if isinstance(node, nnx.Pytree):
        for key, value in vars(node).items():
            if isinstance(value, nnx.Variable | nnx.Pytree | list | tuple | dict):
                yield key, value
    elif isinstance(node, dict):
        yield from ((str(key), value) for key, value in node.items())
    elif isinstance(node, list | tuple):
        yield from ((str(index), value) for index, value in enumerate(node))


def value_of(variable: nnx.Variable[Array]) -> Array | jax.ShapeDtypeStruct:
    """What a variable holds: an array, or its shape and dtype in a skeleton."""
    return jax.tree.leaves(variable)[0]


def is_slot(variable: nnx.Variable[Array]) -> bool:
    """Whether a variable's numbers are stored; random keys, caches and the like are not."""
    return not isinstance(variable, nnx.RngState | nnx.Cache | nnx.Intermediate)


def put(variable: nnx.Variable[Array], value: object) -> None:
    """Make a variable hold something else, of any sharding or dtype."""
    variable.update_from_state(jax.tree.unflatten(jax.tree.structure(variable), [value]))


def parent_of(node: object, name: str) -> tuple[object, str]:
    """What holds the thing of that dotted name, and the name that it has there."""
    *path, leaf = name.split(".")
    for key in path:
        node = node[int(key)] if isinstance(node, nnx.List | list | tuple) else _named(node, key)
    return node, leaf


def _named(node: object, key: str) -> object:
    return node[key] if isinstance(node, dict) else getattr(node, key)


def at(node: object, name: str) -> Any:
    """The thing of that dotted name."""
    holder, leaf = parent_of(node, name)
    return holder[int(leaf)] if isinstance(holder, nnx.List | list | tuple) else _named(holder, leaf)
