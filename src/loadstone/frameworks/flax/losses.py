"""The loss of each task, as the training scripts for Transformers' models expect it.

Each raises :class:`ArgumentError` for labels of a dtype or shape that its logits cannot be compared with, and is NaN
for a class that there is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from loadstone.architectures.components.sound_heads import Alignment
from loadstone.architectures.ctc import losses as of_texts
from loadstone.architectures.objects import losses as of_objects
from loadstone.architectures.tasks import IGNORED
from loadstone.errors import ArgumentError
from loadstone.frameworks.flax.array_functions import xp
from loadstone.frameworks.flax.inputs import Inputs
from loadstone.frameworks.labels import (
    MULTI_LABEL,
    OF_TEXTS,
    REGRESSION,
    SINGLE_LABEL,
    SPEAKER_MARGIN,
    SPEAKER_SCALE,
    check_classes,
    check_numbers,
    check_one_each,
    check_pairs,
    check_pixel_labels,
    check_texts_of_labels,
    problem_of,
)

_TINY = 1e-5
"""Keeps a quotient finite where nothing is masked."""


def cross_entropy(logits: Array, labels: Array, ignored: int = IGNORED) -> Array:
    """Mean cross entropy; ``logits`` (…, classes), ``labels`` (…). NaN where every label is ignored, as in PyTorch."""
    counts = labels != ignored
    odds = jax.nn.log_softmax(logits, axis=-1)
    # One below 0 would count from the end; what is beyond it is NaN.
    classes = jnp.where(labels < 0, logits.shape[-1], labels)
    taken = jnp.take_along_axis(odds, jnp.where(counts, classes, 0)[..., None], axis=-1, mode="fill")[..., 0]
    return -jnp.sum(jnp.where(counts, taken, 0)) / jnp.sum(counts).astype(logits.dtype)


def next_token(logits: Array, labels: Array) -> Array:
    """Cross entropy of each token's successor; ``logits`` (batch, tokens, vocab), ``labels`` (batch, tokens)."""
    labels = _classes("labels", labels, logits.shape[:-1])
    return masked_token(logits, jnp.pad(labels, ((0, 0), (0, 1)), constant_values=IGNORED)[:, 1:])


def masked_token(logits: Array, labels: Array) -> Array:
    """Cross entropy at the labeled places, in float32; ``logits`` (…, classes), ``labels`` (…)."""
    return cross_entropy(logits.astype(jnp.float32), _classes("labels", labels, logits.shape[:-1]))


def load_balance(router_logits: tuple[Array, ...], top_k: int, counted: Array | None) -> Array:
    """What the busiest experts add to the loss (arXiv:2101.03961, equations 4 to 6, over all layers together).

    ``router_logits``: for each layer (batch · tokens, experts). ``counted`` (batch, tokens): 1 for a token, 0 for
    padding, which counts for nothing. 1 where all experts are equally busy, more where they are not.
    """
    rows, experts = router_logits[0].shape
    weights = jnp.ones(rows, jnp.float32) if counted is None else counted.reshape(-1).astype(jnp.float32)
    odds = [jax.nn.softmax(logits, axis=-1) for logits in router_logits]
    chosen = [jax.nn.one_hot(jax.lax.top_k(probabilities, top_k)[1], experts).sum(axis=1) for probabilities in odds]
    total = weights.sum() * len(router_logits)
    busy = sum((weights @ mask for mask in chosen), jnp.zeros(experts)) / total
    probable = sum((weights @ probabilities.astype(jnp.float32) for probabilities in odds), jnp.zeros(experts)) / total
    return (busy * probable).sum() * experts


def token_classes(logits: Array, labels: Array) -> Array:
    """Cross entropy over classes at the labeled places, in the logits' own dtype."""
    return cross_entropy(logits, _classes("labels", labels, logits.shape[:-1]))


def sequence_classes(logits: Array, labels: Array, problem: str | None) -> Array:
    """The loss of the config's ``problem_type``, else of the one that labels and number of classes suggest."""
    problem = problem_of(problem, logits.shape[-1], jnp.issubdtype(labels.dtype, jnp.floating))
    if problem == SINGLE_LABEL:
        shape = (*logits.shape[:-1], 1) if labels.ndim == 2 else logits.shape[:-1]
        return cross_entropy(logits, _classes("labels", labels, shape, OF_TEXTS).reshape(-1))
    check_numbers(problem, labels.shape, logits.shape)
    labels = labels.reshape(logits.shape)
    if problem == REGRESSION:
        return jnp.mean(jnp.square(logits - labels))
    return jnp.mean(jax.nn.softplus(logits) - labels * logits)


def shares_of_classes(logits: Array, labels: Array, problem: str | None) -> Array:
    """The same; but where nobody says which, numbers for each class of a text are its shares in them (DeBERTa)."""
    if problem is not None or labels.ndim != 2 or 1 in (labels.shape[-1], logits.shape[-1]):
        return sequence_classes(logits, labels, problem)
    check_numbers(MULTI_LABEL, labels.shape, logits.shape)
    return -jnp.mean(jnp.sum(jax.nn.log_softmax(logits) * labels, axis=-1))


def span(start_logits: Array, end_logits: Array, start: Array, end: Array) -> Array:
    """Mean cross entropy of a span's first and last token; a place outside the sequence counts for nothing."""
    tokens = start_logits.shape[1]
    losses = []
    for name, logits, given in (("start_positions", start_logits, start), ("end_positions", end_logits, end)):
        places = _classes(name, given, (*logits.shape[:-1], 1) if given.ndim == 2 else logits.shape[:-1])
        losses.append(cross_entropy(logits, jnp.clip(places.reshape(-1), 0, tokens), ignored=tokens))
    return (losses[0] + losses[1]) / 2


def pretraining(
    logits: Array, relationship: Array, labels: Array, next_sentence: Array, name: str = "next_sentence_label"
) -> Array:
    """Masked tokens (batch, tokens), and whether the second sentence follows the first (batch,)."""
    classes = _classes(name, next_sentence, relationship.shape[:-1])
    return masked_token(logits, labels) + cross_entropy(relationship, classes)


def replaced_tokens(logits: Array, labels: Array, attention_mask: Array | None) -> Array:
    """Binary cross entropy at each token (batch, tokens) that the mask shows; without one, of any shape."""
    if labels.shape != logits.shape:
        raise ArgumentError(f"labels has shape {labels.shape}, expected {logits.shape}.")
    losses = jax.nn.softplus(logits) - labels * logits
    if attention_mask is None:
        return jnp.mean(losses)
    shown = attention_mask.astype(bool)
    return jnp.sum(jnp.where(shown, losses, 0)) / jnp.sum(shown)


def reconstruction(painted: Array, masked: Array, pixels: Array) -> Array:
    """Mean distance of ``painted`` from ``pixels`` (batch, channels, height, width) within the masked patches.

    ``masked`` (batch, patches): true for those; the patches are square.
    """
    batch, channels, height, width = painted.shape
    side = math.isqrt(height * width // masked.shape[1])
    grid = masked.reshape(batch, 1, height // side, width // side).astype(painted.dtype)
    shown = jnp.repeat(jnp.repeat(grid, side, axis=2), side, axis=3)
    return jnp.sum(jnp.abs(painted - pixels) * shown) / (jnp.sum(shown) + _TINY) / channels


def ctc(logits: Array, labels: Array, alignment: Alignment) -> Array:
    """How unlikely it is that the frames of ``logits`` (batch, frames, vocab) say the ``labels`` (batch, tokens), of
    which -100 and blanks count for nothing."""
    is_whole = bool(jnp.issubdtype(labels.dtype, jnp.integer))
    check_texts_of_labels(labels.dtype, is_whole, labels.shape, logits.shape)
    losses, counts = of_texts(xp, logits, labels, alignment.lengths, alignment.blank)
    if alignment.zero_infinity:
        losses = jnp.where(jnp.isinf(losses), 0, losses)
    if alignment.reduction == "none":
        return losses
    return jnp.sum(losses) if alignment.reduction == "sum" else jnp.mean(losses / jnp.maximum(counts, 1))


def frame_classes(logits: Array, labels: Array) -> Array:
    """Cross entropy of each frame's class; both (batch, frames, classes), the labels largest where the class is."""
    check_one_each(labels.shape, logits.shape)
    return cross_entropy(logits, jnp.argmax(labels, axis=-1))


def speakers(cosines: Array, labels: Array) -> Array:
    """Cross entropy of who speaks, whose cosine must be larger by a margin (AM-softmax, arXiv:1801.05599).

    ``cosines`` (batch, speakers), ``labels`` (batch,).
    """
    classes = _classes("labels", labels, cosines.shape[:-1])
    own = jnp.arange(cosines.shape[-1]) == classes[:, None]
    return cross_entropy(SPEAKER_SCALE * jnp.where(own, cosines - SPEAKER_MARGIN, cosines), classes)


def pixel_classes(logits: Array, labels: Array, ignored: int, others: Array | None = None, share: float = 0.0) -> Array:
    """Cross entropy of each pixel's class; ``logits`` (batch, classes, rows, columns), brought to the size of
    ``labels`` (batch, height, width). Of one class how sure it is that labels are 1 and not 0. ``others``: logits of
    another head, whose loss is added ``share`` times."""
    if others is not None:
        return pixel_classes(logits, labels, ignored) + share * pixel_classes(others, labels, ignored)
    check_pixel_labels(labels.dtype, bool(jnp.issubdtype(labels.dtype, jnp.integer)), labels.shape, logits.shape)
    height, width = labels.shape[1:]
    wide = xp.resize(logits, (height, width), "bilinear")
    if logits.shape[1] == 1:
        losses = jax.nn.softplus(wide[:, 0]) - labels * wide[:, 0]
        return jnp.mean(jnp.where((labels >= 0) & (labels != ignored), losses, 0))
    return cross_entropy(jnp.moveaxis(wide, 1, -1), labels.astype(jnp.int32), ignored)


def masked_patches(logits: Array, labels: Array, masked: Array) -> Array:
    """Cross entropy at the hidden patches; ``logits`` (batch, patches, classes), ``labels`` (hidden,) of these one
    after another, ``masked`` (batch, patches): true for those."""
    hidden = masked.astype(bool).ravel()
    place = jnp.maximum(jnp.cumsum(hidden) - 1, 0)
    classes = jnp.where(hidden, labels.ravel()[place], IGNORED).reshape(masked.shape)
    return token_classes(logits, classes)


def contrastive(logits: Array) -> Array:
    """Mean cross entropy of each text's picture and of each picture's text; ``logits`` (texts, pictures).

    The picture of a text is that of its row.
    """
    check_pairs(*logits.shape)
    own = jnp.arange(logits.shape[0])
    return (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2


def sigmoid_contrastive(logits: Array) -> Array:
    """Mean over the texts of how badly their pairs are told apart: each text's own picture fits, all others do not;
    ``logits`` (texts, pictures). The picture of a text is that of its row (arXiv:2303.15343, algorithm 1).
    """
    check_pairs(*logits.shape)
    fits = 2 * jnp.eye(logits.shape[0], dtype=logits.dtype) - 1
    return -jnp.mean(jnp.sum(jax.nn.log_sigmoid(fits * logits), axis=-1))


LOSSES: dict[str, Callable[[Sequence[Any], Sequence[Any], str | None, Inputs], Any]] = {
    "next_token": lambda values, labels, problem, given: next_token(values[0], labels[0]),
    "masked_token": lambda values, labels, problem, given: masked_token(values[0], labels[0]),
    "sequence_classes": lambda values, labels, problem, given: sequence_classes(values[0], labels[0], problem),
    "shares_of_classes": lambda values, labels, problem, given: shares_of_classes(values[0], labels[0], problem),
    "token_classes": lambda values, labels, problem, given: token_classes(values[0], labels[0]),
    "pretraining": lambda values, labels, problem, given: pretraining(values[0], values[1], labels[0], labels[1]),
    "sentence_order": lambda values, labels, problem, given: pretraining(
        values[0], values[1], labels[0], labels[1], "sentence_order_label"
    ),
    "replaced_tokens": lambda values, labels, problem, given: replaced_tokens(
        values[0], labels[0], given.get("attention_mask")
    ),
    "span": lambda values, labels, problem, given: span(values[0], values[1], labels[0], labels[1]),
    "reconstruction": lambda values, labels, problem, given: reconstruction(
        values[0], labels[0], given["pixel_values"]
    ),
    "ctc": lambda values, labels, problem, given: ctc(values[0], labels[0], values[1]),
    "frame_classes": lambda values, labels, problem, given: frame_classes(values[0], labels[0]),
    "speakers": lambda values, labels, problem, given: speakers(values[2], labels[0]),
    "own": lambda values, labels, problem, given: values[-1],
    "pixel_classes": lambda values, labels, problem, given: pixel_classes(values[0], labels[0], *values[1:]),
    "pixels": lambda values, labels, problem, given: replaced_tokens(values[0], labels[0], None),
    "objects": lambda values, labels, problem, given: of_objects(xp, values[0], values[1], labels[0], values[2]),
    "masked_patches": lambda values, labels, problem, given: masked_patches(
        values[0], labels[0], given["bool_masked_pos"]
    ),
    "contrastive": lambda values, labels, problem, given: contrastive(values[0]),
    "sigmoid_contrastive": lambda values, labels, problem, given: sigmoid_contrastive(values[0]),
}
"""By the names in tasks: of what the head gives, the labels, the config's ``problem_type``, and all arrays by name. The
loss, or a dict of the output's fields."""


def _classes(name: str, labels: Array, shape: Sequence[int], hint: str = "") -> Array:
    """Labels in that shape, of a dtype that has room for :data:`IGNORED`."""
    is_whole = jnp.issubdtype(labels.dtype, jnp.integer) or labels.dtype == jnp.bool_
    check_classes(name, labels.dtype, is_whole, labels.shape, shape, hint)
    return labels.reshape(shape).astype(jnp.int32)
