"""A forward pass as one compiled program: faster than operation by operation, the first time and every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import Array
from jax.tree_util import PyTreeDef

from loadstone.architectures.components.base import Component, find
from loadstone.architectures.components.tubelets import Tubelets, hidden_in_each
from loadstone.architectures.inputs import INPUTS
from loadstone.architectures.objects import Objects
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.flax.leaf import Buffer
from loadstone.frameworks.flax.numbers import check_numbers
from loadstone.frameworks.flax.tree import variables


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a forward pass is asked for besides its arrays. Compiled in."""

    use_cache: bool = False
    output_attentions: bool = False
    output_hidden_states: bool = False
    output_router_logits: bool = False
    router_aux_loss_coef: float | None = None
    """How much of the routers' loss the loss contains."""
    train: bool = False
    last_logits: int = 0
    """Only the last so many tokens' logits; 0 for all."""
    pad_token_id: int | None = None
    problem_type: str | None = None
    choices: int = 0
    """How many sequences of each row are to be chosen from."""
    reading: tuple[str, ...] = ()
    """The keywords of :data:`loadstone.architectures.tasks.READING` that are True."""
    part: str = ""
    """The method of the component, for a pass that computes with some of its parts."""
    hidden_patches: int | None = None
    """How many of a film's patches are hidden in each row, where a model leaves these out."""


class Forward(Protocol):
    """A model with a pure forward pass."""

    @property
    def component(self) -> Component | None:
        """Its blueprint, if it has one."""

    def forward(self, inputs: Inputs, options: Options) -> Any:
        """The output; ``inputs`` are the arrays that were given, by name."""


def run(model: Forward, inputs: Mapping[str, object], options: Options) -> Any:
    """Run a model's forward pass, compiled for these shapes and options where nothing else compiles it."""
    if is_traced():
        return model.forward(checked(inputs), options)
    structure, leaves = parts_of(model)
    arrays = _room_for_mask(checked(inputs))
    if model.component is not None:
        check_numbers(model.component, arrays, options.problem_type)
        if "bool_masked_pos" in arrays and any(find(model.component, Tubelets)):
            options = replace(options, hidden_patches=hidden_in_each(np.asarray(arrays["bool_masked_pos"])))
    if not _is_pure(structure):  # what a compiled program changed would be lost
        return model.forward(arrays, options)
    return _compiled(structure, options, leaves, arrays)


def parts_of(model: object) -> tuple[PyTreeDef, list[Array]]:
    """A model's structure, hashable, and its arrays; :class:`ArgumentError` for a skeleton, which has none."""
    leaves, structure = jax.tree.flatten(model)
    if any(isinstance(leaf, jax.ShapeDtypeStruct) for leaf in leaves):
        raise ArgumentError(f"This {type(model).__name__} is a skeleton: its parameters have no values.")
    return structure, leaves


@partial(jax.jit, static_argnums=(0, 1))
def _compiled(structure: PyTreeDef, options: Options, leaves: list[Array], inputs: Inputs) -> Any:
    return jax.tree.unflatten(structure, leaves).forward(inputs, options)


@lru_cache(maxsize=64)
def _is_pure(structure: PyTreeDef) -> bool:
    """Whether a forward pass changes nothing: no random state, no statistics but those of our own modules."""
    model = jax.tree.unflatten(structure, [None] * structure.num_leaves)
    return all(isinstance(variable, nnx.Param | Buffer) for _, variable in variables(model))


def is_traced() -> bool:
    """Whether arrays made now have no values: inside ``jax.jit``, ``nnx.eval_shape`` and the like."""
    return isinstance(jnp.zeros(()), jax.core.Tracer)


def checked(inputs: Mapping[str, object]) -> Inputs:
    """What was given, as arrays; :class:`ArgumentError` for ids that are none."""
    arrays: Any = {}  # of Inputs, which takes no name that is not written out
    for name, value in inputs.items():
        if value is None:
            continue
        kind = INPUTS[name].kind if name in INPUTS else "values"
        if isinstance(value, KeyValueCache | Objects):
            arrays[name] = value
            continue
        if kind == "output":
            arrays[name] = _output(name, value)
            continue
        if kind == "cache":
            raise ArgumentError(f"{name} is a {type(value).__name__}, expected what model.init_cache gives.")
        try:
            arrays[name] = array = jnp.asarray(value)
        except TypeError as error:
            raise ArgumentError(f"{name} is a {type(value).__name__}, expected an array: {error}") from error
        if kind != "ids":
            continue
        named = INPUTS[name].axes
        axes = (2, 3) if name == "position_ids" else (len(named),)  # several rows, where a model has them
        if array.ndim not in axes or not jnp.issubdtype(array.dtype, jnp.integer):
            expected = f"integers of shape ({', '.join(named)})"
            raise ArgumentError(f"{name} is {array.dtype} of shape {array.shape}, expected {expected}.")
    return arrays


def _output(name: str, value: object) -> object:
    """Another model's output, or a tuple of arrays, as JAX's arrays."""
    try:
        return jax.tree.map(jnp.asarray, value)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"{name} holds what is no array: {error}") from error


def _room_for_mask(inputs: Inputs) -> Inputs:
    """The attention mask as wide as the cache, or where that has no room of a fixed size as the new tokens, so that
    every step has one shape; checks what only numbers can tell."""
    given: Any = inputs
    cache = given.get("past_key_values")
    if cache is None or isinstance(cache.length, jax.core.Tracer):
        return inputs
    prefix = "decoder_" if {"decoder_input_ids", "decoder_inputs_embeds"} & given.keys() else ""
    texts, mask = given.get(f"{prefix}input_ids"), given.get(f"{prefix}attention_mask")
    texts = given.get(f"{prefix}inputs_embeds") if texts is None else texts
    if texts is None:
        return inputs
    past, tokens, room = int(cache.length), texts.shape[1], cache.max_length
    if room is not None and past + tokens > room:
        raise ArgumentError(
            f"The cache has room for {room} tokens, it holds {past}, and {tokens} more do not fit. "
            "Make a larger one with model.init_cache(batch_size, max_length)."
        )
    if mask is None or mask.ndim != 2 or isinstance(mask, jax.core.Tracer):
        return inputs
    if mask.shape[0] != texts.shape[0] or mask.shape[1] not in (past + tokens, room):
        also = "" if room is None else f"; or one for each of the {room} that the cache has room for"
        raise ArgumentError(
            f"{prefix}attention_mask has shape {mask.shape}, expected {(texts.shape[0], past + tokens)}: one row for "
            f"each sequence, one column for each token, those in the cache ({past}) included{also}."
        )
    fitting: Any = np.asarray(mask)
    if room is None:
        fitting = fitting[:, past:]
    else:
        fitting = np.pad(fitting, ((0, 0), (0, room - mask.shape[1])), constant_values=1)
    given = {**given, f"{prefix}attention_mask": fitting}  # which the compiled program takes from the host
    return given
