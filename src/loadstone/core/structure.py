"""What laying out a model asks of it: its modules by name, the blocks that are never split, and the layers of kinds
that can be quantized. A blueprint answers it, and so does a module that somebody else wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import NamedTuple, Protocol


class LayerKind(Enum):
    """How a layer that can be quantized holds its weights."""

    LINEAR = auto()
    """A ``weight`` (outputs, inputs), which is cast when it is used."""
    PLAIN_LINEAR = auto()
    """The same in a framework's own layer, which casts nothing."""
    TRANSPOSED_LINEAR = auto()
    """A ``weight`` (inputs, outputs), GPT-2's."""
    EMBEDDING = auto()
    """A ``weight`` (count, width)."""
    EXPERTS = auto()
    """Stacked ``gate_up_proj`` and ``down_proj``, one matrix (outputs, inputs) for each expert."""
    TRANSPOSED_EXPERTS = auto()
    """The same with matrices (inputs, outputs), gpt-oss's."""


EXPERT_SLOTS = ("gate_up_proj", "down_proj")
EXPERT_KINDS = (LayerKind.EXPERTS, LayerKind.TRANSPOSED_EXPERTS)
LINEAR_KINDS = (LayerKind.LINEAR, LayerKind.PLAIN_LINEAR)


class Layer(NamedTuple):
    """One layer of a model."""

    kind: LayerKind
    in_head: bool
    """Whether it lies outside the bare model."""
    routes: bool = False
    """Whether it says to which experts a token goes."""


class Structure(Protocol):
    """A model without its values."""

    @property
    def class_name(self) -> str:
        """Its class, for errors."""
        ...

    def modules(self) -> Collection[str]:
        """Every module by its full name, those without slots too."""
        ...

    def blocks(self) -> Collection[str]:
        """The modules that are never split, in the order of the model."""
        ...

    def layers(self) -> Mapping[str, Layer]:
        """Module → what it is, for the kinds that can be quantized, in the order of the model."""
        ...

    def cache_bytes(self, batch: int, length: int, element_bytes: int) -> Mapping[str, int]:
        """Block → bytes of the keys and values that it keeps for ``batch`` texts of ``length`` tokens."""
        ...

    def activation_bytes(self, batch: int, length: int, element_bytes: int) -> int:
        """Room for what is alive at once in a forward pass over such texts."""
        ...


def weight_slots(layers: Mapping[str, Layer], kinds: Iterable[LayerKind], *, heads: bool) -> Iterator[str]:
    """The slots of the weights of layers of these kinds; those outside the bare model only with ``heads``."""
    wanted = set(kinds)
    for name, layer in layers.items():
        if layer.kind in wanted and (heads or not layer.in_head):
            leaves = EXPERT_SLOTS if layer.kind in EXPERT_KINDS else ("weight",)
            yield from (f"{name}.{leaf}" for leaf in leaves)
