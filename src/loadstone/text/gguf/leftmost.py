"""Merges from the left: what ``llama`` means where all scores are equal, or none are there.

``llm_tokenizer_spm`` in llama.cpp's ``llama-vocab.cpp`` joins the neighbors of the highest score first, and of equals
the leftmost. With equal scores that is one walk over the text. No list of merges says the same (of ``ab``, ``bc`` and
``ca`` each would have to stand before the next), so the walk cuts a text into tokens before the model sees it, and
``tokenizer.json`` has no words for such a tokenizer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tokenizers


def tokens_from_the_left(text: str, pieces: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where the tokens of a text begin and end, in characters: of all neighbors that join to a piece, the leftmost
    first, until none do.

    >>> list(tokens_from_the_left("abcab", {"ab", "bc", "cab"}))
    [(0, 2), (2, 5)]
    """
    starts: list[int] = []
    for end in range(1, len(text) + 1):
        start = end - 1
        while starts and text[starts[-1] : end] in pieces:
            start = starts.pop()
        starts.append(start)
    yield from zip(starts, [*starts[1:], len(text)], strict=True)


class FromTheLeft:
    """A pre-tokenizer that cuts text into tokens; characters in a row that are none stay together, as one unknown."""

    def __init__(self, pieces: Collection[str]) -> None:
        self._pieces = pieces

    def pre_tokenize(self, text: tokenizers.PreTokenizedString) -> None:
        """Called by ``tokenizers``."""
        text.split(self._cut)

    def _cut(self, _: int, part: tokenizers.NormalizedString) -> list[tokenizers.NormalizedString]:
        text = part.normalized
        cuts: list[tuple[int, int]] = []
        is_open = False
        for start, end in tokens_from_the_left(text, self._pieces):
            is_known = text[start:end] in self._pieces
            if is_open and not is_known:
                cuts[-1] = (cuts[-1][0], end)
            else:
                cuts.append((start, end))
            is_open = not is_known
        return [piece for start, end in cuts if (piece := part[start:end]) is not None]
