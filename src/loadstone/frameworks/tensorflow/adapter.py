"""TensorFlow's backend adapter: what :class:`loadstone.frameworks.contract.Framework` asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import tensorflow as tf

from loadstone.architectures.family import Family, HeadSpec
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import ArgumentError
from loadstone.frameworks import contract
from loadstone.frameworks.ranks import Ranks
from loadstone.frameworks.tensorflow.classes import CLASSES
from loadstone.frameworks.tensorflow.dtypes import to_tensorflow
from loadstone.frameworks.tensorflow.model import TFPreTrainedModel, skeletons
from loadstone.frameworks.tensorflow.slots import check_layers, naming, slots
from loadstone.frameworks.tensorflow.variables import Filled, fill
from loadstone.materialize.arrays import ArraySource, held
from loadstone.materialize.equality import arrays_alike, stored_alike
from loadstone.planning.match import LoadPlan
from loadstone.planning.same import Same
from loadstone.reporting.load_report import RankBytes
from loadstone.transfer.weight_files import Weights

__all__ = [
    "alike",
    "base_class",
    "class_named",
    "fill_model",
    "finish",
    "from_config",
    "held",
    "naming",
    "placement",
    "rank_bytes",
    "ranks_asked",
    "resolve_class",
    "skeleton",
    "slots",
    "without_gradients",
]


def base_class() -> type[TFPreTrainedModel]:
    """What all models derive from, those of one's own too."""
    return TFPreTrainedModel


def class_named(name: str) -> type[TFPreTrainedModel]:
    """A model-specific class by its full name; :class:`KeyError` if there is none."""
    return CLASSES.class_named(name)


def resolve_class(family: Family, head: HeadSpec) -> type[TFPreTrainedModel]:
    """The class of a family and head."""
    return CLASSES.model_class(family, head)


def skeleton(
    cls: Callable[..., TFPreTrainedModel],
    config: PretrainedConfig,
    arguments: Sequence[object],
    extra: Mapping[str, object],
    dtype: DType,
) -> TFPreTrainedModel:
    """A model without variables in its own layers; layers of others have theirs, for only they can make them."""
    with skeletons():
        model = cls(config, *arguments, **extra)
    check_layers(model)
    return model


def from_config(
    cls: type[TFPreTrainedModel], config: PretrainedConfig, keywords: Mapping[str, Any]
) -> TFPreTrainedModel:
    """A model with random values after its family's scheme."""
    return cls._from_config(config, **keywords)


def placement(options: Options, model: TFPreTrainedModel, plan: LoadPlan, dtype: DType) -> str:
    """Where the model goes; :class:`ArgumentError` for what only PyTorch models can do."""
    options.refuse_spreading("TensorFlow")
    return device_of(options.device_map, options.sharding)


def device_of(device_map: object, sharding: object) -> str:
    """One device: ``"cpu"``, ``"gpu"``, the number of a GPU, TensorFlow's own name, or ``"auto"`` → TensorFlow's name.

    Without a ``device_map`` it is TensorFlow's own choice: the first GPU, else the CPU.

    Raises :class:`ArgumentError` for several devices, for one that is not there, and for ``sharding``, which is Flax's.
    """
    if sharding is not None:
        raise ArgumentError("sharding= is for Flax models. A TensorFlow model is on one device, see device_map=.")
    if isinstance(device_map, Mapping):
        if set(device_map) != {""}:
            raise ArgumentError(
                "device_map spreads the model over several devices; a TensorFlow model is on one. Give one device, "
                "such as device_map='/GPU:0', or load it with AutoModel… (PyTorch)."
            )
        device_map = device_map[""]
    known = [device.name.removeprefix("/physical_device:") for device in tf.config.list_physical_devices()]
    if device_map is None or device_map == "auto":
        return "/" + next((device for device in known if device.startswith("GPU")), "CPU:0")
    is_number = isinstance(device_map, int) and not isinstance(device_map, bool)
    requested = f"GPU:{device_map}" if is_number else str(device_map).upper().removeprefix("/").removeprefix("DEVICE:")
    requested = requested.replace("CUDA", "GPU")
    name = next((device for device in known if device in (requested, f"{requested}:0")), None)
    if name is None:
        raise ArgumentError(
            f"device_map is {device_map!r}; TensorFlow has {', '.join(f'/{device}' for device in known)} here. "
            "Give one of them, or 'auto'. For weights on the disk: AutoModel… (PyTorch)."
        )
    return f"/{name}"


def ranks_asked(options: Options) -> Ranks | None:
    """None: a TensorFlow model is one process's."""
    return None


def alike(state_dict: Mapping[str, object] | None) -> Same:
    """What tells whether two tensors hold the same values: of ``state_dict``, or of files."""
    return stored_alike if state_dict is None else arrays_alike(state_dict)


def fill_model(
    model: TFPreTrainedModel,
    plan: LoadPlan,
    weights: Weights,
    options: Options,
    dtype: DType | None,
    device: str,
) -> Filled:
    """Give every slot its variable; floating-point ones in ``dtype`` (None: as stored)."""
    if dtype is not None:
        to_tensorflow(dtype)

    def dtype_of(stored: StoredTensor) -> DType:
        return dtype or stored.dtype if stored.dtype.is_floating else stored.dtype

    return fill(model, plan, ArraySource(weights, options.state_dict), dtype_of, device)


def rank_bytes(model: TFPreTrainedModel, device: str, weights: Weights, filled: contract.Filled) -> RankBytes | None:
    """None: a TensorFlow model is one process's."""
    return None


def without_gradients() -> AbstractContextManager[object]:
    """Within it, a forward pass keeps nothing for a backward one."""
    return nullcontext()


def finish(model: TFPreTrainedModel, dtype: DType, device: str) -> None:
    """What a loaded model says of itself: its dtype, and that it is ready to be called."""
    model.config.torch_dtype = dtype.value
    model.finish_variables(dtype.value)
