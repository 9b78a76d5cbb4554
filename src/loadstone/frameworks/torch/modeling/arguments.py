"""The arguments of a forward pass: tensors, in dtypes and shapes that PyTorch can use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def check_text(embeddings: components.Embeddings, given: Mapping[str, Any]) -> Tensor:
    """The ids or vectors of the texts.

    Raises :class:`ArgumentError` for both or none of them, for ids that PyTorch looks nothing up by, and for ids of
    another shape than the texts.
    """
    input_ids, inputs_embeds = given.get("input_ids"), given.get("inputs_embeds")
    name, texts = ("input_ids", input_ids) if inputs_embeds is None else ("inputs_embeds", inputs_embeds)
    if texts is None or (input_ids is not None and inputs_embeds is not None):
        raise ArgumentError("Give either input_ids or inputs_embeds, one of the two.")
    check_texts(embeddings, name, texts.shape)
    if inputs_embeds is not None and not inputs_embeds.is_floating_point():
        raise ArgumentError(
            f"inputs_embeds is {inputs_embeds.dtype}, expected floating-point embeddings; token ids are input_ids."
        )
    batch, tokens = texts.shape[:2]
    for name in ("input_ids", "position_ids", "token_type_ids"):
        ids = given.get(name)
        if ids is None:
            continue
        if ids.dtype not in (torch.int64, torch.int32):
            raise ArgumentError(f"{name} is {ids.dtype}, expected integers: torch.int64 or torch.int32.")
        check_ids(name, ids.shape, batch, tokens)
    return texts
