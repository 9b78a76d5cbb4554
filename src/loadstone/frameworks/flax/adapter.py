"""Flax's backend adapter: what :class:`loadstone.frameworks.contract.Framework` asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import jax
from flax import nnx

from loadstone.architectures.family import Family, HeadSpec
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.tensors import BY_NAME, DType, StoredTensor
from loadstone.frameworks import contract
from loadstone.frameworks.flax.classes import CLASSES
from loadstone.frameworks.flax.fill import Filled, fill
from loadstone.frameworks.flax.heads import Bare
from loadstone.frameworks.flax.model import FlaxPreTrainedModel
from loadstone.frameworks.flax.placement import Placement
from loadstone.frameworks.flax.placement import placement as placed
from loadstone.frameworks.flax.ranks import ranks_of_options
from loadstone.frameworks.flax.slots import naming, slots
from loadstone.frameworks.ranks import Ranks
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


def base_class() -> type[FlaxPreTrainedModel]:
    """What all models derive from, those of one's own too."""
    return FlaxPreTrainedModel


def class_named(name: str) -> type[FlaxPreTrainedModel]:
    """A model-specific class by its full name; :class:`KeyError` if there is none."""
    return CLASSES.class_named(name)


def resolve_class(family: Family, head: HeadSpec) -> type[FlaxPreTrainedModel]:
    """The class of a family and head."""
    return CLASSES.model_class(family, head)


def skeleton(
    cls: type[FlaxPreTrainedModel],
    config: PretrainedConfig,
    arguments: Sequence[object],
    extra: Mapping[str, Any],
    dtype: DType,
) -> FlaxPreTrainedModel:
    """A model without memory behind its slots."""
    make: Callable[..., FlaxPreTrainedModel] = cls  # which takes what its own ``__init__`` takes
    seed = extra.get("seed", 0)
    if any(cls.__init__ is base.__init__ for base in (FlaxPreTrainedModel, Bare)):
        model = make(config, *arguments, **{**extra, "seed": None})
    else:

        def remake() -> FlaxPreTrainedModel:
            return make(config, *arguments, **extra)

        model = nnx.eval_shape(remake)
        model.about.remake = remake
    model.about.seed = seed
    return model


def from_config(
    cls: type[FlaxPreTrainedModel], config: PretrainedConfig, keywords: Mapping[str, Any]
) -> FlaxPreTrainedModel:
    """A model with random values after its family's scheme."""
    return cls._from_config(config, **keywords)


def placement(options: Options, model: FlaxPreTrainedModel, plan: LoadPlan, dtype: DType) -> Placement:
    """Where the model goes; :class:`ArgumentError` for what only PyTorch models can do."""
    options.refuse_spreading("Flax")
    return placed(options.device_map, options.sharding)


def ranks_asked(options: Options) -> Ranks | None:
    """The processes over which ``sharding`` spreads the model; see there."""
    return ranks_of_options(options)


def alike(state_dict: Mapping[str, object] | None) -> Same:
    """What tells whether two tensors hold the same values: of ``state_dict``, or of files."""
    return stored_alike if state_dict is None else arrays_alike(state_dict)


def fill_model(
    model: FlaxPreTrainedModel,
    plan: LoadPlan,
    weights: Weights,
    options: Options,
    dtype: DType | None,
    place: Placement,
) -> Filled:
    """Give every slot its values; floating-point ones in ``dtype`` (None: as stored)."""

    def dtype_of(stored: StoredTensor) -> DType:
        if not stored.dtype.is_floating:
            return BY_NAME[jax.dtypes.canonicalize_dtype(stored.dtype.value).name]  # JAX counts in 32 bits
        return dtype or stored.dtype

    filled = fill(model, plan, ArraySource(weights, options.state_dict), dtype_of, place)
    model.about.nbytes_by_device = filled.by_device
    return filled


def rank_bytes(
    model: FlaxPreTrainedModel, place: Placement, weights: Weights, filled: contract.Filled
) -> RankBytes | None:
    """What this process did of a load."""
    rank = f"process {jax.process_index()} of {jax.process_count()}"
    return RankBytes(rank, sum(model.about.nbytes_by_device.values()), filled.viewed, filled.copied)


def without_gradients() -> AbstractContextManager[object]:
    """Within it, a forward pass keeps nothing for a backward one."""
    return nullcontext()


def finish(model: FlaxPreTrainedModel, dtype: DType, place: Placement) -> None:
    """What a loaded model says of itself."""
    model.config.torch_dtype = dtype.value
