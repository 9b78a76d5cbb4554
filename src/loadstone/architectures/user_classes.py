"""Classes that ``Auto…`` classes find though no family has them: those of the user's own, and those that code which
came with a checkpoint registers for itself."""

from __future__ import annotations

import threading

from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError


class Registered:
    """What was registered by ``AutoConfig.register`` and ``AutoModelForX.register``."""

    def __init__(self, outer: Registered | None = None) -> None:
        self._lock = threading.Lock()
        self._configs: dict[str, type[PretrainedConfig]] = {}
        self._models: dict[tuple[str, type[PretrainedConfig]], type] = {}
        self._outer = outer
        """Where to look for what is not here."""

    def register_config(
        self, model_type: str, cls: type[PretrainedConfig], *, is_taken: bool = False, exist_ok: bool = False
    ) -> None:
        """``AutoConfig`` gives ``cls`` for that ``model_type``. :class:`ArgumentError` if it ``is_taken`` already."""
        if cls.model_type != model_type:
            raise ArgumentError(
                f"{cls.__name__}.model_type is {cls.model_type!r}, so it cannot be registered as {model_type!r}. They "
                "must be the same: config.json says model_type, and that is how the class is found."
            )
        with self._lock:
            if (is_taken or model_type in self._configs) and not exist_ok:
                raise ArgumentError(
                    f"{model_type!r} has a config class already; exist_ok=True puts this one in its place."
                )
            self._configs[model_type] = cls

    def register_model(
        self, auto_class: str, config_class: type[PretrainedConfig], cls: type, *, exist_ok: bool = False
    ) -> None:
        """An ``Auto…`` class gives ``cls`` for configs of ``config_class``."""
        own = getattr(cls, "config_class", None)
        if own is not config_class:
            raise ArgumentError(
                f"{cls.__name__}.config_class is {getattr(own, '__name__', own)}, not {config_class.__name__}. They "
                "must be the same, so that the class can read the config."
            )
        with self._lock:
            if (auto_class, config_class) in self._models and not exist_ok:
                raise ArgumentError(
                    f"{auto_class} has a class for {config_class.__name__}; exist_ok=True puts this one in its place."
                )
            self._models[auto_class, config_class] = cls

    def config_class(self, model_type: object) -> type[PretrainedConfig] | None:
        """The config class registered for a ``model_type``."""
        found = self._configs.get(model_type) if isinstance(model_type, str) else None
        return found if found is not None or self._outer is None else self._outer.config_class(model_type)

    def model_class(self, auto_class: str, config: type[PretrainedConfig]) -> type | None:
        """The model class registered for an ``Auto…`` class and a config class."""
        found = self._models.get((auto_class, config))
        return found if found is not None or self._outer is None else self._outer.model_class(auto_class, config)

    @property
    def is_of_code(self) -> bool:
        """Whether it is that of code which came with a checkpoint; the user's own has nothing around it."""
        return self._outer is not None


OWN = Registered()
"""The user's."""


def of_code() -> Registered:
    """For one package of code: what it registers concerns nobody else, and what the user registered it sees too."""
    return Registered(OWN)
