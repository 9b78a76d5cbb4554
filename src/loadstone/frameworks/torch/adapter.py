"""The door through which the pipeline reaches PyTorch: skeleton, slots, fill, finish."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from loadstone.architectures.family import Family, HeadSpec
from loadstone.checkpoint import Checkpoint
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import Naming
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.dtypes import from_torch, to_torch
from loadstone.frameworks.torch.loading.fill import Filled, Source, check_kinds, fill, tensors_of
from loadstone.frameworks.torch.loading.module_walk import modules_of, parameters_of
from loadstone.frameworks.torch.loading.skeleton import without_memory
from loadstone.frameworks.torch.modeling.attention import RotaryEmbedding
from loadstone.frameworks.torch.modeling.classes import CLASSES
from loadstone.frameworks.torch.modeling.model import PreTrainedModel, check_attention
from loadstone.frameworks.torch.modeling.untying import tensors_alike
from loadstone.frameworks.torch.placement.device_hooks import cross
from loadstone.frameworks.torch.placement.dtype_hooks import cast_between
from loadstone.frameworks.torch.placement.placement import Devices, place
from loadstone.frameworks.torch.placement.populate import populate
from loadstone.frameworks.torch.transformers_compat.conventions import optional_groups
from loadstone.materialize.equality import stored_alike
from loadstone.planning.match import LoadPlan
from loadstone.planning.split import DISK
from loadstone.planning.ties import Same
from loadstone.transfer.weight_files import Weights

if TYPE_CHECKING:
    from loadstone.frameworks.torch.loading.own_memory import OwnMemory
    from loadstone.frameworks.torch.quantized.save_parts import Quantiser


def class_named(name: str) -> type[PreTrainedModel]:
    """A model-specific class by its name on the Hub; :class:`KeyError` if there is none."""
    return CLASSES.class_named(name)


def resolve_class(family: Family, head: HeadSpec) -> type[PreTrainedModel]:
    """The class of a family and head."""
    return CLASSES.model_class(family, head)


def skeleton(
    cls: Callable[..., nn.Module], config: PretrainedConfig, arguments: Sequence[Any], extra: Mapping[str, Any]
) -> nn.Module:
    """A model without memory behind its slots. What a class computes while it is made is computed."""
    if config._attn_implementation is not None:
        check_attention(config._attn_implementation)
    with without_memory():
        model = cls(config, *arguments, **extra)
        if isinstance(model, PreTrainedModel):
            model.tie_weights()  # whether or not its class called post_init()
    return model


def ties(model: nn.Module) -> dict[str, str]:
    """Further name of a parameter → the name that counts: the one the family declares, else the first."""
    declared = set(model.tied_slots().values()) if isinstance(model, PreTrainedModel) else set()
    names: dict[int, list[str]] = {}
    for name, slot in parameters_of(model):
        names.setdefault(id(slot), []).append(name)
    found = {}
    for group in names.values():
        if len(group) == 1:
            continue
        counts = next((name for name in group if name in declared), group[0])
        found.update({name: counts for name in group if name != counts})
    return found


def slots(model: nn.Module) -> list[Slot]:
    """What has to be filled: parameters and the buffers that are saved, those that share numbers under each name."""
    found = [Slot(name, tuple(slot.shape)) for name, slot in parameters_of(model)]
    # Rotary frequencies are computed, never saved. Of other buffers only the model itself knows which it saves.
    if all(isinstance(module, RotaryEmbedding) for _, module in modules_of(model) if module._buffers):
        return found
    buffers = dict(model.named_buffers())
    saved = model.state_dict(keep_vars=True)
    return found + [Slot(name, tuple(buffers[name].shape), "buffer") for name in saved if name in buffers]


def naming(model: nn.Module) -> Naming:
    """What links a model's slots to stored names."""
    if not isinstance(model, PreTrainedModel):
        return Naming(tied=ties(model))
    stand_ins = model.head_spec.stand_ins if model.head_spec is not None else ()
    prefix, optional = model.bare_prefix, model.optional_parts
    if model.family_spec is None:
        optional += optional_groups(model, [slot.name for slot in slots(model)])
        prefixes = (model.base_model_prefix,) if model.base_model_prefix else ()
        made = frozenset(name for name, buffer in model.named_buffers() if not buffer.is_meta)
        return Naming(prefix=prefix, prefixes=prefixes, tied=ties(model), optional=optional, computed=made)
    if prefix:  # what the bare model may lack, it may lack inside another model too
        optional += tuple(tuple(f"{prefix}.{part}" for part in group) for group in model.base_model.optional_parts)
    return model.family_spec.naming(prefix, ties(model), optional, stand_ins)


def placement(
    options: Options,
    model: nn.Module,
    plan: LoadPlan,
    dtype: DType | None,
    by_slot: Mapping[str, DType] = MappingProxyType({}),
) -> Devices:
    """Where the model goes, ``by_slot`` in dtypes of their own."""
    stored = model.config.get("quantization_config") if isinstance(model, PreTrainedModel) else None
    return place(model, plan, options.placement(dtype, by_slot, stored))


def held(state_dict: Mapping[str, Tensor]) -> dict[str, StoredTensor]:
    """A ``state_dict`` in the words of a checkpoint; :class:`ArgumentError` for what is none."""
    if not isinstance(state_dict, Mapping):
        raise ArgumentError(f"state_dict is a {type(state_dict).__name__}, expected names and their tensors.")
    for name, tensor in state_dict.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise ArgumentError(f"state_dict has {name!r}: {type(tensor).__name__}, expected a name and its tensor.")
        if tensor.is_meta:
            raise ArgumentError(f"state_dict: {name} is on the meta device and so has no numbers.")
    return {
        name: StoredTensor(name, from_torch(t.dtype), tuple(t.shape), Path("<state_dict>"), 0, t.nbytes)
        for name, t in state_dict.items()
    }


def alike(state_dict: Mapping[str, Tensor] | None) -> Same:
    """What tells whether two tensors hold the same numbers: of ``state_dict``, or of files."""
    return stored_alike if state_dict is None else tensors_alike(state_dict)


def fill_model(
    model: nn.Module,
    plan: LoadPlan,
    weights: Weights,
    options: Options,
    dtype: DType | None,
    devices: Devices,
    memory: OwnMemory | None = None,
) -> Filled:
    """Give every slot its numbers, in the dtypes that ``devices`` say, and let it run where it lies.

    ``memory``: what the model had before, to be filled where it fits.
    """

    def dtype_of(slot: str, stored: StoredTensor) -> torch.dtype:
        return to_torch(devices.dtypes(slot, stored))

    def fresh_dtype_of(slot: str) -> torch.dtype | None:
        dtype = devices.dtypes.computes_in(slot)
        return None if dtype is None else to_torch(dtype)

    owners = dict(tensors_of(model))
    source = Source(weights, options.state_dict)
    uses_disk = DISK in devices.placement.places.values()
    if uses_disk:
        from loadstone.frameworks.torch.placement.offload import (
            offload,  # here and below: what a plain load does without
        )

        plan = offload(plan, devices, owners, source, dtype_of, options.offload_folder)
    if devices.lower is None:
        device_of: Callable[[str], torch.device] = devices.of
        ready, written = dict[str, Tensor](), 0
        if memory is not None:
            check_kinds(plan, owners)  # before anything is written
            memory.untie(model, plan.untied)
            device_of = memory.device_of(devices)
            ready, written = memory.write(plan, weights, dtype_of, devices)
        filled = fill(model, plan, source, dtype_of, device_of, fresh_dtype_of, ready)
        filled = Filled(filled.viewed, filled.copied + written)
    else:
        from loadstone.frameworks.torch.quantized.quantize import quantise

        devices.lower.prepare(model, devices.dtypes.main)
        quantised = quantise(model, plan, devices.lower, source, devices)
        rest = plan.without(quantised.held)
        filled = fill(model, rest, source, dtype_of, devices.of, fresh_dtype_of, quantised.parameters)
        filled = Filled(filled.viewed + quantised.viewed, filled.copied + quantised.made)
    cast_between(model, devices.dtypes)
    cross(model, devices)
    if uses_disk or devices.is_accelerated:
        from loadstone.frameworks.torch.placement.streaming import stream

        stream(model, plan.recipes, devices)
    if not weights.populates:
        populate(plan.recipes, devices, weights)
    return filled


def own_memory(module: nn.Module, *, stays: bool) -> OwnMemory:
    """The memory that a module has already, to be filled where it fits; ``stays``: none of it changes its device."""
    from loadstone.frameworks.torch.loading.own_memory import OwnMemory

    return OwnMemory(module, stays=stays)


def copy_into(model: nn.Module, checkpoint: Checkpoint, strict: bool) -> tuple[list[str], list[str]]:
    """Copy what is stored into a module's own memory; see there."""
    from loadstone.frameworks.torch.loading.copy_into import copy_into as copied

    return copied(model, checkpoint, strict)


def quantiser(model: PreTrainedModel, plan: LoadPlan, devices: Devices) -> Quantiser:
    """For weights that are quantised to be saved; see there."""
    from loadstone.frameworks.torch.quantized.save_parts import Quantiser  # saving reaches back here

    return Quantiser(model, plan, devices)


def finish(model: PreTrainedModel, dtype: DType, devices: Devices) -> None:
    """What a loaded model says of itself; it is ready for inference."""
    model.config.torch_dtype = to_torch(devices.dtypes.main or dtype)
    if devices.lower is not None:
        devices.lower.describe(model, devices.dtypes.main)
    if devices.named:  # accelerate and PEFT take charge of the devices of a model that has this
        model.hf_device_map = devices.hf_device_map()
    model.eval()
