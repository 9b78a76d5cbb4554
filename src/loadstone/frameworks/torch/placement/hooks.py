"""Hooks that stay with the model that they were made for: a copy of it, or an unpickled one, runs without them."""

from __future__ import annotations

from typing import Any


def nothing(*args: Any, **kwargs: Any) -> None:
    """The hook of a copy."""


def _nothing() -> Any:
    return nothing


class Hook:
    """A hook of one model."""

    def __deepcopy__(self, memo: Any) -> Any:
        return nothing

    def __reduce__(self) -> Any:
        return _nothing, ()
