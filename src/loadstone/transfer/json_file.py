"""A JSON file of ours or of a checkpoint: bounded in size, read strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.errors import ConfigNotFound, Fault, InvalidConfig

if TYPE_CHECKING:
    from loadstone.core.json_values import JsonObject, JsonValue

_LARGEST_CONFIG_BYTES = 64 << 20


def read_json(path: Path, what: str) -> JsonObject:
    """The object that a JSON file holds; :class:`ConfigNotFound` or :class:`InvalidConfig` if it does not."""
    values = _read(path, what)
    if not isinstance(values, dict):
        raise InvalidConfig([Fault(str(path), "a JSON object", type(values).__name__)])
    return values


def read_json_list(path: Path, what: str) -> list[JsonValue]:
    """The list that a JSON file holds; the errors of :func:`read_json`."""
    values = _read(path, what)
    if not isinstance(values, list):
        raise InvalidConfig([Fault(str(path), "a JSON list", type(values).__name__)])
    return values


def _read(path: Path, what: str) -> JsonValue:
    if not path.is_file():
        raise ConfigNotFound(
            f"{path.parent}: no {path.name} there. "
            + ("That folder does not exist." if not path.parent.is_dir() else f"Give the folder that holds the {what}.")
        )
    size = path.stat().st_size
    if size > _LARGEST_CONFIG_BYTES:
        raise InvalidConfig([Fault(str(path), f"at most {_LARGEST_CONFIG_BYTES} bytes", f"{size} bytes")])
    try:
        values: JsonValue = json.loads(
            path.read_bytes().decode().removeprefix("\ufeff")
        )  # as bytes it would guess at UTF-16
    except (ValueError, RecursionError) as error:
        raise InvalidConfig([Fault(str(path), "JSON", str(error) or type(error).__name__)]) from None
    return values
