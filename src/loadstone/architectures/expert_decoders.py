"""What decoders with experts have in common: how their stacks are made, and how files name single experts."""

from __future__ import annotations

from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import Experts, Linear
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import StackedExperts

BY_PROJECTION = (
    StackedExperts("experts.gate_up_proj", ("experts.{}.gate_proj.weight", "experts.{}.up_proj.weight")),
    StackedExperts("experts.down_proj", ("experts.{}.down_proj.weight",)),
)
"""As Qwen's files have them."""

BY_NUMBER = (
    StackedExperts("experts.gate_up_proj", ("experts.{}.w1.weight", "experts.{}.w3.weight")),
    StackedExperts("experts.down_proj", ("experts.{}.w2.weight",)),
)
"""As Mixtral's files have them."""


def experts(config: PretrainedConfig, inner: int) -> Part:
    """``num_experts`` gated networks, each of so many values within."""
    count, width = config.num_experts, config.hidden_size
    return Part("experts", Experts(count, width, inner, config.hidden_act, config.initializer_range))


def gate(config: PretrainedConfig, name: str = "gate") -> Part:
    """The map that gives the experts' logits."""
    return Part(name, Linear(config.hidden_size, config.num_experts, False, config.initializer_range))
