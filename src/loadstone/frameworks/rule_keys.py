"""From the keys of a generation config to rules over logits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from loadstone.frameworks.generation_values import Sources, is_integer
from loadstone.frameworks.logit_rules import (
    EncoderRepetitionPenalty,
    ExponentialDecay,
    NoRepeatNgram,
    PrefixConstraint,
    RemoveInvalid,
    RepetitionPenalty,
    Rule,
    SequenceBias,
    Tokens,
)


class Frame(NamedTuple):
    """What rules depend on beside their keys."""

    prompt: int
    """Tokens."""
    longest: int
    """Tokens, the prompt included."""
    ends: tuple[int, ...]
    """Tokens after which a text is complete."""
    unshown: int = 0
    """Tokens before the prompt that are no part of the texts."""


def rules(sources: Sources, frame: Frame) -> tuple[Rule, ...]:
    """What a call and its configs ask for, in the order in which it is applied."""
    return tuple(rule for name, make in _RULES.items() for rule in make(name, sources, frame))


Make = Callable[[str, Sources, Frame], Iterator[Rule]]


def _sequence_bias(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    """Pairs of token ids and a number, as a list, or as a dict of tuples."""
    said = sources.value(name)
    if said is None:
        return
    pairs = list(said.items()) if isinstance(said, Mapping) else said
    expected = "a dict {(token ids): number}, or a list of [[token ids], number]"
    if not isinstance(pairs, list | tuple) or not all(isinstance(pair, list | tuple) for pair in pairs):
        raise sources.error(name, expected)
    if not all(len(pair) == 2 and _is_sequence(pair[0]) and isinstance(pair[1], float | int) for pair in pairs):
        raise sources.error(name, expected)
    if pairs:
        yield SequenceBias(name, tuple((tuple(map(int, tokens)), float(bias)) for tokens, bias in pairs))


def _bad_words(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    said = sources.value(name)
    if said is None:
        return
    if not isinstance(said, list | tuple) or not all(map(_is_sequence, said)):
        raise sources.error(name, "a list of lists of token ids")
    words = [tuple(map(int, word)) for word in said]
    kept = tuple((word, -np.inf) for word in dict.fromkeys(words) if not (len(word) == 1 and word[0] in frame.ends))
    if kept:
        yield SequenceBias(name, kept)


def _is_sequence(tokens: object) -> bool:
    is_list = isinstance(tokens, list | tuple) and bool(tokens)
    return is_list and all(is_integer(token) and token >= 0 for token in tokens)  # type: ignore[attr-defined]


def _penalty(sources: Sources, name: str) -> float | None:
    factor = sources.number(name, lambda value: value > 0, "more than 0")
    return None if factor == 1 else factor


def _repetition_penalty(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    if (factor := _penalty(sources, name)) is not None:
        yield RepetitionPenalty(name, factor)


def _encoder_repetition_penalty(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    if (factor := _penalty(sources, name)) is not None:
        yield EncoderRepetitionPenalty(name, factor)


def _no_repeat_ngram(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    size = sources.whole(name, lambda value: value >= 0, "an integer, 0 (off) or more")
    if size:
        yield NoRepeatNgram(name, size, name.startswith("encoder_"))


def _until(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    """No end before a text has so many tokens; ``min_new_tokens`` comes before ``min_length``."""
    added = sources.whole("min_new_tokens", lambda value: value >= 0, "an integer, 0 or more")
    whole = sources.whole("min_length", lambda value: value >= 0, "an integer, 0 or more")
    least = (whole or 0) - frame.unshown if added is None else frame.prompt + added
    if frame.ends and least > frame.prompt:
        yield Tokens(name, frame.ends, last=least - 1)


def _forced(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    """Tokens by the place that they have in a text; those that follow the prompt without a gap are in it already."""
    for place, token in forced_places(sources).items():
        if token is not None and place >= frame.prompt:
            yield Tokens(name, (token,), True, place, place)


def _prefix_constraint(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    function = sources.value(name)
    if function is None:
        return
    if not callable(function):
        raise sources.error(name, "a function of a prompt's number and a text, which gives token ids")
    beams = sources.whole("num_beams", lambda value: value >= 1, "an integer, 1 or more")
    yield PrefixConstraint(name, function, beams or 1)


def _forced_first(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    if tokens := sources.ids(name):
        yield Tokens(name, tokens, True, 1, 1)


def _forced_last(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    if tokens := sources.ids(name):
        yield Tokens(name, tokens, True, frame.longest - 1, frame.longest - 1)


def _finite(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    if sources.flag(name):
        yield RemoveInvalid(name)


def _exponential_decay(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    said = sources.value(name)
    if said is None or not frame.ends:
        return
    expected = "a pair of an integer and a number: after how many new tokens, and a factor"
    if not isinstance(said, list | tuple) or len(said) != 2 or not is_integer(said[0]):
        raise sources.error(name, expected)
    if not isinstance(said[1], int | float):
        raise sources.error(name, expected)
    yield ExponentialDecay(name, frame.ends, frame.prompt + said[0], float(said[1]))


def _suppressed(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    if tokens := sources.ids(name):
        yield Tokens(name, tokens)


def _suppressed_first(name: str, sources: Sources, frame: Frame) -> Iterator[Rule]:
    if tokens := sources.ids(name):
        begin = frame.prompt + int(frame.prompt <= 1 and bool(sources.ids("forced_bos_token_id")))
        yield Tokens(name, tokens, first=begin, last=begin)


_RULES: Mapping[str, Make] = MappingProxyType(
    {
        "sequence_bias": _sequence_bias,
        "encoder_repetition_penalty": _encoder_repetition_penalty,
        "repetition_penalty": _repetition_penalty,
        "no_repeat_ngram_size": _no_repeat_ngram,
        "encoder_no_repeat_ngram_size": _no_repeat_ngram,
        "bad_words_ids": _bad_words,
        "min_length": _until,
        "forced_decoder_ids": _forced,
        "prefix_allowed_tokens_fn": _prefix_constraint,
        "forced_bos_token_id": _forced_first,
        "forced_eos_token_id": _forced_last,
        "remove_invalid_values": _finite,
        "exponential_decay_length_penalty": _exponential_decay,
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
