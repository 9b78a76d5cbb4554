"""A model with another vocabulary: what has a row for each token gets more rows or fewer, and keeps the old ones."""

from __future__ import annotations

import jax
import numpy as np
from flax import nnx

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.architectures.components.walk import walk
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax.initial import InitialSlot, initial_arrays
from loadstone.frameworks.flax.leaf import Leaf
from loadstone.frameworks.flax.structure import FlaxStructure
from loadstone.frameworks.flax.tree import at, put, value_of
from loadstone.frameworks.resizing import say_vocabulary, vocabulary_size


def resize_vocabulary(model: FlaxStructure, tokens: int | None, multiple: int | None, *, to_mean: bool) -> None:
    """Make room for so many ``tokens``, rounded up to a ``multiple``; the config follows.

    New rows are initialized, or the mean of the old.
    """
    assert model.component is not None and model.head_spec is not None
    config = model.config.get_text_config()
    count = vocabulary_size(tokens, multiple, config.get("vocab_size"))
    if count == config.vocab_size:
        return
    say_vocabulary(model.config, count)
    old, new = model.component, components.like(model.head_spec.blueprint(model.config), model.component)
    _resize(model, old, new, to_mean)
    model.component = new
    _follow(model, new)


def _follow(model: FlaxStructure, component: Component, prefix: str = "") -> None:
    """Tell every module within ``model`` that is composed of others what it is made of by now."""
    for name, child in component.parts():
        full = ".".join(filter(None, (prefix, name)))
        if name and child.parts():
            at(model, full)._component = child
        _follow(model, child, full)


def _resize(model: FlaxStructure, old: Component, new: Component, to_mean: bool) -> None:
    sizes = dict(walk(new))
    for name, leaf in walk(old):
        if sizes[name] == leaf:
            continue
        # A lone bias goes with a tied table, and starts at 0, as in transformers.
        averaged = to_mean and not isinstance(leaf, components.Weight)
        for slot in sizes[name].own_slots():
            full_name = ".".join(filter(None, (name, slot.name)))
            variable = at(model, full_name)
            put(variable, _grown(InitialSlot(full_name, sizes[name], slot.shape), variable, model.about.seed, averaged))
        module = at(model, name)
        if isinstance(module, Leaf):
            module.component = sizes[name]


def _grown(slot: InitialSlot, variable: nnx.Variable[jax.Array], seed: int, to_mean: bool) -> jax.Array:
    """Initial rows for a slot, or the mean of the old, but for those that its variable has, where that lies.

    Rows lie along the axis whose size changes.
    """
    held = value_of(variable)
    old = np.asarray(held)
    new = initial_arrays([slot], seed, old.dtype)[slot.name]
    axis = next((axis for axis, size in enumerate(old.shape) if size != new.shape[axis]), 0)
    rows = min(old.shape[axis], new.shape[axis])
    kept, added = ((*[slice(None)] * axis, part) for part in (slice(rows), slice(rows, None)))
    new[kept] = old[kept]
    if to_mean:
        new[added] = old.mean(axis=axis, keepdims=True, dtype=np.float32).astype(old.dtype)
    try:
        return jax.device_put(new, held.sharding)
    except ValueError as error:
        raise ArgumentError(
            f"{slot.name} would have shape {new.shape}, which its sharding does not divide: {held.sharding}. "
            "Give pad_to_multiple_of, a multiple of the number of parts."
        ) from error
