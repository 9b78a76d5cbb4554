"""Which tokens may be drawn: what temperature, ``top_k``, ``top_p`` and others make of the logits, in any framework.

Each is what the paper or program that brought it says; what they are called, and in which order they are applied, is
as in transformers, so that with the same random numbers the same tokens are drawn.
"""

from __future__ import annotations

from loadstone.architectures.components.run import Array, ArrayFunctions
from loadstone.core.records import record

_ENTROPY_AMONG = 100
"""``top_h`` looks at so many of the likeliest tokens."""


@record
class Filters:
    """What is done to logits before a token is drawn; None for what is not done."""

    temperature: float | None = None
    top_h: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical_p: float | None = None
    epsilon_cutoff: float | None = None
    eta_cutoff: float | None = None
    least: int = 1
    """How many tokens stay at the least."""
    renormalize: bool = False
    """Whether the logits become logarithms of probabilities in the end."""


def filtered(xp: ArrayFunctions, logits: Array, filters: Filters) -> Array:
    """``logits`` (rows, vocab) in float32, minus infinity where a token is not to be drawn."""
    least = filters.least
    if filters.temperature is not None:
        logits = logits / filters.temperature
    if filters.top_h is not None:
        logits = _top_h(xp, logits, filters.top_h)
    if filters.top_k is not None:
        logits = xp.where(logits < _at_rank(xp, logits, max(filters.top_k, least)), -float("inf"), logits)
    if filters.top_p is not None:
        logits = _top_p(xp, logits, filters.top_p, least)
    if filters.min_p is not None:
        odds = xp.softmax(logits)
        unlikely = odds < xp.max(odds, axis=-1, keepdims=True) * filters.min_p
        logits = _without(xp, logits, unlikely, least)
    if filters.typical_p is not None:
        logits = _typical(xp, logits, filters.typical_p, least)
    if filters.epsilon_cutoff is not None:
        logits = _without(xp, logits, xp.softmax(logits) < filters.epsilon_cutoff, least)
    if filters.eta_cutoff is not None:
        odds, epsilon = xp.softmax(logits), filters.eta_cutoff
        bound = xp.exp(-_entropy(xp, odds)) * epsilon**0.5
        logits = _without(xp, logits, odds < xp.clip(bound, max=epsilon), least)
    return xp.log_softmax(logits) if filters.renormalize else logits


def _top_h(xp: ArrayFunctions, logits: Array, share: float) -> Array:
    """Of the likeliest tokens as many as have no more than a share of their entropy, at least one."""
    ranked = xp.argsort(logits, axis=-1, descending=True)
    best = xp.at_places(logits, ranked)[:, :_ENTROPY_AMONG]
    odds = xp.softmax(best)
    so_far = xp.cumulative_sum(_surprise(xp, odds), axis=1)
    kept = (so_far <= _entropy(xp, odds) * share) & (odds > 0)
    fewest = xp.arange(xp.shape(best)[1], like=ranked) < 1
    kept = xp.pad(kept | fewest, 0, xp.shape(logits)[1] - xp.shape(best)[1], axis=1)
    return xp.where(_unsorted(xp, kept, ranked), logits, -float("inf"))


def _top_p(xp: ArrayFunctions, logits: Array, share: float, least: int) -> Array:
    """The fewest tokens that have this share of the probability together."""
    ranked = xp.argsort(logits, axis=-1)
    so_far = xp.cumulative_sum(xp.softmax(xp.at_places(logits, ranked)), axis=1)
    places = xp.arange(xp.shape(logits)[1], like=ranked)
    beyond = (so_far <= 1 - share) & (places < xp.shape(logits)[1] - least)
    return xp.where(_unsorted(xp, beyond, ranked), -float("inf"), logits)


def _typical(xp: ArrayFunctions, logits: Array, share: float, least: int) -> Array:
    """Those tokens whose surprise is nearest to the mean, until they have this share of the probability.

    Meister et al., "Locally Typical Sampling", 2022.
    """
    logs = xp.log_softmax(logits)
    odds = xp.exp(logs)
    mean = -xp.sum(xp.where(odds > 0, logs * odds, 0.0), axis=-1, keepdims=True)
    strange = xp.abs(-logs - mean)
    ranked = xp.argsort(strange, axis=-1)
    in_order = xp.at_places(strange, ranked)
    so_far = xp.cumulative_sum(xp.softmax(xp.at_places(logits, ranked)), axis=1)
    last = xp.sum(xp.astype(so_far < share, xp.int32), axis=1, keepdims=True)
    last = xp.clip(last, max=xp.shape(logits)[1] - 1)
    places = xp.arange(xp.shape(logits)[1], like=ranked)
    beyond = (in_order > xp.at_places(in_order, last)) & (places >= least)
    return xp.where(_unsorted(xp, beyond, ranked), -float("inf"), logits)


def _surprise(xp: ArrayFunctions, odds: Array) -> Array:
    """What each token adds to the entropy."""
    return xp.where(odds > 0, -odds * xp.log(odds), 0.0)


def _entropy(xp: ArrayFunctions, odds: Array) -> Array:
    """(rows, 1)."""
    return xp.sum(_surprise(xp, odds), axis=-1, keepdims=True)


def _at_rank(xp: ArrayFunctions, logits: Array, count: int) -> Array:
    """The least of the ``count`` largest logits, (rows, 1)."""
    return xp.top_k(logits, min(count, xp.shape(logits)[-1]))[0][:, -1:]


def _without(xp: ArrayFunctions, logits: Array, unwanted: Array, least: int) -> Array:
    """The logits without some, but for the likeliest."""
    return xp.where(unwanted & (logits < _at_rank(xp, logits, least)), -float("inf"), logits)


def _unsorted(xp: ArrayFunctions, ranked_values: Array, ranked: Array) -> Array:
    """Values by rank, at the places that the ranks have: ``ranked`` says which place each rank has."""
    return xp.at_places(ranked_values, xp.argsort(ranked, axis=-1))
