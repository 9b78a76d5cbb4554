"""Ways to write texts that transformers has and Loadstone does not, on a model of Loadstone's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformers import GenerationConfig

from loadstone.core.recognized import Recognized
from loadstone.errors import ArgumentError
from loadstone.frameworks.generation_values import values_of
from loadstone.frameworks.torch.bridge.view import view


def written(model: Any, given: Mapping[str, Any]) -> Any:
    """What transformers' ``generate`` makes of a call, with the errors that it raises. ``given``: its arguments, those
    that are None among them."""
    asked = {name: value for name, value in given.items() if value is not None}
    for name in ("logits_processor", "stopping_criteria"):
        asked[name] = list(asked[name])
    if asked.pop("generator", None) is not None:
        raise ArgumentError(
            "generator with what only transformers' generate does: that draws with PyTorch's own. Say "
            "torch.manual_seed(…) before."
        )
    if asked.pop("compile", False):
        raise ArgumentError(
            "compile=True with what only transformers' generate does, which has no such keyword: say compile_config=, "
            "which it takes for accelerators, or leave compile out."
        )
    if "generation_config" in asked and not isinstance(asked["generation_config"], GenerationConfig):
        asked["generation_config"] = GenerationConfig(**values_of(asked["generation_config"]))  # type: ignore[no-untyped-call]
    if isinstance(asked.get("assistant_model"), Recognized):
        asked["assistant_model"] = view(asked["assistant_model"])
    return view(model).generate(**asked)
