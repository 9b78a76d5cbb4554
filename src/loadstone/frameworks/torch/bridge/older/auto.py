"""``Auto…`` classes for one package of code: what it registers concerns no other code, and nothing of transformers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import transformers
from transformers.models.auto.auto_factory import _BaseAutoModelClass


class RegisteredForCode:
    """The classes that one package of code has registered."""

    def __init__(self) -> None:
        self.configs: dict[str, type[Any]] = {}
        self._autos: dict[str, type[Any]] = {}

    def auto(self, name: str) -> type[Any]:
        """The package's own class of a name, such as ``"AutoModel"``."""
        if name not in self._autos:
            real = getattr(transformers, name)
            self._autos[name] = _config_class(real, self) if name == "AutoConfig" else _model_class(real)
        return self._autos[name]


def is_auto_class(found: object) -> bool:
    """Whether a name of transformers is a class whose ``register`` would change the library for everybody."""
    return isinstance(found, type) and (found is transformers.AutoConfig or issubclass(found, _BaseAutoModelClass))


class _Mapping:
    """Config class → model class: what code registered, else what transformers has."""

    def __init__(self, real: Any) -> None:
        self._real, self._own = real, dict[type[Any], type[Any]]()

    def register(self, key: type[Any], value: type[Any], exist_ok: bool = False) -> None:
        """For this package."""
        self._own[key] = value

    def __getitem__(self, key: type[Any]) -> Any:
        return self._own[key] if key in self._own else self._real[key]

    def get(self, key: type[Any], default: Any = None) -> Any:
        """The class, or the default."""
        return self._own[key] if key in self._own else self._real.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._own or key in self._real

    def __iter__(self) -> Iterator[Any]:
        return iter([*self._own, *self._real])

    def __len__(self) -> int:
        return len(self._own) + len(self._real)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def keys(self) -> list[Any]:
        """All config classes."""
        return [*self._own, *self._real.keys()]

    def values(self) -> list[Any]:
        """All model classes."""
        return [*self._own.values(), *self._real.values()]

    def items(self) -> list[tuple[Any, Any]]:
        """Both."""
        return [*self._own.items(), *self._real.items()]


def _model_class(real: Any) -> type[Any]:
    return type(real.__name__, (real,), {"_model_mapping": _Mapping(real._model_mapping), "__doc__": real.__doc__})


def _config_class(real: Any, registered: RegisteredForCode) -> type[Any]:
    def register(model_type: str, config: type[Any], exist_ok: bool = False) -> None:
        registered.configs[model_type] = config

    def for_model(model_type: str, *args: Any, **kwargs: Any) -> Any:
        own = registered.configs.get(model_type)
        return real.for_model(model_type, *args, **kwargs) if own is None else own(*args, **kwargs)

    body = {"register": staticmethod(register), "for_model": staticmethod(for_model), "__doc__": real.__doc__}
    return type(real.__name__, (real,), body)
