"""What a GGUF file's metadata says of its vocabulary, as one checked object: nothing in it contradicts itself."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadstone.errors import Fault, TokenizerError
from loadstone.text.piece_type import PieceType

logger = logging.getLogger(__name__)

ROLES = ("bos", "eos", "eot", "eom", "unk", "sep", "pad", "cls", "mask")
"""``eot`` and ``eom`` end a turn and a message of a conversation."""
_KEYS = {
    "bos": ("bos_token_id",),
    "eos": ("eos_token_id",),
    "eot": ("eot_token_id",),
    "eom": ("eom_token_id",),
    "unk": ("unknown_token_id",),
    # Written with this slip by every converter; the other spelling is accepted too.
    "sep": ("seperator_token_id", "separator_token_id"),
    "pad": ("padding_token_id",),
    "cls": ("cls_token_id",),
    "mask": ("mask_token_id",),
}
_DEFAULTS: Mapping[str, Mapping[str, int]] = {
    "llama": {"bos": 1, "eos": 2, "unk": 0},
    "t5": {"eos": 1, "unk": 2, "pad": 0},
    "bert": {"bos": 101, "unk": 100, "sep": 102, "pad": 0, "mask": 103},
    "gpt2": {},
}
"""Ids that hold where a file names none, as llama.cpp has them."""
_TURN_ENDS = ("<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<end_of_utterance>", "<EOT>", "[EOT]")
"""What ends a turn in files that do not say, by name, as in llama.cpp."""
_LARGEST_TEMPLATE = 1 << 20
_SHOWN = 20


@dataclass(frozen=True)
class Vocabulary:
    """Tokens with kind and score, merges, and how texts are framed."""

    source: str
    """The file, for errors."""
    model: str
    pre: str
    """How text is split before merging; empty where the file does not say."""
    name: str
    """``general.name``, in lower case."""
    tokens: Sequence[str]
    """By id, all different, none empty."""
    kinds: Sequence[int]
    scores: Sequence[float] | None
    """No NaN, and no infinity but -inf; None where the file has none."""
    merges: Sequence[str] | None
    """``"left right"``, the first to be merged first; None where the file has none."""
    ids: Mapping[str, int]
    """Role (:data:`ROLES`) → id, for the roles that there are."""
    adds: Mapping[str, bool]
    """``bos``, ``eos``: whether one goes around a text; no key where the file does not say."""
    space_prefix: bool | None
    """Whether a text gets a blank in front; None where the file does not say."""
    merges_spaces: bool | None
    """Whether blanks in a row count as one; None where the file does not say."""
    lowercase: bool
    strip_accents: bool
    charsmap: bytes
    """SentencePiece's compiled normalization; empty where there is none."""
    chat_templates: Mapping[str, str]
    context_length: int | None

    def index(self) -> dict[str, int]:
        """Token → id."""
        return {token: token_id for token_id, token in enumerate(self.tokens)}

    def error(self, key: str, expected: str, found: str, hint: str = "") -> TokenizerError:
        """One fault of a metadata key as an error."""
        return TokenizerError(str(_fault(self.source, key, expected, found, hint)))


class _Reader:
    """Reads values of the types that they must have, and collects every fault before one error tells all."""

    def __init__(self, metadata: Mapping[str, object], source: str) -> None:
        self._metadata = metadata
        self._source = source
        self._faults: list[Fault] = []

    def fault(self, key: str, expected: str, found: str, hint: str = "") -> None:
        self._faults.append(_fault(self._source, key, expected, found, hint))

    def raise_if_any(self) -> None:
        if self._faults:
            lines = [f"  - {fault}" for fault in self._faults[:_SHOWN]]
            if len(self._faults) > _SHOWN:
                lines.append(f"  … and {len(self._faults) - _SHOWN} more")
            raise TokenizerError("\n".join(["The tokenizer in this file cannot be used:", *lines]))

    def text(self, key: str) -> str:
        value = self._metadata.get(key, "")
        if isinstance(value, str):
            return value
        self.fault(key, "a string", shown(value))
        return ""

    def flag(self, key: str) -> bool | None:
        value = self._metadata.get(key)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int) and value in (0, 1):  # some writers have no other type for it
            return bool(value)
        self.fault(key, "true or false", shown(value))
        return None

    def whole(self, key: str) -> int | None:
        value = self._metadata.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.fault(key, "an integer", shown(value))
        return None

    def array(self, key: str, types: tuple[type, ...], what: str, length: int | None = None) -> list[Any] | None:
        """The values of an array; None where there is none, and where it is not of the types or length asked for."""
        value = self._metadata.get(key)
        if value is None:
            return None
        if not isinstance(value, list | tuple) and hasattr(value, "tolist"):
            value = value.tolist()
        if not isinstance(value, list | tuple):
            self.fault(key, f"an array of {what}", shown(value))
            return None
        if length is not None and len(value) != length:
            self.fault(key, f"{length} values, one for each token", f"{len(value)}")
            return None
        for index, element in enumerate(value):
            if not isinstance(element, types) or isinstance(element, bool):
                self.fault(f"{key}[{index}]", what, shown(element))
                return None
        return list(value)


def read_vocabulary(metadata: Mapping[str, object], source: str) -> Vocabulary:
    """The vocabulary; :class:`TokenizerError` with all that is wrong with it."""
    reader = _Reader(metadata, source)
    ggml = "tokenizer.ggml."
    model = reader.text(f"{ggml}model")
    tokens = _tokens(reader, f"{ggml}tokens")
    count = len(tokens)
    kinds = reader.array(f"{ggml}token_type", (int,), "integers", count)
    for index, kind in enumerate(kinds or ()):
        if not 0 <= kind <= max(PieceType):
            reader.fault(
                f"{ggml}token_type[{index}]", f"0 to {max(PieceType):d}", str(kind), "Is there a newer Loadstone?"
            )
            break
    scores = reader.array(f"{ggml}scores", (int, float), "numbers", count)
    for index, score in enumerate(scores or ()):
        # Merged last, or never: a score that "llama" takes. A sum of scores, as "t5" needs it, makes no sense then.
        if not math.isfinite(score) and not (model == "llama" and score == -math.inf):
            reader.fault(f"{ggml}scores[{index}]", "a finite number", str(score))
            break
    merges = reader.array(f"{ggml}merges", (str,), "strings")
    ids = {role: token_id for role, token_id in _DEFAULTS.get(model, {}).items() if token_id < count}
    for role, names in _KEYS.items():
        for name in names:
            token_id = reader.whole(f"{ggml}{name}")
            if token_id is not None and 0 <= token_id < count:
                ids[role] = token_id
            elif token_id is not None:
                default = f"; the default, {ids[role]}, is taken" if role in ids else ""
                message = "%s: metadata key '%s%s' is %d, and there are %d tokens: ignored%s"
                logger.warning(message, source, ggml, name, token_id, count, default)
    if "eot" not in ids and (turn_end := next((token for token in _TURN_ENDS if token in tokens), None)) is not None:
        ids["eot"] = tokens.index(turn_end)
    adds = {}
    for role in ("bos", "eos"):
        flag = reader.flag(f"{ggml}add_{role}_token")
        if flag is not None:
            adds[role] = flag
            if flag and role not in ids:
                reader.fault(f"{ggml}add_{role}_token", f"an id in '{ggml}{_KEYS[role][0]}' beside it", "none")
    lowercase = reader.flag(f"{ggml}normalizer.lowercase")
    lowercase = True if lowercase is None else lowercase
    strip_accents = reader.flag(f"{ggml}normalizer.strip_accents")
    charsmap = reader.array(f"{ggml}precompiled_charsmap", (int,), "bytes") or []
    if not all(-128 <= byte <= 255 for byte in charsmap):
        reader.fault(f"{ggml}precompiled_charsmap", "bytes", "numbers beyond")
        charsmap = []
    architecture = metadata.get("general.architecture")
    context_length = reader.whole(f"{architecture}.context_length") if isinstance(architecture, str) else None
    vocabulary = Vocabulary(
        source=source,
        model=model,
        pre=reader.text(f"{ggml}pre"),
        name=reader.text("general.name").lower(),
        tokens=tokens,
        kinds=kinds if kinds is not None else [int(PieceType.NORMAL)] * count,
        scores=scores,
        merges=merges,
        ids=ids,
        adds=adds,
        space_prefix=reader.flag(f"{ggml}add_space_prefix"),
        merges_spaces=reader.flag(f"{ggml}remove_extra_whitespaces"),
        lowercase=lowercase,
        strip_accents=lowercase if strip_accents is None else strip_accents,
        charsmap=bytes(byte & 0xFF for byte in charsmap),
        chat_templates=_chat_templates(reader, metadata),
        context_length=context_length if context_length and context_length > 0 else None,
    )
    reader.raise_if_any()
    return vocabulary


def _tokens(reader: _Reader, key: str) -> list[str]:
    tokens = reader.array(key, (str,), "strings")
    if not tokens:
        reader.fault(key, "an array of strings", "none" if tokens is None else "an empty one")
        return []
    # Some converters leave tokens empty that a model never uses; llama.cpp gives them this name.
    tokens = [token or f"[EMPTY_{index}]" for index, token in enumerate(tokens)]
    first: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if first.setdefault(token, index) != index:
            reader.fault(f"{key}[{index}]", "a token of its own", f"{shown(token)}, which {first[token]} is already")
        elif not token.isascii() and not _is_unicode(token):
            reader.fault(f"{key}[{index}]", "text in UTF-8", shown(token))
    return tokens


def _is_unicode(token: str) -> bool:
    try:
        token.encode()
    except UnicodeEncodeError:
        return False
    return True


def _chat_templates(reader: _Reader, metadata: Mapping[str, object]) -> dict[str, str]:
    """Name → template; the nameless one is ``default``."""
    base = "tokenizer.chat_template"
    templates = {}
    for key in metadata:
        if key == base or key.startswith(f"{base}."):
            template = reader.text(key)
            if len(template) > _LARGEST_TEMPLATE:
                reader.fault(key, f"at most {_LARGEST_TEMPLATE} characters", str(len(template)))
            templates[key[len(base) + 1 :] or "default"] = template
    return templates


def _fault(source: str, key: str, expected: str, found: str, hint: str) -> Fault:
    return Fault(f"{source}: metadata key {key!r}", expected, found, hint)


def shown(value: object) -> str:
    """A value as an error shows it: never more than a line of it."""
    text = repr(value[:100] if isinstance(value, str | bytes | list | tuple) else value)
    return text if len(text) <= 120 else f"{text[:120]}…"
