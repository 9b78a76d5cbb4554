"""Text ↔ token ids, through the ``tokenizers`` library and the ``tokenizer.json`` that lies beside the weights."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from loadstone.config import read_json
from loadstone.errors import ArgumentError, TokenizerError

if TYPE_CHECKING:
    import tokenizers

TOKENIZER_NAME = "tokenizer.json"
_LARGEST_TOKENIZER_BYTES = 1 << 30
_NO_LIMIT = 1_000_000
"""A larger ``model_max_length`` is how files say that there is none (many hold 10^30)."""
_SPECIAL = ("bos", "eos", "pad", "unk", "cls", "sep", "mask")


@dataclass(frozen=True)
class TextBatch:
    """Token ids of several texts, padded to one length: three (texts, length) tables."""

    input_ids: list[list[int]]
    attention_mask: list[list[int]]
    """1 for a token, 0 for padding."""
    token_type_ids: list[list[int]]
    """0, or 1 for the second text of a pair in families that tell the two apart (BERT's segments)."""
    sequence_ids: list[list[int | None]]
    """Which text of a pair a token comes from: 0 or 1; None for special tokens and padding."""
    offsets: list[list[tuple[int, int]]]
    """Where each token begins and ends in its text, in characters; (0, 0) where it stands for none."""


class TextTokenizer:
    """A checkpoint's own tokenizer: encodes a batch with padding, decodes ids."""

    def __init__(self, tokenizer: tokenizers.Tokenizer, settings: dict[str, Any], source: str) -> None:
        self._tokenizer = tokenizer
        self._settings = settings
        self.source = source
        """The file that it was read from."""
        # A file may ask for padding or truncation of its own; both are decided here, for each batch.
        tokenizer.no_padding()
        tokenizer.no_truncation()

    @classmethod
    def from_pretrained(cls, folder: str | os.PathLike[str]) -> Self:
        """The tokenizer of a checkpoint's folder; :class:`TokenizerError` where there is none that can be read."""
        path = Path(folder) / TOKENIZER_NAME
        if not path.is_file():
            others = sorted(each.name for each in path.parent.glob("*") if "token" in each.name or "vocab" in each.name)
            raise TokenizerError(
                f"{path.parent}: no {TOKENIZER_NAME} there, so text cannot become token ids"
                + (f" (found {', '.join(others[:5])}, which Loadstone does not read). " if others else ". ")
                + "Add the tokenizer.json of this model, or call the model from Python with token ids of your own."
            )
        if path.stat().st_size > _LARGEST_TOKENIZER_BYTES:
            raise TokenizerError(
                f"{path}: expected at most {_LARGEST_TOKENIZER_BYTES} bytes, found {path.stat().st_size}."
            )
        try:
            import tokenizers
        except ImportError:
            raise TokenizerError("Text needs the tokenizers package: pip install 'loadstone[cli]'") from None
        try:
            tokenizer = tokenizers.Tokenizer.from_file(str(path))
        except Exception as error:  # noqa: BLE001  the library raises a bare Exception for a file that it cannot read
            raise TokenizerError(f"{path}: expected a tokenizer, found what tokenizers refuses: {error}") from None
        settings: dict[str, Any] = {}
        for name in ("special_tokens_map.json", "tokenizer_config.json"):
            beside = path.with_name(name)
            if beside.is_file():
                settings |= {key: value for key, value in read_json(beside, "tokenizer").items() if value is not None}
        return cls(tokenizer, settings, str(path))

    def special_id(self, name: str) -> int | None:
        """The id of the ``"bos"``, ``"eos"``, ``"pad"``, ``"mask"``, … token; None where there is no such token."""
        if name not in _SPECIAL:
            raise ArgumentError(f"No special token is called {name!r}; there are {', '.join(_SPECIAL)}.")
        token = self._settings.get(f"{name}_token")
        content = token.get("content") if isinstance(token, dict) else token
        return self._tokenizer.token_to_id(content) if isinstance(content, str) else None

    @property
    def vocab_size(self) -> int:
        """How many ids it can give, added tokens included."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    @property
    def max_length(self) -> int | None:
        """The longest input, in tokens, that the tokenizer's file allows; None where it names no limit."""
        limit = self._settings.get("model_max_length")
        return int(limit) if isinstance(limit, (int, float)) and 0 < limit < _NO_LIMIT else None

    def encode(
        self,
        texts: Sequence[str] | Sequence[tuple[str, str]],
        *,
        padding_side: Literal["left", "right"] = "right",
        max_length: int | None = None,
    ) -> TextBatch:
        """Texts (or pairs of texts) as ids, with the special tokens that the model was trained with.

        ``padding_side="left"`` is what generation needs. Raises :class:`ArgumentError` for an empty batch and for a
        text of more than ``max_length`` tokens: nothing is cut off unseen.
        """
        if not texts:
            raise ArgumentError("There is no text to encode.")
        found = self._tokenizer.encode_batch(list(texts))
        limits = [limit for limit in (max_length, self.max_length) if limit is not None]
        for index, encoding in enumerate(found):
            if not encoding.ids:
                raise ArgumentError(f"Text {index} ({texts[index]!r}) has no tokens; give at least one word.")
            if limits and len(encoding.ids) > min(limits):
                raise ArgumentError(
                    f"Text {index} has {len(encoding.ids)} tokens, this model takes at most {min(limits)}. Shorten it."
                )
        longest = max(len(encoding.ids) for encoding in found)
        pad_id = next((each for name in ("pad", "eos", "unk") if (each := self.special_id(name)) is not None), 0)

        def padded(row: Sequence[Any], filler: Any) -> list[Any]:
            rest = [filler] * (longest - len(row))
            return [*rest, *row] if padding_side == "left" else [*row, *rest]

        return TextBatch(
            input_ids=[padded(each.ids, pad_id) for each in found],
            attention_mask=[padded([1] * len(each.ids), 0) for each in found],
            token_type_ids=[padded(each.type_ids, 0) for each in found],
            sequence_ids=[padded(each.sequence_ids, None) for each in found],
            offsets=[padded(each.offsets, (0, 0)) for each in found],
        )

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = True) -> str:
        """The text that ids stand for."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=skip_special_tokens))

    def token(self, token_id: int) -> str | None:
        """The token that one id stands for, as the vocabulary spells it."""
        found: str | None = self._tokenizer.id_to_token(token_id)
        return found
