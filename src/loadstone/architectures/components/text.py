"""The composites of models of text."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.leaves import Embedding, Experts
from loadstone.architectures.rotary import Rotary
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig


@record
class Attention(Component):
    """Multi-head attention with grouped keys and values (arXiv:1706.03762, arXiv:2305.13245).

    ``projections`` are three linear maps (query, key, value) or one fused map; ``fused`` tells how one is set
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


@record
class FeedForward(Component):
    """``down(activation(up(x)))``."""

    up: Part
    activation: str
    down: Part
    dropout: float = 0.0
    output_dropout: float = 0.0

    def __post_init__(self) -> None:
        check_activation(self.activation)


@record
class Gated(Component):
    """``down(activation(gate(x)) · up(x))`` (arXiv:2002.05202); one projection holds gate and up, in this order."""

    projections: tuple[Part, ...]
    activation: str
    down: Part
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_activation(self.activation)


@record
class SparseExperts(Component):
    """A router sends each token to ``top_k`` of the experts and adds up what they say, weighted (arXiv:2401.04088)."""

    router: Part
    experts: Part
    top_k: int
    normalize: bool
    """Whether the weights of the chosen experts are made to sum to 1."""
    jitter: float = 0.0

    def __post_init__(self) -> None:
        assert isinstance(self.experts.component, Experts)
        if self.top_k > self.experts.component.count:
            found = f"{self.top_k} of {self.experts.component.count}"
            raise InvalidConfig([Fault("config key 'num_experts_per_tok'", "at most the number of experts", found)])


@record
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


@record
class AddNorm(Component):
    """``norm(dropout(dense(x)) + residual)``, the end of each half of a BERT layer."""

    norm: Part
    dense: Part | None = None
    dropout: float = 0.0


@record
class BertAttention(Component):
    """BERT's attention block: attention under its own name, then :class:`AddNorm`."""

    attention: Part
    output: Part


@record
class BertLayer(Component):
    """BERT's post-norm layer (arXiv:1810.04805), nested as its checkpoints are."""

    attention: Part
    intermediate: Part
    output: Part


@record
class Embeddings(Component):
    """Token embeddings, plus position and segment embeddings where the architecture has them.

    ``positions`` says how position ids come about where none are given: counted from 0 (``"count"``), over the
    tokens that the attention mask lets through (``"mask"``, OPT), or over the tokens that are not padding
    (``"tokens"``, RoBERTa). ``offset`` is added to them.
    """

    tokens: Part
    position: Part | None = None
    segment: Part | None = None
    norm: Part | None = None
    project: Part | None = None
    """Applied to the token embeddings before positions are added (OPT-350m)."""
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


@record
class RelativeBias(Component):
    """A learned number for each head and distance bucket, added to attention scores (T5's, arXiv:1910.10683)."""

    table: Part
    buckets: int
    max_distance: int = 128


@record
class Stack(Component):
    """The layers, one after another, and the relative bias that they share."""

    layers: tuple[Part, ...]
    relative_bias: Part | None = None


@record
class Pooler(Component):
    """``activation(dense(first token))``."""

    dense: Part
    activation: str = "tanh"


@record
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


@record
class Wrapped(Component):
    """A backbone one level further down, such as OPT's ``decoder``."""

    inner: Part
    width: int
    vocab: int


@record
class Chain(Component):
    """Parts applied one after another; what has no slots needs no name that matters."""

    steps: tuple[Part, ...]
    beside: tuple[Part, ...] = ()
    """Parts that only lie here, such as a bias that is tied to another part's."""


@record
class Head(Component):
    """A backbone with what a task needs on top."""

    backbone: Part
    output: Part
    pool: Literal["none", "first", "last", "mean", "pooler"] = "none"
    """Which vector stands for the sequence. ``last``: of the last token that is not padding."""
    labels: int = 0
    """How many classes the output tells apart; 0 where the output is over the vocabulary."""
    padding: int | None = None


def like(new: Component, old: Component) -> Component:
    """``new`` without a pooler if ``old`` has none: ``add_pooling_layer=False``, or a head that needs none."""
    if isinstance(new, Backbone) and isinstance(old, Backbone) and old.pooler is None:
        return replace(new, pooler=None)
    return new
