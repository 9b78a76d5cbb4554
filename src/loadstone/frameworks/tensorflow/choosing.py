"""Choosing the next token in TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.logit_edits import Edit
from loadstone.frameworks.logit_rules import Written, edits_at
from loadstone.frameworks.tensorflow.writers import TextWriter


def tensor_edits(writer: TextWriter, how: Decoding, vocab: int) -> tuple[Edit, ...]:
    """What the rules do to the next token's logits, as tensors."""
    if not how.rules:
        return ()
    texts = Written(writer.ids.numpy(), writer.starts, writer.read)
    edits: Any = edits_at(texts, how.rules, vocab)
    return tuple(type(edit)(*map(_tensor, edit)) for edit in edits)


def _tensor(value: np.ndarray | float) -> tf.Tensor:
    return tf.constant(value, tf.bool if getattr(value, "dtype", None) == np.bool_ else tf.float32)


def drawn(scores: tf.Tensor, seed: int | None, step: int) -> tf.Tensor:
    """One token for each row of ``scores`` (rows, vocab)."""
    if seed is None:
        return tf.random.categorical(scores, 1, tf.int32)[:, 0]
    return tf.random.stateless_categorical(scores, 1, (seed, step), tf.int32)[:, 0]
