"""``t5``: the likeliest way to cut a text, each token with its log-probability (https://arxiv.org/abs/1804.10959)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from loadstone.text.charsmap import check_charsmap
from loadstone.text.gguf.framing import add_tokens, frame
from loadstone.text.gguf.sentencepiece import SPACE
from loadstone.text.gguf.vocabulary import Vocabulary
from loadstone.text.piece_type import PieceType

if TYPE_CHECKING:
    import tokenizers


def build(vocabulary: Vocabulary) -> tokenizers.Tokenizer:
    """The tokenizer; :class:`TokenizerError` without scores, without a token for the unknown, or by a bad charsmap."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    if vocabulary.scores is None:
        raise vocabulary.error("tokenizer.ggml.scores", "an array of numbers, one for each token", "none")
    unknown = vocabulary.ids.get("unk")
    if unknown is None:
        raise vocabulary.error("tokenizer.ggml.unknown_token_id", "the id of a token", "none")
    scored = [
        (token, 0.0 if kind == PieceType.USER_DEFINED else float(score))
        for token, score, kind in zip(vocabulary.tokens, vocabulary.scores, vocabulary.kinds, strict=True)
    ]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=unknown, byte_fallback=PieceType.BYTE in vocabulary.kinds))
    steps: list[normalizers.Normalizer] = []
    if vocabulary.charsmap:
        check_charsmap(vocabulary.charsmap, partial(vocabulary.error, "tokenizer.ggml.precompiled_charsmap"))
        steps.append(normalizers.Precompiled(vocabulary.charsmap))
    if vocabulary.merges_spaces is not False:
        steps += [normalizers.Replace(Regex("^ +| +$"), ""), normalizers.Replace(Regex(" {2,}"), " ")]
    prefix = vocabulary.space_prefix is not False
    if prefix:
        steps.append(normalizers.Prepend(SPACE))
    tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.Replace(" ", SPACE)])
    if not any(SPACE in token[1:] for token in vocabulary.tokens):
        # No token reaches over a blank, so words can be cut apart first, as the Hub's tokenizers do: it is faster, and
        # of two ways that are equally likely the same one is taken.
        tokenizer.pre_tokenizer = pre_tokenizers.Split(SPACE, behavior="merged_with_next")
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            *([decoders.Strip(" ", 1, 0)] if prefix else []),
        ]
    )
    add_tokens(tokenizer, vocabulary, strip_right=frozenset())
    frame(tokenizer, vocabulary, bos=False, eos=True)
    return tokenizer
