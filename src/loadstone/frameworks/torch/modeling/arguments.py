"""The arguments of a forward pass: tensors, in dtypes and shapes that PyTorch can use."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.errors import ArgumentError
from loadstone.frameworks.ranges import check_ids, check_texts
from loadstone.frameworks.torch.modeling.cache import DynamicCache


class Inputs(NamedTuple):
    """What a forward pass of a bare model is given, and what it is to leave: one object a pass, whatever the depth."""

    input_ids: Tensor | None
    attention_mask: Tensor | None
    position_ids: Tensor | None
    past_key_values: DynamicCache | None
    inputs_embeds: Tensor | None
    token_type_ids: Tensor | None
    use_cache: bool
    output_attentions: bool
    output_hidden_states: bool
    output_router_logits: bool
    eager: bool
    checkpointing: bool


def check_tensors(**given: object) -> None:
    """:class:`ArgumentError` for arguments, by name, that are neither tensors nor None."""
    for name, value in given.items():
        if value is not None and not isinstance(value, Tensor):
            raise ArgumentError(f"{name} is a {type(value).__name__}, expected a tensor: torch.tensor({name}).")


def check_inputs(embeddings: components.Embeddings, inputs: Inputs) -> Tensor:
    """The ids or vectors of the texts.

    Raises :class:`ArgumentError` for both or none of them, for ids that PyTorch looks nothing up by, and for ids of
    another shape than the texts.
    """
    input_ids, inputs_embeds = inputs.input_ids, inputs.inputs_embeds
    name, texts = ("input_ids", input_ids) if inputs_embeds is None else ("inputs_embeds", inputs_embeds)
    if texts is None or (input_ids is not None and inputs_embeds is not None):
        raise ArgumentError("Give either input_ids or inputs_embeds, one of the two.")
    check_texts(embeddings, name, texts.shape)
    if inputs_embeds is not None and not inputs_embeds.is_floating_point():
        raise ArgumentError(
            f"inputs_embeds is {inputs_embeds.dtype}, expected floating-point embeddings; token ids are input_ids."
        )
    batch, tokens = texts.shape[:2]
    for name, ids in (
        ("input_ids", input_ids),
        ("position_ids", inputs.position_ids),
        ("token_type_ids", inputs.token_type_ids),
    ):
        if ids is None:
            continue
        if ids.dtype not in (torch.int64, torch.int32):
            raise ArgumentError(f"{name} is {ids.dtype}, expected integers: torch.int64 or torch.int32.")
        check_ids(name, ids.shape, batch, tokens)
    return texts
