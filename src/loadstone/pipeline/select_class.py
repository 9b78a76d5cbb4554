"""From a config to the class of its model: one registered, one that came with the checkpoint, or a family's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from loadstone.architectures import components, registry, user_classes
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.naming import naming_of
from loadstone.architectures.tasks import (
    BARE,
    CAUSAL_LM,
    MASKED_LM,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from loadstone.configs.bridged import BridgedConfig, makes_of_foreign, transformers_has
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.configs.read import read_config
from loadstone.errors import CustomCodeError, Fault, InvalidConfig, UnknownModelType
from loadstone.frameworks.registry import require_torch
from loadstone.planning.finder import taken_names
from loadstone.planning.quantized_codes import is_part
from loadstone.remote_code.gate import Gate
from loadstone.remote_code.references import CodeReference
from loadstone.sources.source import Needs

if TYPE_CHECKING:
    from loadstone.frameworks.contract import SomeFramework


class AutoTarget(NamedTuple):
    """What an ``Auto…`` class asks for."""

    name: str
    """``"AutoModelForCausalLM"``, ``"FlaxAutoModel"``: what ``auto_map`` calls it."""
    task: str | None
    """None: that of the class that the config names."""
    registered: user_classes.Registered = user_classes.OWN
    """The classes that it finds besides those of families."""


AUTO_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        BARE: "AutoModel",
        CAUSAL_LM: "AutoModelForCausalLM",
        MASKED_LM: "AutoModelForMaskedLM",
        SEQUENCE_CLASSIFICATION: "AutoModelForSequenceClassification",
        TOKEN_CLASSIFICATION: "AutoModelForTokenClassification",
        QUESTION_ANSWERING: "AutoModelForQuestionAnswering",
    }
)
"""Task → PyTorch's ``Auto…`` class for it, of the tasks that families have classes for."""


class FromFamily(NamedTuple):
    """A class made of a blueprint."""

    family: Family
    head: HeadSpec


class FromTransformers(NamedTuple):
    """A class of transformers' own."""

    config: BridgedConfig
    auto_class: str | None
    """Which of its ``Auto…`` classes has it; None: the class that the config names."""


Pick = type[Any] | CodeReference | FromFamily | FromTransformers


def pick(target: type[Any] | AutoTarget, framework: str, config: PretrainedConfig, gate: Gate) -> Pick:
    """What makes the model; nothing is imported yet.

    Raises :class:`UnknownModelType` for a family, or a head, that nobody has; :class:`UntrustedCode`,
    :class:`InvalidConfig`.
    """
    if not isinstance(target, AutoTarget):
        if not isinstance(config, BridgedConfig if makes_of_foreign(target) else target.config_class):
            raise InvalidConfig(
                [Fault("config", target.config_class.__name__, type(config).__name__)],
                hint=f"{target.__name__} cannot be made of it. An Auto class picks the class from the config.",
            )
        return target
    own = target.registered.model_class(target.name, type(config))
    is_known = own is not None or isinstance(config, BridgedConfig) or _has_head(config, target.task)
    reference = gate.reference(config.auto_map, target.name, is_known=is_known)
    if reference is not None:
        if framework != "torch":
            raise CustomCodeError(f"{gate.source}: {reference} is code for {framework}; Loadstone runs PyTorch's only.")
        return reference
    if own is not None:
        return own
    if isinstance(config, BridgedConfig) and not _is_of_code(config):
        if framework != "torch":
            raise UnknownModelType(
                f"{gate.source}: model_type {config.values.get('model_type')!r} has no family here yet, which "
                f"{framework} needs. In PyTorch transformers' own class is loaded."
            )
        return FromTransformers(config, target.name or None)
    if config.auto_map and (_is_of_code(config) or not registry.is_family(config.model_type)):
        raise UnknownModelType(
            f"{gate.source} brings no class for {target.name}; its auto_map has {', '.join(map(str, config.auto_map))}."
        )
    assert target.task is not None  # without one, the pipeline asks for nothing but shards and the config
    family = registry.family(config.model_type)
    return FromFamily(family, registry.head(family, target.task, config.model_type, config.architectures or ()))


def _is_of_code(config: PretrainedConfig) -> bool:
    """Whether a config class that came with the checkpoint made it, for a model of which transformers knows nothing."""
    made = getattr(config, "made", None)
    return made is not None and config.auto_map is not None and not transformers_has(config.values.get("model_type"))


def _has_head(config: PretrainedConfig, task: str | None) -> bool:
    """Whether the config is of a family here that has a class for the task, and names no class of another's: code that
    comes with a checkpoint may call its ``model_type`` as we do a family, and be another model."""
    if task is None or not registry.is_family(config.model_type):
        return False
    family = registry.family(config.model_type)
    is_of_it = isinstance(config, registry.config_class(config.model_type))
    named = {name.lower() for name in config.architectures or ()}
    is_of_it &= not named or not named.isdisjoint(head.class_name.lower() for head in family.heads)
    return is_of_it and registry.find_head(family, task, config.model_type) is not None


def resolve(made_by: Pick, framework: SomeFramework, gate: Gate) -> type[Any]:
    """The class itself: made, or imported through the gate."""
    if isinstance(made_by, FromFamily):
        return framework.resolve_class(made_by.family, made_by.head)
    if isinstance(made_by, FromTransformers):
        return require_torch().transformers_class(*made_by)
    if isinstance(made_by, CodeReference):
        return gate.load(made_by, framework.base_class())
    return made_by


def needed_shards(target: type[Any] | AutoTarget, key_mapping: Mapping[str, str] | None) -> Needs | None:
    """Which shards hold something that the model takes; None where only making the model would tell."""
    if not isinstance(target, AutoTarget) and (target.__module__ != "loadstone" or target.head_spec is None):
        return None

    def needs(folder: Path, weight_map: Mapping[str, Sequence[str]]) -> Collection[str]:
        values = read_config(folder)
        names = [name for names in weight_map.values() for name in names]
        if values.get("quantization_config") is not None or any(is_part(name) for name in names):
            return weight_map.keys()  # parts of packed tensors have names that no slot bears
        if any(name.endswith(".kernel") for name in names):
            return weight_map.keys()  # as have weights in the names of Flax
        model_type = values.get("model_type")
        target_registered = target.registered if isinstance(target, AutoTarget) else user_classes.OWN
        if isinstance(target, AutoTarget):
            family = registry.family(str(model_type)) if registry.is_family(model_type) else None
            head = _head(family, target.task, values) if family is not None else None
        else:
            family, head = target.family_spec, target.head_spec
        if family is None or head is None or target_registered.config_class(model_type) is not None:
            return weight_map.keys()
        cls = head.config or family.config
        return shards_of(family, head, cls.from_dict(cls.part_of(values)), weight_map, key_mapping)

    return needs


def _head(family: Family, task: str | None, values: Mapping[str, Any]) -> HeadSpec | None:
    """The class for a task; without one, that which the ``values`` of a config name."""
    named = values.get("architectures")
    names = named if isinstance(named, list) else []
    if task is not None:
        return registry.find_head(family, task, str(values["model_type"]), names)
    return named_head(family, names)


def named_head(family: Family, names: Collection[object]) -> HeadSpec | None:
    """The first class of a family that bears one of the names, as ``architectures`` in a config has them."""
    return next((head for head in family.heads if head.class_name in names), None)


def shards_of(
    family: Family,
    head: HeadSpec,
    config: PretrainedConfig,
    weight_map: Mapping[str, Sequence[str]],
    key_mapping: Mapping[str, str] | None,
) -> Collection[str]:
    """The shards, shard → its tensors, that hold something a class takes; all where the index lacks what it needs."""
    component = head.blueprint(config)
    listed = [name for names in weight_map.values() for name in names]
    naming = naming_of(family, head, component, config)
    taken = taken_names(list(components.slots(component)), listed, naming, key_mapping)
    if not taken.is_all:  # a shard may hold what the index does not list; and what opens them all says more
        return weight_map.keys()
    return {shard for shard, names in weight_map.items() if any(name in taken.names for name in names)}
