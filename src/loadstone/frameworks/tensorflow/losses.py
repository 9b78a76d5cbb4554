"""The loss of each task, as the training scripts for Transformers' models expect it.

Each raises :class:`ArgumentError` for labels of a dtype or shape that its logits cannot be compared with, and on the
CPU outside of ``tf.function`` for a class that there is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from loadstone.architectures.components.sound_heads import Alignment
from loadstone.architectures.ctc import losses as of_texts
from loadstone.architectures.objects import losses as of_objects
from loadstone.architectures.tasks import IGNORED
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
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
    label_beyond,
    problem_of,
)
from loadstone.frameworks.tensorflow.arguments import bad_argument, past_keras
from loadstone.frameworks.tensorflow.array_functions import xp

_TINY = 1e-5
"""Keeps a quotient finite where nothing is masked."""


def cross_entropy(logits: tf.Tensor, labels: tf.Tensor, ignored: int | tf.Tensor = IGNORED) -> tf.Tensor:
    """Mean over the places that are labeled; ``logits`` (places, classes), ``labels`` (places,)."""
    labels = tf.cast(tf.reshape(labels, [-1]), tf.int64)
    counts = labels != tf.cast(ignored, tf.int64)
    try:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.where(counts, labels, 0), logits)
    except tf.errors.InvalidArgumentError:
        error = None
        if tf.executing_eagerly():
            counted = labels[counts]
            lowest, highest = int(tf.reduce_min(counted)), int(tf.reduce_max(counted))
            error = label_beyond("labels", lowest, highest, logits.shape[-1])
        if error is None:
            raise
        raise bad_argument(str(error)) from None
    return tf.reduce_sum(tf.where(counts, losses, 0)) / tf.reduce_sum(tf.cast(counts, losses.dtype))


def _flat(logits: tf.Tensor) -> tf.Tensor:
    return tf.reshape(logits, [-1, logits.shape[-1]])


def next_token(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross entropy of each token's successor; ``logits`` (batch, tokens, vocab), ``labels`` (batch, tokens)."""
    labels = tf.reshape(_classes("labels", labels, logits.shape[:-1]), tf.shape(logits)[:-1])
    return masked_token(logits, tf.pad(labels[:, 1:], [[0, 0], [0, 1]], constant_values=IGNORED))


def masked_token(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross entropy at the labeled places, in float32; ``logits`` (…, classes), ``labels`` (…)."""
    return cross_entropy(tf.cast(_flat(logits), tf.float32), _classes("labels", labels, logits.shape[:-1]))


def load_balance(router_logits: tuple[tf.Tensor, ...], top_k: int, counted: tf.Tensor | None) -> tf.Tensor:
    """What the busiest experts add to the loss (arXiv:2101.03961, equations 4 to 6, over all layers together).

    ``router_logits``: for each layer (batch · tokens, experts). ``counted`` (batch, tokens): 1 for a token, 0 for
    padding, which counts for nothing. 1 where all experts are equally busy, more where they are not.
    """
    experts = router_logits[0].shape[-1]
    ones = tf.ones(tf.shape(router_logits[0])[:1])
    weights = (ones if counted is None else tf.cast(tf.reshape(counted, [-1]), tf.float32))[:, None]
    odds = [tf.nn.softmax(logits) for logits in router_logits]
    chosen = [
        tf.reduce_sum(tf.one_hot(tf.math.top_k(probabilities, top_k).indices, experts), axis=1)
        for probabilities in odds
    ]
    total = tf.reduce_sum(weights) * len(router_logits)
    busy = tf.add_n([tf.reduce_sum(weights * mask, axis=0) for mask in chosen]) / total
    probable = (
        tf.add_n([tf.reduce_sum(weights * tf.cast(probabilities, tf.float32), axis=0) for probabilities in odds])
        / total
    )
    return tf.reduce_sum(busy * probable) * experts


def token_classes(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross entropy over classes at the labeled places, in the logits' own dtype."""
    return cross_entropy(_flat(logits), _classes("labels", labels, logits.shape[:-1]))


def sequence_classes(logits: tf.Tensor, labels: tf.Tensor, config: PretrainedConfig) -> tf.Tensor:
    """The loss of the config's ``problem_type``, else of the one that labels and number of classes suggest."""
    try:
        problem = problem_of(config.problem_type, logits.shape[-1], labels.dtype.is_floating)
        if problem != SINGLE_LABEL and labels.shape.rank is not None:
            check_numbers(problem, labels.shape.as_list(), logits.shape.as_list())
    except ArgumentError as error:
        raise bad_argument(str(error)) from None
    if problem == SINGLE_LABEL:
        shape = [*logits.shape[:-1], 1] if labels.shape.rank == 2 else logits.shape[:-1]
        return cross_entropy(logits, _classes("labels", labels, shape, OF_TEXTS))
    labels = tf.reshape(tf.cast(labels, logits.dtype), tf.shape(logits))
    if problem == REGRESSION:
        return tf.reduce_mean(tf.square(logits - labels))
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))


def shares_of_classes(logits: tf.Tensor, labels: tf.Tensor, config: PretrainedConfig) -> tf.Tensor:
    """The same; but where nobody says which, numbers for each class of a text are its shares in them (DeBERTa)."""
    if config.problem_type is not None or labels.shape.rank != 2 or 1 in (labels.shape[-1], logits.shape[-1]):
        return sequence_classes(logits, labels, config)
    try:
        check_numbers(MULTI_LABEL, labels.shape.as_list(), logits.shape.as_list())
    except ArgumentError as error:
        raise bad_argument(str(error)) from None
    return -tf.reduce_mean(tf.reduce_sum(tf.nn.log_softmax(logits) * tf.cast(labels, logits.dtype), axis=-1))


def span(start_logits: tf.Tensor, end_logits: tf.Tensor, start: tf.Tensor, end: tf.Tensor) -> tf.Tensor:
    """Mean cross entropy of a span's first and last token; a place outside the sequence counts for nothing."""
    tokens = tf.shape(start_logits, tf.int64)[1]
    losses = []
    for name, logits, given in (("start_positions", start_logits, start), ("end_positions", end_logits, end)):
        places = _classes(name, given, [*logits.shape[:-1], 1] if given.shape.rank == 2 else logits.shape[:-1])
        losses.append(cross_entropy(logits, tf.clip_by_value(places, 0, tokens), tokens))
    return (losses[0] + losses[1]) / 2


def pretraining(
    logits: tf.Tensor,
    relationship: tf.Tensor,
    labels: tf.Tensor,
    next_sentence: tf.Tensor,
    name: str = "next_sentence_label",
) -> tf.Tensor:
    """Masked tokens (batch, tokens), and whether the second sentence follows the first (batch,)."""
    classes = _classes(name, next_sentence, relationship.shape[:-1])
    return masked_token(logits, labels) + cross_entropy(relationship, classes)


def replaced_tokens(logits: tf.Tensor, labels: tf.Tensor, attention_mask: tf.Tensor | None) -> tf.Tensor:
    """Binary cross entropy at each token (batch, tokens) that the mask shows; without one, of any shape."""
    if not labels.shape.is_compatible_with(logits.shape):
        raise bad_argument(f"labels has shape {tuple(labels.shape)}, expected {tuple(logits.shape)}.")
    losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(labels, logits.dtype), logits)
    if attention_mask is None:
        return tf.reduce_mean(losses)
    shown = tf.cast(attention_mask, losses.dtype)
    return tf.reduce_sum(losses * shown) / tf.reduce_sum(shown)


def reconstruction(painted: tf.Tensor, masked: tf.Tensor, pixels: tf.Tensor) -> tf.Tensor:
    """Mean distance of ``painted`` from ``pixels`` (batch, channels, height, width) within the masked patches.

    ``masked`` (batch, patches): true for those; the patches are square, and sizes are known but for the batch.
    """
    channels, height, width = painted.shape[1:]
    side = math.isqrt(height * width // masked.shape[1])
    grid = tf.cast(tf.reshape(masked, [-1, 1, height // side, width // side]), painted.dtype)
    shown = tf.repeat(tf.repeat(grid, side, axis=2), side, axis=3)
    apart = tf.abs(painted - tf.cast(pixels, painted.dtype)) * shown
    return tf.reduce_sum(apart) / (tf.reduce_sum(shown) + _TINY) / channels


def ctc(logits: tf.Tensor, labels: tf.Tensor, alignment: Alignment) -> tf.Tensor:
    """How unlikely it is that the frames of ``logits`` (batch, frames, vocab) say the ``labels`` (batch, tokens), of
    which -100 and blanks count for nothing."""
    with past_keras():
        check_texts_of_labels(labels.dtype.name, labels.dtype.is_integer, labels.shape, logits.shape)
    labels = tf.cast(labels, tf.int32)
    if tf.executing_eagerly() and (counted := labels[labels != IGNORED]).shape[0]:
        error = label_beyond("labels", int(tf.reduce_min(counted)), int(tf.reduce_max(counted)), logits.shape[-1])
        if error is not None:
            raise bad_argument(str(error))
    losses, counts = of_texts(xp, logits, labels, alignment.lengths, alignment.blank)
    if alignment.zero_infinity:
        losses = tf.where(tf.math.is_inf(losses), 0.0, losses)
    if alignment.reduction == "none":
        return losses
    if alignment.reduction == "sum":
        return tf.reduce_sum(losses)
    return tf.reduce_mean(losses / tf.cast(tf.maximum(counts, 1), losses.dtype))


def frame_classes(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross entropy of each frame's class; both (batch, frames, classes), the labels largest where the class is."""
    with past_keras():
        check_one_each(labels.shape, logits.shape)
    return cross_entropy(_flat(logits), tf.argmax(labels, axis=-1))


def speakers(cosines: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Cross entropy of who speaks, whose cosine must be larger by a margin (AM-softmax, arXiv:1801.05599).

    ``cosines`` (batch, speakers), ``labels`` (batch,).
    """
    classes = tf.reshape(_classes("labels", labels, cosines.shape[:-1]), [-1])
    own = tf.one_hot(classes, cosines.shape[-1], SPEAKER_MARGIN, 0.0, dtype=cosines.dtype)
    return cross_entropy(SPEAKER_SCALE * (cosines - own), classes)


def pixel_classes(
    logits: tf.Tensor, labels: tf.Tensor, ignored: int, others: tf.Tensor | None = None, share: float = 0.0
) -> tf.Tensor:
    """Cross entropy of each pixel's class; ``logits`` (batch, classes, rows, columns), brought to the size of
    ``labels`` (batch, height, width). Of one class how sure it is that labels are 1 and not 0. ``others``: logits of
    another head, whose loss is added ``share`` times."""
    if others is not None:
        return pixel_classes(logits, labels, ignored) + share * pixel_classes(others, labels, ignored)
    with past_keras():
        check_pixel_labels(labels.dtype.name, labels.dtype.is_integer, labels.shape, logits.shape)
    height, width = labels.shape[1:]
    wide = xp.resize(logits, (height, width), "bilinear")
    if logits.shape[1] == 1:
        losses = tf.math.softplus(wide[:, 0]) - tf.cast(labels, wide.dtype) * wide[:, 0]
        return tf.reduce_mean(tf.where((labels >= 0) & (labels != ignored), losses, 0))
    return cross_entropy(_flat(tf.transpose(wide, (0, 2, 3, 1))), labels, ignored)


def masked_patches(logits: tf.Tensor, labels: tf.Tensor, masked: tf.Tensor) -> tf.Tensor:
    """Cross entropy at the hidden patches; ``logits`` (batch, patches, classes), ``labels`` (hidden,) of these one
    after another, ``masked`` (batch, patches): true for those."""
    hidden = tf.reshape(tf.cast(masked, tf.bool), [-1])
    return token_classes(tf.boolean_mask(_flat(logits), hidden), labels)


def contrastive(logits: tf.Tensor) -> tf.Tensor:
    """Mean cross entropy of each text's picture and of each picture's text; ``logits`` (texts, pictures).

    The picture of a text is that of its row.
    """
    with past_keras():
        check_pairs(*logits.shape)
    own = tf.range(tf.shape(logits)[0])
    return (cross_entropy(logits, own) + cross_entropy(tf.transpose(logits), own)) / 2


def sigmoid_contrastive(logits: tf.Tensor) -> tf.Tensor:
    """Mean over the texts of how badly their pairs are told apart: each text's own picture fits, all others do not;
    ``logits`` (texts, pictures). The picture of a text is that of its row (arXiv:2303.15343, algorithm 1).
    """
    with past_keras():
        check_pairs(*logits.shape)
    fits = 2 * tf.eye(tf.shape(logits)[0], dtype=logits.dtype) - 1
    return -tf.reduce_mean(tf.reduce_sum(tf.math.log_sigmoid(fits * logits), axis=-1))


LOSSES: dict[str, Callable[[Sequence[Any], Sequence[Any], PretrainedConfig, Mapping[str, Any]], Any]] = {
    "next_token": lambda values, labels, config, given: next_token(values[0], labels[0]),
    "masked_token": lambda values, labels, config, given: masked_token(values[0], labels[0]),
    "sequence_classes": lambda values, labels, config, given: sequence_classes(values[0], labels[0], config),
    "shares_of_classes": lambda values, labels, config, given: shares_of_classes(values[0], labels[0], config),
    "token_classes": lambda values, labels, config, given: token_classes(values[0], labels[0]),
    "pretraining": lambda values, labels, config, given: pretraining(values[0], values[1], labels[0], labels[1]),
    "sentence_order": lambda values, labels, config, given: pretraining(
        values[0], values[1], labels[0], labels[1], "sentence_order_label"
    ),
    "replaced_tokens": lambda values, labels, config, given: replaced_tokens(
        values[0], labels[0], given.get("attention_mask")
    ),
    "span": lambda values, labels, config, given: span(values[0], values[1], labels[0], labels[1]),
    "reconstruction": lambda values, labels, config, given: reconstruction(values[0], labels[0], given["pixel_values"]),
    "ctc": lambda values, labels, config, given: ctc(values[0], labels[0], values[1]),
    "frame_classes": lambda values, labels, config, given: frame_classes(values[0], labels[0]),
    "speakers": lambda values, labels, config, given: speakers(values[2], labels[0]),
    "own": lambda values, labels, config, given: values[-1],
    "pixel_classes": lambda values, labels, config, given: pixel_classes(values[0], labels[0], *values[1:]),
    "pixels": lambda values, labels, config, given: replaced_tokens(values[0], labels[0], None),
    "objects": lambda values, labels, config, given: of_objects(xp, values[0], values[1], labels[0], values[2]),
    "masked_patches": lambda values, labels, config, given: masked_patches(
        values[0], labels[0], given["bool_masked_pos"]
    ),
    "contrastive": lambda values, labels, config, given: contrastive(values[0]),
    "sigmoid_contrastive": lambda values, labels, config, given: sigmoid_contrastive(values[0]),
}
"""By the names in tasks: of what the head gives, the labels, the config, and all arguments by name. The
loss, or a dict of the output's fields."""


def _classes(name: str, labels: tf.Tensor, shape: Sequence[int | None], hint: str = "") -> tf.Tensor:
    """Labels, checked as far as their shape is known, as int64."""
    try:
        is_whole = labels.dtype.is_integer or labels.dtype.is_bool
        known = list(shape) if labels.shape.rank is None else labels.shape.as_list()
        check_classes(name, labels.dtype.name, is_whole, known, list(shape), hint)
    except ArgumentError as error:
        raise bad_argument(str(error)) from None
    return tf.cast(labels, tf.int64)
