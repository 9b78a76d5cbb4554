"""What a builder of a tokenizer returns, and what builders share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from loadstone.errors import TokenizerError
from loadstone.text.settings import Settings

if TYPE_CHECKING:
    import tokenizers
    from tokenizers.processors import PostProcessor

Ids: TypeAlias = Callable[[str], "int | None"]
"""The id of a token."""


class Built(NamedTuple):
    """A tokenizer, without the tokens that settings add to it."""

    tokenizer: tokenizers.Tokenizer
    settings: Settings
    frame: Callable[[Ids], PostProcessor] | None = None
    """Makes what puts special tokens around texts, once all tokens have ids; None: what the settings say."""


Builder: TypeAlias = Callable[[Path, Settings], Built]


def token(settings: Settings, role: str) -> str:
    """The token of a role; :class:`TokenizerError` where the settings name none."""
    value = settings.named.get(f"{role}_token")
    if value is None:
        raise TokenizerError(f"{settings.source}: {settings.class_name} needs a {role}_token; give {role}_token=.")
    return str(getattr(value, "content", value))


def flag(settings: Settings, name: str, default: bool) -> bool:
    """A setting that is true or false."""
    value = settings.values.get(name)
    if value is not None and not isinstance(value, bool):
        raise TokenizerError(f"{settings.source}: its setting {name!r}: expected true or false, found {value!r:.100}")
    return default if value is None else value


def needed(ids: Ids, names: Sequence[str], settings: Settings) -> dict[str, int]:
    """Token → id, of tokens that go around texts; :class:`TokenizerError` for those that the vocabulary lacks."""
    found = {name: ids(name) for name in names}
    missing = [name for name, token_id in found.items() if token_id is None]
    if missing:
        raise TokenizerError(
            f"{settings.source}: lacks {', '.join(map(repr, missing))}, which {settings.class_name} puts around texts. "
            "Do tokenizer_config.json and this vocabulary belong together?"
        )
    return {name: token_id for name, token_id in found.items() if token_id is not None}


def checked(vocabulary: Mapping[str, int], names: Sequence[str], settings: Settings) -> None:
    """:class:`TokenizerError` for special tokens that a vocabulary must have and lacks."""
    needed(vocabulary.get, names, settings)


def template(settings: Settings, single: str, pair: str) -> Callable[[Ids], PostProcessor]:
    """Special tokens around texts, written as roles: ``"cls $A sep"``, ``"cls $A sep $B:1 sep:1"``."""

    def written(pattern: str) -> list[str]:
        pieces = []
        for piece in pattern.split():
            name, _, segment = piece.partition(":")
            pieces.append(f"{name if name.startswith('$') else token(settings, name)}:{segment or 0}")
        return pieces

    def frame(ids: Ids) -> PostProcessor:
        from tokenizers import processors

        roles = {piece.partition(":")[0] for piece in f"{single} {pair}".split() if not piece.startswith("$")}
        special = needed(ids, [token(settings, role) for role in sorted(roles)], settings)
        return processors.TemplateProcessing(
            single=written(single), pair=written(pair), special_tokens=list(special.items())
        )

    return frame


def roberta_frame(settings: Settings, trims: bool, prefix: bool) -> Callable[[Ids], PostProcessor]:
    """``<s> A </s>``, and ``<s> A </s></s> B </s>``, with offsets that leave out blanks where ``trims``."""

    def frame(ids: Ids) -> PostProcessor:
        from tokenizers import processors

        sep, cls = token(settings, "sep"), token(settings, "cls")
        special = needed(ids, [sep, cls], settings)
        return processors.RobertaProcessing((sep, special[sep]), (cls, special[cls]), trims, prefix)

    return frame
