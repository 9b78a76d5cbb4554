"""Padding and truncation as a caller asks for them: the many spellings → one plain value each."""

from __future__ import annotations

from typing import NamedTuple

from loadstone.errors import ArgumentError

NO_LIMIT = 10**20
"""A larger ``model_max_length`` says that there is none (files hold 10^30)."""
_PADDING = ("longest", "max_length", "do_not_pad")
_TRUNCATION = ("longest_first", "only_first", "only_second", "do_not_truncate")


class Truncation(NamedTuple):
    """To how many tokens, special ones included, and where the others go."""

    max_length: int
    strategy: str
    stride: int
    """How many tokens an overflowing part repeats of the one before it."""
    direction: str


class Padding(NamedTuple):
    """To how many tokens, and with what."""

    length: int | None
    """None: those of the longest sequence."""
    direction: str
    pad_id: int
    pad_token: str
    pad_type_id: int
    pad_to_multiple_of: int | None


class Lengths(NamedTuple):
    """What a call says of lengths, before the tokenizer's own limits are known."""

    padding: object = False
    truncation: object = None
    max_length: int | None = None
    stride: int = 0
    pad_to_multiple_of: int | None = None
    padding_side: str | None = None

    def resolved(self, limit: int) -> tuple[str, str, int | None]:
        """Padding, truncation and length. ``limit`` is the tokenizer's ``model_max_length``.

        :class:`ArgumentError` for a word that is none, and for lengths that contradict each other.
        """
        padding = _word("padding", self.padding, {True: "longest", False: "do_not_pad", None: "do_not_pad"}, _PADDING)
        names = {True: "longest_first", False: "do_not_truncate", None: "do_not_truncate"}
        truncation = _word("truncation", self.truncation, names, _TRUNCATION)
        if self.max_length is not None and self.padding is False and self.truncation is None:
            truncation = "longest_first"
        max_length = self.max_length
        if max_length is not None and (not isinstance(max_length, int) or max_length < 0):
            raise ArgumentError(f"max_length={max_length!r}: expected an integer of at least 0.")
        if max_length is None and padding == "max_length":
            padding, max_length = (padding, limit) if limit <= NO_LIMIT else ("do_not_pad", None)
        if max_length is None and truncation != "do_not_truncate":
            truncation, max_length = (truncation, limit) if limit <= NO_LIMIT else ("do_not_truncate", None)
        multiple = self.pad_to_multiple_of
        pads, cuts = padding != "do_not_pad", truncation != "do_not_truncate"
        if pads and cuts and multiple is not None and max_length is not None and max_length % multiple:
            raise ArgumentError(
                f"max_length={max_length}, to which texts are cut, is no multiple of pad_to_multiple_of={multiple}, to "
                "which they are padded. Change one."
            )
        return padding, truncation, max_length


def checked_side(side: object, name: str) -> str:
    """``"left"`` or ``"right"``; :class:`ArgumentError` for anything else."""
    if side not in ("left", "right"):
        raise ArgumentError(f"{name}={side!r}: expected 'left' or 'right'.")
    return str(side)


def _word(name: str, given: object, plain: dict[bool | None, str], words: tuple[str, ...]) -> str:
    value = getattr(given, "value", given)  # an enum's, as transformers has them
    if value is None or isinstance(value, bool):
        return plain[value]
    if value not in words:
        raise ArgumentError(f"{name}={given!r}: expected True, False or one of {', '.join(map(repr, words))}.")
    return str(value)
