"""The components that own weights, or compute without any parts."""

from __future__ import annotations

from collections.abc import Mapping

from loadstone.architectures.components.base import Component, check_activation
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role, Split
from loadstone.core.records import record
from loadstone.core.tensors import Slot


@record
class Linear(Component):
    """``y = x Wᵀ + b``; ``weight`` is (outputs, inputs), or (inputs, outputs) if ``transposed`` as in GPT-2."""

    inputs: int
    outputs: int
    bias: bool = True
    std: float = 0.02
    """Standard deviation of an initial weight; an initial bias is 0."""
    cutoff: float | None = None
    """An initial weight is cut off at this many standard deviations."""
    transposed: bool = False

    def own_slots(self) -> tuple[Slot, ...]:
        shape = (self.inputs, self.outputs) if self.transposed else (self.outputs, self.inputs)
        weight = Slot("weight", shape)
        return (weight, Slot("bias", (self.outputs,))) if self.bias else (weight,)

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        if role is None or (role.by == "rows" and role.units != self.outputs):
            return {}
        outputs, inputs = (1, 0) if self.transposed else (0, 1)
        if role.by == "inputs":
            return {"weight": (Split(inputs, role.units or self.inputs),)}
        units = role.units or self.outputs
        weight = {"weight": (Split(outputs, units),)}
        return weight | {"bias": (Split(0, units),)} if self.bias else weight


@record
class Embedding(Component):
    """A table of ``count`` vectors; ``weight`` is (count, width)."""

    count: int
    width: int
    padding: int | None = None
    """This row gets no gradient."""
    scale: float = 1.0
    """What a looked-up vector is multiplied by (Gemma: the root of the width)."""
    std: float = 0.02
    cutoff: float | None = None
    zero_padding: bool = True
    """Whether the padding row of an initial table is 0."""
    sinusoidal: bool = False
    """An initial table holds sines and cosines (arXiv:1706.03762, section 3.5)."""

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("weight", (self.count, self.width)),)

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        return {} if role is None else {"weight": (Split(0, self.count),)}


@record
class RMSNorm(Component):
    """Division by the root mean square (arXiv:1910.07467); with ``offset`` 1 the stored weight is the gain minus 1."""

    width: int
    eps: float = 1e-6
    offset: float = 0.0

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("weight", (self.width,)),)


@record
class LayerNorm(Component):
    """Layer normalization (arXiv:1607.06450), optionally without bias or without any weight."""

    width: int
    eps: float = 1e-5
    bias: bool = True
    affine: bool = True

    def own_slots(self) -> tuple[Slot, ...]:
        weight, bias = Slot("weight", (self.width,)), Slot("bias", (self.width,))
        return () if not self.affine else (weight, bias) if self.bias else (weight,)


@record
class Bias(Component):
    """A vector that stands beside other parts, such as the extra bias of BERT's decoder."""

    width: int

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("", (self.width,)),)

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        fits = role is not None and role.by == "rows" and role.units == self.width
        return {"": (Split(0, self.width),)} if fits else {}


@record
class Experts(Component):
    """Gated feed-forward networks, stacked.

    ``gate_up_proj`` is (count, 2·inner, width), ``down_proj`` (count, width, inner).

    Stacked because a batch then needs two large matrix products in place of thousands of small ones, and a
    model with 6,144 experts needs 96 modules in place of 18,432. Files hold one tensor for each expert.
    """

    count: int
    width: int
    inner: int
    activation: str
    std: float = 0.02

    def __post_init__(self) -> None:
        check_activation(self.activation)

    def own_slots(self) -> tuple[Slot, ...]:
        return (
            Slot("gate_up_proj", (self.count, 2 * self.inner, self.width)),
            Slot("down_proj", (self.count, self.width, self.inner)),
        )

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        by_expert = Split(0, self.count)
        return {
            "gate_up_proj": (by_expert, Split(1, self.inner)),
            "down_proj": (by_expert, Split(2, self.inner)),
        }


@record
class Activation(Component):
    """An elementwise function, by its name in configs."""

    function: str

    def __post_init__(self) -> None:
        check_activation(self.function)

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.activations[self.function](x)


@record
class Dropout(Component):
    """Zeroes a share of the values while training."""

    share: float

    def compute(self, run: Run, x: Array) -> Array:
        return run.dropout(x, self.share)


@record
class Scaled(Component):
    """Times a number."""

    factor: float

    def compute(self, run: Run, x: Array) -> Array:
        return x * self.factor


@record
class Softcap(Component):
    """``cap · tanh(x / cap)``."""

    cap: float

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.tanh(x / self.cap) * self.cap
