"""The parts that blueprints are made of: frozen data, no framework.

A *leaf* (``Linear``, ``Embedding``, ``RMSNorm``, ``LayerNorm``, ``Experts``, ``Bias``) owns slots; every
other component only says how parts connect. A :class:`Part` gives a component the name that the Hub's
checkpoints use. A part named ``""`` has no level of its own: what it holds lies directly in its parent.
Each framework has one small builder for each component.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Literal, NamedTuple, TypeVar

from loadstone.architectures.rotary import Rotary
from loadstone.core.tensors import Slot
from loadstone.errors import Fault, InvalidConfig

Found = TypeVar("Found", bound="Component")
_PART = re.compile(r"\bPart\b")


class Part(NamedTuple):
    """A component under the name that it has in its parent."""

    name: str
    component: Component


class Component:
    """What every component can tell: its parts, and its own slots if it is a leaf."""

    def parts(self) -> tuple[Part, ...]:
        """The named children, in the order of the fields that hold them."""
        names = _fields_of_parts(type(self))  # type: ignore[arg-type]
        if not names:
            return ()
        found: tuple[Part, ...] | None = getattr(self, "_parts", None)
        if found is None:
            # Kept by the component itself: a table of components would have to hash all that is below each.
            found = _parts(self, names)
            object.__setattr__(self, "_parts", found)
        return found

    def own_slots(self) -> tuple[Slot, ...]:
        """The slots of a leaf; nothing for the others."""
        return ()


def _parts(component: Component, names: tuple[str, ...]) -> tuple[Part, ...]:
    found: list[Part] = []
    for name in names:
        value = getattr(component, name)
        if isinstance(value, Part):
            found.append(value)
        elif value is not None:
            found += value
    return tuple(found)


@cache
def _fields_of_parts(kind: type[Component]) -> tuple[str, ...]:
    """The fields that hold a part, perhaps a part, or several."""
    return tuple(field.name for field in fields(kind) if _PART.search(str(field.type)))  # type: ignore[arg-type]


def walk(component: Component, prefix: str = "") -> Iterator[tuple[str, Component]]:
    """Every leaf under a component with its full name, in blueprint order."""
    rest = [(prefix, component)]
    while rest:
        prefix, component = rest.pop()
        parts = component.parts()
        if not parts:
            yield prefix, component
        for name, child in reversed(parts):
            rest.append((f"{prefix}.{name}" if prefix and name else prefix or name, child))


def linear_modules(component: Component, transposed: bool = False) -> Iterator[str]:
    """The linear maps of the bare model, as a head's are another matter; with ``transposed`` those of that kind too."""
    for name, leaf in _walk_bare(component):
        if isinstance(leaf, Linear) and (transposed or not leaf.transposed):
            yield name


def expert_slots(component: Component) -> Iterator[str]:
    """The slots of stacked experts of the bare model."""
    for name, leaf in _walk_bare(component):
        if isinstance(leaf, Experts):
            yield from (f"{name}.{slot.name}" for slot in leaf.own_slots())


def _walk_bare(component: Component) -> Iterator[tuple[str, Component]]:
    body = component.backbone if isinstance(component, Head) else None
    return walk(component) if body is None else walk(body.component, body.name)


def find(component: Component, kind: type[Found]) -> Iterator[Found]:
    """Every component of a kind, from the top down."""
    rest = [component]
    while rest:
        component = rest.pop()
        if isinstance(component, kind):
            yield component
        rest += [part.component for part in reversed(component.parts())]


def blocks(component: Component, prefix: str = "") -> Iterator[tuple[str, Component]]:
    """Every residual block with its full name: the layers of each stack."""
    for name, child in component.layers if isinstance(component, Stack) else component.parts():
        full = f"{prefix}.{name}" if prefix and name else prefix or name
        if isinstance(component, Stack):
            yield full, child
        else:
            yield from blocks(child, full)


def slots(component: Component, prefix: str = "") -> Iterator[Slot]:
    """Every slot under a component, with the name that ``state_dict()`` gives it."""
    for name, leaf in walk(component, prefix):
        for slot in leaf.own_slots():
            yield slot._replace(name=".".join(filter(None, (name, slot.name))))


def like(new: Component, old: Component) -> Component:
    """``new`` without a pooler if ``old`` has none: ``add_pooling_layer=False``, or a head that needs none."""
    if isinstance(new, Backbone) and isinstance(old, Backbone) and old.pooler is None:
        return replace(new, pooler=None)
    return new


ACTIVATIONS = (
    *("gelu", "gelu_python", "gelu_new", "gelu_fast", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh"),
    *("quick_gelu", "relu", "relu2", "relu6", "leaky_relu", "silu", "swish", "hardswish", "mish"),
    *("sigmoid", "tanh", "linear"),
)
"""The elementwise functions that configs name; each framework has them all."""


def check_activation(name: str) -> None:
    """:class:`InvalidConfig` for a function that is none of :data:`ACTIVATIONS`."""
    if name not in ACTIVATIONS:
        known = ", ".join(ACTIVATIONS)
        raise InvalidConfig([Fault("the config's activation function", f"one of {known}", repr(name))])


# Leaves -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Linear(Component):
    """``y = x Wᵀ + b``; ``weight`` is (outputs, inputs), or (inputs, outputs) if ``transposed`` as in GPT-2."""

    inputs: int
    outputs: int
    bias: bool = True
    std: float = 0.02
    """Standard deviation of a fresh weight; a fresh bias is 0."""
    cutoff: float | None = None
    """A fresh weight is cut off at this many standard deviations."""
    transposed: bool = False

    def own_slots(self) -> tuple[Slot, ...]:
        shape = (self.inputs, self.outputs) if self.transposed else (self.outputs, self.inputs)
        weight = Slot("weight", shape)
        return (weight, Slot("bias", (self.outputs,))) if self.bias else (weight,)


@dataclass(frozen=True)
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
    """Whether the padding row of a fresh table is 0."""
    sinusoidal: bool = False
    """A fresh table holds sines and cosines (arXiv:1706.03762, section 3.5)."""

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("weight", (self.count, self.width)),)


@dataclass(frozen=True)
class RMSNorm(Component):
    """Division by the root mean square (arXiv:1910.07467); with ``offset`` 1 the stored weight is the gain minus 1."""

    width: int
    eps: float = 1e-6
    offset: float = 0.0

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("weight", (self.width,)),)


@dataclass(frozen=True)
class LayerNorm(Component):
    """Layer normalisation (arXiv:1607.06450), optionally without bias or without any weight."""

    width: int
    eps: float = 1e-5
    bias: bool = True
    affine: bool = True

    def own_slots(self) -> tuple[Slot, ...]:
        weight, bias = Slot("weight", (self.width,)), Slot("bias", (self.width,))
        return () if not self.affine else (weight, bias) if self.bias else (weight,)


@dataclass(frozen=True)
class Bias(Component):
    """A vector that stands beside other parts, such as the extra bias of BERT's decoder."""

    width: int

    def own_slots(self) -> tuple[Slot, ...]:
        return (Slot("", (self.width,)),)


@dataclass(frozen=True)
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


# Inside a layer -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attention(Component):
    """Multi-head attention with grouped keys and values (arXiv:1706.03762, arXiv:2305.13245).

    ``projections`` are three linear maps (query, key, value) or one fused map; ``fused`` tells how one is laid
    out: all queries, then keys, then values (``"blocks"``), or query, key, value of each head (``"heads"``).
    """

    heads: int
    kv_heads: int
    head_dim: int
    projections: tuple[Part, ...]
    output: Part | None
    scale: float
    causal: bool = True
    window: int | None = None
    """How far a token sees: causal, the last ``window`` tokens; otherwise, ``window`` tokens to each side."""
    rotary: Rotary | None = None
    query_norm: Part | None = None
    key_norm: Part | None = None
    softcap: float | None = None
    fused: Literal["blocks", "heads"] = "blocks"
    dropout: float = 0.0
    output_dropout: float = 0.0
    index: int = 0
    """Which layer of the key-value cache it uses."""


@dataclass(frozen=True)
class FeedForward(Component):
    """``down(activation(up(x)))``."""

    up: Part
    activation: str
    down: Part
    dropout: float = 0.0
    output_dropout: float = 0.0

    def __post_init__(self) -> None:
        check_activation(self.activation)


@dataclass(frozen=True)
class Gated(Component):
    """``down(activation(gate(x)) · up(x))`` (arXiv:2002.05202); one projection holds gate and up, in this order."""

    projections: tuple[Part, ...]
    activation: str
    down: Part
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_activation(self.activation)


@dataclass(frozen=True)
class SparseExperts(Component):
    """A router sends each token to ``top_k`` of the experts and adds up what they say, weighted (arXiv:2401.04088)."""

    router: Part
    experts: Part
    top_k: int
    normalise: bool
    """Whether the weights of the chosen experts are made to sum to 1."""
    jitter: float = 0.0

    def __post_init__(self) -> None:
        assert isinstance(self.experts.component, Experts)
        if self.top_k > self.experts.component.count:
            found = f"{self.top_k} of {self.experts.component.count}"
            raise InvalidConfig([Fault("config key 'num_experts_per_tok'", "at most the number of experts", found)])


@dataclass(frozen=True)
class Layer(Component):
    """Attention and a feed-forward network, each with a residual path.

    ``order``: the norms come before each (``"pre"``), after each residual sum (``"post"``), before and after each
    (``"sandwich"``), or both networks read the same input (``"parallel"``).
    """

    attention: Part
    feed_forward: Part
    attention_norm: Part | None
    feed_forward_norm: Part
    order: Literal["pre", "post", "sandwich", "parallel"] = "pre"
    attention_post_norm: Part | None = None
    feed_forward_post_norm: Part | None = None
    dropout: float = 0.0
    """On what attention and feed-forward network add to the residual path."""
    skip: float = 0.0
    """While training, the chance to leave out the layer (LayerDrop, arXiv:1909.11556)."""


@dataclass(frozen=True)
class AddNorm(Component):
    """``norm(dropout(dense(x)) + residual)``, the end of each half of a BERT layer."""

    norm: Part
    dense: Part | None = None
    dropout: float = 0.0


@dataclass(frozen=True)
class BertAttention(Component):
    """BERT's attention block: attention under its own name, then :class:`AddNorm`."""

    attention: Part
    output: Part


@dataclass(frozen=True)
class BertLayer(Component):
    """BERT's post-norm layer (arXiv:1810.04805), nested as its checkpoints are."""

    attention: Part
    intermediate: Part
    output: Part


# Around the layers --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Embeddings(Component):
    """Token vectors, plus position and segment vectors where the architecture has them.

    ``positions`` says how position ids come about where none are given: counted from 0 (``"count"``), over the
    tokens that the attention mask lets through (``"mask"``, OPT), or over the tokens that are not padding
    (``"tokens"``, RoBERTa). ``offset`` is added to them.
    """

    tokens: Part
    position: Part | None = None
    segment: Part | None = None
    norm: Part | None = None
    project: Part | None = None
    """Applied to the token vectors before positions are added (OPT-350m)."""
    dropout: float = 0.0
    positions: Literal["count", "mask", "tokens"] = "count"
    offset: int = 0
    padding: int | None = None
    segment_from_tokens: bool = False
    """Segment ids are looked up in the token table (GPT-2)."""

    @property
    def longest_text(self) -> int | None:
        """How many tokens there are position vectors for; None where positions are no vectors."""
        table = None if self.position is None else self.position.component
        if not isinstance(table, Embedding):
            return None
        return table.count - self.offset - (self.positions == "tokens")

    @property
    def reads_segments(self) -> bool:
        """Whether ``token_type_ids`` change what comes out."""
        return self.segment is not None or self.segment_from_tokens


@dataclass(frozen=True)
class RelativeBias(Component):
    """A learned number for each head and distance bucket, added to attention scores (T5's, arXiv:1910.10683)."""

    table: Part
    buckets: int
    max_distance: int = 128


@dataclass(frozen=True)
class Stack(Component):
    """The layers, one after another, and the relative bias that they share."""

    layers: tuple[Part, ...]
    relative_bias: Part | None = None


@dataclass(frozen=True)
class Pooler(Component):
    """``activation(dense(first token))``."""

    dense: Part
    activation: str = "tanh"


@dataclass(frozen=True)
class Backbone(Component):
    """A bare model: embeddings, layers, final norm, and what some architectures put between."""

    embeddings: Part
    stack: Part
    width: int
    vocab: int
    expand: Part | None = None
    """From the embeddings' width to the layers' (ELECTRA)."""
    norm: Part | None = None
    reduce: Part | None = None
    """From the layers' width to the embeddings' (OPT-350m)."""
    pooler: Part | None = None


@dataclass(frozen=True)
class Wrapped(Component):
    """A backbone one level further down, such as OPT's ``decoder``."""

    inner: Part
    width: int
    vocab: int


# Heads --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Activation(Component):
    """An elementwise function, by its name in configs."""

    function: str

    def __post_init__(self) -> None:
        check_activation(self.function)


@dataclass(frozen=True)
class Dropout(Component):
    """Zeroes a share of the numbers while training."""

    share: float


@dataclass(frozen=True)
class Softcap(Component):
    """``cap · tanh(x / cap)``."""

    cap: float


@dataclass(frozen=True)
class Chain(Component):
    """Parts applied one after another; what has no slots needs no name that matters."""

    steps: tuple[Part, ...]
    beside: tuple[Part, ...] = ()
    """Parts that only lie here, such as a bias that is tied to another part's."""


@dataclass(frozen=True)
class Head(Component):
    """A backbone with what a task needs on top."""

    backbone: Part
    output: Part
    pool: Literal["none", "first", "last", "mean", "pooler"] = "none"
    """Which vector stands for the sequence. ``last``: of the last token that is not padding."""
    labels: int = 0
    """How many classes the output tells apart; 0 where the output is over the vocabulary."""
    padding: int | None = None
