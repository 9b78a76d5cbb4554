"""What a forward pass is given, by name: by a caller, and as the arrays that a pass computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from jax import Array

from loadstone.frameworks.flax.cache import KeyValueCache

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Inputs(TypedDict, total=False):
    """The arrays of a forward pass, without those that were not given. Shapes are where a model is called."""

    input_ids: Array
    inputs_embeds: Array
    attention_mask: Array
    position_ids: Array
    token_type_ids: Array
    past_key_values: KeyValueCache
    labels: Array
    start_positions: Array
    end_positions: Array
    logits_to_keep: Array
    dropout_rng: Array


class Arguments(TypedDict, total=False):
    """The keywords of a call that some head has. What is None was not given; an option then comes from the config."""

    input_ids: ArrayLike | None
    inputs_embeds: ArrayLike | None
    attention_mask: ArrayLike | None
    position_ids: ArrayLike | None
    token_type_ids: ArrayLike | None
    past_key_values: KeyValueCache | None
    labels: ArrayLike | None
    start_positions: ArrayLike | None
    end_positions: ArrayLike | None
    use_cache: bool | None
    output_attentions: bool | None
    output_hidden_states: bool | None
    output_router_logits: bool | None
    return_dict: bool | None
    logits_to_keep: int | ArrayLike
    train: bool
    dropout_rng: Array | None
