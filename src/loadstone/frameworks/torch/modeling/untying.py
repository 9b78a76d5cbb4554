"""Ties of a model that has its modules already, against tensors that are to be loaded into it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from loadstone.checkpoint import open_checkpoint
from loadstone.core.tensors import StoredTensor
from loadstone.errors import CheckpointNotFound
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.materialize.equality import stored_alike
from loadstone.planning.same import Same

logger = logging.getLogger("loadstone")
_ELEMENTS = 1 << 22
"""Compared at once."""


def alike(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors hold the same values, on whatever devices and in whatever dtypes they are."""
    if one is other:
        return True
    if one.shape != other.shape:
        return False
    one, other = one.detach(), other.detach()
    if one.data_ptr() == other.data_ptr() and (one.dtype, one.stride()) == (other.dtype, other.stride()):
        return True
    if not one.dim():
        return _equal(one, other)
    rows = max(1, _ELEMENTS * len(one) // max(one.numel(), 1))
    return all(_equal(one[at : at + rows], other[at : at + rows]) for at in range(0, len(one), rows))


def _equal(one: Tensor, other: Tensor) -> bool:
    other = other.to(one.device)
    if one.dtype is other.dtype:
        return torch.equal(one.contiguous().view(-1).view(torch.uint8), other.contiguous().view(-1).view(torch.uint8))
    return torch.equal(one.double(), other.double())


def tensors_alike(state_dict: Mapping[str, Tensor]) -> Same:
    """Comparison of tensors that the caller holds, by the names under which they are given."""

    def same(one: StoredTensor, other: StoredTensor) -> bool:
        return alike(state_dict[one.name], state_dict[other.name])

    return same


def untie(model: nn.Module, names: Iterable[str]) -> None:
    """Give tied slots a parameter of their own, without values yet, and have the model's config say so."""
    for name in names:
        owner, _, leaf = name.rpartition(".")
        slot = model.get_parameter(name)
        own = nn.Parameter(torch.empty_like(slot), requires_grad=slot.requires_grad)
        model.get_submodule(owner)._parameters[leaf] = own
    config = getattr(model, "config", None)
    if getattr(config, "tie_word_embeddings", False):  # of a model of ours
        config.tie_word_embeddings = False  # type: ignore[union-attr]


def untie_what_files_contradict(model: TorchStructure) -> None:
    """Untie slots of which the folder that the config came from holds both tensors, and they differ.

    For accelerate, which fills slots one by one past everything here, and then gives tied ones the first of their
    tensors: nothing that comes later can tell. Reads headers, and of such tensors what is needed to tell them apart.
    """
    ties, folder = model.tied_slots(), Path(model.config.name_or_path or "")
    if not ties or not model.config.name_or_path or not folder.is_dir():
        return
    try:
        stored = open_checkpoint(folder)
    except CheckpointNotFound:  # a folder with a config alone
        return
    differing = [
        name
        for name, source in ties.items()
        if name in stored and source in stored and not stored_alike(stored[name], stored[source])
    ]
    if differing:
        untie(model, ties)
        logger.warning(
            "%s is not tied, though its config says so: the values that %s stores for %s differ.",
            type(model).__name__,
            folder,
            ", ".join(f"{name} and {ties[name]}" for name in differing),
        )


def untie_before_loading(model: TorchStructure, state_dict: Mapping[str, Tensor], prefix: str) -> None:
    """Untie slots of which a ``state_dict`` has both numbers, and they differ: loaded one after the other into a
    shared parameter, the last would win."""
    differing = [
        name
        for name, source in model.tied_slots().items()
        if (one := state_dict.get(prefix + name)) is not None
        and (other := state_dict.get(prefix + source)) is not None
        and model.get_parameter(name) is model.get_parameter(source)
        and not alike(one, other)
    ]
    if differing:
        untie(model, differing)
