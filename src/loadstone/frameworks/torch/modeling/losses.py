"""The loss of each task, as the training scripts for Transformers' models expect it.

Each raises :class:`ArgumentError` for labels of a dtype or shape that its logits cannot be compared with, and on the
CPU for a class that there is not: an accelerator would have to be waited for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from loadstone.architectures.components.sound_heads import Alignment
from loadstone.architectures.objects import Weights
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
from loadstone.frameworks.torch.modeling.arguments import check_tensors, values_known
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.object_labels import padded

_TINY = 1e-5
"""Keeps a quotient finite where nothing is masked."""


def next_token(logits: Tensor, labels: Tensor, items: Tensor | int | None = None) -> Tensor:
    """Cross entropy of each token's successor; ``logits`` (batch, tokens, vocab), ``labels`` (batch, tokens)."""
    classes = _classes("labels", labels, logits.shape[:-1]).view(logits.shape[:-1])
    return masked_token(logits, F.pad(classes, (0, 1), value=IGNORED)[:, 1:], items)


def masked_token(logits: Tensor, labels: Tensor, items: Tensor | int | None = None) -> Tensor:
    """Cross entropy at the labeled places; ``logits`` (…, classes), ``labels`` (…).

    The mean, or the sum divided by ``items``: the labeled places of all batches whose gradients are added up.
    """
    flat, classes = logits.flatten(0, -2).float(), _classes("labels", labels, logits.shape[:-1])
    if items is None:
        return _cross_entropy(flat, classes)
    total = _cross_entropy(flat, classes, "sum")
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
    """Cross entropy over classes at the labeled places, in the logits' own dtype."""
    return _cross_entropy(logits.flatten(0, -2), _classes("labels", labels, logits.shape[:-1]))


def sequence_classes(logits: Tensor, labels: Tensor, config: PretrainedConfig) -> Tensor:
    """The loss of the config's ``problem_type``, else of the one that labels and number of classes suggest.

    Integers serve where values are compared: as labels of a regression, or 0 and 1 for each of several classes.
    """
    check_tensors(labels=labels)
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


def shares_of_classes(logits: Tensor, labels: Tensor, config: PretrainedConfig) -> Tensor:
    """The same; but where nobody says which, numbers for each class of a text are its shares in them (DeBERTa)."""
    check_tensors(labels=labels)
    if config.problem_type is not None or labels.dim() != 2 or 1 in (labels.shape[-1], logits.shape[-1]):
        return sequence_classes(logits, labels, config)
    check_numbers(MULTI_LABEL, labels.shape, logits.shape)
    return -(logits.log_softmax(dim=-1) * labels.to(logits.device)).sum(dim=-1).mean()


def span(start_logits: Tensor, end_logits: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Mean cross entropy of a span's first and last token; a place outside the sequence counts for nothing."""
    tokens = start_logits.shape[1]
    losses = []
    for name, logits, given in (("start_positions", start_logits, start), ("end_positions", end_logits, end)):
        check_tensors(**{name: given})
        places = _classes(name, given, (*logits.shape[:-1], 1) if given.dim() == 2 else logits.shape[:-1])
        losses.append(F.cross_entropy(logits, places.to(logits.device).clamp(0, tokens), ignore_index=tokens))
    return (losses[0] + losses[1]) / 2


def pretraining(
    logits: Tensor, relationship: Tensor, labels: Tensor, next_sentence: Tensor, name: str = "next_sentence_label"
) -> Tensor:
    """Masked tokens (batch, tokens), and whether the second sentence follows the first (batch,)."""
    classes = _classes(name, next_sentence, relationship.shape[:-1])
    return masked_token(logits, labels) + _cross_entropy(relationship, classes)


def replaced_tokens(logits: Tensor, labels: Tensor, attention_mask: Tensor | None) -> Tensor:
    """Binary cross entropy at each token (batch, tokens) that the mask shows; without one, of any shape."""
    check_tensors(labels=labels)
    if labels.shape != logits.shape:
        raise ArgumentError(f"labels has shape {tuple(labels.shape)}, expected {tuple(logits.shape)}.")
    losses = F.binary_cross_entropy_with_logits(logits, labels.to(logits), reduction="none")
    if attention_mask is None:
        return losses.mean()
    shown = attention_mask.to(device=logits.device, dtype=torch.bool)
    return losses.masked_fill(~shown, 0).sum() / shown.sum()


def reconstruction(painted: Tensor, masked: Tensor, pixels: Tensor) -> Tensor:
    """Mean distance of ``painted`` from ``pixels`` (batch, channels, height, width) within the masked patches.

    ``masked`` (batch, patches): true for those; the patches are square.
    """
    batch, channels, height, width = painted.shape
    side = math.isqrt(height * width // masked.shape[1])
    grid = masked.reshape(batch, 1, height // side, width // side).to(painted)
    shown = grid.repeat_interleave(side, 2).repeat_interleave(side, 3)
    apart = (painted - pixels.to(painted)).abs() * shown
    return apart.sum() / (shown.sum() + _TINY) / channels


def ctc(logits: Tensor, labels: Tensor, alignment: Alignment) -> Tensor:
    """How unlikely it is that the frames of ``logits`` (batch, frames, vocab) say the ``labels`` (batch, tokens), of
    which -100 and blanks count for nothing."""
    check_tensors(labels=labels)
    is_whole = not labels.is_floating_point() and not labels.is_complex()
    check_texts_of_labels(labels.dtype, is_whole, labels.shape, logits.shape)
    labels, blank = labels.to(logits.device, torch.long), alignment.blank
    counted = (labels != IGNORED) & (labels != blank)
    tokens = labels[counted]
    if values_known(tokens) and len(tokens):  # nobody else looks before they are used as indices
        error = label_beyond("labels", int(tokens.min()), int(tokens.max()), logits.shape[-1])
        if error is not None:
            raise error
    odds = logits.log_softmax(dim=-1, dtype=torch.float32).transpose(0, 1)
    with torch.backends.cudnn.flags(enabled=False):  # which takes other dtypes of lengths, and rounds otherwise
        return F.ctc_loss(
            odds, tokens, alignment.lengths, counted.sum(-1), blank, alignment.reduction, alignment.zero_infinity
        )


def frame_classes(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each frame's class; both (batch, frames, classes), the labels largest where the class is."""
    check_tensors(labels=labels)
    check_one_each(labels.shape, logits.shape)
    return _cross_entropy(logits.flatten(0, 1), labels.flatten(0, 1).argmax(dim=-1))


def speakers(cosines: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of who speaks, whose cosine must be larger by a margin (AM-softmax, arXiv:1801.05599).

    ``cosines`` (batch, speakers), ``labels`` (batch,).
    """
    classes = _classes("labels", labels, cosines.shape[:-1]).to(cosines.device)
    own = torch.arange(cosines.shape[-1], device=cosines.device) == classes[:, None]
    return _cross_entropy(SPEAKER_SCALE * torch.where(own, cosines - SPEAKER_MARGIN, cosines), classes)


def pixel_classes(
    logits: Tensor, labels: Tensor, ignored: int, others: Tensor | None = None, share: float = 0.0
) -> Tensor:
    """Cross entropy of each pixel's class; ``logits`` (batch, classes, rows, columns), brought to the size of
    ``labels`` (batch, height, width). Of one class how sure it is that labels are 1 and not 0. ``others``: logits of
    another head, whose loss is added ``share`` times."""
    if others is not None:
        return pixel_classes(logits, labels, ignored) + share * pixel_classes(others, labels, ignored)
    check_tensors(labels=labels)
    check_pixel_labels(labels.dtype, not labels.is_floating_point(), labels.shape, logits.shape)
    wide = F.interpolate(logits, labels.shape[1:], mode="bilinear", align_corners=False)
    labels = labels.to(logits.device)
    if logits.shape[1] == 1:
        losses = F.binary_cross_entropy_with_logits(wide[:, 0], labels.to(wide.dtype), reduction="none")
        return (losses * ((labels >= 0) & (labels != ignored))).mean()
    return _cross_entropy(wide.movedim(1, -1).flatten(0, -2), labels.reshape(-1).long(), ignored=ignored)


def masked_patches(logits: Tensor, labels: Tensor, masked: Tensor) -> Tensor:
    """Cross entropy at the hidden patches; ``logits`` (batch, patches, classes), ``labels`` (hidden,) of these one
    after another, ``masked`` (batch, patches): true for those."""
    hidden = masked.to(device=logits.device, dtype=torch.bool)
    return token_classes(logits[hidden], labels)


def contrastive(logits: Tensor) -> Tensor:
    """Mean cross entropy of each text's picture and of each picture's text; ``logits`` (texts, pictures).

    The picture of a text is that of its row.
    """
    check_pairs(*logits.shape)
    own = torch.arange(len(logits), device=logits.device)
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


def sigmoid_contrastive(logits: Tensor) -> Tensor:
    """Mean over the texts of how badly their pairs are told apart: each text's own picture fits, all others do not;
    ``logits`` (texts, pictures). The picture of a text is that of its row (arXiv:2303.15343, algorithm 1).
    """
    check_pairs(*logits.shape)
    fits = 2 * torch.eye(len(logits), device=logits.device, dtype=logits.dtype) - 1
    return -F.logsigmoid(fits * logits).sum(dim=-1).mean()


def objects(logits: Tensor, boxes: Tensor, labels: object, weights: Weights) -> dict[str, Any]:
    """``loss`` and ``loss_dict`` of what is found, matched with what there is: :mod:`loadstone.architectures.objects`.

    ``logits`` (batch, found, classes + 1), ``boxes`` (batch, found, 4); ``labels``: a dict for each picture.
    """
    there = padded(labels, logits.shape[-1] - 1, logits.device)
    return of_objects(xp, logits, boxes.to(logits.device), there, weights)


LOSSES: dict[str, Callable[[Sequence[Any], Sequence[Any], PretrainedConfig, Mapping[str, Any]], Any]] = {
    "next_token": lambda values, labels, config, given: next_token(values[0], labels[0], _items(given)),
    "masked_token": lambda values, labels, config, given: masked_token(values[0], labels[0], _items(given)),
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
    "objects": lambda values, labels, config, given: objects(values[0], values[1], labels[0], values[2]),
    "masked_patches": lambda values, labels, config, given: masked_patches(
        values[0], labels[0], given["bool_masked_pos"]
    ),
    "contrastive": lambda values, labels, config, given: contrastive(values[0]),
    "sigmoid_contrastive": lambda values, labels, config, given: sigmoid_contrastive(values[0]),
}
"""By the names in tasks: of what the head gives, the labels, the config, and all arguments by name. The
loss, or a dict of the output's fields."""


def _items(given: Mapping[str, Any]) -> Tensor | int | None:
    return given.get("num_items_in_batch")


def _classes(name: str, labels: Tensor, shape: Sequence[int], hint: str = "") -> Tensor:
    """Labels of that shape, flat and in the dtype that PyTorch counts in."""
    check_tensors(**{name: labels})
    is_whole = not labels.is_floating_point() and not labels.is_complex()
    check_classes(name, labels.dtype, is_whole, labels.shape, shape, hint)
    return labels.reshape(-1).to(torch.long)


def _cross_entropy(logits: Tensor, labels: Tensor, reduction: str = "mean", ignored: int = IGNORED) -> Tensor:
    """``logits`` (places, classes), ``labels`` (places,)."""
    try:
        return F.cross_entropy(logits, labels.to(logits.device), ignore_index=ignored, reduction=reduction)
    except IndexError:
        counted = labels[labels != ignored]
        error = label_beyond("labels", int(counted.min()), int(counted.max()), logits.shape[-1])
        if error is None:
            raise
        raise error from None
