"""From the values of a ``config.json`` to a config: of a class that came with the checkpoint, one registered, or a
family's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from loadstone.architectures import registry, user_classes
from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.configs.bridged import bridged, is_foreign_class, transformers_has, transformers_version
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import (
    Fault,
    FrameworkNotInstalled,
    InvalidConfig,
    UnknownModelType,
)
from loadstone.remote_code.gate import Gate


class Read(NamedTuple):
    """What makes a config."""

    values: Mapping[str, object]
    where: str
    """The file that they stand in, for errors."""
    made: object = None
    """transformers' own config, where the caller gave that."""
    registered: user_classes.Registered = user_classes.OWN
    """The classes that are found besides those of families."""
    auto_class: str = ""
    """Which ``Auto…`` class asks for a model; nothing where only the config is wanted."""


def config_of(
    read: Read, gate: Gate, overrides: Mapping[str, object], bridge: bool | None
) -> tuple[PretrainedConfig, dict[str, object]]:
    """The config that values make: of the class that the gate lets through, one registered, its family's, or one for
    transformers' class; and those of the ``overrides`` that are no keys of it. ``bridge``: the caller's keyword.

    Raises :class:`InvalidConfig`, :class:`UnknownModelType`, :class:`UntrustedCode`, :class:`CustomCodeError`, and
    :class:`FrameworkNotInstalled` where transformers is asked for and is not there.
    """
    values, where, made, registered, auto_class = read
    model_type = values.get("model_type")
    known: type[PretrainedConfig] | None = registered.config_class(model_type)
    if known is None and registry.is_family(model_type):
        known = registry.config_class(str(model_type))
    may_bridge = bridge is not False and transformers_version() is not None
    is_asked = may_bridge and (bridge is True or known is None)
    # transformers is imported where it has a say: code that is trusted goes first.
    is_known = known is not None or (is_asked and not gate.trust and transformers_has(model_type))
    reference = gate.reference(values.get("auto_map"), "AutoConfig", is_known=is_known)
    if reference is not None:
        return config_of_class(gate.load(reference, PretrainedConfig), values, overrides, str(reference))
    if is_foreign_to(gate, values, auto_class) and transformers_has(model_type):
        return bridged(values, overrides, made), {}
    if known is None and not isinstance(model_type, str):
        raise InvalidConfig(
            [Fault(f"{where}, key 'model_type'", "the name of a family", repr(model_type))],
            hint="Is this a model's folder? A model-specific class, such as LlamaForCausalLM, needs no model_type.",
        )
    if bridge and not may_bridge:
        raise FrameworkNotInstalled('bridge=True needs transformers: pip install "loadstone[transformers]"')
    if is_asked and transformers_has(model_type):
        return bridged(values, overrides, made), {}
    if bridge:
        raise UnknownModelType(f"{where}: transformers {transformers_version()} has no model_type {model_type!r}.")
    return (known or _family_of(str(model_type), where, bridge)).from_dict(
        values, return_unused_kwargs=True, **overrides
    )


def is_foreign_to(gate: Gate, values: Mapping[str, object], auto_class: str) -> bool:
    """Whether code that came with the checkpoint makes the model, on transformers, of one of its configs."""
    if not auto_class or not gate.trust.uses_transformers():
        return False
    return gate.reference(values.get("auto_map"), auto_class, is_known=True) is not None


def _family_of(model_type: str, where: str, bridge: bool | None) -> type[PretrainedConfig]:
    """The config class of a type that is of no family: :class:`UnknownModelType`, with what can be done."""
    try:
        return registry.config_class(model_type)
    except UnknownModelType as unknown:
        version = transformers_version()
        steps = f"transformers {version} has no such type either."
        if bridge is False:
            steps = f"bridge=False: transformers {version} is not asked."
        if version is None:
            steps = 'With pip install "loadstone[transformers]" transformers\' class is loaded, if it has one.'
        raise UnknownModelType(
            f"{where}: {unknown} {steps} Weights alone go into a class of your own with loadstone.load_into."
        ) from None


def config_of_class(
    cls: type[PretrainedConfig], values: Mapping[str, object], overrides: Mapping[str, object], reference: str
) -> tuple[PretrainedConfig, dict[str, object]]:
    """The config that a class which came with a checkpoint makes of ``values``; ``reference`` names it for errors."""
    from loadstone.remote_code.running import code_errors  # few loads run any

    made: Any
    with code_errors(f"{reference} could not be made from {CONFIG_NAME}"):
        made, unused = cls.from_dict(values, return_unused_kwargs=True, **overrides)
        if not is_foreign_class(cls):
            return made, unused
    return bridged(values, unused, made), {}
