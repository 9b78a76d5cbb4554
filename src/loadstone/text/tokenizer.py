"""Text ↔ token ids, through the ``tokenizers`` library.

The tokenizer is a ``tokenizer.json`` that lies beside the weights, or lies in the weights' GGUF file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from loadstone.checkpoint.gguf.header import read_metadata
from loadstone.core.paths import local_path
from loadstone.errors import ArgumentError, TokenizerError
from loadstone.text.chat import render, template_of
from loadstone.text.gguf import build_tokenizer
from loadstone.transfer.json_file import read_json

if TYPE_CHECKING:
    from types import ModuleType

    import tokenizers

    from loadstone.core.json_values import JsonObject

Item = TypeVar("Item")
TOKENIZER_NAME = "tokenizer.json"
_LARGEST_TOKENIZER_BYTES = 1 << 30
_TEMPLATE_NAME = "chat_template.jinja"
_LARGEST_TEMPLATE_BYTES = 4 << 20
_NO_LIMIT = 1_000_000
"""A larger ``model_max_length`` is how files say that there is none (many hold 10^30)."""
_SPECIAL = ("bos", "eos", "pad", "unk", "cls", "sep", "mask")


@dataclass(frozen=True)
class TextBatch:
    """Token ids of a batch of texts, padded to one length: three (batch, tokens) arrays."""

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

    def __init__(self, tokenizer: tokenizers.Tokenizer, settings: JsonObject, source: str) -> None:
        self._tokenizer = tokenizer
        self._settings = settings
        self.source = source
        """The file that it was read from."""
        # A file may ask for padding or truncation of its own; both are decided here, for each batch.
        tokenizer.no_padding()
        tokenizer.no_truncation()

    @classmethod
    def from_pretrained(cls, path: str | os.PathLike[str], *, gguf_file: str | None = None) -> Self:
        """The tokenizer of a checkpoint: its folder, with a ``tokenizer.json``, a file of that folder, or a GGUF file.

        ``gguf_file`` names that file in the folder. Raises :class:`TokenizerError` where there is no tokenizer that
        can be read, :class:`CorruptCheckpoint` for a GGUF file that is damaged.
        """
        place = local_path(path) if gguf_file is None else local_path(path) / gguf_file
        if gguf_file is not None or (place.suffix.lower() == ".gguf" and not place.is_dir()):
            return cls._from_gguf(place)
        return cls._from_folder(place.parent if place.is_file() else place)

    @classmethod
    def _from_gguf(cls, path: Path) -> Self:
        if not path.is_file():
            raise TokenizerError(f"{path}: no such file, so text cannot be tokenized.")
        _library()
        tokenizer, settings = build_tokenizer(read_metadata(path), str(path))
        return cls(tokenizer, settings, str(path))

    @classmethod
    def _from_folder(cls, folder: Path) -> Self:
        path = folder / TOKENIZER_NAME
        if not path.is_file():
            others = sorted(file.name for file in path.parent.glob("*") if "token" in file.name or "vocab" in file.name)
            raise TokenizerError(
                f"{path.parent}: no {TOKENIZER_NAME} there, so text cannot be tokenized"
                + (f" (found {', '.join(others[:5])}, which Loadstone does not read). " if others else ". ")
                + "Add the tokenizer.json of this model, or call the model from Python with token ids of your own."
            )
        if path.stat().st_size > _LARGEST_TOKENIZER_BYTES:
            raise TokenizerError(
                f"{path}: expected at most {_LARGEST_TOKENIZER_BYTES} bytes, found {path.stat().st_size}."
            )
        library = _library()
        try:
            tokenizer = library.Tokenizer.from_file(str(path))
        except Exception as error:  # noqa: BLE001  the library raises a bare Exception for a file that it cannot read
            raise TokenizerError(f"{path}: expected a tokenizer, found what tokenizers refuses: {error}") from None
        settings: JsonObject = {}
        for name in ("special_tokens_map.json", "tokenizer_config.json"):
            beside = path.with_name(name)
            if beside.is_file():
                settings |= {key: value for key, value in read_json(beside, "tokenizer").items() if value is not None}
        template = path.with_name(_TEMPLATE_NAME)
        if template.is_file():
            settings["chat_template"] = _read_template(template)
        return cls(tokenizer, settings, str(path))

    def special_id(self, name: str) -> int | None:
        """The id of the ``"bos"``, ``"eos"``, ``"pad"``, ``"mask"``, … token; None where there is no such token."""
        if name not in _SPECIAL:
            raise ArgumentError(f"No special token is called {name!r}; there are {', '.join(_SPECIAL)}.")
        content = self._special_token(name)
        return None if content is None else self._tokenizer.token_to_id(content)

    def _special_token(self, name: str) -> str | None:
        token = self._settings.get(f"{name}_token")
        content = token.get("content") if isinstance(token, dict) else token
        return content if isinstance(content, str) else None

    @property
    def end_ids(self) -> tuple[int, ...]:
        """Tokens that end a text, or a turn in a conversation, as far as the tokenizer's files tell."""
        ends = (self._special_token(role) for role in ("eos", "eot", "eom"))
        ids = (self._tokenizer.token_to_id(token) for token in ends if token is not None)
        return tuple(dict.fromkeys(token_id for token_id in ids if token_id is not None))

    @property
    def tokenizer(self) -> tokenizers.Tokenizer:
        """The ``tokenizers.Tokenizer`` that does the work; ``.save("tokenizer.json")`` writes it down."""
        return self._tokenizer

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
        add_special_tokens: bool = True,
    ) -> TextBatch:
        """Texts (or pairs of texts) as ids, with the special tokens that the model was trained with.

        ``padding_side="left"`` is what generation needs; ``add_special_tokens=False`` what a text needs that a chat
        template wrote, which has them already. Raises :class:`ArgumentError` for an empty batch and for a
        text of more than ``max_length`` tokens: nothing is cut off unseen.
        """
        if not texts:
            raise ArgumentError("There is no text to encode.")
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=add_special_tokens)
        limits = [limit for limit in (max_length, self.max_length) if limit is not None]
        for index, encoding in enumerate(encodings):
            if not encoding.ids:
                raise ArgumentError(f"Text {index} ({texts[index]!r}) has no tokens; give at least one word.")
            if limits and len(encoding.ids) > min(limits):
                raise ArgumentError(
                    f"Text {index} has {len(encoding.ids)} tokens, this model takes at most {min(limits)}. Shorten it."
                )
        longest = max(len(encoding.ids) for encoding in encodings)
        pad_id = next(
            (token_id for name in ("pad", "eos", "unk") if (token_id := self.special_id(name)) is not None), 0
        )

        def padded(row: Sequence[Item], filler: Item) -> list[Item]:
            rest = [filler] * (longest - len(row))
            return [*rest, *row] if padding_side == "left" else [*row, *rest]

        return TextBatch(
            input_ids=[padded(encoding.ids, pad_id) for encoding in encodings],
            attention_mask=[padded([1] * len(encoding.ids), 0) for encoding in encodings],
            token_type_ids=[padded(encoding.type_ids, 0) for encoding in encodings],
            sequence_ids=[padded(encoding.sequence_ids, None) for encoding in encodings],
            offsets=[padded(encoding.offsets, (0, 0)) for encoding in encodings],
        )

    def apply_chat_template(
        self,
        messages: Sequence[Mapping[str, object]],
        *,
        add_generation_prompt: bool = True,
        name: str = "default",
        **variables: object,
    ) -> str:
        """A conversation as the text that the model was trained on, by the template that came with the checkpoint.

        ``messages`` have ``role`` (system, user, assistant) and ``content``; ``add_generation_prompt`` ends the text
        where the assistant is to go on; ``name`` is that of one template of several; ``variables`` are what else a
        template asks for (``tools=``, ``enable_thinking=``). Encode the text with ``add_special_tokens=False``.

        Raises :class:`TokenizerError` where there is no template, or where it fails: it is untrusted code, and
        runs in a sandbox that bounds its time and its memory.
        """
        template = template_of(self._settings.get("chat_template"), name, self.source)
        tokens = {f"{role}_token": token for role in _SPECIAL if (token := self._special_token(role)) is not None}
        # Templates ask whether tools are none, not whether they are there.
        known = {
            "tools": None,
            "documents": None,
            **tokens,
            **variables,
            "messages": messages,
            "add_generation_prompt": add_generation_prompt,
        }
        return render(template, known, self.source)

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = True) -> str:
        """Decode token ids to text."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=skip_special_tokens))

    def token(self, token_id: int) -> str | None:
        """The token that one id stands for, as the vocabulary spells it."""
        token: str | None = self._tokenizer.id_to_token(token_id)
        return token


def _library() -> ModuleType:
    try:
        import tokenizers
    except ImportError:
        raise TokenizerError("Text needs the tokenizers package: pip install 'loadstone[cli]'") from None
    return tokenizers


def _read_template(path: Path) -> str:
    if path.stat().st_size > _LARGEST_TEMPLATE_BYTES:
        raise TokenizerError(f"{path}: expected at most {_LARGEST_TEMPLATE_BYTES} bytes, found {path.stat().st_size}.")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise TokenizerError(f"{path}: expected text in UTF-8, found other bytes.") from None
