"""From a config to the class of its model: one registered, one that came with the checkpoint, or a family's."""

from __future__ import annotations

from typing import Any, NamedTuple

from loadstone import registered
from loadstone.architectures import registry
from loadstone.architectures.family import Family, HeadSpec
from loadstone.config import PretrainedConfig
from loadstone.errors import CustomCodeError, Fault, InvalidConfig, UnknownModelType
from loadstone.remote_code.gate import Gate
from loadstone.remote_code.references import CodeReference


class AutoTarget(NamedTuple):
    """What an ``Auto…`` class asks for."""

    name: str
    """``"AutoModelForCausalLM"``, ``"FlaxAutoModel"``: what ``auto_map`` calls it."""
    task: str


class FromFamily(NamedTuple):
    """A class made of a blueprint."""

    family: Family
    head: HeadSpec


Pick = type[Any] | CodeReference | FromFamily


def pick(target: type[Any] | AutoTarget, framework: str, config: PretrainedConfig, gate: Gate) -> Pick:
    """What makes the model; nothing is imported yet.

    Raises :class:`UnknownModelType` for a family, or a head, that nobody has; :class:`UntrustedCode`,
    :class:`InvalidConfig`.
    """
    if not isinstance(target, AutoTarget):
        if not isinstance(config, target.config_class):
            raise InvalidConfig(
                [Fault("config", target.config_class.__name__, type(config).__name__)],
                hint=f"{target.__name__} cannot be made of it. An Auto class picks the class from the config.",
            )
        return target
    own = registered.model_class(target.name, type(config))
    is_known = own is not None or (isinstance(config, family_config(config)) and _has_head(config, target.task))
    reference = gate.reference(config.auto_map, target.name, is_known=is_known)
    if reference is not None:
        if framework != "torch":
            raise CustomCodeError(f"{gate.source}: {reference} is code for {framework}; Loadstone runs PyTorch's only.")
        return reference
    if own is not None:
        return own
    if config.auto_map and not registry.is_family(config.model_type):
        raise UnknownModelType(
            f"{gate.source} brings no class for {target.name}; its auto_map has {', '.join(map(str, config.auto_map))}."
        )
    family = registry.family(config.model_type)
    return FromFamily(family, registry.head(family, target.task))


def family_config(config: PretrainedConfig) -> type[PretrainedConfig]:
    """The config class of its ``model_type``'s family, or one that no config is of."""
    if registry.is_family(config.model_type):
        return registry.family(config.model_type).config
    return _NoFamily


class _NoFamily(PretrainedConfig):
    """Nobody's."""


def _has_head(config: PretrainedConfig, task: str) -> bool:
    return registry.family(config.model_type).head(task) is not None


def resolve(made_by: Pick, framework: Any, gate: Gate) -> type[Any]:
    """The class itself: made, or imported through the gate."""
    if isinstance(made_by, FromFamily):
        found: type[Any] = framework.resolve_class(made_by.family, made_by.head)
        return found
    if isinstance(made_by, CodeReference):
        return gate.load(made_by, framework.PreTrainedModel)
    return made_by
