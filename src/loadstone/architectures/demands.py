"""What running a model takes beside its weights, for texts of a size that the caller announces."""

from __future__ import annotations

from math import prod

from loadstone.architectures.components.base import Component, find
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.walk import blocks


def cache_bytes(component: Component, batch: int, length: int, element_bytes: int) -> dict[str, int]:
    """Block → bytes of what it keeps in the cache for ``batch`` texts of ``length`` tokens."""
    return {
        name: sum(
            prod(kept.shape) * (element_bytes if kept.dtype is None else kept.dtype.bits // 8)
            for each in find(block, Component)
            for kept in each.keeps(batch, length).values()
        )
        for name, block in blocks(component)
    }


def activation_bytes(component: Component, batch: int, length: int, element_bytes: int) -> int:
    """Room for what is alive at once in a forward pass over ``batch`` texts of ``length`` tokens, without gradients.

    An estimate: four vectors of the hidden width for each token, and in and out of the widest linear map.
    """
    maps = list(find(component, Linear))
    widest = max((linear.outputs for linear in maps), default=0)
    width = next((linear.inputs for linear in maps), 0)
    return batch * length * (4 * width + 2 * widest) * element_bytes
