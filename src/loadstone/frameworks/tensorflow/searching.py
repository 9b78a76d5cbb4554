"""Beam search in TensorFlow: each step is two compiled programs, between which the host may end texts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf

from loadstone.errors import ArgumentError
from loadstone.frameworks.beams import At, Beams, Found, Search, Step, ended, found, scored, searched, settled
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.generated import Record
from loadstone.frameworks.logit_edits import Edit
from loadstone.frameworks.tensorflow.array_functions import xp
from loadstone.frameworks.tensorflow.choosing import tensor_edits
from loadstone.frameworks.tensorflow.writers import TextWriter


def searched_texts(writer: TextWriter, how: Decoding, streamer: object, seed: int | None) -> Any:
    """The best texts, (batch · returned, tokens). ``writer`` has a row for each beam; ``seed`` draws, if that is asked
    for."""
    if streamer is not None:
        raise ArgumentError("streamer and num_beams: with beams no token is sure before the end. Choose one of them.")
    clock, record = how.stops.begin(), Record(how.outputs, writer)
    if how.sample and seed is None:
        seed = int(tf.random.uniform((), maxval=tf.int32.max, dtype=tf.int32))

    def begun(beams: Beams) -> Beams:
        return Beams(*map(tf.constant, beams))

    def take(search: Search, beams: Beams, logits: tf.Tensor, at: At) -> Step:
        edits, where = tensor_edits(writer, how, logits.shape[-1]), At(*map(tf.constant, at))
        drawing = (seed, at.new) if how.sample else (0, 0)
        find = _finding(search, _specs(edits), logits.shape[-1], draws=how.sample)
        candidates, ends, scores = find(beams, where, logits, edits, tf.constant(drawing, tf.int32))
        record.add(logits, scores)
        if clock.may_end:
            texts = candidates.texts.numpy()[:, :, : int(at.length) + 1]
            ends |= clock.ended(texts.reshape(-1, texts.shape[2])).reshape(ends.shape)
        return _settling(search)(beams, where, candidates, ends)

    best = searched(how, writer.ids.numpy()[:: how.rows], writer, begun, take)
    scores = tf.constant(best.scores) if how.outputs.scores else None
    texts = tf.constant(best.texts, writer.dtype)
    return record.returned(texts, sequences_scores=scores, beam_indices=tf.constant(best.parents))


def _specs(edits: tuple[Edit, ...]) -> Any:
    """What edits are like, with any number of rows."""
    return tf.nest.map_structure(
        lambda array: tf.TensorSpec([None] * (len(array.shape) - 1) + list(array.shape[-1:]), array.dtype), edits
    )


_AT = At(*(tf.TensorSpec((), dtype) for dtype in (tf.int32, tf.int32, tf.float32, tf.float32)))


def _rows(search: Search) -> Beams:
    """What beams are like, with all sizes open."""
    numbers = tf.TensorSpec((None, search.beams, None), tf.int32)
    scores, flags = (tf.TensorSpec((None, search.beams), dtype) for dtype in (tf.float32, tf.bool))
    return Beams(numbers, numbers, scores, numbers, numbers, scores, flags, tf.TensorSpec((None, 1), tf.bool))


@lru_cache(maxsize=16)
def _finding(search: Search, edits: Any, vocab: int, *, draws: bool) -> Any:
    """The candidates of a step, which of them are complete, and the scores (batch · beams, vocab), as one program that
    is traced once."""

    def pick(seed: tf.Tensor, sums: tf.Tensor, count: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Without replacement: the largest after noise of Gumbel's distribution."""
        noise = -tf.math.log(-tf.math.log(tf.random.stateless_uniform(tf.shape(sums), seed, minval=np.float32(1e-30))))
        _, places = tf.math.top_k(sums + noise, count)
        return tf.gather(sums, places, batch_dims=1), places

    def find(
        beams: Beams, at: At, logits: tf.Tensor, edits: tuple[Edit, ...], seed: tf.Tensor
    ) -> tuple[Found, tf.Tensor, tf.Tensor]:
        scores = scored(xp, search.filters, logits, edits)
        drawn = (lambda sums, count: pick(seed, sums, count)) if draws else None
        candidates = found(xp, search, beams, scores, at, drawn)
        return candidates, ended(xp, search, candidates, at), scores

    logits, seed = tf.TensorSpec((None, vocab), tf.float32), tf.TensorSpec((2,), tf.int32)
    return tf.function(find, input_signature=[_rows(search), _AT, logits, edits, seed], autograph=False)


@lru_cache(maxsize=16)
def _settling(search: Search) -> Any:
    """What becomes of the candidates, as one program that is traced once."""

    def settle(beams: Beams, at: At, candidates: Found, ends: tf.Tensor) -> Step:
        return settled(xp, search, beams, candidates, ends, at)

    shape = (None, search.candidates)
    numbers, ids = tf.TensorSpec((*shape, None), tf.int32), tf.TensorSpec(shape, tf.int32)
    candidates = Found(numbers, numbers, tf.TensorSpec(shape, tf.float32), ids, ids)
    ends = tf.TensorSpec(shape, tf.bool)
    return tf.function(settle, input_signature=[_rows(search), _AT, candidates, ends], autograph=False)
