"""Rules about which tokens may come next: tokens that are never written, and tokens that are written whatever a model
says. A generation config has them; they are computed in one way for all frameworks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from loadstone.architectures.components.run import Array, ArrayFunctions
from loadstone.core.records import record
from loadstone.errors import ArgumentError
from loadstone.frameworks.generation_values import Sources


@record
class LogitRule:
    """What may follow a text that has from ``first`` to ``last`` tokens, the prompt included."""

    name: str
    """The key that it comes from."""
    tokens: tuple[int, ...]
    forces: bool = False
    """Whether one of the tokens comes next, instead of none of them."""
    first: int = 0
    last: int | None = None


class Lengths(NamedTuple):
    """The sizes that rules depend on, in tokens, and what ends a text."""

    prompt: int
    longest: int
    ends: tuple[int, ...]


class Choice(NamedTuple):
    """Which logits stay, bool (vocab,), and what stands in place of the others, float32 (vocab,)."""

    stays: Array
    other: Array


def rules(sources: Sources, lengths: Lengths) -> tuple[LogitRule, ...]:
    """What a call and its configs ask for, in the order in which it is applied."""
    return tuple(rule for name, make in _RULES.items() for rule in make(name, sources, lengths))


def choice_at(length: int, held: tuple[LogitRule, ...], vocab: int) -> Choice | None:
    """What the rules make of the logits of the token after ``length`` others; None where they say nothing."""
    now = tuple(rule for rule in held if rule.first <= length and (rule.last is None or length <= rule.last))
    return _choice(now, vocab) if now else None


def applied(xp: ArrayFunctions, logits: Array, choice: Choice | None) -> Array:
    """``logits`` (rows, vocab) after the rules."""
    return logits if choice is None else xp.where(choice.stays, logits, choice.other)


@lru_cache(maxsize=64)
def _choice(held: tuple[LogitRule, ...], vocab: int) -> Choice:
    stays, other = np.ones(vocab, bool), np.zeros(vocab, np.float32)
    for rule in held:
        known = [token for token in rule.tokens if 0 <= token < vocab]
        if not rule.forces:
            stays[known], other[known] = False, -np.inf
            continue
        if len(known) < len(rule.tokens):
            raise ArgumentError(
                f"{rule.name} is {list(rule.tokens)}, expected tokens of the vocabulary, 0 to {vocab - 1}."
            )
        stays[:], other[:] = False, -np.inf
        other[known] = 0.0
    return Choice(stays, other)


Make = Callable[[str, Sources, Lengths], Iterator[LogitRule]]


def _until(name: str, sources: Sources, lengths: Lengths) -> Iterator[LogitRule]:
    """No end before a text has so many tokens; ``min_new_tokens`` comes before ``min_length``."""
    added = sources.whole("min_new_tokens", lambda value: value >= 0, "an integer, 0 or more")
    whole = sources.whole("min_length", lambda value: value >= 0, "an integer, 0 or more")
    least = (whole or 0) if added is None else lengths.prompt + added
    if lengths.ends and least > lengths.prompt:
        yield LogitRule(name, lengths.ends, last=least - 1)


def _forced(name: str, sources: Sources, lengths: Lengths) -> Iterator[LogitRule]:
    """Tokens by the place that they have in a text; those that follow the prompt without a gap are in it already."""
    for place, token in forced_places(sources).items():
        if token is not None and place >= lengths.prompt:
            yield LogitRule(name, (token,), True, place, place)


def _forced_first(name: str, sources: Sources, lengths: Lengths) -> Iterator[LogitRule]:
    if tokens := sources.ids(name):
        yield LogitRule(name, tokens, True, 1, 1)


def _forced_last(name: str, sources: Sources, lengths: Lengths) -> Iterator[LogitRule]:
    if tokens := sources.ids(name):
        yield LogitRule(name, tokens, True, lengths.longest - 1, lengths.longest - 1)


def _suppressed(name: str, sources: Sources, lengths: Lengths) -> Iterator[LogitRule]:
    if tokens := sources.ids(name):
        yield LogitRule(name, tokens)


def _suppressed_first(name: str, sources: Sources, lengths: Lengths) -> Iterator[LogitRule]:
    if tokens := sources.ids(name):
        begin = lengths.prompt + int(lengths.prompt == 1 and bool(sources.ids("forced_bos_token_id")))
        yield LogitRule(name, tokens, first=begin, last=begin)


_RULES: Mapping[str, Make] = MappingProxyType(
    {
        "min_length": _until,
        "forced_decoder_ids": _forced,
        "forced_bos_token_id": _forced_first,
        "forced_eos_token_id": _forced_last,
        "suppress_tokens": _suppressed,
        "begin_suppress_tokens": _suppressed_first,
    }
)
"""Generation key → the rules that it makes, in the order of transformers."""


def forced_places(sources: Sources) -> Mapping[int, int | None]:
    """``forced_decoder_ids``, pairs of a place and a token, as older speech models have them; None is no token."""
    pairs = sources.value("forced_decoder_ids")
    if pairs is None:
        return {}
    try:
        return {int(place): None if token is None else int(token) for place, token in pairs}  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise sources.error("forced_decoder_ids", "pairs of a place and a token id") from None
