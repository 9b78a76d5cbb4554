"""Layers with residual paths, what stacks them, and what chains parts one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.core.records import record


@record
class Add(Component):
    """The end of a residual step: ``norm(x + dropout(after(y)))``, with what of it there is."""

    after: Part | None = None
    """A norm over what is added (Gemma 2), the last map of a body that has none (BERT's ``dense``), or a
    :class:`LayerScale`."""
    norm: Part | None = None
    """Over the sum (post-norm, arXiv:1706.03762)."""
    dropout: float = 0.0
    drop_path: float = 0.0
    """While training, the chance of each row to have nothing added (stochastic depth, arXiv:1603.09382)."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, y: Array, x: Array) -> Array:
        """``y``: what the body makes of ``x``."""
        if self.after is not None:
            y = run(self.after, y)
        y = run.dropout(y, self.dropout)
        x = x + (self._of_some_rows(run, y) if self.drop_path else y)
        return x if self.norm is None else run(self.norm, x)

    def _of_some_rows(self, run: Run, y: Array) -> Array:
        """While training, ``y`` (batch, …) without some rows, and more of the rest, so that the mean is the same."""
        xp = run.xp
        chances = run.random((xp.shape(y)[0], *(1 for _ in y.shape[1:])), y)
        if chances is None:
            return y
        return y * xp.astype(xp.astype(chances >= self.drop_path, xp.float32) / (1 - self.drop_path), y.dtype)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        if self.after is not None and role is not None:
            yield self.after, role


@record
class LayerScale(Component):
    """Each value times a number of its own, which is learned (arXiv:2103.17239)."""

    factors: Part
    """A :class:`~loadstone.architectures.components.leaves.Weight` (width,)."""

    def compute(self, run: Run, x: Array) -> Array:
        return x * run.weight(self.factors)


@record
class Residual(Component):
    """``x + body(norm(x))``: what a body says, added to what it was told (arXiv:1512.03385).

    The body is anything that makes (batch, places, width) of the same: attention, a feed-forward network, a mixer.
    ``end`` is an :class:`Add` where there is more to it than the sum; under a name of its own it is a module that hooks
    find, as BERT's ``output`` is.
    """

    body: Part
    norm: Part | None = None
    end: Part | None = None
    if_read: bool = False
    """Left out where no other tower has read anything, by now or before: the body is attention to what one has."""
    shows_attention: bool = False
    """See :class:`~loadstone.architectures.components.base.Component`."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        if self.if_read and run.state.memory is None:
            body = self.body.component
            if not isinstance(body, Attention) or run.state.recall(body.index, "memory_key") is None:
                return x
        y = run(self.body, x if self.norm is None else run(self.norm, x))
        return x + y if self.end is None else run(self.end, y, x)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        end = None if self.end is None else self.end.component
        if isinstance(end, Add) and end.after is not None and isinstance(end.after.component, Linear):
            assert self.end is not None
            yield self.body, Role("outputs")
            yield self.end, Role("inputs", getattr(self.body.component, "heads", None))


def pre_norm(body: Part, norm: Part, dropout: float = 0.0, *, if_read: bool = False) -> Part:
    """A step in its parent's level, whose norm comes before the body. ``if_read``: see :class:`Residual`."""
    return Part("", Residual(body, norm, Part("", Add(dropout=dropout)) if dropout else None, if_read))


def post_norm(body: Part, norm: Part, dropout: float = 0.0, *, if_read: bool = False) -> Part:
    """A step in its parent's level, whose norm comes after the sum. ``if_read``: see :class:`Residual`."""
    return Part("", Residual(body, None, Part("", Add(norm=norm, dropout=dropout)), if_read))


@record
class Sum(Component):
    """What several parts say of the same, added up: attention beside the feed-forward network (GPT-NeoX)."""

    terms: tuple[Part, ...]

    def compute(self, run: Run, x: Array) -> Array:
        total = run(self.terms[0], x)
        for term in self.terms[1:]:
            total = total + run(term, x)
        return total


@record
class Layer(Component):
    """Residual steps, one after another."""

    steps: tuple[Part, ...]
    skip: float = 0.0
    """While training, the chance to leave out the layer (LayerDrop, arXiv:1909.11556)."""
    shows_attention: bool = False
    """See :class:`~loadstone.architectures.components.base.Component`."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        for step in self.steps:
            # As run(step, x), but a call less: the most frequent of all.
            x = run(step, x) if step.name else step.component.compute(run, x)
        return x

    def parts(self) -> tuple[Part, ...]:
        """Of steps without a level of their own the bodies come first, then the norms: the order in which Llama and its
        kin register them, by which an optimizer's state goes."""
        unnamed = [step.component.parts() for step in self.steps if not step.name]
        bodies, others = [parts[0] for parts in unnamed], [part for parts in unnamed for part in parts[1:]]
        return (*(step for step in self.steps if step.name), *bodies, *others)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        for step in self.steps:
            if not step.name:
                yield from step.component.roles(None)


@record
class Stack(Component):
    """The layers, one after another."""

    layers: tuple[Part, ...]

    def compute(self, run: Run, x: Array) -> Array:
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

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        for step in self.steps:
            x = run(step, x)
        return x

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        if role is None:
            return
        if role.by == "outputs":
            yield self.steps[0], role if len(self.steps) == 1 else role._replace(sections=())
            across = role._replace(by="across")
            yield from ((part, across._replace(sections=())) for part in self.steps[1:-1])
            yield from ((part, across) for part in self.steps[1:][-1:])
        else:
            ends = {"inputs": self.steps[-1:], "rows": self.parts()}
            yield from ((part, role) for part in ends.get(role.by, ()))


@record
class Biased(Component):
    """What a part says, plus an array that lies beside it (BART's ``final_logits_bias``)."""

    body: Part
    bias: Part
    """A :class:`~loadstone.architectures.components.leaves.Weight`."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        return run(self.body, x) + run.weight(self.bias)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        if role is not None:
            yield from ((part, role) for part in self.parts())


@record
class TwoOutputs(Component):
    """One part over every hidden state, and one over the vector that stands for the sequence."""

    places: Part
    sequence: Part

    gives_several: ClassVar[bool] = True
    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array, pooled: Array) -> tuple[Array, Array]:
        return run(self.places, x), run(self.sequence, pooled)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        if role is not None:
            yield self.places, role


@record
class Pooler(Component):
    """``activation(dense(first token))``."""

    dense: Part
    activation: str = "tanh"

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.activations[self.activation](run(self.dense, x[:, 0]))


@record
class Rest(Component):
    """All places but the first."""

    def compute(self, run: Run, x: Array) -> Array:
        return x[:, 1:]
