"""Ends of words that a decoder leaves in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tokenizers


def with_word_ends(tokenizer: tokenizers.Tokenizer) -> None:
    """Completes the decoder of byte-level BPE whose words end with a mark (CLIP's ``</w>``): a blank is what it means.

    The files' own decoder joins bytes and leaves the mark where it is; transformers takes it out of the text by hand.
    """
    from tokenizers import Regex, decoders, models

    model = tokenizer.model
    if not isinstance(model, models.BPE) or not model.end_of_word_suffix:
        return
    if isinstance(tokenizer.decoder, decoders.ByteLevel):
        tokenizer.decoder = decoders.Sequence(
            [
                decoders.ByteLevel(),
                decoders.Replace(model.end_of_word_suffix, " "),
                decoders.Replace(Regex(r"^\s+|\s+$"), ""),
            ]
        )
