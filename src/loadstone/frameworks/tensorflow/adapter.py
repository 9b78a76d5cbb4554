"""The door through which the pipeline reaches TensorFlow: skeleton, slots, fill, finish."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tensorflow as tf

from loadstone.architectures.family import Family, HeadSpec
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import Naming
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.errors import ArgumentError
from loadstone.frameworks.tensorflow.classes import CLASSES
from loadstone.frameworks.tensorflow.dtypes import to_tensorflow
from loadstone.frameworks.tensorflow.model import TFPreTrainedModel, check_attention, skeletons
from loadstone.frameworks.tensorflow.slots import check_layers, walk
from loadstone.frameworks.tensorflow.variables import Filled, fill
from loadstone.materialize.arrays import ArraySource
from loadstone.materialize.arrays import held as held_arrays
from loadstone.materialize.equality import arrays_alike, stored_alike
from loadstone.planning.match import LoadPlan
from loadstone.planning.same import Same
from loadstone.transfer.weight_files import Weights


def class_named(name: str) -> type[Any]:
    """A model-specific class by its full name; :class:`KeyError` if there is none."""
    return CLASSES.class_named(name)


def resolve_class(family: Family, head: HeadSpec) -> type[Any]:
    """The class of a family and head."""
    return CLASSES.model_class(family, head)


def skeleton(
    cls: Callable[..., Any], config: PretrainedConfig, arguments: Sequence[Any], extra: Mapping[str, Any]
) -> Any:
    """A model without variables in its own layers; layers of others have theirs, for only they can make them."""
    if config._attn_implementation is not None:
        check_attention(config._attn_implementation)
    with skeletons():
        model = cls(config, *arguments, **extra)
    check_layers(model)
    return model


def ties(model: Any) -> dict[str, str]:
    """Further name of a slot → the name that counts: the one the family declares, else the first."""
    return shared(model) | (dict(model.tied_slots()) if isinstance(model, TFPreTrainedModel) else {})


def shared(model: Any) -> dict[str, str]:
    """Further name of a variable, or of a slot that has none yet → the first one."""
    names: dict[str, str] = {}
    first: dict[object, str] = {}
    for slot in walk(model):
        key = slot.key if slot.variable is None else id(slot.variable)
        counts = first.setdefault(key, slot.name)
        if counts != slot.name:
            names[slot.name] = counts
    return names


def slots(model: Any) -> list[Slot]:
    """What has to be filled, those that share numbers under each name."""
    return [Slot(slot.name, slot.shape) for slot in walk(model)]


def naming(model: TFPreTrainedModel) -> Naming:
    """What links a model's slots to stored names."""
    stand_ins = model.head_spec.stand_ins if model.head_spec is not None else ()
    prefix, optional = model.bare_prefix, model.optional_parts
    if prefix:  # what the bare model may lack, it may lack inside another model too
        optional += tuple(tuple(f"{prefix}.{part}" for part in group) for group in model.base_model.optional_parts)
    return model.family_spec.naming(prefix, ties(model), optional, stand_ins)


def placement(options: Options, model: Any, plan: LoadPlan, dtype: DType) -> str:
    """Where the model goes; :class:`ArgumentError` for what only PyTorch models can do."""
    options.refuse_spreading("TensorFlow")
    return device_of(options.device_map, options.sharding)


def device_of(device_map: Any, sharding: Any) -> str:
    """One device: ``"cpu"``, ``"gpu"``, the number of a GPU, TensorFlow's own name, or ``"auto"`` → TensorFlow's name.

    Without a ``device_map`` it is TensorFlow's own choice: the first GPU, else the CPU.

    Raises :class:`ArgumentError` for several devices, for one that is not there, and for ``sharding``, which is Flax's.
    """
    if sharding is not None:
        raise ArgumentError("sharding= is for Flax models. A TensorFlow model lies on one device, see device_map=.")
    if isinstance(device_map, Mapping):
        if set(device_map) != {""}:
            raise ArgumentError(
                "device_map spreads the model over several places; a TensorFlow model lies on one. Give one device, "
                "such as device_map='/GPU:0', or load it with AutoModel… (PyTorch)."
            )
        device_map = device_map[""]
    known = [each.name.removeprefix("/physical_device:") for each in tf.config.list_physical_devices()]
    if device_map is None or device_map == "auto":
        return "/" + next((each for each in known if each.startswith("GPU")), "CPU:0")
    is_number = isinstance(device_map, int) and not isinstance(device_map, bool)
    asked = f"GPU:{device_map}" if is_number else str(device_map).upper().removeprefix("/").removeprefix("DEVICE:")
    asked = asked.replace("CUDA", "GPU")
    name = next((each for each in known if each in (asked, f"{asked}:0")), None)
    if name is None:
        raise ArgumentError(
            f"device_map is {device_map!r}; TensorFlow has {', '.join(f'/{each}' for each in known)} here. "
            "Give one of them, or 'auto'. A model that is to lie on disk: AutoModel… (PyTorch)."
        )
    return f"/{name}"


def held(state_dict: Mapping[str, Any]) -> dict[str, StoredTensor]:
    """A ``state_dict`` in the words of a checkpoint; :class:`ArgumentError` for what is none."""
    return held_arrays(state_dict)


def alike(state_dict: Mapping[str, Any] | None) -> Same:
    """What tells whether two tensors hold the same numbers: of ``state_dict``, or of files."""
    return stored_alike if state_dict is None else arrays_alike(state_dict)


def fill_model(
    model: Any,
    plan: LoadPlan,
    weights: Weights,
    options: Options,
    dtype: DType | None,
    device: str,
) -> Filled:
    """Give every slot its variable; floating-point ones in ``dtype`` (None: as stored)."""
    if dtype is not None:
        to_tensorflow(dtype)
    return fill(model, plan, ArraySource(weights, options.state_dict), lambda stored: dtype or stored.dtype, device)


def finish(model: TFPreTrainedModel, dtype: DType, device: str) -> None:
    """What a loaded model says of itself: its dtype, and that it is ready to be called."""
    model.config.torch_dtype = dtype.value
    model.finish_variables(dtype.value)
