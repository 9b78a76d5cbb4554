"""Mixtures of experts whose shapes do not depend on who is chosen."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from loadstone.architectures import components
from loadstone.frameworks.flax.leaves import Experts
from loadstone.frameworks.flax.tree import put, variables


def experts(count: int, seed: int = 0) -> Experts:
    made = Experts(components.Experts(count, 8, 6, "silu"))
    for index, (_, slot) in enumerate(variables(made)):
        put(slot, jax.random.normal(jax.random.key(seed + index), slot.shape))
    return made


def one_by_one(made: Experts, x: np.ndarray, chosen: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What the paper says: each token's experts, weighted and summed."""
    gates_and_ups, downs = np.asarray(made.gate_up_proj[...]), np.asarray(made.down_proj[...])
    out = np.zeros(x.shape, np.float32)
    for token, row in enumerate(chosen):
        for place, expert in enumerate(row):
            gate, up = np.split(x[token] @ gates_and_ups[expert].T, 2)
            out[token] += weights[token, place] * ((gate / (1 + np.exp(-gate)) * up) @ downs[expert].T)
    return out


@pytest.mark.parametrize(
    ("count", "tokens", "top_k", "favorite"),
    [(4, 9, 2, None), (4, 1, 2, None), (16, 3, 4, None), (4, 40, 1, 3), (5, 33, 2, 0), (1, 7, 1, None)],
)
def test_experts_say_what_they_say_one_by_one(count: int, tokens: int, top_k: int, favorite: int | None) -> None:
    rng = np.random.default_rng(0)
    made = experts(count)
    x = rng.standard_normal((tokens, 8)).astype(np.float32)
    chosen = np.stack([rng.permutation(count)[:top_k] for _ in range(tokens)])
    if favorite is not None:  # all to one expert: the longest queue there can be
        chosen[:, 0] = favorite
        chosen[:, 1:] = (favorite + 1) % count
    weights = rng.random((tokens, top_k)).astype(np.float32)
    said = jax.jit(lambda made, *rest: made(*rest))(made, x, chosen, weights)
    assert np.allclose(said, one_by_one(made, x, chosen, weights), atol=1e-4)


def test_gradients_reach_only_the_chosen_experts() -> None:
    made = experts(4)
    x, chosen = jnp.ones((3, 8)), jnp.array([[1], [1], [3]])
    gradients = nnx.grad(lambda made: made(x, chosen, jnp.ones((3, 1))).sum())(made)
    reached = jnp.abs(gradients["down_proj"][...]).sum(axis=(1, 2)) > 0
    assert reached.tolist() == [False, True, False, True]
