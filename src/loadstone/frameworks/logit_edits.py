"""What rules do to the logits of the next token: arrays that are made on the host, and the few operations that apply
them where the logits are. Their shapes stay the same while texts grow, so that a compiled program serves every step.

Each edit is a tuple of arrays and numbers with a method ``on``: logits (rows, vocab) in float32 → the same, edited.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from loadstone.architectures.components.run import Array, ArrayFunctions

_LARGEST = 3.4028234663852886e38
"""Of float32."""


class Edit(Protocol):
    """What is done to logits."""

    def on(self, xp: ArrayFunctions, logits: Array) -> Array:
        """The logits (rows, vocab), edited."""


class Choice(NamedTuple):
    """Some logits stay, and others are replaced."""

    stays: Array
    """bool (vocab,) or (rows, vocab)."""
    other: Array
    """float32, what stands in place of the others: of the same shape, or ()."""

    def on(self, xp: ArrayFunctions, logits: Array) -> Array:
        """The logits (rows, vocab), edited."""
        return xp.where(self.stays, logits, self.other)


class Penalty(NamedTuple):
    """Some tokens become less likely, if ``factor`` is over 1."""

    seen: Array
    """bool (rows, vocab)."""
    factor: Array | float

    def on(self, xp: ArrayFunctions, logits: Array) -> Array:
        """The logits (rows, vocab), edited."""
        return xp.where(self.seen, xp.where(logits < 0, logits * self.factor, logits / self.factor), logits)


class Bias(NamedTuple):
    """Something is added."""

    added: Array
    """float32 (vocab,) or (rows, vocab)."""

    def on(self, xp: ArrayFunctions, logits: Array) -> Array:
        """The logits (rows, vocab), edited."""
        return logits + self.added


class Allowed(NamedTuple):
    """Only some tokens may come. Where none of them can be had in any text of a prompt, they are forced."""

    added: Array
    """float32 (batch, texts of a prompt, vocab): 0 for what may come, minus infinity for the rest."""

    def on(self, xp: ArrayFunctions, logits: Array) -> Array:
        """The logits (rows, vocab), edited."""
        left = xp.reshape(logits, xp.shape(self.added)) + self.added
        best = xp.max(xp.max(left, axis=2, keepdims=True), axis=1, keepdims=True)
        return xp.reshape(xp.where(best == -float("inf"), self.added, left), xp.shape(logits))


class EndBoost(NamedTuple):
    """Ends become likelier."""

    ends: Array
    """bool (vocab,)."""
    excess: Array | float
    """By how much of its own size an end's logit grows."""

    def on(self, xp: ArrayFunctions, logits: Array) -> Array:
        """The logits (rows, vocab), edited."""
        size = xp.abs(logits)
        return logits + xp.where(self.ends & (size <= _LARGEST), size * self.excess, 0.0)


class Finite(NamedTuple):
    """What is no number becomes 0, what is infinite the largest number there is."""

    largest: Array | float = _LARGEST

    def on(self, xp: ArrayFunctions, logits: Array) -> Array:
        """The logits (rows, vocab), edited."""
        logits = xp.where(logits != logits, 0.0, logits)
        logits = xp.where(logits == float("inf"), self.largest, logits)
        return xp.where(logits == -float("inf"), -self.largest, logits)


def edited(xp: ArrayFunctions, logits: Array, edits: tuple[Edit, ...]) -> Array:
    """``logits`` (rows, vocab) after edits, one after the other."""
    for edit in edits:
        logits = edit.on(xp, logits)
    return logits
