"""What of a module has to be filled, and under which names: its slots, those that are one, and the stored names."""

from __future__ import annotations

from torch import Tensor, nn

from loadstone.core.naming import Naming
from loadstone.core.tensors import DType, Slot
from loadstone.frameworks.structure import naming_of, ties_of
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.loading.foreign import is_of_transformers
from loadstone.frameworks.torch.loading.module_walk import modules_of, parameters_of
from loadstone.frameworks.torch.modeling.rotary import RotaryEmbedding
from loadstone.frameworks.torch.modeling.structure import TorchStructure
from loadstone.frameworks.torch.transformers_compat.conventions import Conventions, optional_groups


def slots(model: nn.Module) -> list[Slot]:
    """What has to be filled: parameters and the buffers that are saved, those that share values under each name."""
    parameters = [Slot(name, tuple(slot.shape)) for name, slot in parameters_of(model)]
    # Rotary frequencies are computed, never saved. Of other buffers only the model itself knows which it saves.
    if all(isinstance(module, RotaryEmbedding) for _, module in modules_of(model) if module._buffers):
        return parameters
    buffers, own = dict(model.named_buffers()), _own_dtypes(model)
    saved = model.state_dict(keep_vars=True)
    return parameters + [
        Slot(name, tuple(buffers[name].shape), "buffer", own.get(name) or _integers(buffers[name]))
        for name in saved
        if name in buffers
    ]


def _own_dtypes(model: nn.Module) -> dict[str, DType]:
    """Buffers that are to stay in the dtype that a blueprint says."""
    lone = ((path, module.__dict__.get("lone_weights", {})) for path, module in modules_of(model))
    return {
        ".".join(filter(None, (path, leaf))): weight.dtype
        for path, weights in lone
        for leaf, weight in weights.items()
        if weight.dtype is not None
    }


def _integers(buffer: Tensor) -> DType | None:
    """The dtype of a slot that is not floating-point."""
    return None if buffer.is_floating_point() or buffer.is_complex() else from_torch(buffer.dtype)


def ties(model: nn.Module) -> dict[str, str]:
    """Further name of a parameter → the name that counts: the one the family declares, else the first."""
    declared = set(model.tied_slots().values()) if isinstance(model, TorchStructure) else set()
    return ties_of(parameters_of(model), declared)


def naming(model: nn.Module) -> Naming:
    """What links a model's slots to stored names."""
    if is_of_transformers(model):
        from loadstone.frameworks.torch.bridge.conventions import naming as of_transformers

        return of_transformers(model, slots(model))
    if not isinstance(model, Conventions):
        return Naming(tied=ties(model))
    if model.family_spec is not None:
        return naming_of(model, ties(model))
    optional = model.optional_parts + optional_groups(model, [slot.name for slot in slots(model)])
    prefixes = (model.base_model_prefix,) if model.base_model_prefix else ()
    computed = frozenset(name for name, buffer in model.named_buffers() if not buffer.is_meta)
    return Naming(prefix=model.bare_prefix, prefixes=prefixes, tied=ties(model), optional=optional, computed=computed)
