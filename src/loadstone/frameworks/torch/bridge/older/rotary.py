"""Rotary frequencies of configs that say ``rope_theta`` and ``rope_scaling``, and of those with ``rope_parameters``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import Tensor
from transformers import modeling_rope_utils as theirs

from loadstone.frameworks.torch.transformers_compat import attention as ours

Frequencies = Callable[..., tuple[Tensor, float]]


def _is_older(config: object) -> bool:
    return not getattr(config, "rope_parameters", None)


class _Functions(Mapping[str, Frequencies]):
    """Name of a scaling → what computes the frequencies of a config of either kind."""

    def __getitem__(self, kind: str) -> Frequencies:
        if kind not in ours.ROPE_INIT_FUNCTIONS:
            return theirs.ROPE_INIT_FUNCTIONS[kind]
        return functools.partial(_frequencies, kind)

    def __iter__(self) -> Iterator[str]:
        return iter({**ours.ROPE_INIT_FUNCTIONS, **theirs.ROPE_INIT_FUNCTIONS})

    def __len__(self) -> int:
        return len(list(iter(self)))


ROPE_INIT_FUNCTIONS: Mapping[str, Frequencies] = _Functions()


def _frequencies(kind: str, config: Any, *args: Any, **kwargs: Any) -> tuple[Tensor, float]:
    if _is_older(config) or kind not in theirs.ROPE_INIT_FUNCTIONS:
        return ours.ROPE_INIT_FUNCTIONS[kind](config, *args, **kwargs)
    return theirs.ROPE_INIT_FUNCTIONS[kind](config, *args, **kwargs)


def dynamic_rope_update(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Has a rotary embedding work out its frequencies again where they depend on the length."""
    for_older = ours.dynamic_rope_update(forward)
    for_newer: Callable[..., Any] = theirs.dynamic_rope_update(forward)  # type: ignore[no-untyped-call]

    @functools.wraps(forward)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        return (for_older if _is_older(self.config) else for_newer)(self, *args, **kwargs)

    return wrapped
