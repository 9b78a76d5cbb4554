"""The loss of each task, as the training scripts for Transformers' models expect it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

IGNORED = -100
"""A label that counts for nothing."""


def cross_entropy(logits: Array, labels: Array, ignored: int = IGNORED) -> Array:
    """Mean cross entropy; ``logits`` (…, classes), ``labels`` (…). NaN where every label is ignored, as in PyTorch."""
    counts = labels != ignored
    odds = jax.nn.log_softmax(logits, axis=-1)
    taken = jnp.take_along_axis(odds, jnp.where(counts, labels, 0)[..., None], axis=-1)[..., 0]
    return -jnp.sum(jnp.where(counts, taken, 0)) / jnp.sum(counts).astype(logits.dtype)


def next_token(logits: Array, labels: Array) -> Array:
    """Cross entropy of each token's successor; ``logits`` (batch, tokens, vocab), ``labels`` (batch, tokens)."""
    return masked_token(logits, jnp.pad(labels, ((0, 0), (0, 1)), constant_values=IGNORED)[:, 1:])


def masked_token(logits: Array, labels: Array) -> Array:
    """Cross entropy at the labelled places, in float32; ``logits`` (…, classes), ``labels`` (…)."""
    return cross_entropy(logits.astype(jnp.float32), labels)


def token_classes(logits: Array, labels: Array) -> Array:
    """Cross entropy over classes at the labelled places, in the logits' own dtype."""
    return cross_entropy(logits, labels)


def sequence_classes(logits: Array, labels: Array, problem: str | None) -> Array:
    """The loss of the config's ``problem_type``, else of the one that labels and number of classes suggest."""
    if problem is None:
        if logits.shape[-1] == 1:
            problem = "regression"
        else:
            fractions = jnp.issubdtype(labels.dtype, jnp.floating)
            problem = "multi_label_classification" if fractions else "single_label_classification"
    if problem == "regression":
        return jnp.mean(jnp.square(logits.squeeze() - labels.squeeze()))
    if problem == "single_label_classification":
        return cross_entropy(logits, labels.reshape(-1))
    return jnp.mean(jax.nn.softplus(logits) - labels * logits)


def span(start_logits: Array, end_logits: Array, start: Array, end: Array) -> Array:
    """Mean cross entropy of a span's first and last token; a place outside the sequence counts for nothing."""
    tokens = start_logits.shape[1]
    losses = [
        cross_entropy(logits, jnp.clip(place.reshape(-1), 0, tokens), ignored=tokens)
        for logits, place in ((start_logits, start), (end_logits, end))
    ]
    return (losses[0] + losses[1]) / 2
