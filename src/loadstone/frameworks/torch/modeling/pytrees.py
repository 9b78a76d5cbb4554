"""Outputs and caches as nodes of PyTorch's trees: ``torch.export``, ``torch.func`` and others take them apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

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
        yield subclass
        yield from _below(subclass)


def _fields(output: ModelOutput) -> tuple[list[object], list[str]]:
    """The fields that are set, and their names."""
    return output.values(), output.keys()


def _with_fields(cls: type) -> pytree.UnflattenFn:
    return lambda values, names: cls(**dict(zip(names, values, strict=True)))


_CACHE = ["key_cache", "value_cache"]


def _cached(cache: DynamicCache) -> tuple[list[list[Tensor]], list[str]]:
    """Keys and values, each a list with one tensor for every layer."""
    return [getattr(cache, name) for name in _CACHE], _CACHE


def _with_cached(lists: Iterable[list[Tensor]], names: list[str]) -> DynamicCache:
    cache = DynamicCache()
    vars(cache).update(zip(names, lists, strict=True))
    return cache


register_outputs()
if DynamicCache not in pytree.SUPPORTED_NODES:
    _register(DynamicCache, _cached, _with_cached)
torch.serialization.add_safe_globals([DynamicCache])  # a saved program holds the inputs that it was exported with
