"""What one of transformers' classes declares beside its modules: ties, what may be missing, dtypes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import nn
from transformers import PreTrainedModel

from loadstone.core.naming import Naming
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.frameworks.structure import ties_of
from loadstone.frameworks.torch.bridge.names import any_of
from loadstone.frameworks.torch.bridge.stored_names import under_slot_names
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.loading.module_walk import modules_of, parameters_of

_STATISTICS = ("running_mean", "running_var")
"""Buffers of norms that are learned, whatever a new module has in them."""
_POOLER = "pooler"


def naming(model: nn.Module, slots: Sequence[Slot]) -> Naming:
    """What links the slots of one of transformers' models to stored names."""
    assert isinstance(model, PreTrainedModel)
    tied = ties_of(parameters_of(model), set(getattr(model, "all_tied_weights_keys", {}).values()))
    computed = frozenset(
        name
        for name, buffer in model.named_buffers(remove_duplicate=False)
        if not buffer.is_meta and not name.endswith(_STATISTICS)
    )

    def renamed(stored: Mapping[str, StoredTensor]) -> Mapping[str, StoredTensor]:
        return under_slot_names(model, slots, stored)

    return Naming(tied=tied, optional=tuple(_optional(model, slots)), computed=computed, renamed=renamed)


def _optional(model: PreTrainedModel, slots: Sequence[Slot]) -> Iterator[tuple[str, ...]]:
    """Groups of parts that a checkpoint may wholly lack: what the class declares, its head, and poolers."""
    patterns = any_of(getattr(model, "_keys_to_ignore_on_load_missing", None))
    yield from ((slot.name,) for slot in slots if patterns is not None and patterns.search(slot.name))
    bare = model.base_model_prefix
    if bare and isinstance(getattr(model, bare, None), nn.Module):
        yield from ((part,) for part in dict.fromkeys(slot.name.partition(".")[0] for slot in slots) if part != bare)
    yield from ((name,) for name, _ in modules_of(model) if name.rpartition(".")[2] == _POOLER)


def dtypes_of_their_own(model: nn.Module, main: torch.dtype) -> dict[str, DType]:
    """Slots that the class keeps in another dtype than the model's: declared so, or made so."""
    assert isinstance(model, PreTrainedModel)
    plan: Mapping[str, torch.dtype] = model._get_dtype_plan(main)
    declared = [(re.compile(pattern.replace("*", ".*")), dtype) for pattern, dtype in plan.items()]
    own: dict[str, DType] = {}
    floating = ((name, slot.dtype) for name, slot in parameters_of(model) if slot.is_floating_point())
    saved = model.state_dict(keep_vars=True)
    buffers = ((name, slot.dtype) for name, slot in model.named_buffers() if name in saved and slot.is_floating_point())
    for name, dtype in (*floating, *buffers):
        said = next((kept for pattern, kept in declared if pattern.search(name)), dtype)
        if said is not main:
            own[name] = from_torch(said)
    return own
