"""From what a checkpoint says to transformers' own config object and class."""

from __future__ import annotations

import copy
import functools
import logging
from collections.abc import Mapping
from typing import Any

import transformers
from transformers import CONFIG_MAPPING, PretrainedConfig, PreTrainedModel, __version__

from loadstone.configs.bridged import NEWEST, OLDEST, BridgedConfig
from loadstone.errors import (
    Fault,
    FrameworkNotInstalled,
    InvalidConfig,
    LoadstoneError,
    UnknownModelType,
)

logger = logging.getLogger("loadstone")
_NOW = {"AutoModelForVision2Seq": "AutoModelForImageTextToText"}
"""Former name of an Auto class → what transformers calls it now."""


def check_release() -> None:
    """:class:`FrameworkNotInstalled` for a release that lacks what is needed; a line for one that nobody tried."""
    release = tuple(int(part) for part in __version__.split(".")[:2] if part.isdigit())
    span = f"{'.'.join(map(str, OLDEST))} to {'.'.join(map(str, NEWEST))}"
    if release < OLDEST:
        raise FrameworkNotInstalled(
            f"transformers {__version__} is too old for its classes to be loaded by Loadstone, which is "
            f'tested with {span}. pip install "loadstone[transformers]"'
        )
    if release > NEWEST:
        say_newer(__version__, span)


@functools.cache
def say_newer(version: str, span: str) -> None:
    """One line in a process."""
    logger.warning(
        "transformers %s is newer than %s, with which Loadstone is tested: names and conversions of its classes may "
        "differ.",
        *(version, span),
    )


def own_config(config: BridgedConfig) -> tuple[PretrainedConfig, dict[str, Any]]:
    """transformers' config object, and the keywords that are none of its keys.

    Raises :class:`UnknownModelType` for a type that transformers lacks too, :class:`InvalidConfig` for values that it
    refuses.
    """
    if config.made is not None:
        made: PretrainedConfig = copy.deepcopy(config.made)
        rest = dict(config.overrides)
        for name in [name for name in rest if hasattr(made, name)]:
            setattr(made, name, rest.pop(name))
    else:
        is_plain = config.get("quantization_config") is None  # where weights are dequantized, it says nothing any more
        values = {name: value for name, value in config.values.items() if name != "quantization_config" or not is_plain}
        made, rest = _made(values, config.overrides)
    if config.attn_implementation is not None:
        setattr(made, "_attn_implementation", config.attn_implementation)  # noqa: B010 - theirs, which has no other name
    made.name_or_path = config.name_or_path
    return made, rest


def _made(values: Mapping[str, object], overrides: Mapping[str, object]) -> tuple[PretrainedConfig, dict[str, Any]]:
    model_type = str(values.get("model_type"))
    try:
        cls = CONFIG_MAPPING[model_type]
    except KeyError:
        raise UnknownModelType(f"transformers {__version__} has no model_type {model_type!r}.") from None
    try:
        made, rest = cls.from_dict(_numbers(values), return_unused_kwargs=True, **_plain(overrides))
    except LoadstoneError:
        raise
    except Exception as error:  # whatever its own checks raise
        raise InvalidConfig([Fault(f"config of {cls.__name__}", "values that it takes", str(error))]) from error
    return made, dict(rest)


def _numbers(value: Any) -> Any:
    """With the numbers that JSON has no form for, which transformers writes as ``{"__float__": "Infinity"}``."""
    if isinstance(value, Mapping):
        return (
            float(value["__float__"]) if value.keys() == {"__float__"} else {k: _numbers(v) for k, v in value.items()}
        )
    return [_numbers(each) for each in value] if isinstance(value, list) else value


def _plain(overrides: Mapping[str, object]) -> dict[str, object]:
    """Overrides in the words of transformers 5."""
    return {("dtype" if name == "torch_dtype" else name): value for name, value in overrides.items()}


def picked(config: BridgedConfig, auto_class: str | None) -> type[PreTrainedModel]:
    """The class that one of transformers' ``Auto…`` classes has for a config, or, for None, the one that the config
    names. One line says which, and of which release.

    Raises :class:`UnknownModelType` where there is none, and what :func:`own_config` raises.
    """
    check_release()
    own, _ = own_config(config)
    cls = _named(own) if auto_class is None else _class_of(own, auto_class)
    say_once(cls.__name__)
    return cls


@functools.cache
def say_once(name: str) -> None:
    """One line for each class that is used, and not for each load of it."""
    logger.warning("%s is the class that transformers %s has: Loadstone has no family of it.", name, __version__)


def with_its_part(cls: type[PreTrainedModel], config: PretrainedConfig) -> PretrainedConfig:
    """The config of a class: that of the text part, for a class that is only for that."""
    text = config.sub_configs.get("text_config")
    is_for_text = text is not None and getattr(cls, "config_class", None) is text
    return config.get_text_config() if is_for_text else config


def _class_of(config: PretrainedConfig, auto_class: str) -> type[PreTrainedModel]:
    auto_class = _NOW.get(auto_class, auto_class)
    mapping = getattr(getattr(transformers, auto_class, None), "_model_mapping", None)
    found = None if mapping is None else mapping.get(type(config), None)
    if found is None:
        having = _having(config)
        raise UnknownModelType(
            f"transformers {__version__} has no class of {auto_class} for model_type {config.model_type!r}."
            + (f" Of such a checkpoint these make a model: {having}." if having else "")
        )
    choices = found if isinstance(found, list | tuple) else (found,)
    named = _architectures(config)
    return next((choice for choice in choices if choice.__name__ in named), choices[0])


def _named(config: PretrainedConfig) -> type[PreTrainedModel]:
    for name in _architectures(config):
        cls = getattr(transformers, name, None)
        if isinstance(cls, type) and issubclass(cls, PreTrainedModel):
            return cls
    return _class_of(config, "AutoModel")


def _architectures(config: PretrainedConfig) -> list[str]:
    """The names of classes that a config says; a damaged one may say anything."""
    named = getattr(config, "architectures", None)
    return [name for name in named if isinstance(name, str)] if isinstance(named, list | tuple) else []


def _having(config: PretrainedConfig) -> str:
    """transformers' ``Auto…`` classes that have a class for a config."""
    autos = (name for name in dir(transformers) if name.startswith("AutoModel"))
    mappings = ((name, getattr(getattr(transformers, name), "_model_mapping", None)) for name in autos)
    return ", ".join(name for name, mapping in mappings if mapping is not None and type(config) in mapping)
