"""Beam search in TensorFlow: each step is one compiled program."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import tensorflow as tf

from loadstone.errors import ArgumentError
from loadstone.frameworks.beams import At, Beams, Search, Step, searched, step
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.logit_rules import Choice
from loadstone.frameworks.tensorflow.array_functions import xp
from loadstone.frameworks.tensorflow.writers import TextWriter


def searched_texts(writer: TextWriter, how: Decoding, streamer: object) -> tf.Tensor:
    """The best texts, (batch · returned, tokens). ``writer`` has a row for each beam."""
    if streamer is not None:
        raise ArgumentError("streamer and num_beams: with beams no token is sure before the end. Choose one of them.")

    def begun(beams: Beams) -> Beams:
        return Beams(*map(tf.constant, beams))

    def take(search: Search, beams: Beams, logits: tf.Tensor, choice: Choice | None, at: At) -> Step:
        if choice is None:
            return _program(search, ruled=False)(beams, at, logits)
        return _program(search, ruled=True)(beams, at, logits, choice)

    best = searched(how, writer.ids.numpy()[:: how.rows], writer, begun, take)
    return tf.constant(best, writer.dtype)


@lru_cache(maxsize=16)
def _program(search: Search, *, ruled: bool) -> Any:
    """One step, with all sizes open, so that it is traced once; ``ruled`` where rules change the logits."""
    rows, scores = tf.TensorSpec((None, search.beams, None), tf.int32), tf.TensorSpec((None, search.beams), tf.float32)
    lengths, flags = (tf.TensorSpec((None, search.beams), dtype) for dtype in (tf.int32, tf.bool))
    beams = Beams(rows, scores, rows, scores, flags, lengths, tf.TensorSpec((None, 1), tf.bool))
    numbers = At(tf.TensorSpec((), tf.int32), tf.TensorSpec((), tf.float32), tf.TensorSpec((), tf.float32))
    logits = tf.TensorSpec((None, None), tf.float32)
    choice = [Choice(tf.TensorSpec((None,), tf.bool), tf.TensorSpec((None,), tf.float32))] if ruled else []

    def take(beams: Beams, at: At, logits: tf.Tensor, choice: Choice | None = None) -> Step:
        return step(xp, search, beams, logits, choice, at)

    return tf.function(take, input_signature=[beams, numbers, logits, *choice], autograph=False)
