"""What a forward pass is given, by name: by a caller, and as the arrays that a pass computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from jax import Array

from loadstone.frameworks.flax.cache import KeyValueCache

if TYPE_CHECKING:
    pass


class Inputs(TypedDict, total=False):
    """The arrays of a forward pass, without those that were not given. Shapes are where a model is called."""

    input_ids: Array
    inputs_embeds: Array
    attention_mask: Array
    position_ids: Array
    token_type_ids: Array
    past_key_values: KeyValueCache
    labels: Array
    next_sentence_label: Array
    sentence_order_label: Array
    start_positions: Array
    end_positions: Array
    logits_to_keep: Array
    dropout_rng: Array
    decoder_input_ids: Array
    decoder_attention_mask: Array
    decoder_inputs_embeds: Array
    decoder_position_ids: Array
    encoder_outputs: object
    pixel_values: Array
    pixel_values_videos: Array
    image_grid_thw: Array
    video_grid_thw: Array
    mm_token_type_ids: Array
    bool_masked_pos: Array
    input_features: Array
