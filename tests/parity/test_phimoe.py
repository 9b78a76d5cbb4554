"""Phi-3.5 MoE: what its router does while training, and rotary positions beyond the length of the first training."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers
from transformers.models.phimoe.modeling_phimoe import sparsemixer

from loadstone.architectures.components import Linear, Part, SparseMixer
from loadstone.frameworks.torch.modeling import array_functions as xp

from .expert_texts import inputs
from .modal import FRAMEWORKS, Made
from .modal_families.phimoe import LONG, PARITY


class Drawn:
    """A run in which what is random is given."""

    xp = xp

    def __init__(self, *numbers: torch.Tensor) -> None:
        self._numbers = iter(numbers)

    def random(self, shape: Any, like: torch.Tensor) -> torch.Tensor:
        return next(self._numbers)


def test_experts_are_drawn_and_weighted_as_by_transformers_and_gradients_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(40, 5, generator=generator)
    (one, two), (heads, tails) = (torch.rand(2, 40, size, generator=generator) for size in (5, 1))
    # Both of its coins, for Heun's method, come from rand_like, the second of which it draws anew in place.
    draws, coins = iter((one, two)), iter((heads, tails))
    monkeypatch.setattr(torch.Tensor, "exponential_", lambda self: self.copy_(-next(draws).log()))
    monkeypatch.setattr(torch, "rand_like", lambda like: next(coins).clone())
    monkeypatch.setattr(torch.Tensor, "uniform_", lambda self: self)
    sides = []
    for ours in (True, False):
        scores = logits.clone().requires_grad_()
        if ours:
            router = SparseMixer(Part("gate", Linear(3, 5)), 2, tolerance=1.2)
            weights, chosen = router.choose(Drawn(one, heads, two, tails), scores)
        else:
            weights, chosen = sparsemixer(scores, jitter_eps=0.6, training=True)
        (weights * torch.arange(1.0, 81.0).reshape(40, 2)).sum().backward()
        sides.append((weights, chosen, scores.grad))
    assert sides[0][1].equal(sides[1][1])
    assert (sides[0][1] != logits.topk(2).indices).any(), "nothing random was drawn"
    torch.testing.assert_close(sides[0][0], sides[1][0], atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(sides[0][2], sides[1][2], atol=1e-4, rtol=1e-4)


def test_long_texts_have_the_long_factors(tmp_path: Any) -> None:
    """transformers 5.23 has forgotten them, though not their factor for cos and sin; its release 4 has both."""
    short = LONG | {"original_max_position_embeddings": 10}
    each = Made("PhimoeForCausalLM", transformers.PhimoeConfig(**PARITY.plain, rope_parameters=short), tmp_path)
    each.of("torch")
    long = short | {"short_factor": short["long_factor"], "short_mscale": short["long_mscale"]}
    as_long = type(each.model)(transformers.PhimoeConfig(**PARITY.plain, rope_parameters=long)).eval()
    as_long.load_state_dict(each.model.state_dict())
    each.model = as_long
    each.check(inputs("PhimoeForCausalLM", as_long.config), "logits", "loss", frameworks=FRAMEWORKS)
