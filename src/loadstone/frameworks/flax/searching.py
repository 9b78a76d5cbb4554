"""Beam search in JAX: each step is one compiled program."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jax import Array

from loadstone.errors import ArgumentError
from loadstone.frameworks.beams import At, Beams, Search, Step, searched, step
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.flax.array_functions import xp
from loadstone.frameworks.flax.writers import TextWriter
from loadstone.frameworks.logit_rules import Choice


def searched_texts(writer: TextWriter, how: Decoding, streamer: object) -> Array:
    """The best texts, (batch · returned, tokens). ``writer`` has a row for each beam."""
    if streamer is not None:
        raise ArgumentError("streamer and num_beams: with beams no token is sure before the end. Choose one of them.")

    def begun(beams: Beams) -> Beams:
        return Beams(*map(jnp.asarray, beams))

    return jnp.asarray(searched(how, writer.ids[:: how.rows], writer, begun, _step))


@partial(jax.jit, static_argnums=0)
def _step(search: Search, beams: Beams, logits: Array, choice: Choice | None, at: At) -> Step:
    return step(xp, search, beams, logits, choice, at)
