"""Choosing the next token."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.flax.array_functions import xp
from loadstone.frameworks.logit_rules import Choice, applied


@partial(jax.jit, static_argnums=0)
def choose(
    how: Decoding, logits: Array, choice: Choice | None, unfinished: Array | np.ndarray, key: Array
) -> tuple[Array, Array, Array]:
    """One token for each row of ``logits`` (batch, vocab), as rules leave them, and who is ``unfinished`` (batch,)
    after it, and whether anyone is. A row that was finished before gets padding."""
    logits = applied(xp, logits.astype(jnp.float32), choice)
    chosen = sample(how, logits, key) if how.sample else jnp.argmax(logits, axis=-1)
    chosen = jnp.where(unfinished, chosen, how.padding).astype(jnp.int32)
    going = jnp.asarray(unfinished) & ~jnp.isin(chosen, jnp.asarray(how.ends, jnp.int32))
    return chosen, going, going.any()


def sample(how: Decoding, logits: Array, key: Array) -> Array:
    """A token drawn for each row: after temperature, among the ``top_k`` best, among the smallest set of ``top_p``."""
    if how.temperature is not None:
        logits = logits / how.temperature
    if how.top_k:
        best, _ = jax.lax.top_k(logits, min(how.top_k, logits.shape[-1]))
        logits = jnp.where(logits < best[:, -1:], -jnp.inf, logits)
    if how.top_p is not None and how.top_p < 1:
        places = jnp.argsort(-logits, axis=-1)
        odds = jax.nn.softmax(jnp.take_along_axis(logits, places, axis=-1), axis=-1)
        beyond = jnp.cumsum(odds, axis=-1) - odds >= how.top_p  # the first token that reaches top_p still counts
        beyond = jnp.take_along_axis(beyond, jnp.argsort(places, axis=-1), axis=-1)
        logits = jnp.where(beyond, -jnp.inf, logits)
    return jax.random.categorical(key, logits, axis=-1)
