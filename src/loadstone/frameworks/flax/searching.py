"""Beam search in JAX: each step is two compiled programs, between which the host may end texts."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from loadstone.errors import ArgumentError
from loadstone.frameworks.beams import At, Beams, Found, Search, Step, ended, found, scored, searched, settled
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.flax.array_functions import xp
from loadstone.frameworks.flax.writers import TextWriter
from loadstone.frameworks.generated import Record
from loadstone.frameworks.logit_edits import Edit
from loadstone.frameworks.logit_rules import Written, edits_at


def searched_texts(writer: TextWriter, how: Decoding, streamer: object, key: Array) -> Any:
    """The best texts, (batch · returned, tokens). ``writer`` has a row for each beam; ``key`` draws, if that is asked
    for."""
    if streamer is not None:
        raise ArgumentError("streamer and num_beams: with beams no token is sure before the end. Choose one of them.")
    clock, record = how.stops.begin(), Record(how.outputs, writer)

    def begun(beams: Beams) -> Beams:
        return Beams(*map(jnp.asarray, beams))

    def take(search: Search, beams: Beams, logits: Array, at: At) -> Step:
        edits = edits_at(Written(writer.ids, writer.starts, writer.read), how.rules, logits.shape[-1])
        drawing = jax.random.fold_in(key, int(at.new)) if how.sample else None
        candidates, ends, scores = _found(search, beams, logits, edits, at, drawing)
        record.add(logits, scores)
        if clock.may_end:
            texts = np.asarray(candidates.texts)[:, :, : int(at.length) + 1]
            ends = ends | clock.ended(texts.reshape(-1, texts.shape[2])).reshape(ends.shape)
        return _settled(search, beams, candidates, ends, at)

    best = searched(how, writer.ids[:: how.rows], writer, begun, take)
    scores = jnp.asarray(best.scores) if how.outputs.scores else None
    return record.returned(jnp.asarray(best.texts), sequences_scores=scores, beam_indices=jnp.asarray(best.parents))


@partial(jax.jit, static_argnums=0)
def _found(
    search: Search, beams: Beams, logits: Array, edits: tuple[Edit, ...], at: At, key: Array | None
) -> tuple[Found, Array, Array]:
    """The candidates, which of them are complete, and the scores (batch · beams, vocab)."""

    def drawn(sums: Array, count: int) -> tuple[Array, Array]:
        """Without replacement: the largest after noise of Gumbel's distribution."""
        assert key is not None
        _, places = jax.lax.top_k(sums + jax.random.gumbel(key, sums.shape), count)
        return jnp.take_along_axis(sums, places, axis=1), places

    scores = scored(xp, search.filters, logits.astype(jnp.float32), edits)
    candidates = found(xp, search, beams, scores, at, None if key is None else drawn)
    return candidates, ended(xp, search, candidates, at), scores


@partial(jax.jit, static_argnums=0)
def _settled(search: Search, beams: Beams, candidates: Found, ends: Array, at: At) -> Step:
    return settled(xp, search, beams, candidates, ends, at)
