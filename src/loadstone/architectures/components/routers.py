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


@record
class TopKRouter(Router):
    """The ``top_k`` experts of the largest logits, weighted with their probabilities among themselves."""

    def choose(self, run: Run, logits: Array) -> tuple[Array, Array]:
        best, chosen = run.xp.top_k(logits, self.top_k)
        return run.xp.softmax(best), chosen


@record
class SparseMixer(Router):
    """Two experts, one after the other, each weighted with its probability among those that come close to it
    (arXiv:2409.12136, section 2.1).

    While training they are drawn at random from these, and their weights are such that the gradient of a router that
    mixed them all is approximated by Heun's third-order method.
    """

    tolerance: float
    """An expert comes close if its logit is less than this share of itself, or of the best, below the best."""

    def choose(self, run: Run, logits: Array) -> tuple[Array, Array]:
        xp = run.xp
        first, best = self._next(run, logits, logits)
        is_taken = xp.astype(xp.arange(logits.shape[-1], like=best), best.dtype) == best
        second, other = self._next(run, logits, xp.where(is_taken, float("-inf"), logits))
        return xp.concat((first, second), axis=-1), xp.concat((best, other), axis=-1)

    def _next(self, run: Run, logits: Array, left: Array) -> tuple[Array, Array]:
        """The weight of one expert and which it is, both (tokens, 1); ``left``: the logits, of experts that are taken
        already -∞."""
        xp = run.xp
        largest, likeliest = xp.top_k(left, 1)
        size = xp.abs(logits)
        behind = xp.stop_gradient((largest - logits) / xp.where(size > largest, size, largest))
        near = xp.where(behind > self.tolerance, float("-inf"), left)
        odds = xp.softmax(near)
        drawn = run.random(xp.shape(logits), logits)
        if drawn is None:
            return xp.at_places(odds, likeliest), likeliest
        noise = -xp.log(-xp.log(xp.clip(drawn, min=1e-20, max=1 - 1e-7)))  # Gumbel's, by which odds are drawn from
        _, chosen = xp.top_k(xp.stop_gradient(xp.astype(near, xp.float32)) + noise, 1)
        weight = xp.at_places(odds, chosen)
        coin = run.random(xp.shape(chosen), logits)
        assert coin is not None
        share = xp.where((chosen == likeliest) | (coin > 0.75), weight, weight / 3)
        return weight + xp.stop_gradient(share - weight), chosen
