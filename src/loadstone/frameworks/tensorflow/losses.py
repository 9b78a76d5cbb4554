"""The loss of each task, as the training scripts for Transformers' models expect it."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from loadstone.config import PretrainedConfig

IGNORED = -100
"""A label that counts for nothing."""


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor, ignored: Any = IGNORED) -> tf.Tensor:
    """Mean over the places that are labelled; ``logits`` (places, classes), ``labels`` (places,)."""
    labels = tf.cast(tf.reshape(labels, [-1]), tf.int64)
    counts = labels != tf.cast(ignored, tf.int64)
    each = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.where(counts, labels, 0), logits)
    return tf.reduce_sum(tf.where(counts, each, 0)) / tf.reduce_sum(tf.cast(counts, each.dtype))


def _flat(logits: tf.Tensor) -> tf.Tensor:
    return tf.reshape(logits, [-1, logits.shape[-1]])


def next_token(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross entropy of each token's successor; ``logits`` (batch, tokens, vocab), ``labels`` (batch, tokens)."""
    return masked_token(logits, tf.pad(labels[:, 1:], [[0, 0], [0, 1]], constant_values=IGNORED))


def masked_token(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross entropy at the labelled places, in float32; ``logits`` (…, classes), ``labels`` (…)."""
    return cross_entropy(tf.cast(_flat(logits), tf.float32), labels)


def load_balance(router_logits: tuple[tf.Tensor, ...], top_k: int, counted: tf.Tensor | None) -> tf.Tensor:
    """What the busiest experts add to the loss (arXiv:2101.03961, equations 4 to 6, over all layers together).

    ``router_logits``: for each layer (batch · tokens, experts). ``counted`` (batch, tokens): 1 for a token, 0 for
    padding, which counts for nothing. 1 where all experts are equally busy, more where they are not.
    """
    experts = router_logits[0].shape[-1]
    ones = tf.ones(tf.shape(router_logits[0])[:1])
    weights = (ones if counted is None else tf.cast(tf.reshape(counted, [-1]), tf.float32))[:, None]
    odds = [tf.nn.softmax(logits) for logits in router_logits]
    chosen = [tf.reduce_sum(tf.one_hot(tf.math.top_k(each, top_k).indices, experts), axis=1) for each in odds]
    total = tf.reduce_sum(weights) * len(router_logits)
    busy = tf.add_n([tf.reduce_sum(weights * each, axis=0) for each in chosen]) / total
    probable = tf.add_n([tf.reduce_sum(weights * tf.cast(each, tf.float32), axis=0) for each in odds]) / total
    return tf.reduce_sum(busy * probable) * experts


def token_classes(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross entropy over classes at the labelled places, in the logits' own dtype."""
    return cross_entropy(_flat(logits), labels)


def sequence_classes(logits: tf.Tensor, labels: tf.Tensor, config: PretrainedConfig) -> tf.Tensor:
    """The loss of the config's ``problem_type``, else of the one that labels and number of classes suggest."""
    problem = config.problem_type
    if problem is None:
        if logits.shape[-1] == 1:
            problem = "regression"
        else:
            problem = "multi_label_classification" if labels.dtype.is_floating else "single_label_classification"
    if problem == "single_label_classification":
        return cross_entropy(logits, labels)
    labels = tf.reshape(tf.cast(labels, logits.dtype), tf.shape(logits))
    if problem == "regression":
        return tf.reduce_mean(tf.square(logits - labels))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))


def span(start_logits: tf.Tensor, end_logits: tf.Tensor, start: tf.Tensor, end: tf.Tensor) -> tf.Tensor:
    """Mean cross entropy of a span's first and last token; a place outside the sequence counts for nothing."""
    tokens = tf.shape(start_logits, tf.int64)[1]
    losses = [
        cross_entropy(logits, tf.clip_by_value(tf.cast(place, tf.int64), 0, tokens), tokens)
        for logits, place in ((start_logits, start), (end_logits, end))
    ]
    return (losses[0] + losses[1]) / 2
