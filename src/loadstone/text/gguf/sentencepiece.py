"""``llama``: SentencePiece's merges by score, with bytes for what no token spells.

Kudo and Richardson 2018 (https://arxiv.org/abs/1808.06226), and ``llm_tokenizer_spm`` in llama.cpp's
``llama-vocab.cpp``: of all neighbors that make a token together, those of the highest score are merged first. The
``tokenizers`` library merges by a list instead, which follows from the scores. Where these are all equal, or absent,
the file's own merges count, and without them :mod:`loadstone.text.gguf.leftmost`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING

from loadstone.text.gguf.byte_level import read_merges
from loadstone.text.gguf.framing import add_tokens, frame
from loadstone.text.gguf.leftmost import FromTheLeft
from loadstone.text.gguf.vocabulary import Vocabulary
from loadstone.text.piece_type import PieceType

if TYPE_CHECKING:
    import tokenizers

SPACE = "▁"
_MERGED = (PieceType.NORMAL, PieceType.UNDEFINED, PieceType.UNUSED)
_MOST_WORK = 1 << 30
_UNSTRIPPED = ("<unk>", "<s>", "<|endoftext|>")


def build(vocabulary: Vocabulary) -> tokenizers.Tokenizer:
    """The tokenizer; :class:`TokenizerError` for merges that make no token, and tokens that are no pieces of words."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

    index = vocabulary.index()
    order = order_of(vocabulary)
    merges: list[tuple[str, str]] = []
    if order is not Order.FROM_THE_LEFT:
        merges = merges_by_score(vocabulary) if order is Order.BY_SCORE else read_merges(vocabulary, index)
    unknown = vocabulary.ids.get("unk")
    tokenizer = Tokenizer(
        models.BPE(
            vocab=index,
            merges=merges,
            unk_token=None if unknown is None else vocabulary.tokens[unknown],
            fuse_unk=True,
            byte_fallback=True,
            ignore_merges=order is Order.FROM_THE_LEFT,
        )
    )
    if order is Order.FROM_THE_LEFT:
        tokenizer.pre_tokenizer = pre_tokenizers.PreTokenizer.custom(FromTheLeft(_pieces(vocabulary).keys()))
    prefix = vocabulary.space_prefix is not False
    tokenizer.normalizer = normalizers.Sequence(
        [*([normalizers.Prepend(SPACE)] if prefix else []), normalizers.Replace(" ", SPACE)]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            *([decoders.Strip(" ", 1, 0)] if prefix else []),
        ]
    )
    add_tokens(tokenizer, vocabulary, strip_right=_stripping(vocabulary))
    frame(tokenizer, vocabulary, bos=True, eos=False)
    return tokenizer


class Order(Enum):
    """What tells which neighbors are merged first."""

    BY_SCORE = "by score"
    BY_THE_FILES_MERGES = "by the merges of the file"
    FROM_THE_LEFT = "from the left"


def order_of(vocabulary: Vocabulary) -> Order:
    """Scores where they differ, else the merges of the file; where it has none, the place in the text."""
    scores = [score for piece, score in _pieces(vocabulary).items() if len(piece) > 1]
    if len(set(scores)) > 1:
        return Order.BY_SCORE
    if vocabulary.merges:
        return Order.BY_THE_FILES_MERGES
    return Order.BY_SCORE if len(scores) < 2 else Order.FROM_THE_LEFT


def merges_by_score(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Every way in which two tokens make a third, those of the third with the highest score first.

    Where one token can be made in several ways, the one with the longer left part comes first: two of them that
    overlap in a text then merge from the left, as by score.
    """
    work = sum(len(token) ** 2 for token in vocabulary.tokens)
    if work > _MOST_WORK:
        longest = max(map(len, vocabulary.tokens))
        raise vocabulary.error(
            "tokenizer.ggml.tokens", "tokens that are pieces of words", f"some of {longest} characters"
        )
    ranked = [(-score, -len(left), left, right) for left, right, score in _pairs(_pieces(vocabulary))]
    ranked.sort(key=lambda merge: merge[:2])
    return [(left, right) for _, _, left, right in ranked]


def _pieces(vocabulary: Vocabulary) -> dict[str, float]:
    """What merging may make, with its score; 0 for all where the file has no scores, as in llama.cpp."""
    scores = vocabulary.scores or [0.0] * len(vocabulary.tokens)
    return {
        token: score
        for token, score, kind in zip(vocabulary.tokens, scores, vocabulary.kinds, strict=True)
        if kind in _MERGED
    }


def _pairs(pieces: dict[str, float]) -> Iterator[tuple[str, str, float]]:
    for token, score in pieces.items():
        for middle in range(1, len(token)):
            left, right = token[:middle], token[middle:]
            if left in pieces and right in pieces:
                yield left, right, score


def _stripping(vocabulary: Vocabulary) -> frozenset[int]:
    """Phi-3's control tokens take white space along; only the model's name tells, as it does llama.cpp."""
    if "phi-3" not in vocabulary.name and "phi3" not in vocabulary.name:
        return frozenset()
    cut_at = (PieceType.CONTROL, PieceType.UNKNOWN, PieceType.USER_DEFINED)
    return frozenset(
        index
        for index, kind in enumerate(vocabulary.kinds)
        if (kind in cut_at or vocabulary.tokens[index] == "</s>") and vocabulary.tokens[index] not in _UNSTRIPPED
    )
