"""The arguments of a forward pass: tensors, in dtypes and shapes that PyTorch can use."""

from __future__ import annotations

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.errors import ArgumentError
from loadstone.frameworks.ranges import check_ids, check_texts


def check_tensors(**given: object) -> None:
    """:class:`ArgumentError` for arguments, by name, that are neither tensors nor None."""
    for name, value in given.items():
        if value is not None and not isinstance(value, Tensor):
            raise ArgumentError(f"{name} is a {type(value).__name__}, expected a tensor: torch.tensor({name}).")


def check_inputs(
    embeddings: components.Embeddings,
    input_ids: Tensor | None,
    inputs_embeds: Tensor | None,
    position_ids: Tensor | None,
    token_type_ids: Tensor | None,
) -> None:
    """:class:`ArgumentError` for ids that PyTorch looks nothing up by, or of another shape than the texts."""
    name, texts = ("input_ids", input_ids) if inputs_embeds is None else ("inputs_embeds", inputs_embeds)
    assert texts is not None
    check_texts(embeddings, name, texts.shape)
    if inputs_embeds is not None and not inputs_embeds.is_floating_point():
        raise ArgumentError(
            f"inputs_embeds is {inputs_embeds.dtype}, expected floating-point embeddings; token ids are input_ids."
        )
    batch, tokens = texts.shape[:2]
    for name, ids in (("input_ids", input_ids), ("position_ids", position_ids), ("token_type_ids", token_type_ids)):
        if ids is None:
            continue
        if ids.dtype not in (torch.int64, torch.int32):
            raise ArgumentError(f"{name} is {ids.dtype}, expected integers: torch.int64 or torch.int32.")
        check_ids(name, ids.shape, batch, tokens)
