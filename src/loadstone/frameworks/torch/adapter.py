"""PyTorch's backend adapter: what :class:`loadstone.frameworks.torch_contract.TorchFramework` asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from loadstone.architectures.family import Family, HeadSpec
from loadstone.checkpoint import Checkpoint
from loadstone.configs.bridged import BridgedConfig
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import ArgumentError
from loadstone.frameworks import contract
from loadstone.frameworks.ranks import Ranks, together
from loadstone.frameworks.torch.distributed.dtensors import meshes_of, placements, rank_of, rank_plan, settle
from loadstone.frameworks.torch.dtypes import from_torch, to_torch
from loadstone.frameworks.torch.loading.fill import Filled, SlotForms, Source, check_kinds, fill, tensors_of
from loadstone.frameworks.torch.loading.foreign import is_of_transformers
from loadstone.frameworks.torch.loading.skeleton import without_memory
from loadstone.frameworks.torch.loading.slots import naming, slots
from loadstone.frameworks.torch.modeling.classes import CLASSES
from loadstone.frameworks.torch.modeling.model import PreTrainedModel
from loadstone.frameworks.torch.modeling.untying import tensors_alike
from loadstone.frameworks.torch.placement.device_hooks import cross
from loadstone.frameworks.torch.placement.dtype_hooks import cast_between, compute_from_float8
from loadstone.frameworks.torch.placement.placement import Devices, ModuleStructure, place
from loadstone.frameworks.torch.placement.populate import populate
from loadstone.frameworks.torch.transformers_compat.conventions import dtypes_as_objects
from loadstone.frameworks.torch.transformers_compat.unread import refuse_unread
from loadstone.materialize.equality import stored_alike
from loadstone.planning.match import LoadPlan
from loadstone.planning.mesh import stored_bytes
from loadstone.planning.recipes import Stored
from loadstone.planning.same import Same
from loadstone.planning.split import DISK
from loadstone.reporting.load_report import RankBytes
from loadstone.transfer.weight_files import Weights

if TYPE_CHECKING:
    from loadstone.frameworks.torch.loading.own_memory import OwnMemory
    from loadstone.frameworks.torch.loading.swap import Swap
    from loadstone.frameworks.torch.quantized.save_parts import TorchQuantizer

__all__ = [
    "alike",
    "base_class",
    "bridge",
    "class_named",
    "copy_into",
    "fill_model",
    "fill_module",
    "finish",
    "from_config",
    "held",
    "kept_dtypes",
    "naming",
    "own_memory",
    "placement",
    "placements",
    "quantizer",
    "rank_bytes",
    "rank_of",
    "rank_plan",
    "ranks_asked",
    "ranks_holding",
    "resolve_class",
    "settle",
    "skeleton",
    "slots",
    "structure",
    "swap",
    "transformers_class",
    "transformers_config",
    "transformers_processor",
    "without_gradients",
]


def base_class() -> type[PreTrainedModel]:
    """What all models derive from, those of one's own too."""
    return PreTrainedModel


def class_named(name: str) -> type[PreTrainedModel]:
    """A model-specific class by its name on the Hub; :class:`KeyError` if there is none."""
    return CLASSES.class_named(name)


def resolve_class(family: Family, head: HeadSpec) -> type[PreTrainedModel]:
    """The class of a family and head."""
    return CLASSES.model_class(family, head)


def transformers_class(config: BridgedConfig, auto_class: str | None) -> type[nn.Module]:
    """transformers' own class for a config; see there."""
    from loadstone.frameworks.torch.bridge.classes import picked

    return picked(config, auto_class)


def transformers_config(config: BridgedConfig) -> tuple[Any, dict[str, Any]]:
    """transformers' own config object, and the keywords that are none of its keys; see there."""
    from loadstone.frameworks.torch.bridge.classes import own_config

    return own_config(config)


def transformers_processor(auto_class: str, place: str | Path, keywords: Mapping[str, Any]) -> Any:
    """transformers' own processor; see there."""
    from loadstone.frameworks.torch.bridge.processors import made_processor

    return made_processor(auto_class, place, keywords)


def skeleton(
    cls: Callable[..., nn.Module],
    config: PretrainedConfig,
    arguments: Sequence[object],
    extra: Mapping[str, object],
    dtype: DType,
) -> nn.Module:
    """A model without memory behind its slots. What a class computes while it is made is computed."""
    if isinstance(config, BridgedConfig):
        from loadstone.frameworks.torch.bridge.build import bridged_skeleton

        return bridged_skeleton(cast(Any, cls), config, arguments, to_torch(dtype))
    if getattr(cls, "family_spec", None) is None:
        dtypes_as_objects(config)  # which code may read before it calls its base
    with without_memory():
        model = cls(config, *arguments, **extra)
        if isinstance(model, PreTrainedModel):
            model.tie_weights()  # whether or not its class called post_init()
            refuse_unread(model)
    return model


def from_config(cls: type[nn.Module], config: PretrainedConfig, keywords: Mapping[str, Any]) -> nn.Module:
    """A model with random values after its family's scheme."""
    if isinstance(config, BridgedConfig):
        from loadstone.frameworks.torch.bridge.build import random_model

        return random_model(cast(Any, cls), config, keywords)
    assert issubclass(cls, PreTrainedModel)
    return cls._from_config(config, **keywords)


def placement(
    options: Options,
    model: nn.Module,
    plan: LoadPlan,
    dtype: DType | None,
    by_slot: Mapping[str, DType] = MappingProxyType({}),
) -> Devices:
    """Where the model goes, ``by_slot`` in dtypes of their own."""
    stored = getattr(getattr(model, "config", None), "quantization_config", None)
    if dtype is not None:
        by_slot = {**kept_dtypes(model, dtype), **by_slot}
    asked = options.placement(dtype, by_slot, stored)
    if not options.is_spread:
        return place(model, plan, asked)
    from loadstone.frameworks.torch.distributed.spread import on_mesh

    return on_mesh(model, plan, options, asked)


def kept_dtypes(model: nn.Module, dtype: DType) -> Mapping[str, DType]:
    """Slots that one of transformers' classes keeps in another dtype than the model's."""
    if not is_of_transformers(model):
        return {}
    from loadstone.frameworks.torch.bridge.conventions import dtypes_of_their_own

    return dtypes_of_their_own(model, to_torch(dtype))


def structure(model: nn.Module) -> ModuleStructure:
    """A module as a layout sees it."""
    return ModuleStructure(model)


def held(state_dict: object) -> dict[str, StoredTensor]:
    """A ``state_dict`` in the words of a checkpoint; :class:`ArgumentError` for what is none."""
    if not isinstance(state_dict, Mapping):
        raise ArgumentError(f"state_dict is a {type(state_dict).__name__}, expected names and their tensors.")
    for name, tensor in state_dict.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise ArgumentError(f"state_dict has {name!r}: {type(tensor).__name__}, expected a name and its tensor.")
        if tensor.is_meta:
            raise ArgumentError(f"state_dict: {name} is on the meta device and so has no values.")
    return {
        name: StoredTensor(name, from_torch(t.dtype), tuple(t.shape), Path("<state_dict>"), 0, t.nbytes)
        for name, t in state_dict.items()
    }


def alike(state_dict: Mapping[str, Tensor] | None) -> Same:
    """What tells whether two tensors hold the same values: of ``state_dict``, or of files."""
    return stored_alike if state_dict is None else tensors_alike(state_dict)


def fill_model(
    model: nn.Module, plan: LoadPlan, weights: Weights, options: Options, dtype: DType | None, devices: Devices
) -> Filled:
    """Give every slot its values, in the dtypes that ``devices`` say, and let it run where it lies."""
    filled = fill_module(model, devices.plan, weights, options, devices, None)
    if options.is_spread:
        from loadstone.frameworks.torch.distributed.tensor_parallel import average_scalars

        average_scalars(model)
    return filled


def fill_module(
    model: nn.Module, plan: LoadPlan, weights: Weights, options: Options, devices: Devices, memory: OwnMemory | None
) -> Filled:
    """The same for any module; ``memory``: what it had before, to be filled where it fits."""

    def dtype_of(slot: str, stored: StoredTensor) -> torch.dtype:
        return to_torch(devices.dtypes(slot, stored))

    def initial_dtype_of(slot: str) -> torch.dtype | None:
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
    if devices.quantized_layers is None:
        device_of: Callable[[str], torch.device] = devices.of
        ready = dict[str, Tensor]()
        if memory is not None or plan.whole is not None:
            check_kinds(plan, owners)  # before anything is written
        if memory is not None:
            memory.untie(model, plan.untied)
            device_of = memory.device_of(devices)
            ready = memory.fitting(plan, dtype_of, devices)
        forms = SlotForms(dtype_of, device_of, initial_dtype_of)
        shared = _read_with_node(model, plan, weights, forms, ready)
        if ready:
            from loadstone.frameworks.torch.loading.own_memory import write

            write(plan.without(shared), ready, weights)
        copied = sum(tensor.nbytes for tensor in (ready | shared).values())
        filled = fill(model, plan, source, forms, ready | shared)
        filled = Filled(filled.viewed, filled.copied + copied)
    else:
        from loadstone.frameworks.torch.quantized.quantize import quantize

        devices.quantized_layers.prepare(model, devices.dtypes.main)
        quantized = quantize(model, plan, devices.quantized_layers, source, devices)
        rest = plan.without(quantized.held)
        filled = fill(model, rest, source, SlotForms(dtype_of, devices.of, initial_dtype_of), quantized.parameters)
        filled = Filled(filled.viewed + quantized.viewed, filled.copied + quantized.allocated)
    if plan.whole is not None and plan.initialized:
        from loadstone.frameworks.torch.distributed.spread import same_on_all

        with together(ranks_holding(model), "load_into") as exchange:
            exchange.gather("filled", b"")  # for a collective, which a rank that has failed would not come to
        same_on_all(model, plan.initialized)
    cast_between(model, devices.dtypes)
    compute_from_float8(model)
    cross(model, devices)
    if uses_disk or devices.is_accelerated:
        from loadstone.frameworks.torch.placement.lone_weights import bring
        from loadstone.frameworks.torch.placement.streaming import stream

        bring(model, devices)
        stream(model, plan.recipes, devices)
    if not weights.populates:
        populate(plan.recipes, devices, weights)
    return filled


def _read_with_node(
    model: nn.Module, plan: LoadPlan, weights: Weights, forms: SlotForms, memory: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Slots that the ranks of this node have read together: in the memory that there is, or in new memory."""
    if plan.whole is None:
        return {}
    from loadstone.frameworks.torch.distributed.node_reads import read_with_node

    shapes = {slot.name: slot.shape for slot in plan.slots}

    def target_of(name: str) -> Tensor:
        recipe = plan.recipes[name]
        assert isinstance(recipe, Stored)
        dtype = forms.dtype_of(name, recipe.pieces[0].tensor)
        return memory[name] if name in memory else torch.empty(shapes[name], dtype=dtype, device=forms.device_of(name))

    with together(ranks_holding(model), "load_into") as exchange:
        return read_with_node(model, plan.whole, weights, target_of, exchange)


def ranks_asked(options: Options) -> Ranks | None:
    """The ranks that are asked to hold a model together; see there."""
    if not options.is_spread:
        return None
    from loadstone.frameworks.torch.distributed.ranks import ranks_of_options

    return ranks_of_options(options)


def rank_bytes(model: nn.Module, devices: Devices, weights: Weights, filled: contract.Filled) -> RankBytes | None:
    """What this rank did of a load."""
    read = stored_bytes(devices.plan) + weights.read_for_others
    return RankBytes(rank_of(model), read, filled.viewed, filled.copied)


def ranks_holding(module: nn.Module) -> Ranks | None:
    """The ranks that hold a module together; see there."""
    if not meshes_of(module):
        return None
    from loadstone.frameworks.torch.distributed.ranks import ranks_holding as those

    return those(module)


def own_memory(module: nn.Module, *, stays: bool) -> OwnMemory:
    """The memory that a module has already, to be filled where it fits; ``stays``: none of it changes its device."""
    from loadstone.frameworks.torch.loading.own_memory import OwnMemory

    return OwnMemory(module, stays=stays)


def copy_into(model: nn.Module, checkpoint: Checkpoint, strict: bool) -> tuple[list[str], list[str]]:
    """Copy what is stored into a module's own memory; see there."""
    from loadstone.frameworks.torch.loading.copy_into import copy_into as copied

    return copied(model, checkpoint, strict)


def swap(model: nn.Module, in_place: bool) -> Swap:
    """Other weights for a model that is in use; see there."""
    from loadstone.frameworks.torch.loading.swap import swap as swapping

    return swapping(model, in_place)


def quantizer(model: nn.Module, plan: LoadPlan, devices: Devices) -> TorchQuantizer:
    """For weights that are quantized to be saved; see there."""
    from loadstone.frameworks.torch.quantized.save_parts import TorchQuantizer

    assert isinstance(model, PreTrainedModel)
    return TorchQuantizer(model, plan, devices)


def bridge(model: nn.Module, folder: Path | None) -> None:
    """What one of transformers' models gets of Loadstone, once it is filled; see there."""
    from loadstone.frameworks.torch.bridge.build import finish_bridged

    finish_bridged(model, folder)


def without_gradients() -> AbstractContextManager[object]:
    """Within it, a forward pass keeps nothing for a backward one."""
    return torch.inference_mode()


def finish(model: nn.Module, dtype: DType, devices: Devices) -> None:
    """What a loaded model says of itself; it is ready for inference."""
    config: Any = model.config
    config.torch_dtype = to_torch(devices.dtypes.main or dtype)
    if devices.quantized_layers is not None:
        devices.quantized_layers.describe(model, devices.dtypes.main)
    if devices.named:  # accelerate and PEFT take charge of the devices of a model that has this
        model.hf_device_map = devices.hf_device_map()  # type: ignore[assignment]
    model.eval()
