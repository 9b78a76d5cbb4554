"""Rules about which tokens may come next: tokens that are never written, that are written whatever a model says, that
become less likely since the text has them. A generation config has them; they are computed in one way for all
frameworks: on the host each rule looks at the texts so far and says what is to be done to the logits, an
:class:`~loadstone.frameworks.logit_edits.Edit`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np

from loadstone.core.records import record
from loadstone.errors import ArgumentError
from loadstone.frameworks.logit_edits import Allowed, Bias, Choice, Edit, EndBoost, Finite, Penalty


class Written(NamedTuple):
    """What rules look at, on the host."""

    ids: np.ndarray
    """(rows, tokens): the texts so far."""
    starts: np.ndarray | None = None
    """(rows,): how many of a text's tokens are padding; None where none is."""
    read: np.ndarray | None = None
    """(batch, tokens): what an encoder has read, or the prompts; None where that was no text."""


class Rule(Protocol):
    """What a key of a generation config asks for."""

    @property
    def name(self) -> str:
        """The key."""

    def edit(self, texts: Written, vocab: int) -> Edit | None:
        """What is to be done to the logits (rows, vocab) of the next token; None for nothing."""


def edits_at(texts: Written, held: tuple[Rule, ...], vocab: int) -> tuple[Edit, ...]:
    """What the rules do to the logits of the token after these texts."""
    made = (rule.edit(texts, vocab) for rule in held)
    return tuple(edit for edit in made if edit is not None)


# Which tokens, by the length of a text ----------------------------------------------------------------


@record
class Tokens:
    """What may follow a text that has from ``first`` to ``last`` tokens, the prompt included."""

    name: str
    tokens: tuple[int, ...]
    forces: bool = False
    """Whether one of the tokens comes next, instead of none of them."""
    first: int = 0
    last: int | None = None

    def edit(self, texts: Written, vocab: int) -> Choice | None:
        """Its choice, at these frame."""
        length = texts.ids.shape[1]
        within = self.first <= length and (self.last is None or length <= self.last)
        return _choice(self, vocab) if within else None


@lru_cache(maxsize=64)
def _choice(rule: Tokens, vocab: int) -> Choice:
    stays, other = np.full(vocab, not rule.forces), np.full(vocab, -np.inf, np.float32)
    known = [token for token in rule.tokens if 0 <= token < vocab]
    if not rule.forces:
        stays[known] = False
    elif len(known) < len(rule.tokens):
        raise _beyond(rule.name, list(rule.tokens), vocab)
    else:
        other[known] = 0.0
    return Choice(stays, other)


def _beyond(name: str, tokens: object, vocab: int) -> ArgumentError:
    return ArgumentError(f"{name} is {tokens}, expected tokens of the vocabulary, 0 to {vocab - 1}.")


@record
class ExponentialDecay:
    """Ends become likelier with each token after the first ``after``."""

    name: str
    ends: tuple[int, ...]
    after: int
    """Tokens, the prompt included."""
    factor: float

    def edit(self, texts: Written, vocab: int) -> EndBoost | None:
        """Later, by more."""
        late = texts.ids.shape[1] - self.after
        if late <= 0:
            return None
        ends = np.zeros(vocab, bool)
        ends[[end for end in self.ends if 0 <= end < vocab]] = True
        return EndBoost(ends, self.factor**late - 1)


@record
class RemoveInvalid:
    """No logit is infinite, or no number."""

    name: str

    def edit(self, texts: Written, vocab: int) -> Finite:
        """The same for every text."""
        return Finite()


# Which tokens, by what a text holds -------------------------------------------------------------------


@record
class RepetitionPenalty:
    """Tokens that a text has already become less likely, padding left out."""

    name: str
    factor: float

    def edit(self, texts: Written, vocab: int) -> Penalty:
        """What each row has."""
        counted = np.ones(texts.ids.shape, bool)
        if texts.starts is not None:
            counted = np.arange(texts.ids.shape[1]) >= texts.starts[:, None]
        return Penalty(_seen(texts.ids, counted, vocab), self.factor)


@record
class EncoderRepetitionPenalty:
    """Tokens that were read become likelier."""

    name: str
    factor: float

    def edit(self, texts: Written, vocab: int) -> Penalty | None:
        """What each row is about."""
        if texts.read is None:
            return None
        read = _for_rows(texts.read, len(texts.ids))
        return Penalty(_seen(read, np.ones(read.shape, bool), vocab), 1 / self.factor)


@record
class NoRepeatNgram:
    """No sequence of ``size`` tokens comes twice in a text, or from what was ``read`` into it."""

    name: str
    size: int
    from_read: bool = False

    def edit(self, texts: Written, vocab: int) -> Choice | None:
        """What would complete one."""
        ids, searched = texts.ids, texts.ids
        if self.from_read:
            if texts.read is None:
                return None
            searched = _for_rows(texts.read, len(ids))
        stays = np.ones((len(ids), vocab), bool)
        if ids.shape[1] >= self.size - 1 and searched.shape[1] >= self.size:
            windows = np.lib.stride_tricks.sliding_window_view(searched, self.size, axis=1)
            begun = ids[:, ids.shape[1] - (self.size - 1) :]
            fits = (windows[:, :, :-1] == begun[:, None]).all(axis=2)
            fits &= windows[:, :, -1] < vocab
            rows, places = np.nonzero(fits)
            stays[rows, windows[rows, places, -1]] = False
        return Choice(stays, np.float32(-np.inf))


@record
class SequenceBias:
    """Sequences of tokens whose last one becomes likelier, or less likely, where the others stand before it."""

    name: str
    sequences: tuple[tuple[tuple[int, ...], float], ...]
    """Tokens, and what is added to the last one's logit."""

    def edit(self, texts: Written, vocab: int) -> Bias:
        """What is added for each row; for all rows alike, where sequences are single tokens."""
        if beyond := [tokens for tokens, _ in self.sequences if max(tokens) >= vocab]:
            raise _beyond(self.name, [list(tokens) for tokens in beyond], vocab)
        singles = all(len(tokens) == 1 for tokens, _ in self.sequences)
        added = np.zeros((1 if singles else len(texts.ids), vocab), np.float32)
        for (*before, last), bias in sorted(self.sequences, key=lambda each: len(each[0])):
            length = len(before)
            if length <= texts.ids.shape[1]:
                here = (texts.ids[:, texts.ids.shape[1] - length :] == before).all(axis=1) if length else True
                added[:, last] += np.where(here, np.float32(bias), np.float32(0))
        return Bias(added)


@record
class PrefixConstraint:
    """What a function says may follow a text."""

    name: str
    function: Callable[[int, Any], Sequence[int]]
    """Number of the prompt, text (tokens,) → token ids."""
    texts_each: int
    """How many texts of a prompt are written at a time, as the function counts them."""

    def edit(self, texts: Written, vocab: int) -> Allowed:
        """What the function says for each row."""
        added = np.full((len(texts.ids), vocab), -np.inf, np.float32)
        for row, ids in enumerate(texts.ids):
            prompt = row // self.texts_each
            tokens = np.asarray(self.function(prompt, ids))
            if tokens.size == 0 or not np.issubdtype(tokens.dtype, np.integer) or tokens.max() >= vocab:
                raise ArgumentError(
                    f"{self.name} returned {tokens.tolist()} for prompt {prompt}, expected a list with at least one "
                    f"token of the vocabulary, 0 to {vocab - 1}."
                )
            added[row, tokens] = 0.0
        return Allowed(added.reshape(-1, self.texts_each, vocab))


def _for_rows(read: np.ndarray, rows: int) -> np.ndarray:
    """What was read, (rows, tokens), for each of several texts of one prompt."""
    return np.repeat(read, rows // len(read), axis=0)


def _seen(ids: np.ndarray, counted: np.ndarray, vocab: int) -> np.ndarray:
    """Which tokens each row of ``ids`` has where it is ``counted``: bool (rows, vocab)."""
    seen = np.zeros((len(ids), vocab + 1), bool)
    np.put_along_axis(seen, np.where(counted & (ids >= 0), ids, vocab).clip(max=vocab), True, axis=1)
    return seen[:, :vocab]
