"""What decoders with experts are given: the texts of :mod:`decoder_texts`, and asked for what their routers say."""

from __future__ import annotations

from typing import Any

from . import decoder_texts
from .decoder_texts import prompt as prompt

PLAIN: dict[str, Any] = decoder_texts.PLAIN | dict(num_experts_per_tok=2, router_aux_loss_coef=0.5)
WIDE = decoder_texts.WIDE


def inputs(class_name: str, config: Any) -> dict[str, Any]:
    """A class → the arguments of a pass; with labels, the loss has that of the routers in it."""
    given: dict[str, Any] = decoder_texts.inputs(class_name, config)
    return given | ({"output_router_logits": True} if class_name.endswith(("Model", "ForCausalLM")) else {})
