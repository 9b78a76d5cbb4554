"""From the arguments of a forward pass to what the layers share: positions, masks, cache."""

from __future__ import annotations

import torch

from loadstone.architectures import components
from loadstone.architectures.components.embeddings import TextInputs
from loadstone.frameworks.ranges import check_length
from loadstone.frameworks.torch.modeling.arguments import Inputs, check_inputs
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.cache import DynamicCache, check_cache
from loadstone.frameworks.torch.modeling.masks import masks_for, row_segments
from loadstone.frameworks.torch.modeling.state import State


def prepare(backbone: components.Backbone, inputs: Inputs) -> tuple[TextInputs, State]:
    """Raises :class:`ArgumentError` for inputs that do not fit together, or not the model."""
    embeddings = backbone.embeddings.component
    assert isinstance(embeddings, components.Embeddings)
    given = check_inputs(embeddings, inputs)
    input_ids, position_ids, past_key_values = inputs.input_ids, inputs.position_ids, inputs.past_key_values
    tokens = given.shape[1]
    if past_key_values is not None:
        check_cache(past_key_values)
    cache = (past_key_values if past_key_values is not None else DynamicCache()) if inputs.use_cache else None
    past = cache.get_seq_length() if cache is not None else 0
    kinds, segments = backbone.mask_kinds, None
    if position_ids is not None:
        position_ids = position_ids.view(-1, tokens)
        if inputs.attention_mask is None and cache is None and all(causal for causal, _ in kinds):
            segments = row_segments(position_ids)
    padding, masks = masks_for(kinds, inputs.attention_mask, segments, tokens, past + tokens, given)
    if position_ids is None:
        position_ids = embeddings.position_ids(xp, input_ids, padding, tokens, past)
    if position_ids is None:
        if not torch.compiler.is_compiling():  # a bound on the length would be compiled in
            check_length(embeddings, past + tokens)
        first = past + embeddings.first_position
        position_ids = torch.arange(first, first + tokens, device=given.device)[None]
    text = TextInputs(input_ids, inputs.inputs_embeds, inputs.token_type_ids, position_ids)
    return text, State(inputs, masks, cache)
