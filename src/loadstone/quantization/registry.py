"""Which methods there are: every file or folder in ``methods/``. Adding one there is all it takes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import lru_cache

from loadstone.quantization.method import QuantizationMethod

_FOLDER = "loadstone.quantization.methods"


@lru_cache(maxsize=1)
def methods() -> tuple[QuantizationMethod, ...]:
    """All of them, in the order of their files' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(importlib.import_module(_FOLDER).__path__))
    return tuple(importlib.import_module(f"{_FOLDER}.{name}").METHOD for name in names)


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, QuantizationMethod]:
    return {name: method for method in methods() for name in method.names}


def method_named(name: str | None) -> QuantizationMethod | None:
    """The method that a ``quant_method`` names; None where there is no such method."""
    return None if name is None else _by_name().get(name)


def method_names() -> tuple[str, ...]:
    """Every ``quant_method`` that is read."""
    return tuple(_by_name())


def name_of(settings: object) -> str | None:
    """The ``quant_method`` of settings, known or not; None where they name none and no method recognizes them."""
    if not isinstance(settings, Mapping):
        return None
    name = settings.get("quant_method")
    if name is not None:
        return name if isinstance(name, str) else None
    return next((method.names[0] for method in methods() if method.recognizes(settings)), None)


def method_of(settings: object) -> QuantizationMethod | None:
    """The method of settings; None where it is not known."""
    return method_named(name_of(settings))


def method_run_by(library: str) -> QuantizationMethod | None:
    """The method whose weights a library computes with as they are stored."""
    return next((method for method in methods() if method.library == library), None)


def method_resembling(settings: object) -> QuantizationMethod | None:
    """The first whose settings look like these."""
    if not isinstance(settings, Mapping):
        return None
    return next((method for method in methods() if method.resembles(settings)), None)


def settings_keys() -> Mapping[str, Mapping[str, str]]:
    """Keys of ``config.json`` beside ``quantization_config`` that settings may stand under → what they mean to say."""
    return {key: meant for method in methods() for key, meant in method.settings_keys.items()}


def settings_files() -> Mapping[str, QuantizationMethod]:
    """Files beside the weights that settings may stand in → whose they are."""
    return {name: method for method in methods() for name in method.settings_files}
