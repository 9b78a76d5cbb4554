"""Hooks that stay with the model that they were made for: a copy of it, or an unpickled one, runs without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Inputs = tuple[object, ...]
"""A call's arguments by place, as PyTorch gives them to a hook."""
Keywords = dict[str, object]
"""Those by name."""


def nothing(*args: object, **kwargs: object) -> None:
    """The hook of a copy."""


def _nothing() -> Callable[..., None]:
    return nothing


class Hook:
    """A hook of one model."""

    def __deepcopy__(self, memo: object) -> Callable[..., None]:
        return nothing

    def __reduce__(self) -> tuple[Callable[[], Callable[..., None]], tuple[()]]:
        return _nothing, ()


def not_shown(keywords: Keywords) -> Keywords:
    """Without what of the state, which goes along, a layer was called with by name."""
    state: Any = keywords.get("state")
    return keywords if state is None else {"state": state, **state.without_shown(keywords)}
