"""The modules that own variables, one for each leaf component."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx
from jax import Array

from loadstone.architectures import components
from loadstone.frameworks.flax.array_functions import xp
from loadstone.frameworks.flax.convolution import Conv, ConvTranspose
from loadstone.frameworks.flax.leaf import Leaf
from loadstone.frameworks.flax.norms import BatchNorm, GroupNorm, LayerNorm, RMSNorm


class Linear(Leaf):
    """A linear map; ``weight`` is (outputs, inputs), or (inputs, outputs) if ``transposed``."""

    component: components.Linear
    weight: nnx.Param[Array]
    bias: nnx.Param[Array]

    def __call__(self, x: Array) -> Array:
        # Contracted where it lies: a transposed weight would be a copy outside of jit.
        y = jnp.tensordot(x, self.weight[...], axes=((-1,), (0 if self.component.transposed else 1,)))
        return y + self.bias[...] if self.component.bias else y


class Embedding(Leaf):
    """An embedding, whose rows are multiplied by ``scale`` when looked up; NaN for an id that it does not have."""

    component: components.Embedding
    weight: nnx.Param[Array]

    def __call__(self, ids: Array) -> Array:
        component = self.component
        # An id below 0 would count from the end.
        vectors = jnp.take(self.weight[...], jnp.where(ids < 0, component.count, ids), axis=0, mode="fill")
        if component.padding is not None:
            vectors = jnp.where((ids == component.padding)[..., None], jax.lax.stop_gradient(vectors), vectors)
        # Rounded to the table's dtype first, as the model was trained.
        return vectors if component.scale == 1.0 else vectors * jnp.asarray(component.scale, vectors.dtype)


class Experts(Leaf):
    """Gated feed-forward networks side by side, their weights stacked."""

    component: components.Experts
    gate_up_proj: nnx.Param[Array]
    down_proj: nnx.Param[Array]

    def __call__(self, x: Array, chosen: Array, weights: Array) -> Array:
        """``x`` (tokens, width); ``chosen`` and ``weights`` (tokens, top_k) → (tokens, width).

        Shapes must not depend on who is chosen. So the pairs of token and expert are sorted by expert and cut into
        blocks of one expert each, padded; their number has an upper bound that the shapes give.
        """
        pairs, top_k, experts = chosen.size, chosen.shape[1], self.component.count
        size = _block_size(pairs, experts)
        blocks = min(pairs, pairs // size + min(experts, pairs))
        order = jnp.argsort(chosen.ravel(), stable=True)
        counts = jnp.bincount(chosen.ravel(), length=experts)
        starts = jnp.cumsum(counts) - counts
        last_block = jnp.cumsum(-(-counts // size))
        expert_of = jnp.minimum(jnp.searchsorted(last_block, jnp.arange(blocks), side="right"), experts - 1)
        first_block = last_block - -(-counts // size)
        within = (jnp.arange(blocks) - first_block[expert_of])[:, None] * size + jnp.arange(size)
        real = (within < counts[expert_of][:, None]) & (jnp.arange(blocks) < last_block[-1])[:, None]
        pair = order[jnp.where(real, starts[expert_of][:, None] + within, 0)]
        share = jnp.where(real, weights.ravel()[pair], 0).astype(x.dtype)
        stacks = tuple(getattr(self, slot.name)[...] for slot in self.component.own_slots())

        def block(out: Array, job: tuple[Array, Array, Array]) -> tuple[Array, None]:
            expert, tokens, share = job
            expert_output = self.one(tuple(stack[expert] for stack in stacks), x[tokens])
            return out.at[tokens].add(expert_output * share[:, None]), None

        return jax.lax.scan(block, jnp.zeros_like(x), (expert_of, pair // top_k, share))[0]

    def one(self, arrays: tuple[Array, ...], x: Array) -> Array:
        """What one expert, of whose arrays there is one a slot, makes of ``x`` (tokens, width)."""
        gate_up, down = arrays
        return self.component.gated(xp, x @ gate_up.T) @ down.T


class ClampedExperts(Experts):
    """gpt-oss's, whose matrices are (inputs, outputs), with biases."""

    def one(self, arrays: tuple[Array, ...], x: Array) -> Array:
        gate_up, of_gate_up, down, of_down = arrays
        return self.component.gated(xp, x @ gate_up + of_gate_up) @ down + of_down


def _block_size(pairs: int, experts: int) -> int:
    """About as many rows as an expert gets on average: a power of two, at most 256."""
    return min(1 << max(pairs // experts - 1, 0).bit_length(), 256)


LEAVES: dict[type[components.Component], type[Leaf]] = {
    components.Linear: Linear,
    components.Embedding: Embedding,
    components.Conv: Conv,
    components.ConvTranspose: ConvTranspose,
    components.RMSNorm: RMSNorm,
    components.LayerNorm: LayerNorm,
    components.BatchNorm: BatchNorm,
    components.GroupNorm: GroupNorm,
    components.Experts: Experts,
    components.ClampedExperts: ClampedExperts,
}
