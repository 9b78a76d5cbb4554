"""Beam search in TensorFlow."""

from __future__ import annotations

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
        return step(xp, search, beams, logits, choice, at)

    best = searched(how, writer.ids.numpy()[:: how.rows], writer, begun, take)
    return tf.constant(best, writer.dtype)
