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


def load_balance(router_logits: tuple[Array, ...], top_k: int, counted: Array | None) -> Array:
    """What the busiest experts add to the loss (arXiv:2101.03961, equations 4 to 6, over all layers together).

    ``router_logits``: for each layer (batch · tokens, experts). ``counted`` (batch, tokens): 1 for a token, 0 for
    padding, which counts for nothing. 1 where all experts are equally busy, more where they are not.
    """
    rows, experts = router_logits[0].shape
    weights = jnp.ones(rows, jnp.float32) if counted is None else counted.reshape(-1).astype(jnp.float32)
    odds = [jax.nn.softmax(logits, axis=-1) for logits in router_logits]
    chosen = [jax.nn.one_hot(jax.lax.top_k(each, top_k)[1], experts).sum(axis=1) for each in odds]
    total = weights.sum() * len(router_logits)
    busy = sum((weights @ each for each in chosen), jnp.zeros(experts)) / total
    probable = sum((weights @ each.astype(jnp.float32) for each in odds), jnp.zeros(experts)) / total
    return (busy * probable).sum() * experts


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
