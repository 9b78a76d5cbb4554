"""A SentencePiece model: its pieces, and what it says of them (``sentencepiece_model.proto``)."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from loadstone.errors import TokenizerError
from loadstone.text.charsmap import check_charsmap
from loadstone.text.files import read_bytes
from loadstone.text.older.protobuf import as_float, as_signed, fields
from loadstone.text.piece_type import PieceType

_MOST_PIECES = 1 << 24


class Algorithm(IntEnum):
    """How a text is cut into pieces."""

    UNIGRAM = 1
    BPE = 2
    WORD = 3
    CHAR = 4


class Piece(NamedTuple):
    """One entry of the vocabulary."""

    text: str
    score: float
    type: int


class SentencePieceModel(NamedTuple):
    """What the file holds, as far as it matters for encoding."""

    path: Path
    pieces: list[Piece]
    """By id."""
    algorithm: int = Algorithm.UNIGRAM
    byte_fallback: bool = False
    unk_id: int = 0
    bos_id: int = 1
    eos_id: int = 2
    unk_piece: str = "<unk>"
    bos_piece: str = "<s>"
    eos_piece: str = "</s>"
    charsmap: bytes = b""
    """SentencePiece's compiled normalization."""


_TRAINER = {3: "algorithm", 35: "byte_fallback", 40: "unk_id", 41: "bos_id", 42: "eos_id"}
_TRAINER_TEXTS = {45: "unk_piece", 46: "bos_piece", 47: "eos_piece"}
_ROOT_PIECES, _ROOT_TRAINER, _ROOT_NORMALIZER = 1, 2, 3


def read_model(path: Path) -> SentencePieceModel:
    """The model in a file; :class:`TokenizerError` with the place of the first thing that is wrong."""
    data = memoryview(read_bytes(path))
    where = str(path)
    pieces: list[Piece] = []
    model = SentencePieceModel(path, pieces)
    for number, value in fields(data, where):
        if number == _ROOT_PIECES and isinstance(value, memoryview):
            if len(pieces) >= _MOST_PIECES:
                raise TokenizerError(f"{where}: expected at most {_MOST_PIECES} pieces, found more.")
            pieces.append(_piece(value, f"{where}, piece {len(pieces)}"))
        elif number == _ROOT_TRAINER and isinstance(value, memoryview):
            model = model._replace(**_trainer(value, where))
        elif number == _ROOT_NORMALIZER and isinstance(value, memoryview):
            charsmap = next((bytes(text) for key, text in fields(value, where) if key == 2 and _is_bytes(text)), b"")
            model = model._replace(charsmap=charsmap)
    _check(model)
    return model


def _is_bytes(value: int | memoryview) -> bool:
    return isinstance(value, memoryview)


def _piece(message: memoryview, where: str) -> Piece:
    text, score, kind = "", 0.0, int(PieceType.NORMAL)
    for number, value in fields(message, where):
        if number == 1:
            text = _text(value, where)
        elif number == 2 and (found := as_float(value)) is not None:
            score = found
        elif number == 3 and isinstance(value, int):
            kind = value
    if not text:
        raise TokenizerError(f"{where}: expected a piece, found an empty one.")
    if not math.isfinite(score):
        raise TokenizerError(f"{where} ({text!r:.100}): expected a finite score, found {score}.")
    if not 1 <= kind <= max(PieceType):
        raise TokenizerError(f"{where} ({text!r:.100}): expected a type from 1 to {max(PieceType):d}, found {kind}.")
    return Piece(text, score, kind)


def _trainer(message: memoryview, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, value in fields(message, where):
        if number in _TRAINER and (integer := as_signed(value)) is not None:
            found[_TRAINER[number]] = bool(integer) if number == 35 else integer
        elif number in _TRAINER_TEXTS:
            found[_TRAINER_TEXTS[number]] = _text(value, where)
    return found


def _text(value: int | memoryview, where: str) -> str:
    try:
        return bytes(value).decode() if isinstance(value, memoryview) else ""
    except UnicodeDecodeError:
        raise TokenizerError(f"{where}: expected text in UTF-8, found {bytes(value)!r:.100}.") from None


def _check(model: SentencePieceModel) -> None:
    where = str(model.path)
    if not model.pieces:
        raise TokenizerError(f"{where}: expected a SentencePiece model, found one without pieces.")
    first: dict[str, int] = {}
    for index, piece in enumerate(model.pieces):
        if first.setdefault(piece.text, index) != index:
            raise TokenizerError(f"{where}: pieces {first[piece.text]} and {index} are both {piece.text!r:.100}.")
    if model.algorithm not in (Algorithm.UNIGRAM, Algorithm.BPE):
        raise TokenizerError(
            f"{where}: expected a unigram or BPE model, found model_type {model.algorithm}, which is not supported."
        )
    if not 0 <= model.unk_id < len(model.pieces):
        raise TokenizerError(f"{where}: unk_id is {model.unk_id}, and there are {len(model.pieces)} pieces.")

    def wrong(expected: str, found: str) -> TokenizerError:
        return TokenizerError(f"{where}, precompiled_charsmap: expected {expected}, found {found}")

    if model.charsmap:
        error: Callable[[str, str], TokenizerError] = wrong
        check_charsmap(model.charsmap, error)
