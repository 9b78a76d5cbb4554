"""What a layer does with each token by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.leaves import Experts, Linear
from loadstone.architectures.components.routers import Router
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role, Section
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig


@record
class FeedForward(Component):
    """``down(activation(up(x)))``."""

    up: Part
    activation: str
    down: Part
    dropout: float = 0.0

    computes_shares: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_activation(self.activation)

    def compute(self, run: Run, x: Array) -> Array:
        inner = run.xp.activations[self.activation](run(self.up, x))
        return run(self.down, run.dropout(inner, self.dropout))

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield self.up, Role("outputs")
        yield self.down, Role("inputs")


@record
class Gated(Component):
    """``down(activation(gate(x)) · up(x))`` (arXiv:2002.05202); one projection holds gate and up, in this order."""

    projections: tuple[Part, ...]
    activation: str
    down: Part
    dropout: float = 0.0

    computes_shares: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_activation(self.activation)

    def compute(self, run: Run, x: Array) -> Array:
        if len(self.projections) == 1:
            both = run(self.projections[0], x)
            inner = both.shape[-1] // 2
            gate, up = run.xp.split(both, (inner, inner))
        else:
            gate, up = run(self.projections[0], x), run(self.projections[1], x)
        return run(self.down, run.dropout(run.xp.activations[self.activation](gate) * up, self.dropout))

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        inner = _width(self.down)
        both = (Section(inner), Section(inner)) if len(self.projections) == 1 and inner else ()
        yield from ((part, Role("outputs", None, both)) for part in self.projections)
        yield self.down, Role("inputs")


def _width(down: Part) -> int:
    """How many values the inner width has; 0 where what maps out of it is no linear map."""
    return down.component.inputs if isinstance(down.component, Linear) else 0


@record
class GatedByLast(Gated):
    """The same with one projection, which holds what is gated before the gate."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        both = run(self.projections[0], x)
        inner = both.shape[-1] // 2
        up, gate = run.xp.split(both, (inner, inner))
        return run(self.down, run.dropout(run.xp.activations[self.activation](gate) * up, self.dropout))


@record
class Weighted(Component):
    """What a part says, as much of it as a gate lets through: ``sigmoid(gate(x)) · body(x)``."""

    body: Part
    gate: Part
    """A map to one value for each token."""

    def compute(self, run: Run, x: Array) -> Array:
        return run(self.body, x) * run.xp.activations["sigmoid"](run(self.gate, x))


@record
class SparseExperts(Component):
    """A router sends each token to some of the experts, whose answers are added up, weighted (arXiv:2401.04088)."""

    router: Part
    """A :class:`~loadstone.architectures.components.routers.Router`."""
    experts: Part
    shared: Part | None = None
    """What answers every token besides, such as a :class:`Gated` network (arXiv:2401.06066)."""
    jitter: float = 0.0

    def __post_init__(self) -> None:
        assert isinstance(self.experts.component, Experts)
        if self.top_k > self.experts.component.count:
            found = f"{self.top_k} of {self.experts.component.count}"
            raise InvalidConfig([Fault("config key 'num_experts_per_tok'", "at most the number of experts", found)])

    @property
    def top_k(self) -> int:
        """How many experts a token goes to."""
        assert isinstance(self.router.component, Router)
        return self.router.component.top_k

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, width) → the same; the state gets the router's logits (batch · tokens, experts)."""
        xp, shape = run.xp, run.xp.shape(x)
        x = xp.reshape(run.jitter(x, self.jitter) if self.jitter else x, (-1, shape[-1]))
        weights, chosen = run(self.router, x)
        y = run(self.experts, x, chosen, weights)
        return xp.reshape(y if self.shared is None else y + run(self.shared, x), shape)
