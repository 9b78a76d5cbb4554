"""``bert``: the longest known pieces of each word, from the left (WordPiece, https://arxiv.org/abs/1810.04805).

GGUF spells the pieces in SentencePiece's way: ``▁word`` begins a word, ``ing`` goes on with one. BERT, and the
``tokenizers`` library, say ``word`` and ``##ing``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.text.gguf.framing import add_tokens
from loadstone.text.gguf.sentencepiece import SPACE
from loadstone.text.gguf.vocabulary import Vocabulary, shown
from loadstone.text.piece_type import PieceType

if TYPE_CHECKING:
    import tokenizers

_CONTINUES = "##"
_KEPT = (PieceType.CONTROL, PieceType.UNKNOWN, PieceType.USER_DEFINED)
_LONGEST_WORD = 100
"""Characters; a longer word is unknown, as in every tokenizer of BERT."""


def build(vocabulary: Vocabulary) -> tokenizers.Tokenizer:
    """The tokenizer; :class:`TokenizerError` where it lacks a token for the unknown, or two tokens become one."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    index: dict[str, int] = {}
    for token_id, token in enumerate(vocabulary.tokens):
        spelled = token if _is_verbatim(token, vocabulary.kinds[token_id]) else _respelled(token)
        if index.setdefault(spelled, token_id) != token_id:
            raise vocabulary.error(
                f"tokenizer.ggml.tokens[{token_id}]", "a token of its own", f"{shown(token)}, a second {spelled!r}"
            )
    # Older files name [CLS] by a key of its own, newer ones as bos.
    ids = dict(vocabulary.ids)
    ids["cls"] = ids.get("cls", ids.get("bos", -1))
    spelled_ids = {
        role: next((name for name, token_id in index.items() if token_id == ids.get(role)), None) for role in _ROLES
    }
    missing = [role for role, name in spelled_ids.items() if name is None]
    if missing:
        raise vocabulary.error("tokenizer.ggml.tokens", "tokens to begin, to end and for the unknown", "too few")
    unknown, first, last = (str(spelled_ids[role]) for role in _ROLES)
    tokenizer = Tokenizer(models.WordPiece(index, unk_token=unknown, max_input_chars_per_word=_LONGEST_WORD))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars=True,
        strip_accents=vocabulary.strip_accents,
        lowercase=vocabulary.lowercase,
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix=_CONTINUES)
    add_tokens(tokenizer, vocabulary, strip_right=frozenset())
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} $B:1 {last}:1",
        special_tokens=[(first, index[first]), (last, index[last])],
    )
    return tokenizer


_ROLES = ("unk", "cls", "sep")


def _is_verbatim(token: str, kind: int) -> bool:
    """``[CLS]`` and the like are spelled as they are; some converters mark them as ordinary tokens."""
    return kind in _KEPT or (token.startswith("[") and token.endswith("]") and len(token) > 2)


def _respelled(token: str) -> str:
    return token[len(SPACE) :] if token.startswith(SPACE) and token != SPACE else f"{_CONTINUES}{token}"
