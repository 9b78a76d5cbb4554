"""Choosing the next token."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from loadstone.core.records import record
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.flax.array_functions import xp
from loadstone.frameworks.logit_edits import Edit, edited
from loadstone.frameworks.sampling import Filters, filtered


@record
class Choosing:
    """What the compiled choice of a token depends on."""

    filters: Filters
    sample: bool
    ends: tuple[int, ...]
    padding: int

    @classmethod
    def of(cls, how: Decoding) -> Choosing:
        """Of a call."""
        return cls(how.filters, how.sample, how.ends, how.padding)


@partial(jax.jit, static_argnums=0)
def choose(
    how: Choosing, logits: Array, edits: tuple[Edit, ...], unfinished: Array | np.ndarray, key: Array
) -> tuple[Array, Array, Array]:
    """One token for each row of ``logits`` (rows, vocab), who is ``unfinished`` (rows,) after it, and the scores
    (rows, vocab) that it was chosen by. A row that was finished before gets padding, where tokens end texts."""
    scores = filtered(xp, edited(xp, logits.astype(jnp.float32), edits), how.filters)
    chosen = jax.random.categorical(key, scores, axis=-1) if how.sample else jnp.argmax(scores, axis=-1)
    if how.ends:
        chosen = jnp.where(unfinished, chosen, how.padding)
    chosen = chosen.astype(jnp.int32)
    going = jnp.asarray(unfinished) & ~jnp.isin(chosen, jnp.asarray(how.ends, jnp.int32))
    return chosen, going, scores
