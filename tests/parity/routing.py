"""A router's choices: recorded from one model, imposed on another.

Two experts may score so nearly alike that rounding alone decides between them. The outputs then differ by far more
than rounding, and rightly so: models of two dtypes are compared with the same experts at work in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
import torch

from .frameworks import Side, tensor_of


class Routing(NamedTuple):
    """One layer's experts of each token and what each of them counts: both (tokens, top_k)."""

    chosen: torch.Tensor
    weights: torch.Tensor


@contextmanager
def recorded(side: Side) -> Iterator[list[Routing]]:
    """The routing of every layer with experts, in the order in which they run."""
    layers: list[Routing] = []

    def record(own: Routing) -> Routing:
        layers.append(own)
        return own

    with _routed(side, record):
        yield layers


@contextmanager
def imposed(side: Side, layers: Sequence[Routing]) -> Iterator[list[torch.Tensor]]:
    """Every layer sends its tokens to the experts of ``layers``; yields which tokens would have gone there anyway.

    That is (tokens,) for each layer. Those keep their own weights, so that a router's scores are still compared.
    """
    kept: list[torch.Tensor] = []

    def impose(own: Routing) -> Routing:
        exact = layers[len(kept)]
        kept.append((own.chosen == exact.chosen).all(dim=-1))
        weights = torch.where(kept[-1][:, None], own.weights, exact.weights.to(own.weights.dtype))
        return Routing(exact.chosen.to(own.chosen.dtype), weights)

    with _routed(side, impose):
        yield kept
    assert len(kept) == len(layers), f"{len(kept)} layers with experts ran, {len(layers)} were recorded"


@contextmanager
def _routed(side: Side, change: Callable[[Routing], Routing]) -> Iterator[None]:
    """What the router hands to the experts passes through ``change``."""
    experts, name = side.experts
    compute = getattr(experts, name)

    def routed(self: Any, x: Any, chosen: Any, weights: Any) -> Any:
        routing = change(Routing(tensor_of(chosen), tensor_of(weights)))
        return compute(self, x, side.to(routing.chosen), side.to(routing.weights))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experts, name, routed)
        yield
