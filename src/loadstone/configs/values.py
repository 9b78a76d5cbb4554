"""Values of ``config.json``: as code has them, and as JSON can hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.configs.keys import ConfigKeys
from loadstone.core.dtypes import dtype_name
from loadstone.core.tensors import BY_NAME
from loadstone.errors import ConfigError, Fault, InvalidConfig


def numbered(labels: Any) -> dict[int, str]:
    """``id2label`` with integers as keys, where JSON has text."""
    try:
        return {int(key): label for key, label in labels.items()}
    except (TypeError, ValueError, AttributeError):
        raise InvalidConfig([Fault("config key 'id2label'", "integers as keys", repr(labels))]) from None


def as_json(value: object) -> object:
    """A value that custom code has set, as JSON can hold it: a config within is an object, a dtype its name."""
    if isinstance(value, ConfigKeys):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: as_json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(entry) for entry in value]
    if isinstance(value, str | int | float) or value is None:
        return value
    name = dtype_name(value)
    if name in BY_NAME:
        return name
    raise ConfigError(f"{type(value).__name__} {value!r} is no value that config.json can hold")
