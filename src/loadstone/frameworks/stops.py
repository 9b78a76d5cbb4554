"""When texts are complete, beside the tokens that end them: a string that they have, or time that is over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from loadstone.core.keywords import takes
from loadstone.core.records import record
from loadstone.errors import ArgumentError
from loadstone.frameworks.generation_values import Sources

_TOKENS_BEFORE = 4
"""Some tokens that are decoded before those that count: what a text begins with may be decoded otherwise."""
_MOST_BYTES = 4
"""Of a character."""
_BROKEN = "\N{REPLACEMENT CHARACTER}"
"""What a tokenizer makes of bytes that are no character."""


@record
class Stops:
    """What ends texts."""

    strings: tuple[str, ...] = ()
    tokenizer: Any = None
    """What has ``decode``."""
    seconds: float | None = None
    """How long may be written, since :meth:`begin`."""

    def begin(self) -> Clock:
        """The same, from now on."""
        return Clock(self, None if self.seconds is None else time.monotonic() + self.seconds)


NEVER = Stops()


class Clock:
    """What ends texts that are being written."""

    def __init__(self, stops: Stops, deadline_s: float | None) -> None:
        self.stops = stops
        self.deadline_s = deadline_s
        self.longest = max((len(string.encode()) for string in stops.strings), default=0) + _TOKENS_BEFORE

    @property
    def may_end(self) -> bool:
        """Whether there is anything that ends texts."""
        return self.deadline_s is not None or bool(self.stops.strings)

    def ended(self, texts: np.ndarray) -> np.ndarray:
        """Which of the texts (rows, tokens) are complete with their last token, bool (rows,)."""
        if self.deadline_s is not None and time.monotonic() > self.deadline_s:
            return np.ones(len(texts), bool)
        if not self.stops.strings:
            return np.zeros(len(texts), bool)
        return np.array([self._has_stopped(row[-self.longest - 1 - _MOST_BYTES :].tolist()) for row in texts], bool)

    def _has_stopped(self, ids: list[int]) -> bool:
        """Whether one of the strings ends within the last token. A token may end in the middle of a character."""
        for start in range(_MOST_BYTES):  # not in the middle of a character
            after = self._decoded(ids[start:])
            if not after.startswith(_BROKEN):
                break
        for end in range(1, _MOST_BYTES + 1):
            before = self._decoded(ids[start:-end])
            if not before.endswith(_BROKEN):
                break
        same = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
        old = min(len(before), len(after)) if same is None else same
        return any(after.find(string, max(old - len(string) + 1, 0)) >= 0 for string in self.stops.strings)

    def _decoded(self, ids: list[int]) -> str:
        decode = self.stops.tokenizer.decode
        text: str = decode(ids, skip_special_tokens=False) if takes(decode, "skip_special_tokens") else decode(ids)
        return text


def stops(sources: Sources, tokenizer: object) -> Stops:
    """What a call and its configs ask for; :class:`ArgumentError` for strings without a tokenizer."""
    said = sources.value("stop_strings")
    strings = (said,) if isinstance(said, str) else said
    if strings is not None and not (isinstance(strings, Sequence) and all(isinstance(each, str) for each in strings)):
        raise sources.error("stop_strings", "a string, or a list of them")
    wanted = tuple(each for each in strings or () if each)
    if wanted and not hasattr(tokenizer, "decode"):
        found = "none" if tokenizer is None else f"a {type(tokenizer).__name__}, which has no decode"
        raise ArgumentError(
            f"stop_strings is {list(wanted)}, and tokenizer is {found}: strings are looked for in what the model's "
            "tokenizer decodes. Give generate tokenizer=."
        )
    seconds = sources.number("max_time", lambda value: value >= 0, "0 or more, in seconds")
    if not wanted and seconds is None:
        return NEVER
    return Stops(wanted, tokenizer if wanted else None, seconds)
