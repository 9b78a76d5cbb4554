"""The names and layouts that Flax's own files have: for each slot its path there, and whether it is transposed.

Flax's layers call a linear map's weight ``kernel`` and keep it (inputs, outputs), an embedding's ``embedding``, and
the gain of a layer norm ``scale``. A root-mean-square norm keeps ``weight``, and everything else its own name. A model
with batch norms has two collections at the top: ``params``, and ``batch_stats`` with ``mean`` and ``var``.

Source: ``rename_key_and_reshape_tensor`` in ``modeling_flax_pytorch_utils.py``, and ``modeling_flax_llama.py``, of
Transformers 4.57.1.
"""

from __future__ import annotations

from loadstone.architectures.components.base import Component
from loadstone.architectures.components.leaves import (
    BatchNorm,
    Conv,
    ConvTranspose,
    Embedding,
    GroupNorm,
    LayerNorm,
    Linear,
)
from loadstone.architectures.components.walk import walk
from loadstone.checkpoint.flax.layout import PARAMETERS, STATISTIC_NAMES, STATISTICS, FlaxLeaf

_NAMES: dict[type[Component], str] = {
    Linear: "kernel",
    Conv: "kernel",
    ConvTranspose: "kernel",
    Embedding: "embedding",
} | dict.fromkeys((LayerNorm, GroupNorm, BatchNorm), "scale")


def flax_layout(component: Component, prefix: str = "") -> dict[str, FlaxLeaf]:
    """Slot name → path and layout in a Flax file, for every slot under a component.

    >>> flax_layout(Linear(2, 3), "lm_head")["lm_head.weight"]
    FlaxLeaf(path='lm_head/kernel', transposed=True)
    """
    layout = {}
    leaves = list(walk(component, prefix))
    has_statistics = any(isinstance(leaf, BatchNorm) for _, leaf in leaves)
    for name, leaf in leaves:
        for slot in leaf.own_slots():
            last = _NAMES.get(type(leaf), slot.name) if slot.name == "weight" else slot.name
            collection = ""
            if has_statistics:
                collection, last = (
                    (STATISTICS, STATISTIC_NAMES.get(last, last)) if slot.kind == "buffer" else (PARAMETERS, last)
                )
            levels = [level for level in (collection, *name.split("."), last) if level]
            slot_name = ".".join(filter(None, (name, slot.name)))
            layout[slot_name] = FlaxLeaf("/".join(levels), last == "kernel")
    return layout
