"""Texts that an encoder-decoder writes about what it has read."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.tree_util import PyTreeDef

from loadstone.architectures import components
from loadstone.errors import ArgumentError
from loadstone.frameworks.answering import Call, answering, memory_in
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.forward import checked, parts_of
from loadstone.frameworks.flax.run import Run
from loadstone.frameworks.flax.state import State
from loadstone.frameworks.flax.writers import LAST, added, in_order, room_for


class Memory(NamedTuple):
    """What the texts are about."""

    vectors: Array
    """(rows, places, width)."""
    mask: Array | np.ndarray | None
    """(rows, places)."""


class Answered:
    """Texts that are being written, and what they are about."""

    def __init__(self, model: Any, texts: tuple[np.ndarray, np.ndarray | None], memory: Memory, how: Decoding) -> None:
        self.structure, self.leaves = parts_of(model)
        self.ids, mask = texts
        room = room_for(self.ids.shape[1] + how.new_tokens)
        self.room = room if how.use_cache else 0
        self.mask = None if mask is None else np.pad(mask, ((0, 0), (0, room - mask.shape[1])), constant_values=1)
        self.memory = memory
        self.starts = None if mask is None else np.argmax(mask != 0, axis=1)
        self.read: np.ndarray | None = None
        self.out: Any = None
        self.encoded: Any = memory.vectors
        self.unread: np.ndarray | Array = self.ids
        self.cache: KeyValueCache | None = None
        self.parents: Array | None = None

    @property
    def length(self) -> int:
        """How many tokens the texts have."""
        return self.ids.shape[1]

    def logits(self) -> Array:
        """Of the next token, (rows, vocab)."""
        unread = self.unread if self.cache is not None else self.ids
        rows = _Rows(unread, self.mask, self.memory, self.parents)
        logits, self.cache = _write(self.structure, self.room, self.leaves, self.cache, rows)
        return logits

    def append(self, tokens: Array, parents: Array | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""
        self.ids, self.unread, self.parents = added(self.ids, tokens, parents), tokens[:, None], parents


def answered(model: Any, pair: components.EncoderDecoder, call: Call) -> tuple[Answered, Decoding]:
    """What the encoder has read, and texts that begin."""
    arrays = {**call.given, **call.options, "inputs": call.inputs}
    if any(isinstance(array, jax.core.Tracer) for array in arrays.values()):
        raise ArgumentError("generate compiles its steps itself; call it outside of jax.jit and nnx.jit.")
    plan = answering(model, pair, call)
    reading: Any = checked(plan.reading)
    vectors, mask = plan.encoded, reading.get("attention_mask") if pair.masked else None
    if vectors is None:
        structure, leaves = parts_of(model)
        vectors = _encode(structure, leaves, reading)
    prompt, shown, memory = plan.prompt, plan.mask, Memory(jnp.asarray(vectors), mask)
    if plan.how.rows > 1:
        prompt, shown, memory = jax.tree.map(
            lambda array: (np if isinstance(array, np.ndarray) else jnp).repeat(array, plan.how.rows, axis=0),
            (prompt, shown, memory),
        )
    writer = Answered(model, (prompt, shown), memory, plan.how)
    read = plan.reading.get("input_ids")
    writer.read = None if read is None else np.asarray(read)
    return writer, plan.how


@partial(jax.jit, static_argnums=0)
def _encode(structure: PyTreeDef, leaves: list[Array], reading: dict[str, Array]) -> Array:
    """What the encoder says, (batch, places, width)."""
    model = jax.tree.unflatten(structure, leaves)
    pair = components.pair_in(model.component)
    assert pair is not None
    vectors: Array = memory_in(Run(model.base_model, State(dtype=model.dtype))(pair.encoder, reading))
    return vectors


class _Rows(NamedTuple):
    """What a step reads."""

    ids: Array | np.ndarray
    """(rows, tokens), those that are not in the cache."""
    mask: np.ndarray | None
    """(rows, at least all tokens), or None where all are text."""
    memory: Memory
    parents: Array | None
    """(rows,): which row of the cache each is; None where they stay in place."""


@partial(jax.jit, static_argnums=(0, 1), donate_argnums=3)
def _write(
    structure: PyTreeDef, room: int, leaves: list[Array], cache: KeyValueCache | None, rows: _Rows
) -> tuple[Array, KeyValueCache | None]:
    """The logits (rows, vocab) of the token after those that are read, and the cache with them.

    ``room``: how many tokens a first cache has room for; 0 to do without one.
    """
    model = jax.tree.unflatten(structure, leaves)
    batch, tokens = rows.ids.shape
    if room and cache is None:
        cache = model.init_cache(batch, room)
    elif cache is not None:
        cache = in_order(cache, rows.parents)
    mask = rows.mask if rows.mask is None or room else rows.mask[:, :tokens]
    inputs = {
        "decoder_input_ids": rows.ids,
        "decoder_attention_mask": mask,
        "encoder_outputs": (rows.memory.vectors,),
        "attention_mask": rows.memory.mask,
        "past_key_values": cache,
    }
    out = model.forward({name: value for name, value in inputs.items() if value is not None}, LAST)
    return out.logits[:, -1], out.past_key_values
