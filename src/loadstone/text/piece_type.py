"""What an entry of a SentencePiece vocabulary is for: the numbers of its model files, which GGUF files took over."""

from __future__ import annotations

from enum import IntEnum


class PieceType(IntEnum):
    """``SentencePiece.Type`` of ``sentencepiece_model.proto``, and ``tokenizer.ggml.token_type``."""

    UNDEFINED = 0
    """In GGUF files alone."""
    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6
