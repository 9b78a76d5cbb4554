"""Layers with residual paths, what stacks them, and what chains parts one after another."""

from __future__ import annotations

from typing import Literal

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


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

    def compute(self, run: Run, x: Array) -> Array:
        if self.order == "post":
            assert self.attention_norm is not None
            x = run(self.attention_norm, x + run.dropout(run(self.attention, x), self.dropout))
            return run(self.feed_forward_norm, x + run.dropout(run(self.feed_forward, x), self.dropout))
        attended = run(self.attention, x if self.attention_norm is None else run(self.attention_norm, x))
        if self.attention_post_norm is not None:
            attended = run(self.attention_post_norm, attended)
        attended = run.dropout(attended, self.dropout)
        if self.order != "parallel":
            x, attended = x + attended, None
        out = run(self.feed_forward, run(self.feed_forward_norm, x))
        if self.feed_forward_post_norm is not None:
            out = run(self.feed_forward_post_norm, out)
        out = run.dropout(out, self.dropout)
        return x + out if attended is None else x + attended + out


@record
class AddNorm(Component):
    """``norm(dropout(dense(x)) + residual)``, the end of each half of a BERT layer."""

    norm: Part
    dense: Part | None = None
    dropout: float = 0.0

    def compute(self, run: Run, x: Array, residual: Array) -> Array:
        if self.dense is not None:
            x = run(self.dense, x)
        return run(self.norm, run.dropout(x, self.dropout) + residual)


@record
class BertAttention(Component):
    """BERT's attention block: attention under its own name, then :class:`AddNorm`."""

    attention: Part
    output: Part

    def compute(self, run: Run, x: Array) -> Array:
        return run(self.output, run(self.attention, x), x)


@record
class BertLayer(Component):
    """BERT's post-norm layer (arXiv:1810.04805), nested as its checkpoints are."""

    attention: Part
    intermediate: Part
    output: Part

    def compute(self, run: Run, x: Array) -> Array:
        x = run(self.attention, x)
        return run(self.output, run(self.intermediate, x), x)


@record
class Stack(Component):
    """The layers, one after another, and the relative bias that they share."""

    layers: tuple[Part, ...]
    relative_bias: Part | None = None

    def compute(self, run: Run, x: Array) -> Array:
        if self.relative_bias is not None:
            run.state.bias = run(self.relative_bias, x)
        for index, part in enumerate(run.blocks(self.layers)):
            run.state.add_hidden_state(x)
            x = run.block(part, x, index)
        return x


@record
class Chain(Component):
    """Parts applied one after another; what has no slots needs no name that matters."""

    steps: tuple[Part, ...]
    beside: tuple[Part, ...] = ()
    """Parts that only lie here, such as a bias that is tied to another part's."""

    def compute(self, run: Run, x: Array) -> Array:
        for step in self.steps:
            x = run(step, x)
        return x


@record
class TwoOutputs(Component):
    """One part over every hidden state, and one over the vector that stands for the sequence."""

    places: Part
    sequence: Part

    def compute(self, run: Run, x: Array, pooled: Array) -> tuple[Array, Array]:
        return run(self.places, x), run(self.sequence, pooled)


@record
class Pooler(Component):
    """``activation(dense(first token))``."""

    dense: Part
    activation: str = "tanh"

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.activations[self.activation](run(self.dense, x[:, 0]))
