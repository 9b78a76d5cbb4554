"""What a PyTorch model is saved from: its own state, or one that is given, as whole tensors under slots' names."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from loadstone.core.structure import EXPERT_SLOTS
from loadstone.core.tensors import BY_NAME
from loadstone.errors import Fault, StateMismatch
from loadstone.frameworks.checked_state import (
    CHANGED,
    Look,
    Shape,
    Slots,
    State,
    checked,
    declared_slots,
    is_as_declared,
    may_part,
    own_shapes,
    slot_name,
)
from loadstone.frameworks.torch.distributed.dtensors import is_dtensor, local_part
from loadstone.frameworks.torch.loading.module_walk import modules_of, plain_class
from loadstone.frameworks.torch.loading.slots import ties
from loadstone.frameworks.torch.modeling.leaves import Experts, Float8Linear
from loadstone.frameworks.torch.modeling.untying import alike
from loadstone.frameworks.torch.quantized.library import library_of, library_of_tensor
from loadstone.frameworks.torch.transformers_compat.conventions import Conventions, ignored_where_missing
from loadstone.quantization.registry import method_of

_GIVEN = "state_dict= takes tensors under the names, and in the shapes, that model.state_dict() has."
_QUANTIZED = "Quantize by from_pretrained(…, quantization_config=…): the config then says how weights are stored."


def checked_state(model: Conventions, state_dict: Mapping[str, Tensor] | None) -> State[Tensor]:
    """What is written of ``model``: every slot and its tensor, or, of a quantized layer, the parts that it stores.

    Raises :class:`StateMismatch` with every offender.
    """
    declared = declared_slots(model) if is_as_declared(model) else {}
    packed = _packed_layers(model, declared)
    plain = {name: slot for name, slot in declared.items() if name.removesuffix(".weight") not in packed}
    held = _held(packed.items() if declared else modules_of(model))
    shapes = {name: _own_shape(value) for name, value in held.items()}
    declared_shapes: dict[str, Shape | None] = {name: slot.shape for name, slot in plain.items()}
    shapes = declared_shapes | shapes if declared else own_shapes(model, shapes)
    slots = Slots(shapes, ties(model), may_part(model), () if declared else ignored_where_missing(model, shapes))
    quantizable = _quantizable(model, declared)

    def look(slot: str, value: object) -> Look:
        return _look(value, is_quantizable=slot in quantizable, is_floating=slot in plain and plain[slot].dtype is None)

    # Not the model's own where one is given: under FSDP every process would have to take part.
    given = model.state_dict() if state_dict is None else state_dict
    state = checked(given, slots, look, _is_same, CHANGED if state_dict is None else _GIVEN)
    if quantizable and not any(hasattr(tensor, "__tensor_flatten__") for tensor in state.tensors.values()):
        method = method_of(model.config.get("quantization_config"))
        name = "" if method is None else method.library
        fault = Fault("config key 'quantization_config'", f"tensors of {name}, as it says", "unquantized ones")
        raise StateMismatch([fault], hint="For unquantized weights: del model.config.quantization_config.")
    return state


def _held(modules: Iterable[tuple[str, nn.Module]]) -> dict[str, object]:
    """What each module's ``state_dict`` has of its own. No hook runs, so that no process waits for another."""
    held: dict[str, object] = {}
    for path, module in modules:
        module._save_to_state_dict(held, f"{path}." if path else "", keep_vars=True)
    return held


def _own_shape(value: object) -> Shape | None:
    """Of a whole parameter, even where DeepSpeed keeps it in parts; None where this may be one of many parts."""
    if hasattr(value, "ds_shape"):
        return tuple(value.ds_shape)
    distributed = torch.distributed
    is_one_of_many = distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1
    return None if is_one_of_many or not isinstance(value, Tensor) or is_lazy(value) else tuple(value.shape)


def _packed_layers(model: Conventions, slots: Collection[str]) -> dict[str, nn.Module]:
    """The layers whose weight is stored in parts, as the config says, under the names that they have in slots."""
    library = library_of(model.config.get("quantization_config"))
    if library is None:
        return {}
    return {
        _slot(f"{path}.weight", slots).removesuffix(".weight"): module
        for path, module in modules_of(model)
        if library.is_packed_layer(module)
    }


def _quantizable(model: Conventions, slots: Collection[str]) -> set[str]:
    """The slots that can be read back as tensors of a library's own, as the config says."""
    library = library_of(model.config.get("quantization_config"))
    if library is None or not library.has_tensors:
        return set()
    leaves = {nn.Linear: ("weight",), Float8Linear: ("weight",), Experts: EXPERT_SLOTS}
    names = (f"{path}.{leaf}" for path, module in modules_of(model) for leaf in leaves.get(plain_class(module), ()))
    return {_slot(name, slots) for name in names}


def _slot(name: str, slots: Collection[str]) -> str:
    return slot_name(name, slots) or name


def _look(value: object, *, is_quantizable: bool, is_floating: bool) -> Look:
    if not isinstance(value, Tensor):
        return Look(None, f"a {type(value).__name__}")
    if is_lazy(value):
        return Look(None, "a parameter that has no shape yet", "Run the model once before.")
    return Look(tuple(value.shape), *_wrong(value, is_quantizable, is_floating))


def _wrong(value: Tensor, is_quantizable: bool, is_floating: bool) -> tuple[str, str]:
    """What keeps a tensor from being written so that it can be read back, and what to do; nothing where it is fine."""
    if is_dtensor(value):
        if any(placement.is_partial() for placement in value.placements):
            return "a DTensor of sums that are not added up", "redistribute() adds them up."
        return _wrong(local_part(value), False, is_floating)
    if type(value).__torch_dispatch__ != Tensor.__torch_dispatch__:
        return _wrong_with_class(value, is_quantizable)
    if value.is_meta:
        return "one without memory, on the meta device", _WITHOUT_MEMORY
    if value.layout is not torch.strided:
        return f"one of layout {value.layout}", "to_dense() makes a plain tensor of it."
    if not _is_stored(value.dtype):
        return f"one of {value.dtype}, which no checkpoint stores", ""
    if is_floating and not value.is_floating_point():
        return f"one of {value.dtype}", "" if value.is_complex() else _QUANTIZED
    return "", ""


@functools.cache
def _is_stored(dtype: torch.dtype) -> bool:
    """Whether checkpoints have such values."""
    return str(dtype).removeprefix("torch.") in BY_NAME


_WITHOUT_MEMORY = (
    "A skeleton has nothing to save; of a model that accelerate offloaded, get_state_dict_offloaded_model(model) of "
    "accelerate.utils.modeling brings the values, for state_dict=."
)
WHOLE_NEEDED = (
    "Each process has a part of it. Have every process put whole tensors together, by full_tensor() of each or by "
    "get_model_state_dict(model, options=StateDictOptions(full_state_dict=True, cpu_offload=True)) of "
    "torch.distributed.checkpoint.state_dict; then save in one, with state_dict=."
)
"""What to do about tensors of which each rank has a part, where ranks do not save together."""


def _wrong_with_class(value: Tensor, is_quantizable: bool) -> tuple[str, str]:
    """The same of a tensor whose class does not hold its values in memory of its own."""
    cls = type(value)
    if cls.__module__.startswith("torch.distributed"):
        return f"a {cls.__name__}", WHOLE_NEEDED
    library = library_of_tensor(value)
    if library is None:
        return f"a {cls.__name__}, whose values are not its own memory", "Give plain tensors, with state_dict=."
    wrong = library.why_unreadable(value)
    if not wrong and not is_quantizable:
        return f"a {cls.__name__} of {cls.__module__.partition('.')[0]}, where no load could use one", _QUANTIZED
    return wrong, _QUANTIZED if wrong else ""


def _is_same(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors that could be tied hold the same bits."""
    if (one.shape, one.dtype, type(one)) != (other.shape, other.dtype, type(other)):
        return False
    if is_dtensor(one) and is_dtensor(other):  # of each rank its own part: what ranks find is put together later
        is_alike = (one.device_mesh, one.placements) == (other.device_mesh, other.placements)
        return is_alike and alike(local_part(one), local_part(other))
    if hasattr(one, "__tensor_flatten__"):
        parts: list[Any] = [one, other]
        return all(_is_same(*(getattr(part, name) for part in parts)) for name in parts[0].__tensor_flatten__()[0])
    return alike(one, other)
