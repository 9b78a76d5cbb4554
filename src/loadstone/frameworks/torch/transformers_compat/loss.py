"""The loss that newer code asks of its base class, by what its name says it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from loadstone.errors import CustomCodeError
from loadstone.frameworks.torch.modeling import losses

LossFunction = Callable[..., Tensor]


def loss_function_of(class_name: str) -> LossFunction:
    """Of next tokens; of masked tokens, single tokens or whole texts for classes that are named so.

    :class:`CustomCodeError` for other tasks that have a loss of their own in Transformers.
    """
    task = next((task for task in (*_LOSSES, *_OTHERS) if task in class_name), "ForCausalLM")
    if task in _OTHERS:
        raise CustomCodeError(f"{class_name} asks for Transformers' loss {task}, which has no equivalent in Loadstone.")
    return _LOSSES[task]


def _next_token(logits: Tensor, labels: Tensor, vocab_size: int, num_items_in_batch: Any = None, **_: object) -> Tensor:
    return losses.next_token(logits.view(*labels.shape, vocab_size), labels, num_items_in_batch)


def _token(logits: Tensor, labels: Tensor, vocab_size: int, num_items_in_batch: Any = None, **_: object) -> Tensor:
    return losses.masked_token(logits.view(*labels.shape, vocab_size), labels, num_items_in_batch)


def _classes(logits: Tensor, labels: Tensor, config: Any, **_: object) -> Tensor:
    return losses.token_classes(logits, labels)


def _texts(labels: Tensor, pooled_logits: Tensor, config: Any, **_: object) -> Tensor:
    return losses.sequence_classes(pooled_logits, labels, config)


_LOSSES: dict[str, LossFunction] = {
    "ForCausalLM": _next_token,
    "ForMaskedLM": _token,
    "ForTokenClassification": _classes,
    "ForSequenceClassification": _texts,
}
_OTHERS = ("ForQuestionAnswering", "ForObjectDetection", "ForSegmentation", "ForConditionalGeneration")
