"""From the arguments of a forward pass to what the layers of a tower share: masks, positions, cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from loadstone.architectures import components
from loadstone.architectures.components.embeddings import TextInputs
from loadstone.architectures.components.masks import MEMORY
from loadstone.frameworks.ranges import check_length
from loadstone.frameworks.torch.modeling.arguments import check_text
from loadstone.frameworks.torch.modeling.array_functions import xp
from loadstone.frameworks.torch.modeling.cache import DynamicCache, check_cache
from loadstone.frameworks.torch.modeling.masks import masks_for, memory_mask, row_segments
from loadstone.frameworks.torch.modeling.state import Options, State


def begin(tower: components.Tower, given: Mapping[str, Any], options: Options) -> State:
    """The state of a tower's layers."""
    cache = None
    if options.use_cache and tower.is_causal:
        cache = given.get("past_key_values")
        if cache is None:
            cache = DynamicCache()
        else:
            check_cache(cache, tower)
    state = State(options, tower.mask_kinds, cache)
    state.memory = given.get("encoder_hidden_states")
    mask = given.get("encoder_attention_mask")
    if state.memory is not None and mask is not None:
        state.masks[MEMORY] = memory_mask(mask, state.memory)
    return state


def read(embeddings: components.Embeddings, given: Mapping[str, Any], state: State) -> TextInputs:
    """What a text is given as; the state gets its masks and positions.

    Raises :class:`ArgumentError` for inputs that do not fit together, or not the model.
    """
    texts, cache, attention_mask = check_text(embeddings, given), state.cache, given.get("attention_mask")
    input_ids, position_ids = given.get("input_ids"), given.get("position_ids")
    tokens, past = texts.shape[1], cache.get_seq_length() if cache is not None else 0
    segments = None
    if isinstance(cache, DynamicCache):
        cache.check_rows(texts.shape[0])
    if position_ids is not None:
        position_ids = position_ids.view(-1, tokens)
        if attention_mask is None and cache is None and all(kind.causal for kind in state.kinds):
            segments = row_segments(position_ids)
    padding, masks = masks_for(state.kinds, attention_mask, segments, tokens, past + tokens, texts)
    state.masks |= masks
    state.padding = padding if padding is None or not past else padding[:, past:]
    if position_ids is None:
        position_ids = embeddings.position_ids(xp, input_ids, padding, tokens, past)
    if position_ids is None:
        if not torch.compiler.is_compiling():  # a bound on the length would be compiled in
            check_length(embeddings, past + tokens)
        first = past + embeddings.first_position
        position_ids = torch.arange(first, first + tokens, device=texts.device)[None]
    state.position_ids = position_ids
    return TextInputs(input_ids, given.get("inputs_embeds"), given.get("token_type_ids"), position_ids)
