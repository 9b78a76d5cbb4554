"""Classes of the user's own that ``Auto…`` classes find: ``AutoConfig.register`` and ``AutoModelForX.register``."""

from __future__ import annotations

import threading

from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError

_lock = threading.Lock()
_configs: dict[str, type[PretrainedConfig]] = {}
_models: dict[tuple[str, type[PretrainedConfig]], type] = {}


def register_config(model_type: str, cls: type[PretrainedConfig], *, is_taken: bool, exist_ok: bool) -> None:
    """``AutoConfig`` gives ``cls`` for that ``model_type``. :class:`ArgumentError` if it ``is_taken`` already."""
    if cls.model_type != model_type:
        raise ArgumentError(
            f"{cls.__name__}.model_type is {cls.model_type!r}, so it cannot be registered as {model_type!r}. They must "
            "be the same: config.json says model_type, and that is how the class is found."
        )
    with _lock:
        if (is_taken or model_type in _configs) and not exist_ok:
            raise ArgumentError(f"{model_type!r} has a config class already; exist_ok=True puts this one in its place.")
        _configs[model_type] = cls


def register_model(auto_class: str, config_class: type[PretrainedConfig], cls: type, *, exist_ok: bool) -> None:
    """An ``Auto…`` class gives ``cls`` for configs of ``config_class``."""
    own = getattr(cls, "config_class", None)
    if own is not config_class:
        raise ArgumentError(
            f"{cls.__name__}.config_class is {getattr(own, '__name__', own)}, not {config_class.__name__}. They must "
            "be the same, so that the class can read the config."
        )
    with _lock:
        if (auto_class, config_class) in _models and not exist_ok:
            raise ArgumentError(
                f"{auto_class} has a class for {config_class.__name__}; exist_ok=True puts this one in its place."
            )
        _models[auto_class, config_class] = cls


def config_class(model_type: object) -> type[PretrainedConfig] | None:
    """The config class registered for a ``model_type``."""
    return _configs.get(model_type) if isinstance(model_type, str) else None


def model_class(auto_class: str, config: type[PretrainedConfig]) -> type | None:
    """The model class registered for an ``Auto…`` class and a config class."""
    return _models.get((auto_class, config))
