"""Masks by the arguments that their makers had in transformers 4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from transformers import masking_utils, modeling_attn_mask_utils

from loadstone.frameworks.torch.transformers_compat import layers


def _made_by(name: str) -> Callable[..., Any]:
    make = getattr(masking_utils, name)

    def create(
        config: Any,
        input_embeds: Tensor | None = None,
        attention_mask: Tensor | None = None,
        cache_position: Tensor | None = None,
        past_key_values: Any = None,
        position_ids: Tensor | None = None,
        **others: Any,
    ) -> Any:
        embeds = others.pop("inputs_embeds", input_embeds)
        return make(config, embeds, attention_mask, past_key_values, position_ids=position_ids, **others)

    create.__name__, create.__doc__ = name, f"``{name}``; where the new tokens stand, the cache says."
    return create


create_causal_mask = _made_by("create_causal_mask")
create_sliding_window_causal_mask = _made_by("create_sliding_window_causal_mask")
create_chunked_causal_mask = _made_by("create_chunked_causal_mask")


class AttentionMaskConverter(modeling_attn_mask_utils.AttentionMaskConverter):
    """Padding masks → masks to add to the scores."""

    _unmask_unattended = staticmethod(layers.AttentionMaskConverter._unmask_unattended)  # type: ignore[assignment]
