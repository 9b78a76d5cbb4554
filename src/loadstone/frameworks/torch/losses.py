"""The loss of each task, as the training scripts for Transformers' models expect it."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from loadstone.config import PretrainedConfig

IGNORED = -100
"""A label that counts for nothing."""


def next_token(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each token's successor; ``logits`` (batch, tokens, vocab), ``labels`` (batch, tokens)."""
    return masked_token(logits, F.pad(labels, (0, 1), value=IGNORED)[:, 1:])


def masked_token(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy at the labelled places; ``logits`` (…, classes), ``labels`` (…)."""
    flat = logits.flatten(0, -2).float()
    return F.cross_entropy(flat, labels.reshape(-1).to(flat.device), ignore_index=IGNORED)


def token_classes(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy over classes at the labelled places, in the logits' own dtype."""
    flat = logits.flatten(0, -2)
    return F.cross_entropy(flat, labels.reshape(-1).to(flat.device), ignore_index=IGNORED)


def sequence_classes(logits: Tensor, labels: Tensor, config: PretrainedConfig) -> Tensor:
    """The loss of the config's ``problem_type``, else of the one that labels and number of classes suggest."""
    problem = config.problem_type
    if problem is None:
        if logits.shape[-1] == 1:
            problem = "regression"
        else:
            problem = "multi_label_classification" if labels.is_floating_point() else "single_label_classification"
    labels = labels.to(logits.device)
    if problem == "regression":
        return F.mse_loss(logits.squeeze(), labels.squeeze())
    if problem == "single_label_classification":
        return F.cross_entropy(logits, labels.reshape(-1))
    return F.binary_cross_entropy_with_logits(logits, labels)


def span(start_logits: Tensor, end_logits: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Mean cross entropy of a span's first and last token; a place outside the sequence counts for nothing."""
    tokens = start_logits.shape[1]
    losses = [
        F.cross_entropy(logits, place.reshape(-1).to(logits.device).clamp(0, tokens), ignore_index=tokens)
        for logits, place in ((start_logits, start), (end_logits, end))
    ]
    return (losses[0] + losses[1]) / 2
