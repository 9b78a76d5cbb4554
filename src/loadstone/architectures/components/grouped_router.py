"""A router that looks for experts in a few groups of them only."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import Weight
from loadstone.architectures.components.routers import Router
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig


@record
class GroupedRouter(Router):
    """Each token goes to the ``top_k`` experts of the highest scores within the ``top_groups`` groups of the highest
    (arXiv:2405.04434, section 2.2.2; arXiv:2412.19437, section 2.1.2).

    ``logits`` is a :class:`~loadstone.architectures.components.leaves.Weight` (experts, width), whose product is taken
    in float32 whatever the model's dtype is.
    """

    correction: Part | None = None
    """A ``Weight`` (experts,) which is added to scores where experts are chosen, and not where they are weighted. The
    score of a group is then the sum of its two best; without it, its best."""
    by: Literal["softmax", "sigmoid"] = "sigmoid"
    """What makes scores of logits."""
    groups: int = 1
    top_groups: int = 1
    normalize: bool = field(kw_only=True)
    """Whether the weights of the chosen experts are made to sum to 1."""
    scale: float = 1.0
    """What their weights are multiplied by in the end."""

    def __post_init__(self) -> None:
        assert isinstance(self.logits.component, Weight)
        experts, best = self.logits.component.shape[0], 1 if self.correction is None else 2
        faults = []
        if self.groups > 1 and (experts % self.groups or experts // self.groups < best):
            expected = f"a number of groups of the {experts} experts, with at least {best} in each"
            faults.append(Fault("config key 'n_group'", expected, repr(self.groups)))
        if not 1 <= self.top_groups <= self.groups:
            faults.append(Fault("config key 'topk_group'", f"from 1 to n_group = {self.groups}", repr(self.top_groups)))
        elif self.groups > 1 and self.top_k > (seen := self.top_groups * (experts // self.groups)):
            expected = f"at most the {seen} experts in {self.top_groups} of {self.groups} groups"
            faults.append(Fault("config key 'num_experts_per_tok'", expected, repr(self.top_k)))
        if faults:
            raise InvalidConfig(faults)

    def compute(self, run: Run, x: Array) -> tuple[Array, Array]:
        """``x`` (tokens, width) → the chosen experts' weights in the dtype of ``x``, and who they are, both (tokens,
        top_k). The state gets the logits (tokens, experts)."""
        xp = run.xp
        map_to_logits = xp.astype(run.weight(self.logits), xp.float32)
        logits = xp.astype(x, xp.float32) @ xp.permute_dims(map_to_logits, (1, 0))
        run.state.add_router_logits(logits)
        scores = xp.softmax(logits) if self.by == "softmax" else xp.activations["sigmoid"](logits)
        corrected = scores if self.correction is None else scores + xp.astype(run.weight(self.correction), xp.float32)
        if self.top_groups < self.groups:
            corrected = self._within_groups(run, corrected)
        _, chosen = xp.top_k(corrected, self.top_k)
        weights = xp.at_places(scores, chosen)
        if self.normalize:
            weights = weights / (xp.sum(weights, axis=-1, keepdims=True) + 1e-20)
        return xp.astype(weights * self.scale, x.dtype), chosen

    def _within_groups(self, run: Run, scores: Array) -> Array:
        """The scores (tokens, experts), those outside of the best groups so low that nobody takes them."""
        xp, (tokens, experts) = run.xp, run.xp.shape(scores)
        by_group = xp.reshape(scores, (tokens, self.groups, experts // self.groups))
        best, _ = xp.top_k(by_group, 1 if self.correction is None else 2)
        _, taken = xp.top_k(xp.sum(best, axis=-1, keepdims=False), self.top_groups)
        group = xp.arange(self.groups, like=taken)
        is_taken = xp.any(taken[:, :, None] == group[None, None], axis=1, keepdims=False)
        return xp.reshape(xp.where(is_taken[:, :, None], by_group, float("-inf")), (tokens, experts))
