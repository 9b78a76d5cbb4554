"""Values of ``config.json``: as code has them, and as JSON can hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.configs.keys import ConfigKeys
from loadstone.core.dtypes import dtype_name
from loadstone.core.keywords import NEVER_KEYS
from loadstone.core.tensors import BY_NAME
from loadstone.errors import ConfigError, Fault, InvalidConfig


def numbered(labels: Any) -> dict[int, str]:
    """``id2label`` with integers as keys, where JSON has text."""
    try:
        return {int(key): label for key, label in labels.items()}
    except (TypeError, ValueError, AttributeError):
        raise InvalidConfig([Fault("config key 'id2label'", "integers as keys", repr(labels))]) from None


def file_values(values: Mapping[str, object]) -> dict[str, object]:
    """What a file says, without what is not for it to say."""
    # How to compute attention is for the one who loads to say; files name kernels of the machine they come from.
    kept = {name: value for name, value in values.items() if name.removeprefix("_") != "attn_implementation"}
    kept = {name: value for name, value in kept.items() if name not in NEVER_KEYS}
    if kept.get("id2label") is not None:
        kept.pop("num_labels", None)  # what very old files have beside it; the labels decide, as everywhere
    return kept


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
