"""What all algorithms share: tokens that text is cut at before anything else, and tokens put around a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.text.gguf.vocabulary import Vocabulary
from loadstone.text.piece_type import PieceType

if TYPE_CHECKING:
    import tokenizers


def add_tokens(tokenizer: tokenizers.Tokenizer, vocabulary: Vocabulary, *, strip_right: frozenset[int]) -> None:
    """Control tokens, which decoding can leave out, and user-defined ones; text is cut at both, before it is split.

    ``strip_right``: ids of tokens that take the white space behind them along.
    """
    from tokenizers import AddedToken

    # A file that marks its end token as an ordinary one still ends with it (llama.cpp mends the same).
    special = {token_id for role, token_id in vocabulary.ids.items() if role != "unk"}
    special |= {index for index, kind in enumerate(vocabulary.kinds) if kind in (PieceType.CONTROL, PieceType.UNKNOWN)}
    defined = {index for index, kind in enumerate(vocabulary.kinds) if kind == PieceType.USER_DEFINED} - special

    def added(index: int) -> AddedToken:
        name, takes_space = _name(tokenizer, index), index in strip_right
        return AddedToken(name, normalized=False, special=index in special, rstrip=takes_space)

    tokenizer.add_special_tokens([added(index) for index in sorted(special)])
    tokenizer.add_tokens([added(index) for index in sorted(defined)])


def frame(tokenizer: tokenizers.Tokenizer, vocabulary: Vocabulary, *, bos: bool, eos: bool) -> None:
    """The bos token before a text and the eos token behind it, as far as the file asks for them.

    ``bos``, ``eos``: what holds where the file does not say. A pair is framed as T5, RoBERTa and Llama frame theirs.
    """
    from tokenizers import processors

    first = _framing(vocabulary, "bos", bos)
    last = _framing(vocabulary, "eos", eos)
    if first is None and last is None:
        return
    begin = [] if first is None else [_name(tokenizer, first)]
    end = [] if last is None else [_name(tokenizer, last)]
    between = [*end, *end] if begin and end else end
    named = [(name, token_id) for names, token_id in ((begin, first), (end, last)) for name in names]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=[*begin, "$A", *end],
        pair=[*begin, "$A", *between, "$B", *end],
        special_tokens=sorted(set(named)),
    )


def _framing(vocabulary: Vocabulary, role: str, default: bool) -> int | None:
    """The id of a token that goes around a text; None where none goes there."""
    return vocabulary.ids.get(role) if vocabulary.adds.get(role, default) else None


def _name(tokenizer: tokenizers.Tokenizer, token_id: int) -> str:
    return str(tokenizer.id_to_token(token_id))
