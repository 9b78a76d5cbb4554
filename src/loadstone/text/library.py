"""The ``tokenizers`` library, which computes; it is imported when a tokenizer is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loadstone.errors import LoadstoneError, TokenizerError

if TYPE_CHECKING:
    from types import ModuleType


def require_tokenizers() -> ModuleType:
    """The module; :class:`TokenizerError` with the line that installs it."""
    try:
        import tokenizers
    except ImportError:
        raise TokenizerError("Text needs the tokenizers package: pip install 'loadstone[text]'") from None
    return tokenizers


@contextmanager
def guarded(
    source: str,
    doing: str = "expected a tokenizer, found what tokenizers refuses",
    kind: type[LoadstoneError] = TokenizerError,
) -> Iterator[None]:
    """What the library refuses, or panics at, as an error of ours that names the tokenizer's file."""
    try:
        yield
    except LoadstoneError:
        raise
    except Exception as error:  # noqa: BLE001  the library raises a bare Exception for what it cannot read
        raise kind(f"{source}: {doing}: {error}") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise kind(f"{source}: {doing}: {error}") from None
