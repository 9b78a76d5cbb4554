"""The bare model: embeddings, masks, positions, layers, final norm."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from loadstone.architectures import components
from loadstone.architectures.components.base import Component
from loadstone.frameworks.outputs import BaseModelOutput
from loadstone.frameworks.ranges import check_length
from loadstone.frameworks.torch.modeling.arguments import Inputs, check_inputs
from loadstone.frameworks.torch.modeling.attention import RotaryEmbedding, State
from loadstone.frameworks.torch.modeling.blocks import position_ids as default_positions
from loadstone.frameworks.torch.modeling.build import Built, attach, call
from loadstone.frameworks.torch.modeling.cache import DynamicCache, check_cache
from loadstone.frameworks.torch.modeling.masks import masks_for, row_segments


def attach_backbone(holder: nn.Module, component: Component) -> None:
    """Build a bare model's parts into ``holder``, and what is computed rather than loaded."""
    attach(holder, component)
    if isinstance(component, components.Backbone):
        attentions = tuple(components.find(component, components.Attention))
        holder._mask_kinds = tuple(dict.fromkeys((attention.causal, attention.window) for attention in attentions))  # type: ignore[assignment]
        rotaries = tuple(dict.fromkeys(attention.rotary for attention in attentions if attention.rotary is not None))
        if rotaries:
            holder.add_module("rotary_emb", RotaryEmbedding(rotaries))


class Backbone(Built, component=components.Backbone):
    """Embeddings, layers, norm."""

    def __init__(self, component: components.Backbone) -> None:
        nn.Module.__init__(self)
        self.component = component
        attach_backbone(self, component)

    @staticmethod
    def run(holder: Any, component: components.Backbone, inputs: Inputs) -> BaseModelOutput[Tensor]:
        embeddings = component.embeddings.component
        assert isinstance(embeddings, components.Embeddings)
        given = check_inputs(embeddings, inputs)
        input_ids, position_ids, past_key_values = inputs.input_ids, inputs.position_ids, inputs.past_key_values
        tokens = given.shape[1]
        if past_key_values is not None:
            check_cache(past_key_values)
        cache = (past_key_values if past_key_values is not None else DynamicCache()) if inputs.use_cache else None
        past = cache.get_seq_length() if cache is not None else 0
        kinds, segments = holder._mask_kinds, None
        if position_ids is not None:
            position_ids = position_ids.view(-1, tokens)
            if inputs.attention_mask is None and cache is None and all(causal for causal, _ in kinds):
                segments = row_segments(position_ids)
        padding, masks = masks_for(kinds, inputs.attention_mask, segments, tokens, past + tokens, given)
        if position_ids is None:
            positions = default_positions(embeddings, input_ids, padding, tokens, past)
            if isinstance(positions, int):
                if not torch.compiler.is_compiling():  # a bound on the length would be compiled in
                    check_length(embeddings, past + tokens)
                positions = torch.arange(positions, positions + tokens, device=given.device)[None]
            position_ids = positions
        x = call(holder, component.embeddings, input_ids, inputs.inputs_embeds, position_ids, inputs.token_type_ids)
        if component.expand is not None:
            x = call(holder, component.expand, x)
        rotary = getattr(holder, "rotary_emb", None)
        state = State(inputs, masks, {} if rotary is None else rotary(x, position_ids), cache)
        x = call(holder, component.stack, x, state)
        if component.norm is not None:
            x = call(holder, component.norm, x)
        if component.reduce is not None:
            x = call(holder, component.reduce, x)
        return BaseModelOutput(
            last_hidden_state=x,
            pooler_output=None if component.pooler is None else call(holder, component.pooler, x),
            past_key_values=cache,
            hidden_states=None if state.hidden_states is None else (*state.hidden_states, x),
            attentions=None if state.attentions is None else tuple(state.attentions),
            router_logits=None if state.router_logits is None else tuple(state.router_logits),
        )


class Wrapped(Built, component=components.Wrapped):
    """A backbone one level further down."""

    @staticmethod
    def run(holder: nn.Module, component: components.Wrapped, inputs: Inputs) -> BaseModelOutput[Tensor]:
        out: BaseModelOutput[Tensor] = call(holder, component.inner, inputs)
        return out
