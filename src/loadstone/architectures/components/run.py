"""What components compute with: their parts, array functions, and what the layers of one tower share.

A component says once, for all frameworks, what it does with its parts. It is written against what is here; each
framework has one implementation of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from loadstone.architectures.components.base import Part
from loadstone.architectures.inputs import Axis
from loadstone.architectures.interpolation import Method
from loadstone.architectures.rotary import Rotary

if TYPE_CHECKING:
    import numpy as np

Array: TypeAlias = Any
"""The framework's own: ``torch.Tensor``, ``jax.Array`` or ``tf.Tensor``."""


class ArrayFunctions(Protocol):
    """Functions of arrays, named and behaving as the Python array API standard says (https://data-apis.org/array-api),
    and below them the few that networks need besides."""

    bool_: Any
    float32: Any
    int32: Any
    abs: Callable[[Array], Array]
    cos: Callable[[Array], Array]
    exp: Callable[[Array], Array]
    log: Callable[[Array], Array]
    sin: Callable[[Array], Array]
    sqrt: Callable[[Array], Array]
    tanh: Callable[[Array], Array]

    def argmax(self, x: Array, /, *, axis: int) -> Array: ...
    def any(self, x: Array, /, *, axis: int, keepdims: bool) -> Array: ...
    def arange(self, count: int | Array, /, *, like: Array, start: int | Array = 0) -> Array:
        """So many integers from ``start`` on, where ``like`` lies."""

    def argsort(self, x: Array, /, *, axis: int, descending: bool = ...) -> Array: ...
    def asarray(self, values: Sequence[float], /) -> Array:
        """In float32."""

    def astype(self, x: Array, dtype: Any, /) -> Array: ...
    def broadcast_to(self, x: Array, shape: Sequence[int | Array], /) -> Array: ...
    def clip(self, x: Array, /, min: float | None = None, max: float | None = None) -> Array: ...
    def concat(self, arrays: Sequence[Array], /, *, axis: int) -> Array: ...
    def cumulative_sum(self, x: Array, /, *, axis: int) -> Array: ...
    def expand_dims(self, x: Array, /, *, axis: int) -> Array: ...
    def flip(self, x: Array, /, *, axis: int) -> Array: ...
    def max(self, x: Array, /, *, axis: int = ..., keepdims: bool = ...) -> Array: ...
    def mean(self, x: Array, /, *, axis: int) -> Array: ...
    def permute_dims(self, x: Array, axes: tuple[int, ...], /) -> Array: ...
    def roll(self, x: Array, /, shift: tuple[int, ...], *, axis: tuple[int, ...]) -> Array: ...
    def reshape(self, x: Array, shape: Sequence[int | Array], /) -> Array: ...
    def sum(self, x: Array, /, *, axis: int, keepdims: bool) -> Array: ...
    def take(self, x: Array, indices: Array, /, *, axis: int) -> Array: ...
    def unstack(self, x: Array, count: int, /) -> Sequence[Array]:
        """The ``count`` values of the last axis, each without it."""

    def zeros_like(self, x: Array, /) -> Array: ...
    def where(self, condition: Array, x: Array | float, y: Array | float, /) -> Array: ...

    activations: Mapping[str, Callable[[Array], Array]]
    """By their names in configs: :data:`loadstone.architectures.components.base.ACTIVATIONS`."""

    def at_places(self, x: Array, places: Array, /) -> Array:
        """Of each row (batch, n, …) what is at the places (batch, count)."""

    def at_rows(self, x: Array, places: Array, /) -> Array:
        """Of each row (batch, tokens, width) the vector at a place (batch,)."""

    def near(self, x: Array, like: Array, /) -> Array:
        """``x`` where ``like`` lies, if a framework spreads parts over devices by hand."""

    def convolve(self, x: Array, weight: Array, conv: Any, /) -> Array:
        """What a :class:`~loadstone.architectures.components.leaves.Conv` makes of (batch, inputs, *sizes), without its
        bias, with a weight that is computed."""

    def in_bfloat16(self, x: Array, /) -> Array:
        """Values in float32 as bfloat16 would hold them, also in a compiled program that need not be so strict."""

    def fft2_real(self, x: Array, /) -> Array:
        """The real part of the discrete Fourier transform over the last two axes, computed in float32."""

    def log_softmax(self, x: Array, /) -> Array:
        """Over the last axis, in float32."""

    def max_pool(self, x: Array, kernel: int, stride: int, padding: int, /) -> Array:
        """The largest value within each square of (batch, channels, height, width), which may reach so far beyond the
        edges, where there is nothing."""

    def on_host(self, function: Callable[..., np.ndarray], like: Array, /, *arrays: Array) -> Array:
        """What a function of NumPy makes of arrays, in the shape and the dtype of ``like``, also where a program is
        compiled: it then runs in each pass. No gradient goes through it."""

    def pad(self, x: Array, before: int, after: int | Array, /, *, axis: int) -> Array:
        """Zeros, or what is false, at the beginning and the end of an axis."""

    def resize(self, x: Array, sizes: tuple[int, int], method: Method, /) -> Array:
        """Pictures (batch, channels, height, width) in another height and width; see
        :mod:`loadstone.architectures.interpolation`."""

    def scan(self, step: Callable[[Any, Any], tuple[Any, Any]], carry: Any, xs: Any, /) -> tuple[Any, Any]:
        """``carry, y = step(carry, x)`` for one x after another; the last carry, and all y along a new first axis.

        ``carry``, ``xs`` and what ``step`` gives as y are arrays or tuples of arrays. Those of ``xs`` are cut along
        their first axis, which is at least 1 long. ``carry`` keeps its shapes and dtypes.
        """

    def shape(self, x: Array, /) -> Sequence[int | Array]:
        """The sizes of ``x``; in a graph that does not know one, that one is an array without axes."""

    def slice(self, x: Array, start: int | Array, count: int | Array, /) -> Array:
        """``count`` columns of the second axis."""

    def softmax(self, x: Array, /) -> Array:
        """Over the last axis, in float32."""

    def softplus(self, x: Array, /) -> Array:
        """``log(1 + exp(x))``."""

    def split(self, x: Array, sizes: tuple[int, ...], /) -> Sequence[Array]:
        """Pieces of these sizes of the last axis."""

    def stop_gradient(self, x: Array, /) -> Array:
        """``x`` as if it did not depend on anything."""

    def top_k(self, x: Array, count: int, /) -> tuple[Array, Array]:
        """The largest values of the last axis and where they are, the largest first."""


class State(Protocol):
    """What the layers of one tower share in a forward pass, and where they leave what was asked for."""

    kinds: tuple[Any, ...]
    """Each :class:`~loadstone.architectures.components.masks.MaskKind` that the layers use, but for that of the
    memory."""
    masks: MutableMapping[Any, Any]
    """What attention is given for each kind: see :meth:`Run.mask`."""
    rotary: Mapping[Rotary, tuple[Array, Array]]
    """cos and sin (batch or 1, 1, tokens, dim)."""
    bias: Array | None
    """Added to the scores of attention, (batch or 1, heads, queries, keys)."""
    distances: tuple[Array, Array] | None
    """Vectors for distances (kinds, width) that the layers share, and of which kind the distance of a query and a key
    is, (queries, keys)."""
    position_ids: Array
    """(batch or 1, places), or several rows of them, (rows, batch or 1, places): what the stem leaves here for rotary
    positions."""
    padding: Array | None
    """(batch, tokens): true for a token of this pass, false for padding; None where all are tokens."""
    everywhere: tuple[Array, Array | None] | None
    """(batch, tokens): true for a token that sees everything, and that everything sees; and where these are, (batch,
    most of a row), then others, where that is known before a program runs. None where there is none."""
    features: Array | None
    """What a stem leaves here to be shown beside the hidden states."""
    grid: tuple[int | Array, int | Array] | None
    """How many patches of a picture lie above and beside each other: what the stem leaves here."""
    taken: list[Array]
    """What a stack leaves here of what lies between its layers."""
    experts: Array | None
    """(batch,): the expert that each row goes to, where rows are told theirs."""
    memory: Array | None
    """Another tower's output (batch, places, width), for cross-attention."""

    def keep(self, index: int, key: Array, value: Array) -> tuple[Array, Array]:
        """Put the new tokens' keys and values into the cache as those of layer ``index``; gives those of all tokens."""

    def recall(self, index: int, name: str) -> Array | None:
        """What layer ``index`` has stored in the cache under a name; None where there is nothing, or no cache."""

    def store(self, index: int, name: str, array: Array) -> None:
        """Put an array into the cache, if there is one: what does not grow with the text."""

    def add_hidden_state(self, x: Array) -> None: ...
    def add_router_logits(self, logits: Array) -> None: ...


class Run(Protocol):
    """Runs the parts of one component: ``run(part, x)``.

    What computes for one kind of component alone is given that component, ``attention``, ``embeddings``, ``tower``.
    """

    @property
    def xp(self) -> ArrayFunctions:
        """Functions of arrays."""

    state: Any
    """A :class:`State`."""

    def __call__(self, part: Part, *args: Array) -> Array:
        """What a part makes of its arguments, wherever its parameters lie."""

    def shares(self, part: Part, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """How much of each section of a part's outputs is here: all of it, where devices do not compute by themselves
        with shares of it."""

    def for_shares(self, part: Part, x: Array) -> Array:
        """``x``, which is whole on each device, for what each computes with its share of a part's outputs."""

    def own_rows(self, x: Array, count: int) -> Array:
        """Of ``x``, which has a row for each head and is whole on each device, those of the ``count`` heads that are
        here."""

    def weight(self, part: Part) -> Array:
        """The array of a :class:`~loadstone.architectures.components.leaves.Weight`, where the component computes."""

    def matrix(self, part: Part, like: Array) -> Array | None:
        """The weight (outputs, inputs) of a :class:`~loadstone.architectures.components.leaves.Linear` without a bias,
        in the dtype of ``like`` and where that lies; None where it is not there so, or something stands in for it."""

    def blocks(self, layers: tuple[Part, ...]) -> Sequence[Part]:
        """Those of the layers that are there."""

    def block(self, part: Part, x: Array, index: int) -> Array:
        """The same for layer ``index`` of a stack: it may be computed again in the backward pass, and one with a
        ``skip`` be left out by chance while training."""

    def dropout(self, x: Array, share: float) -> Array:
        """Zeroes a share of the values while training, and scales up the rest."""

    def jitter(self, x: Array, share: float) -> Array:
        """While training, each value times a random one from 1 - share to 1 + share."""

    def random(self, shape: Sequence[int | Array], like: Array, *, always: bool = False) -> Array | None:
        """While training, random numbers from 0 to 1 in float32, where ``like`` lies; otherwise None.

        ``always``: at all times, if the framework has a generator of its own.
        """

    def lookup(self, embeddings: Any, table: Part, argument: str, ids: Array, shift: int = 0) -> Array:
        """The vectors of ids + shift; :class:`ArgumentError` that names the argument where there is none for some."""

    def attend(self, attention: Any, query: Array, key: Array, value: Array) -> Array:
        """Each query's mean of the values, weighted by how well the keys fit.

        ``query`` (batch, heads, queries, head_dim), ``key`` (batch, kv_heads, keys, head_dim) and ``value`` (batch,
        kv_heads, keys, width), which may be of another width → (batch, queries, heads · width).
        """

    @property
    def shows_attention(self) -> bool:
        """Whether the weights of attention were asked for."""

    def show(self, attention: Any, weights: Array, *, everywhere: bool) -> None:
        """Leave weights of attention (batch, heads, …) to be shown, where :meth:`attend` did not compute them; those of
        places that see everything apart from the others."""

    def places(self, x: Array) -> tuple[Array, Array]:
        """Where in the text the tokens of ``x`` (batch, queries, width) are, (queries, 1), and those that they may see,
        (1, keys)."""

    def numbers(self, x: Array | None) -> Any:
        """An array's numbers as NumPy has them; None where they are not known, as in a compiled program."""

    def known(self, size: int | Array | None) -> int | None:
        """A size as a number; None where a graph does not know it."""

    def size(self, count: Array) -> int | Array:
        """A count () that an axis is to be as long as; :class:`ArgumentError` where a program that must know it is
        compiled."""

    def surely(self, truths: Array) -> bool:
        """Whether all of an array's values are known to be true; False where looking would cost more than it saves."""

    def is_mask(self, x: Array) -> bool:
        """Whether its values can say who sees whom: booleans or floating-point numbers."""

    def mask(self, seen: Array | None) -> Any:
        """What attention is given of a mask (batch or 1, heads or 1, queries, keys), true where seen, or values to add
        to the scores; None where everyone sees everyone."""

    def causal_mask(self, room: Any) -> Any | None:
        """What attention is given where each token in a :class:`~loadstone.architectures.components.masks.Room` sees
        those before it, if it needs no mask for that; else None."""

    def begin(self, tower: Any, given: Mapping[str, Any]) -> None:
        """Make the state of a tower's layers, with the cache that it is given."""

    def room(self, batch: int | Array, tokens: int | Array) -> Any:
        """The :class:`~loadstone.architectures.components.masks.Room` of new tokens (batch, tokens).

        :class:`ArgumentError` where the cache is for other sizes.
        """

    def check_kind(self, name: str, value: Array) -> None:
        """:class:`ArgumentError` for an argument whose dtype is of another kind than
        :data:`~loadstone.architectures.inputs.INPUTS` says."""

    def check_length(self, embeddings: Any, tokens: int | Array) -> None:
        """:class:`ArgumentError` for a text of so many tokens that there are no positions for its last, where that is
        known."""

    def take(self, given: Mapping[str, Any], name: str, axes: Sequence[Axis], hint: str = "") -> Array:
        """An argument by name, values in the dtype that the model computes in.

        :class:`ArgumentError` where it is missing, of another shape, or of a kind of dtype that
        :data:`~loadstone.architectures.inputs.INPUTS` does not have; ``hint`` says what to do about its sizes.
        """

    def read(self, embeddings: Any, given: Mapping[str, Any]) -> Any:
        """:func:`loadstone.architectures.components.texts.read_text`."""

    def rotary(self, tower: Any, x: Array) -> Mapping[Rotary, tuple[Array, Array]]:
        """cos and sin of the state's positions, (batch or 1, 1, tokens, dim) in the dtype of ``x``."""

    def leave_rotary(self, rotary: Rotary, cos: Array, sin: Array) -> None:
        """Leave cos and sin (batch or 1, 1, tokens, dim) of the state's positions in the state, for later layers."""

    def end(self, x: Array, pooled: Array | None, last: Array) -> Any:
        """The output of a tower, with what its layers left in the state; ``last``: the last of ``hidden_states``."""

    def output(self, name: str, **fields: Any) -> Any:
        """An output of a class in :mod:`loadstone.frameworks.outputs`."""
