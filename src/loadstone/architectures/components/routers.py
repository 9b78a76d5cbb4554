"""Routers: to which experts each token goes, and how much each of them counts."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record


@record
class Router(Component):
    """What all routers are: a linear map whose outputs are the experts' logits. A kind says who is chosen by them."""

    logits: Part
    top_k: int

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> tuple[Array, Array]:
        """``x`` (tokens, width) → the chosen experts' weights in the dtype of ``x``, and who they are, both (tokens,
        top_k). The state gets the logits (tokens, experts)."""
        logits = run(self.logits, x)
        run.state.add_router_logits(logits)
        weights, chosen = self.choose(run, logits)
        return run.xp.astype(weights, x.dtype), chosen

    def choose(self, run: Run, logits: Array) -> tuple[Array, Array]:
        """Logits (tokens, experts) → weights and experts (tokens, top_k)."""
        raise NotImplementedError


@record
class SoftmaxRouter(Router):
    """The ``top_k`` most probable experts, weighted with their probabilities among all (arXiv:2401.04088)."""

    normalize: bool
    """Whether the weights of the chosen experts are made to sum to 1."""

    def choose(self, run: Run, logits: Array) -> tuple[Array, Array]:
        weights, chosen = run.xp.top_k(run.xp.softmax(logits), self.top_k)
        return (weights / run.xp.sum(weights, axis=-1, keepdims=True) if self.normalize else weights), chosen
