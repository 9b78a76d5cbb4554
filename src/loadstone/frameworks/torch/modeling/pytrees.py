"""Outputs and caches as nodes of PyTorch's trees: ``torch.export``, ``torch.func`` and others take them apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch.utils import _pytree as pytree

from loadstone.core.recognized import is_twin
from loadstone.frameworks.outputs import ModelOutput
from loadstone.frameworks.torch.modeling.cache import DynamicCache


def register_outputs() -> None:
    """Make known every class of outputs that there is by now, those of code that came with a checkpoint included."""
    for cls in _below(ModelOutput):
        if cls not in pytree.SUPPORTED_NODES:
            _register(cls, _fields, _with_fields(cls))


def _register(
    cls: type,
    flatten: pytree.FlattenFn,
    unflatten: pytree.UnflattenFn,
) -> None:
    def with_keys(node: pytree.PyTree) -> tuple[list[tuple[pytree.KeyEntry, pytree.PyTree]], pytree.Context]:
        children, names = flatten(node)
        return [(pytree.GetAttrKey(name), child) for name, child in zip(names, children, strict=True)], names

    pytree.register_pytree_node(
        cls,
        flatten,
        unflatten,
        serialized_type_name=f"{cls.__module__}.{cls.__qualname__}",
        flatten_with_keys_fn=with_keys,
    )


def _below(cls: type[ModelOutput]) -> Iterator[type[ModelOutput]]:
    for subclass in cls.__subclasses__():
        if not is_twin(subclass):
            yield subclass
            yield from _below(subclass)


def _fields(output: ModelOutput) -> tuple[list[object], list[str]]:
    """The fields that are set, and their names."""
    return list(output.values()), list(output)


def _with_fields(cls: type) -> pytree.UnflattenFn:
    return lambda values, names: cls(**dict(zip(names, values, strict=True)))


_CACHE = ["key_cache", "value_cache"]


def _cached(cache: DynamicCache) -> tuple[list[object], list[str]]:
    """Keys and values, each a list with one tensor for every layer; then, where there are any, what else is stored, by
    ``layer.name``, and how many tokens were read."""
    children: list[object] = [cache.key_cache, cache.value_cache]
    if not cache.stored:
        return children, _CACHE
    names = [f"{layer}.{name}" for layer, name in cache.stored]
    return [*children, cache.read, *cache.stored.values()], [*_CACHE, "read", *names]


def _with_cached(children: Iterable[Any], names: list[str]) -> DynamicCache:
    cache = DynamicCache()
    for name, child in zip(names, children, strict=True):
        layer, _, stored = name.partition(".")
        if stored:
            cache.stored[int(layer), stored] = child
        else:
            setattr(cache, name, child)
    return cache


register_outputs()
if DynamicCache not in pytree.SUPPORTED_NODES:
    _register(DynamicCache, _cached, _with_cached)
torch.serialization.add_safe_globals([DynamicCache])  # a saved program holds the inputs that it was exported with
