"""Bare models, and models with a head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part, find
from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.rotary import Rotary
from loadstone.architectures.tasks import Task
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

    def compute(self, run: Run, task: Task, out: Any, given: Mapping[str, Any]) -> Sequence[Array]:
        """The fields that a task gives, in its order.

        ``out``: the output of the bare model. ``given``: the arguments of the forward pass by name; with ``choices``,
        how many there are, for a task that has them, and ``padding``, the id that fills rows, where there is one.
        """
        if task.reads == "sequence":
            read = run(self.output, self._pooled(run, out, given))
        elif task.reads == "both":
            both: Sequence[Array] = run(self.output, out.last_hidden_state, self._pooled(run, out, given))
            return both
        else:
            read = run(self.output, _kept(run, out.last_hidden_state, given.get("logits_to_keep")))
        if task.per_choice:
            read = run.xp.reshape(read, (-1, given["choices"]))
        return run.xp.unstack(read, len(task.gives)) if task.splits else (read,)

    def _pooled(self, run: Run, out: Any, given: Mapping[str, Any]) -> Array:
        """The vector (batch, width) that stands for each sequence."""
        xp, x, mask = run.xp, out.last_hidden_state, given.get("attention_mask")
        ids, padding = given.get("input_ids"), given.get("padding")
        if self.pool == "pooler":
            return out.pooler_output
        if self.pool == "first_shown" and mask is not None:
            return xp.at_rows(x, xp.argmax(mask, axis=-1))
        if self.pool in ("first", "first_shown"):
            return x[:, 0]
        if self.pool == "mean" and mask is not None:
            shares = xp.astype(mask, x.dtype)[..., None]
            return xp.sum(x * shares, axis=1, keepdims=False) / xp.sum(shares, axis=1, keepdims=False)
        if self.pool == "mean":
            return xp.mean(x, axis=1)
        if ids is None or padding is None:
            return x[:, -1]
        places = xp.arange(xp.shape(x)[1], like=x) * xp.astype(ids != padding, xp.int32)
        return xp.at_rows(x, xp.argmax(places, axis=-1))


def _kept(run: Run, x: Array, keep: int | Array | None) -> Array:
    """The last ``keep`` hidden states, or those at its indices; all for 0 and None."""
    if isinstance(keep, int | None):
        return x[:, -keep:] if keep else x
    return run.xp.take(x, keep, axis=1)


def like(new: Component, old: Component) -> Component:
    """``new`` without a pooler if ``old`` has none: ``add_pooling_layer=False``, or a head that needs none."""
    if isinstance(new, Backbone) and isinstance(old, Backbone) and old.pooler is None:
        return replace(new, pooler=None)
    return new
