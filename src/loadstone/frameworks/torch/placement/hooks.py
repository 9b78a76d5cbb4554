"""Hooks that stay with the model that they were made for: a copy of it, or an unpickled one, runs without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from loadstone.frameworks.torch.modeling.shown import not_shown

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


def not_of_state(module: nn.Module, keywords: Keywords) -> Keywords:
    """Without what a layer was called with by name that is its state's, which goes along."""
    state: Any = keywords.get("state")
    if state is None:
        return keywords
    component: Any = module.component
    return {"state": state, **not_shown(component, state, keywords)}
