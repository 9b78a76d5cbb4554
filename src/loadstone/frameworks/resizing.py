"""How large a vocabulary is to become."""

from __future__ import annotations

import operator
from typing import SupportsIndex

from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError


def vocabulary_size(tokens: SupportsIndex | None, multiple: SupportsIndex | None, present: int | None) -> int:
    """``tokens``, or the ``present`` number if None, rounded up to a ``multiple`` if there is one.

    NumPy's and PyTorch's integers count too. Raises :class:`ArgumentError` for what is no integer of at least 1.
    """
    if present is None:
        raise ArgumentError("This model reads no texts: it has no vocabulary to resize.")
    count = present if tokens is None else _at_least_one("new_num_tokens", tokens)
    if multiple is None:
        return count
    step = _at_least_one("pad_to_multiple_of", multiple)
    return -(-count // step) * step


def say_vocabulary(config: PretrainedConfig, count: int) -> None:
    """Have a config say that there are ``count`` tokens: that of its text part, and those within it that have as many
    tokens as that, as where an encoder reads what a decoder writes."""
    text = config.get_text_config()
    before = text.vocab_size
    for _, each in config.configs():
        if isinstance(each, PretrainedConfig) and (each is text or each.get("vocab_size") == before):
            each.vocab_size = count


def _at_least_one(name: str, value: SupportsIndex) -> int:
    try:
        number = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ArgumentError(f"{name} is {value!r}, expected an integer of at least 1.")
    return number
