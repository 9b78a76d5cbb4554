"""The loss of each task, as the training scripts for Transformers' models expect it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from loadstone.config import PretrainedConfig

IGNORED = -100
"""A label that counts for nothing."""


def next_token(logits: Tensor, labels: Tensor, items: Tensor | int | None = None) -> Tensor:
    """Cross entropy of each token's successor; ``logits`` (batch, tokens, vocab), ``labels`` (batch, tokens)."""
    return masked_token(logits, F.pad(labels, (0, 1), value=IGNORED)[:, 1:], items)


def masked_token(logits: Tensor, labels: Tensor, items: Tensor | int | None = None) -> Tensor:
    """Cross entropy at the labelled places; ``logits`` (…, classes), ``labels`` (…).

    The mean, or the sum divided by ``items``: the labelled places of all batches whose gradients are added up.
    """
    flat = logits.flatten(0, -2).float()
    labels = labels.reshape(-1).to(flat.device)
    if items is None:
        return F.cross_entropy(flat, labels, ignore_index=IGNORED)
    total = F.cross_entropy(flat, labels, ignore_index=IGNORED, reduction="sum")
    return total / (items.to(total.device) if isinstance(items, Tensor) else items)


def load_balance(router_logits: tuple[Tensor, ...], top_k: int, counted: Tensor | None) -> Tensor:
    """What the busiest experts add to the loss (arXiv:2101.03961, equations 4 to 6, over all layers together).

    ``router_logits``: for each layer (batch · tokens, experts). ``counted`` (batch, tokens): 1 for a token, 0 for
    padding, which counts for nothing. 1 where all experts are equally busy, more where they are not.
    """
    device = router_logits[0].device
    experts = router_logits[0].shape[-1]
    weights = None if counted is None else counted.reshape(-1).to(device=device, dtype=torch.float32)
    busy = probable = torch.zeros(experts, device=device)
    rows: Tensor | float = 0.0
    for logits in router_logits:
        odds = logits.to(device).softmax(dim=-1)
        chosen = torch.zeros_like(odds, dtype=torch.float32).scatter(1, odds.topk(top_k, dim=-1).indices, 1.0)
        if weights is None:
            busy, probable = busy + chosen.sum(dim=0), probable + odds.float().sum(dim=0)
            rows = rows + odds.shape[0]
        else:
            busy, probable = busy + weights @ chosen, probable + weights @ odds.float()
            rows = rows + weights.sum()
    return (busy / rows * (probable / rows)).sum() * experts


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
