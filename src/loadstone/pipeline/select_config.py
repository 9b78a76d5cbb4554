"""From the values of a ``config.json`` to a config: of a class that came with the checkpoint, one registered, or a
family's."""

from __future__ import annotations

from collections.abc import Mapping

from loadstone.architectures import registry
from loadstone.architectures import user_classes as registered
from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import CustomCodeError, Fault, InvalidConfig, LoadstoneError
from loadstone.remote_code.gate import Gate


def config_of(
    values: Mapping[str, object], where: str, gate: Gate, overrides: Mapping[str, object]
) -> tuple[PretrainedConfig, dict[str, object]]:
    """The config that ``values`` make, which stand at ``where``: of the class that the gate lets through, one
    registered, or its family's; and those of the ``overrides`` that are no keys of it.

    Raises :class:`InvalidConfig`, :class:`UnknownModelType`, :class:`UntrustedCode`, :class:`CustomCodeError`.
    """
    model_type = values.get("model_type")
    known: type[PretrainedConfig] | None = registered.config_class(model_type)
    if known is None and registry.is_family(model_type):
        known = registry.config_class(str(model_type))
    reference = gate.reference(values.get("auto_map"), "AutoConfig", is_known=known is not None)
    if reference is not None:
        return _custom_config(gate.load(reference, PretrainedConfig), values, overrides, str(reference))
    if known is None and not isinstance(model_type, str):
        raise InvalidConfig(
            [Fault(f"{where}, key 'model_type'", "the name of a family", repr(model_type))],
            hint="Is this a model's folder? A model-specific class, such as LlamaForCausalLM, needs no model_type.",
        )
    known = known or registry.config_class(str(model_type))  # which names the nearest
    return known.from_dict(values, return_unused_kwargs=True, **overrides)


def _custom_config(
    cls: type[PretrainedConfig], values: Mapping[str, object], overrides: Mapping[str, object], reference: str
) -> tuple[PretrainedConfig, dict[str, object]]:
    try:
        return cls.from_dict(values, return_unused_kwargs=True, **overrides)
    except LoadstoneError:
        raise
    except Exception as error:  # a stranger's code may raise anything
        raise CustomCodeError(f"{reference} could not be made from {CONFIG_NAME}: {error!r}") from error
