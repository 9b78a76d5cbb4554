"""From the logits of a step to its tokens in PyTorch: rules, processors of the caller's, what ends a text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from loadstone.errors import ArgumentError
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.logit_edits import Edit, edited
from loadstone.frameworks.logit_rules import Written, edits_at
from loadstone.frameworks.sampling import filtered
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.writers import TextWriter

logger = logging.getLogger("loadstone")

Processor = Callable[[Tensor, Tensor], Tensor]
"""Texts (rows, tokens), scores (rows, vocab) → scores."""
Criterion = Callable[[Tensor, Any], Any]
"""Texts (rows, tokens), the scores of all steps, if they are kept → which texts are complete, bool (rows,) or bool."""


_RULE_OF: Mapping[str, str] = MappingProxyType(
    {
        "SequenceBiasLogitsProcessor": "sequence_bias",
        "EncoderRepetitionPenaltyLogitsProcessor": "encoder_repetition_penalty",
        "RepetitionPenaltyLogitsProcessor": "repetition_penalty",
        "NoRepeatNGramLogitsProcessor": "no_repeat_ngram_size",
        "EncoderNoRepeatNGramLogitsProcessor": "encoder_no_repeat_ngram_size",
        "NoBadWordsLogitsProcessor": "bad_words_ids",
        "MinLengthLogitsProcessor": "min_length",
        "MinNewTokensLengthLogitsProcessor": "min_length",
        "PrefixConstrainedLogitsProcessor": "prefix_allowed_tokens_fn",
        "ForcedBOSTokenLogitsProcessor": "forced_bos_token_id",
        "ForcedEOSTokenLogitsProcessor": "forced_eos_token_id",
        "InfNanRemoveLogitsProcessor": "remove_invalid_values",
        "ExponentialDecayLengthPenalty": "exponential_decay_length_penalty",
        "SuppressTokensLogitsProcessor": "suppress_tokens",
        "SuppressTokensAtBeginLogitsProcessor": "begin_suppress_tokens",
    }
)
"""Class of transformers' processors → the key whose rule does the same."""


class Choosing:
    """What becomes of the logits of each step, and when texts are complete."""

    def __init__(
        self, how: Decoding, writer: TextWriter, processors: tuple[Processor, ...], criteria: tuple[Criterion, ...]
    ) -> None:
        self.how, self.processors, self.criteria = how, processors, criteria
        given = {_RULE_OF.get(type(each).__name__) for each in processors}
        self.rules = tuple(rule for rule in how.rules if rule.name not in given)
        """Without those in whose place the caller gives a processor."""
        if replaced := [rule.name for rule in how.rules if rule.name in given]:
            logger.warning("%s: the logits processors that generate was given are used instead.", ", ".join(replaced))
        self.clock = how.stops.begin()
        self.pads = bool(how.ends) or any(hasattr(each, "eos_token_id") for each in criteria)
        """Whether complete texts are filled up: as in transformers, only where tokens end them."""
        device = writer.ids.device
        self.ends = torch.tensor(how.ends, device=device)
        self.starts: np.ndarray | None = None
        self.read: np.ndarray | None = None
        if self.rules:
            starts = writer.starts()
            self.starts = None if starts is None else starts.cpu().numpy()
            self.read = None if writer.read is None else np.asarray(writer.read.cpu())
            if self.read is not None and (self.read.ndim != 2 or (self.read < 0).any()):
                self.read = None

    def edits(self, logits: Tensor, ids: Tensor) -> tuple[Edit, ...]:
        """What the rules do to ``logits`` (rows, vocab) after texts (rows, tokens), as tensors."""
        if not self.rules:
            return ()
        texts = Written(ids.cpu().numpy(), self.starts, self.read)
        return tuple(_on_device(edit, logits.device) for edit in edits_at(texts, self.rules, logits.shape[-1]))

    def scores(self, logits: Tensor, ids: Tensor) -> Tensor:
        """``logits`` (rows, vocab) in float32 of the tokens after ``ids`` (rows, tokens), as they are chosen by."""
        scores = edited(xp, logits, self.edits(logits, ids))
        for processor in self.processors:
            given = scores
            scores = processor(ids, scores.clone() if scores is logits else scores)
            _check_scores(processor, scores, given)
        return filtered(xp, scores, self.how.filters)

    def ended(self, ids: Tensor, scores: object) -> Tensor | None:
        """Which of the texts (rows, tokens) are complete for other reasons than their last token; None if none can."""
        ended: Tensor | None = None
        if self.clock.may_end:
            ended = torch.from_numpy(self.clock.ended(ids.cpu().numpy())).to(ids.device)
        for criterion in self.criteria:
            said = _checked(criterion, criterion(ids, scores), ids)
            ended = said if ended is None else ended | said
        return ended


def _on_device(edit: Any, device: torch.device) -> Any:
    """The edit with tensors in place of NumPy's arrays."""
    return type(edit)(
        *(torch.from_numpy(value).to(device) if isinstance(value, np.ndarray) else float(value) for value in edit)
    )


def _check_scores(processor: Processor, scores: object, given: Tensor) -> None:
    fits = isinstance(scores, Tensor) and scores.shape == given.shape and scores.is_floating_point()
    if not fits:
        found = f"a {type(scores).__name__}"
        if isinstance(scores, Tensor):
            found = f"a tensor {tuple(scores.shape)} of {str(scores.dtype).removeprefix('torch.')}"
        raise ArgumentError(
            f"The logits processor {_name(processor)} returned {found}, expected scores {tuple(given.shape)} of "
            "float32, as it was given."
        )


def _checked(criterion: Criterion, said: object, ids: Tensor) -> Tensor:
    """What a criterion says, bool (rows,)."""
    if isinstance(said, bool):
        return torch.full((len(ids),), said, device=ids.device)
    if isinstance(said, Tensor) and said.dtype is torch.bool and tuple(said.shape) in ((), (1,), (len(ids),)):
        return said.to(ids.device).expand(len(ids))
    found = repr(said)
    if isinstance(said, Tensor):
        found = f"a tensor {tuple(said.shape)} of {str(said.dtype).removeprefix('torch.')}"
    raise ArgumentError(
        f"The stopping criterion {_name(criterion)} returned {found}, expected True or False, or a bool tensor "
        f"({len(ids)},): which of the texts are complete."
    )


def several(name: str, given: object) -> tuple[Any, ...]:
    """One function or a list of them; :class:`ArgumentError` for anything else."""
    if given is None:
        return ()
    each = tuple(given) if isinstance(given, Sequence) else (given,)
    if wrong := [one for one in each if not callable(one)]:
        raise ArgumentError(f"{name} has a {type(wrong[0]).__name__}, expected a function, or a list of them.")
    return each


def within_criteria(criteria: tuple[Criterion, ...], options: Mapping[str, Any]) -> Any:
    """The keywords with the length that a criterion sets, as transformers' ``MaxLengthCriteria``: it is the limit."""
    limits = [getattr(each, "max_length", None) for each in criteria]
    longest = next((limit for limit in limits if isinstance(limit, int)), None)
    if longest is None:
        return options
    return {name: value for name, value in options.items() if name != "max_new_tokens"} | {"max_length": longest}


def _name(function: object) -> str:
    return getattr(function, "__name__", type(function).__name__)
