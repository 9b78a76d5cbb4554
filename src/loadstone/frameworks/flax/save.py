"""Model → folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import numpy as np

from loadstone.architectures.components import Bias, Component, Part
from loadstone.errors import Fault, SaveError
from loadstone.frameworks.arrays import from_numpy
from loadstone.frameworks.flax.framework import is_slot, ties
from loadstone.frameworks.flax.model import FlaxPreTrainedModel
from loadstone.frameworks.flax.tree import value_of, variables
from loadstone.frameworks.outgoing import outgoing, save_model, weight_format
from loadstone.saving import OutgoingTensor

_FORMATS = ("msgpack",)


def save(
    model: FlaxPreTrainedModel,
    folder: str | os.PathLike[str],
    state_dict: Mapping[str, Any] | None,
    max_shard_size: int | str,
    safe_serialization: bool,
    variant: str | None,
    format: str | None,
) -> None:
    """Write config and weights, all or nothing; see :func:`loadstone.frameworks.outgoing.save_model`.

    ``format``: ``"safetensors"`` or, as ``safe_serialization=False`` asks for, ``"msgpack"``. Tied slots are stored
    once, experts one by one. Raises :class:`SaveError`, and what was in the folder before is then untouched.
    """
    found = {name: value_of(each) for name, each in variables(model) if is_slot(each)}
    rank = {name: index for index, name in enumerate(_order(model.component))} if model.component else {}
    # nnx.jit puts a model's attributes into alphabetical order; the same model gives the same files all the same.
    state = {name: found[name] for name in sorted(found, key=lambda name: rank.get(name, len(rank)))}
    state = state if state_dict is None else dict(state_dict)
    empty = [Fault(name, "numbers", "none") for name, each in state.items() if isinstance(each, jax.ShapeDtypeStruct)]
    if empty:
        raise SaveError(f"The model has slots without memory, nothing was written: {', '.join(map(str, empty[:5]))}")
    # Where the config says that readers will not tie, each name is written.
    dropped = ties(model) if model.config.tie_word_embeddings else {}
    stacked = tuple(rule.slot for rule in model.family_spec.experts)
    # Sliced on the host: on the device each expert would be a copy and a program of its own.
    here = {name: np.asarray(each) if stacked and name.endswith(stacked) else each for name, each in state.items()}
    save_model(
        model,
        folder,
        [_outgoing_tensor(name, each) for name, each in outgoing(model.family_spec, here, dropped)],
        dtype=model.dtype,
        prefix="Flax",
        max_shard_size=max_shard_size,
        weight_format=weight_format(format, safe_serialization, _FORMATS),
        variant=variant,
    )


def _order(component: Component, prefix: str = "") -> Iterator[str]:
    """Slots in the order of PyTorch's ``state_dict``: a module's own vectors, then what its parts hold."""
    parts = list(_named_parts(component))
    for part in sorted(parts, key=lambda part: not isinstance(part.component, Bias)):
        name = f"{prefix}{part.name}"
        yield from (f"{name}.{slot.name}".rstrip(".") for slot in part.component.own_slots())
        yield from _order(part.component, f"{name}.")


def _named_parts(component: Component) -> Iterator[Part]:
    for part in component.parts():
        if part.name:
            yield part
        else:
            yield from _named_parts(part.component)


def _outgoing_tensor(name: str, array: Any) -> OutgoingTensor:
    def read() -> Any:
        return np.ascontiguousarray(array).reshape(-1).view(np.uint8)

    return OutgoingTensor(name, from_numpy(np.dtype(array.dtype)), tuple(array.shape), read)
