"""The door through which the pipeline reaches Flax: skeleton, slots, fill, finish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flax import nnx

from loadstone.architectures.family import Family, HeadSpec
from loadstone.configs.load_options import Options
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import Naming
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.frameworks.flax.classes import CLASSES
from loadstone.frameworks.flax.fill import Filled, fill
from loadstone.frameworks.flax.heads import BareModel
from loadstone.frameworks.flax.model import FlaxPreTrainedModel, check_attention
from loadstone.frameworks.flax.placement import Placement
from loadstone.frameworks.flax.placement import placement as placed
from loadstone.frameworks.flax.tree import variables
from loadstone.materialize.arrays import ArraySource, held
from loadstone.materialize.equality import arrays_alike, stored_alike
from loadstone.planning.match import LoadPlan
from loadstone.planning.same import Same
from loadstone.transfer.weight_files import Weights

__all__ = [
    "alike",
    "class_named",
    "fill_model",
    "finish",
    "held",
    "naming",
    "placement",
    "resolve_class",
    "skeleton",
    "slots",
    "ties",
]


def class_named(name: str) -> type[FlaxPreTrainedModel]:
    """A model-specific class by its full name; :class:`KeyError` if there is none."""
    return CLASSES.class_named(name)


def resolve_class(family: Family, head: HeadSpec) -> type[FlaxPreTrainedModel]:
    """The class of a family and head."""
    return CLASSES.model_class(family, head)


def skeleton(cls: type[Any], config: PretrainedConfig, arguments: Sequence[Any], extra: Mapping[str, Any]) -> Any:
    """A model without memory behind its slots."""
    if config._attn_implementation is not None:
        check_attention(config._attn_implementation)
    seed = extra.get("seed", 0)
    if any(cls.__init__ is each.__init__ for each in (FlaxPreTrainedModel, BareModel)):
        model = cls(config, *arguments, **{**extra, "seed": None})
    else:

        def remake() -> Any:
            return cls(config, *arguments, **extra)

        model = nnx.eval_shape(remake)
        model.about.remake = remake
    model.about.seed = seed
    return model


def ties(model: nnx.Module) -> dict[str, str]:
    """Further name of a parameter → the name that counts: the one the family declares, else the first."""
    declared = set(model.tied_slots().values()) if isinstance(model, FlaxPreTrainedModel) else set()
    names: dict[int, list[str]] = {}
    for name, slot in variables(model):
        names.setdefault(id(slot), []).append(name)
    found = {}
    for group in names.values():
        counts = next((name for name in group if name in declared), group[0])
        found.update({name: counts for name in group if name != counts})
    return found


def slots(model: nnx.Module) -> list[Slot]:
    """What has to be filled: parameters and other variables that are saved, shared ones under each name."""
    return [Slot(name, tuple(each.shape), _kind(each)) for name, each in variables(model) if is_slot(each)]


def _kind(variable: nnx.Variable[Any]) -> str:
    return "parameter" if isinstance(variable, nnx.Param) else "buffer"


def is_slot(variable: nnx.Variable[Any]) -> bool:
    """Whether a variable's numbers are stored; random keys, caches and the like are not."""
    return not isinstance(variable, nnx.RngState | nnx.Cache | nnx.Intermediate)


def naming(model: nnx.Module) -> Naming:
    """What links a model's slots to stored names."""
    if not isinstance(model, FlaxPreTrainedModel):
        return Naming(tied=ties(model))
    stand_ins = model.head_spec.stand_ins if model.head_spec is not None else ()
    prefix, optional = model.bare_prefix, model.optional_parts
    if prefix:  # what the bare model may lack, it may lack inside another model too
        optional += tuple(tuple(f"{prefix}.{part}" for part in group) for group in model.base_model.optional_parts)
    return model.family_spec.naming(prefix, ties(model), optional, stand_ins)


def placement(options: Options, model: Any, plan: LoadPlan, dtype: DType) -> Placement:
    """Where the model goes; :class:`ArgumentError` for what only PyTorch models can do."""
    options.refuse_spreading("Flax")
    return placed(options.device_map, options.sharding)


def alike(state_dict: Mapping[str, Any] | None) -> Same:
    """What tells whether two tensors hold the same numbers: of ``state_dict``, or of files."""
    return stored_alike if state_dict is None else arrays_alike(state_dict)


def fill_model(
    model: Any,
    plan: LoadPlan,
    weights: Weights,
    options: Options,
    dtype: DType | None,
    place: Placement,
) -> Filled:
    """Give every slot its numbers; floating-point ones in ``dtype`` (None: as stored)."""

    def dtype_of(stored: StoredTensor) -> DType:
        return stored.dtype if dtype is None or not stored.dtype.is_floating else dtype

    filled = fill(model, plan, ArraySource(weights, options.state_dict), dtype_of, place)
    model.about.nbytes_by_device = filled.by_device
    return filled


def finish(model: FlaxPreTrainedModel, dtype: DType, place: Placement) -> None:
    """What a loaded model says of itself."""
    model.config.torch_dtype = dtype.value
