"""The loss of each task, as the training scripts for Transformers' models expect it.

Each raises :class:`ArgumentError` for labels of a dtype or shape that its logits cannot be compared with, and on the
CPU for a class that there is not: an accelerator would have to be waited for.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from loadstone.config import PretrainedConfig
from loadstone.frameworks.labels import (
    OF_TEXTS,
    REGRESSION,
    SINGLE_LABEL,
    check_classes,
    check_numbers,
    label_beyond,
    problem_of,
)

IGNORED = -100
"""A label that counts for nothing."""


def next_token(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each token's successor; ``logits`` (batch, tokens, vocab), ``labels`` (batch, tokens)."""
    classes = _classes("labels", labels, logits.shape[:-1]).view(logits.shape[:-1])
    return masked_token(logits, F.pad(classes, (0, 1), value=IGNORED)[:, 1:])


def masked_token(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy at the labelled places; ``logits`` (…, classes), ``labels`` (…)."""
    return _cross_entropy(logits.flatten(0, -2).float(), _classes("labels", labels, logits.shape[:-1]))


def token_classes(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy over classes at the labelled places, in the logits' own dtype."""
    return _cross_entropy(logits.flatten(0, -2), _classes("labels", labels, logits.shape[:-1]))


def sequence_classes(logits: Tensor, labels: Tensor, config: PretrainedConfig) -> Tensor:
    """The loss of the config's ``problem_type``, else of the one that labels and number of classes suggest.

    Whole numbers serve where numbers are compared: as labels of a regression, or 0 and 1 for each of several classes.
    """
    problem = problem_of(config.problem_type, logits.shape[-1], labels.is_floating_point())
    if problem == SINGLE_LABEL:
        shape = (*logits.shape[:-1], 1) if labels.dim() == 2 else logits.shape[:-1]
        return _cross_entropy(logits, _classes("labels", labels, shape, OF_TEXTS))
    check_numbers(problem, labels.shape, logits.shape)
    labels = labels.to(logits.device).reshape(logits.shape)
    if not labels.is_floating_point():
        labels = labels.to(logits.dtype)
    if problem == REGRESSION:
        return F.mse_loss(logits, labels)
    return F.binary_cross_entropy_with_logits(logits, labels)


def span(start_logits: Tensor, end_logits: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Mean cross entropy of a span's first and last token; a place outside the sequence counts for nothing."""
    tokens = start_logits.shape[1]
    losses = []
    for name, logits, given in (("start_positions", start_logits, start), ("end_positions", end_logits, end)):
        places = _classes(name, given, (*logits.shape[:-1], 1) if given.dim() == 2 else logits.shape[:-1])
        losses.append(F.cross_entropy(logits, places.to(logits.device).clamp(0, tokens), ignore_index=tokens))
    return (losses[0] + losses[1]) / 2


def _classes(name: str, labels: Tensor, shape: Sequence[int], hint: str = "") -> Tensor:
    """Labels of that shape, flat and in the dtype that PyTorch counts in."""
    is_whole = not labels.is_floating_point() and not labels.is_complex()
    check_classes(name, labels.dtype, is_whole, labels.shape, shape, hint)
    return labels.reshape(-1).to(torch.long)


def _cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """``logits`` (places, classes), ``labels`` (places,)."""
    try:
        return F.cross_entropy(logits, labels.to(logits.device), ignore_index=IGNORED)
    except IndexError:
        counted = labels[labels != IGNORED]
        error = label_beyond("labels", int(counted.min()), int(counted.max()), logits.shape[-1])
        if error is None:
            raise
        raise error from None
