"""Bare models, and models with a head."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part, find
from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.components.run import Run
from loadstone.architectures.rotary import Rotary
from loadstone.core.records import record


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

    def compute(self, run: Run, inputs: object) -> Any:
        """``inputs``: the arguments of a forward pass of a bare model, as its framework holds them."""
        text = run.begin(self, inputs)
        x = run(self.embeddings, text)
        if self.expand is not None:
            x = run(self.expand, x)
        run.state.rotary = run.rotary(self, text.position_ids, x)
        x = run(self.stack, x)
        if self.norm is not None:
            x = run(self.norm, x)
        if self.reduce is not None:
            x = run(self.reduce, x)
        return run.end(x, None if self.pooler is None else run(self.pooler, x))

    def __post_init__(self) -> None:
        # What every forward pass asks for, found once.
        attentions = tuple(find(self, Attention))
        kinds = dict.fromkeys((attention.causal, attention.window) for attention in attentions)
        rotaries = dict.fromkeys(attention.rotary for attention in attentions if attention.rotary is not None)
        self.__dict__.update(_mask_kinds=tuple(kinds), _rotaries=tuple(rotaries))

    @property
    def mask_kinds(self) -> tuple[MaskKind, ...]:
        """The masks that the layers use."""
        kinds: tuple[MaskKind, ...] = self.__dict__["_mask_kinds"]
        return kinds

    @property
    def rotaries(self) -> tuple[Rotary, ...]:
        """The rotary positions that the layers use."""
        rotaries: tuple[Rotary, ...] = self.__dict__["_rotaries"]
        return rotaries


@record
class Wrapped(Component):
    """A backbone one level further down, such as OPT's ``decoder``."""

    inner: Part
    width: int
    vocab: int

    def compute(self, run: Run, inputs: object) -> Any:
        return run(self.inner, inputs)


@record
class Head(Component):
    """A backbone with what a task needs on top."""

    backbone: Part
    output: Part
    pool: Literal["none", "first", "first_shown", "last", "mean", "pooler"] = "none"
    """Which vector stands for the sequence. ``first_shown``: of the first token that the mask shows; ``last``: of the
    last token that is not padding."""
    labels: int = 0
    """How many classes the output tells apart; 0 where the output is over the vocabulary."""
    padding: int | None = None


def like(new: Component, old: Component) -> Component:
    """``new`` without a pooler if ``old`` has none: ``add_pooling_layer=False``, or a head that needs none."""
    if isinstance(new, Backbone) and isinstance(old, Backbone) and old.pooler is None:
        return replace(new, pooler=None)
    return new
