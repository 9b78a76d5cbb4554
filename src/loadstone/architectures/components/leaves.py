"""The components that own weights, or compute without any parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from loadstone.architectures.components.base import Component, check_activation
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.architectures.components.splitting import Role, Split
from loadstone.core.records import record
from loadstone.core.tensors import DType, Slot

Initial: TypeAlias = Callable[[Any, tuple[int, ...]], Any]
"""Makes the initial values of a slot: (``np.random.Generator``, shape) → ``np.ndarray`` in float32."""


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
    initial: Initial | None = None
    """An initial weight, where it is not normal."""
    initial_bias: Initial | None = None
    """An initial bias, where it is not 0."""

    def own_slots(self) -> tuple[Slot, ...]:
        shape = (self.inputs, self.outputs) if self.transposed else (self.outputs, self.inputs)
        weight = Slot("weight", shape)
        return (weight, Slot("bias", (self.outputs,))) if self.bias else (weight,)

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        if role is None or role.by in ("across", "within") or (role.by == "rows" and role.units != self.outputs):
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
    trained: bool = True
    """False for a table that stays as it is."""
    initial: Initial | None = None
    """An initial table, where it is not normal, such as :func:`loadstone.architectures.initial.sinusoids`."""

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("weight", (self.count, self.width), "parameter" if self.trained else "frozen"),)

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        if role is None:
            return {}
        return {"weight": (Split(1, role.units or self.width) if role.by == "outputs" else Split(0, self.count),)}


@record
class Conv(Component):
    """Convolution over 1, 2 or 3 axes: (batch, inputs, *sizes) → (batch, outputs, *sizes).

    ``weight`` is (outputs, inputs / groups, *kernel). What is given as one number holds for every axis.
    """

    inputs: int
    outputs: int
    kernel: tuple[int, ...]
    stride: int | tuple[int, ...] = 1
    padding: int | tuple[int | tuple[int, int], ...] = 0
    """Zeros at both ends of each axis; a pair where the two differ."""
    groups: int = 1
    """Inputs and outputs are cut into so many groups, each with weights of its own."""
    bias: bool = True
    std: float = 0.02
    """Standard deviation of an initial weight; an initial bias is 0."""
    dilation: int | tuple[int, ...] = 1
    """How far apart the values are that a kernel looks at."""
    initial: Initial | None = None
    """An initial weight, where it is not normal."""
    initial_bias: Initial | None = None
    """An initial bias, where it is not 0."""

    def own_slots(self) -> tuple[Slot, ...]:
        weight = Slot("weight", (self.outputs, self.inputs // self.groups, *self.kernel))
        return (weight, Slot("bias", (self.outputs,))) if self.bias else (weight,)

    @property
    def strides(self) -> tuple[int, ...]:
        """For each axis."""
        return self._each(self.stride)

    @property
    def dilations(self) -> tuple[int, ...]:
        """For each axis."""
        return self._each(self.dilation)

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """Zeros before and after, for each axis."""
        padding = self._each(self.padding) if isinstance(self.padding, int) else self.padding
        return tuple((each, each) if isinstance(each, int) else each for each in padding)

    @property
    def is_depthwise(self) -> bool:
        """Whether each output is made of one input."""
        return self.groups == self.inputs > 1

    def _each(self, value: int | tuple[int, ...]) -> tuple[int, ...]:
        return (value,) * len(self.kernel) if isinstance(value, int) else value


@record
class ConvTranspose(Component):
    """The transpose of a convolution over 2 axes, by which pictures become larger: (batch, inputs, *sizes) → (batch,
    outputs, *sizes), where each size is (old - 1) · stride + kernel - 2 · padding.

    ``weight`` is (inputs, outputs, *kernel).
    """

    inputs: int
    outputs: int
    kernel: tuple[int, int]
    stride: int
    padding: int = 0
    """How much is cut off at both ends of each axis."""
    bias: bool = True
    std: float = 0.02
    """Standard deviation of an initial weight; an initial bias is 0."""

    def own_slots(self) -> tuple[Slot, ...]:
        weight = Slot("weight", (self.inputs, self.outputs, *self.kernel))
        return (weight, Slot("bias", (self.outputs,))) if self.bias else (weight,)


@record
class RMSNorm(Component):
    """Division by the root mean square (arXiv:1910.07467); with ``offset`` 1 the stored weight is the gain minus 1."""

    width: int
    eps: float = 1e-6
    offset: float = 0.0

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("weight", (self.width,)),)

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        is_split = role is not None and role.by == "across"
        return {"weight": (Split(0, role.units or self.width),)} if is_split and role is not None else {}


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
class BatchNorm(Component):
    """Batch normalization (arXiv:1502.03167) of (batch, width, *sizes), by the means and variances that are stored.

    In training PyTorch's module and TensorFlow's layer take those of the batch, and move the stored ones towards them,
    as ``nn.BatchNorm2d`` does. In Flax, whose passes change nothing, they are frozen: training takes the stored ones.
    """

    width: int
    eps: float = 1e-5
    momentum: float = 0.1
    """How far a batch moves them."""

    def own_slots(self) -> tuple[Slot, ...]:
        return (
            Slot("weight", (self.width,)),
            Slot("bias", (self.width,)),
            Slot("running_mean", (self.width,), "buffer"),
            Slot("running_var", (self.width,), "buffer"),
            Slot("num_batches_tracked", (), "buffer", DType.INT64),
        )


@record
class GroupNorm(Component):
    """Group normalization (arXiv:1803.08494) of (batch, width, *sizes): of each group of channels by itself."""

    groups: int
    width: int
    eps: float = 1e-5

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("weight", (self.width,)), Slot("bias", (self.width,)))


@record
class Weight(Component):
    """A lone array of any shape: a bias, a class token, a table of positions, a gain, a temperature of shape ().

    It lies directly in the module of the component that has it as a part, which reads it by ``run.weight(part)``.
    """

    shape: tuple[int, ...]
    std: float = 0.0
    """Standard deviation of the initial values around ``value``."""
    value: float = 0.0
    trained: bool = True
    """False for what is stored and has no gradient: a buffer."""
    initial: Initial | None = None
    """Initial values that are none of these."""
    dtype: DType | None = None
    """The one that it stays in, whatever dtype the model is loaded in."""

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("", self.shape, "parameter" if self.trained else "buffer", self.dtype),)

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        fits = role is not None and role.by == "rows" and self.shape in ((role.units,), (1, role.units))
        return {"": (Split(len(self.shape) - 1, self.shape[-1]),)} if fits else {}


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

    def gated(self, xp: ArrayFunctions, both: Array) -> Array:
        """What the first map says (tokens, 2 · inner) → what the second is told (tokens, inner)."""
        inner = both.shape[-1] // 2
        gate, up = xp.split(both, (inner, inner))
        return xp.activations[self.activation](gate) * up


@record
class ClampedExperts(Experts):
    """gpt-oss's: ``gate_up_proj`` is (count, width, 2·inner), ``down_proj`` (count, inner, width).

    Every other column of the first is the gate's. Both have biases: ``gate_up_proj_bias`` (count, 2·inner) and
    ``down_proj_bias`` (count, width). No value of either half is beyond a limit, and 1 is added to what is gated.
    Source: https://github.com/openai/gpt-oss, ``gpt_oss/torch/model.py``.
    """

    limit: float = 7.0
    sharpness: float = 1.702
    """A gate is multiplied with the ``activation`` of itself this many times."""

    def own_slots(self) -> tuple[Slot, ...]:
        return (
            Slot("gate_up_proj", (self.count, self.width, 2 * self.inner)),
            Slot("gate_up_proj_bias", (self.count, 2 * self.inner)),
            Slot("down_proj", (self.count, self.inner, self.width)),
            Slot("down_proj_bias", (self.count, self.width)),
        )

    def splits(self, role: Role | None) -> Mapping[str, tuple[Split, ...]]:
        by_expert = Split(0, self.count)
        return {
            "gate_up_proj": (by_expert, Split(2, self.inner)),
            "gate_up_proj_bias": (by_expert, Split(1, self.inner)),
            "down_proj": (by_expert, Split(1, self.inner)),
            "down_proj_bias": (by_expert,),
        }

    def gated(self, xp: ArrayFunctions, both: Array) -> Array:
        pairs = xp.reshape(both, (*xp.shape(both)[:-1], both.shape[-1] // 2, 2))
        gate = xp.clip(pairs[..., 0], max=self.limit)
        up = xp.clip(pairs[..., 1], min=-self.limit, max=self.limit)
        return gate * xp.activations[self.activation](gate * self.sharpness) * (up + 1)


@record
class Activation(Component):
    """An elementwise function, by its name in configs."""

    function: str

    computes_shares: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_activation(self.function)

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.activations[self.function](x)


@record
class Dropout(Component):
    """Zeroes a share of the values while training."""

    share: float

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        return run.dropout(x, self.share)


@record
class Scaled(Component):
    """Times a number."""

    factor: float

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        return x * self.factor


@record
class Softcap(Component):
    """``cap · tanh(x / cap)``."""

    cap: float

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.tanh(x / self.cap) * self.cap
