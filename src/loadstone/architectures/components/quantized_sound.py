"""What a sound is trained on without words: to tell the codebook's vector for a hidden frame from others'. And what
those classes give that compute no loss of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_TINY = 1e-30
"""Keeps the logarithm of 0 finite."""


@record
class Quantizer(Component):
    """Of each of several codebooks one entry for every frame (arXiv:2006.11477, section 2).

    While training the entry is drawn, in a way that has a gradient (arXiv:1611.01144).
    """

    codevectors: Part
    """A ``Weight`` (1, groups · entries, width / groups)."""
    logits: Part
    groups: int
    temperature: float = 2.0

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, x: Array, counted: Array | None) -> tuple[Array, Array]:
        """Vectors (batch, frames, width) of ``x`` (batch, frames, channels), and how many entries are used as if all
        that are used were used alike (). ``counted`` (batch, frames): for which frames; None for all."""
        xp, (batch, frames, _) = run.xp, run.xp.shape(x)
        logits = run(self.logits, x)
        logits = xp.astype(xp.reshape(logits, (-1, self.groups, logits.shape[-1] // self.groups)), xp.float32)
        noise = run.random(xp.shape(logits), x)
        if noise is None:
            shares = odds = self._one_hot(run, logits)
        else:
            noise = -xp.log(-xp.log(xp.clip(noise, min=_TINY, max=1.0 - 1e-7)))
            soft = xp.softmax((logits + noise) / self.temperature)
            shares, odds = self._one_hot(run, soft) - xp.stop_gradient(soft) + soft, xp.softmax(logits)
        table = run.weight(self.codevectors)
        books = xp.reshape(table, (self.groups, -1, table.shape[-1]))
        vectors = xp.permute_dims(xp.astype(shares, table.dtype), (1, 0, 2)) @ books
        vectors = xp.reshape(xp.permute_dims(vectors, (1, 0, 2)), (batch, frames, self.groups * table.shape[-1]))
        return vectors, self._used(run, odds, counted)

    def _one_hot(self, run: Run, x: Array) -> Array:
        """1 where the largest value of the last axis is, else 0."""
        entries = run.xp.arange(x.shape[-1], like=x)
        largest = run.xp.astype(run.xp.argmax(x, axis=-1), entries.dtype)
        return run.xp.astype(entries == largest[..., None], x.dtype)

    def _used(self, run: Run, odds: Array, counted: Array | None) -> Array:
        """The sum over the groups of the exponential of the mean odds' entropy; ``odds`` (places, groups, entries)."""
        xp = run.xp
        if counted is None:
            mean = xp.mean(odds, axis=0)
        else:
            weights = xp.astype(xp.reshape(counted, (-1, 1, 1)), odds.dtype)
            mean = xp.sum(odds * weights, axis=0, keepdims=False) / xp.sum(weights, axis=0, keepdims=False)
        entropy = -xp.sum(mean * xp.log(xp.clip(mean, min=_TINY)), axis=-1, keepdims=False)
        return xp.sum(xp.exp(entropy), axis=0, keepdims=False)


@record
class Contrast(Component):
    """What a tower says of hidden frames beside what a quantizer says of them, and how well they can be told from what
    it says of others (arXiv:2006.11477, equations 2 to 4)."""

    quantizer: Part
    states: Part
    """Applied to what the tower says."""
    targets: Part
    """Applied to what the quantizer says."""
    dropout: float = 0.0
    temperature: float = 0.1
    diversity: float = 0.1
    """How much of the loss is that entries are used unevenly."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Array | None, ...]:
        """Both as vectors (batch, frames, width), how many entries are used, and where ``sampled_negative_indices`` are
        given the two parts of the loss, and the loss.

        ``out``: the output of the tower that read ``given``.
        """
        xp, hidden = run.xp, given.get("mask_time_indices")
        hidden = None if hidden is None else xp.astype(hidden, xp.bool_)
        states = run(self.states, out.last_hidden_state)
        vectors, used = run(self.quantizer, run.dropout(out.extract_features, self.dropout), hidden)
        targets = run(self.targets, vectors)
        if given.get("sampled_negative_indices") is None:
            return states, targets, used, None, None, None
        if hidden is None:
            raise ArgumentError(
                "Give mask_time_indices with sampled_negative_indices: it tells which frames are hidden."
            )
        contrastive = self._contrastive(run, states, targets, hidden, given)
        table = self.quantizer.component.codevectors.component  # type: ignore[attr-defined]
        entries = table.shape[1]
        places = xp.sum(xp.astype(xp.reshape(hidden, (-1,)), xp.float32), axis=0, keepdims=False)
        diversity = (entries - used) / entries * places
        return states, targets, used, contrastive, diversity, contrastive + self.diversity * diversity

    def _contrastive(self, run: Run, states: Array, targets: Array, hidden: Array, given: Mapping[str, Any]) -> Array:
        """The sum over hidden frames of how unlikely their own targets are among those of other frames."""
        xp, (batch, frames, width) = run.xp, run.xp.shape(targets)
        axes = (Axis("batch"), Axis("frames", run.known(frames)), Axis("negatives"))
        indices = run.take(given, "sampled_negative_indices", axes)
        others = xp.take(xp.reshape(targets, (-1, width)), xp.reshape(indices, (-1,)), axis=0)
        others = xp.reshape(others, (batch, frames, -1, width))
        same = ~xp.any(others != targets[:, :, None], axis=-1, keepdims=False)
        choices = xp.astype(xp.concat((targets[:, :, None], others), axis=2), xp.float32)
        states = xp.astype(states, xp.float32)[:, :, None]
        lengths = _length(run, states) * _length(run, choices)
        fits = xp.sum(states * choices, axis=-1, keepdims=False) / lengths / self.temperature
        fits = xp.concat((fits[..., :1], xp.where(same, float("-inf"), fits[..., 1:])), axis=-1)
        own = xp.where(hidden, xp.log_softmax(fits)[..., 0], 0.0)
        return -xp.sum(xp.reshape(own, (-1,)), axis=0, keepdims=False)


def _length(run: Run, x: Array) -> Array:
    """Of vectors, without the last axis."""
    return run.xp.clip(run.xp.sqrt(run.xp.sum(x * x, axis=-1, keepdims=False)), min=1e-8)


@record
class Quantized(Component):
    """Hidden states as they are, and what a quantizer says of the same frames, mapped twice."""

    quantizer: Part
    first: Part
    second: Part
    dropout: float
    beside: tuple[Part, ...]
    """What only lies here: of a loss that is not computed."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Array, Array, Array]:
        vectors, used = run(self.quantizer, run.dropout(out.extract_features, self.dropout), None)
        return out.last_hidden_state, run(self.second, run(self.first, vectors)), used


@record
class Shown(Component):
    """What convolutions make of each frame, and what the encoder makes of it."""

    dropout: float
    beside: tuple[Part, ...]
    """What only lies here: of a loss that is not computed."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Array, Array]:
        return run.dropout(out.extract_features, self.dropout), out.last_hidden_state
