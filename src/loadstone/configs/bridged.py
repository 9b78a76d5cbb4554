"""The config of a model whose class is transformers': what the file says, for what Loadstone asks of any config.

What the model is made of is transformers' own config object, which is made where transformers is imported.
"""

from __future__ import annotations

import copy
import importlib
import importlib.metadata
import importlib.util
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

_LAYERS = re.compile(r"(layers?|depth|blocks)$")
_MOST_LAYERS = 10_000
_BASES = {("transformers.configuration_utils", name) for name in ("PreTrainedConfig", "PretrainedConfig")}
OLDEST, NEWEST = (5, 20), (5, 24)
"""The releases of transformers that the bridge is tested with, both included."""


class BridgedConfig(PretrainedConfig):
    """Any ``config.json``. Nothing in it is checked here: its class in transformers does that."""

    values: ClassVar[Mapping[str, object]] = {}
    """What the file says."""
    overrides: ClassVar[Mapping[str, object]] = {}
    """What the caller says in place of it, as far as it is known by then: keys, and keywords of the model's class."""
    made: ClassVar[Any] = None
    """transformers' own config, where the caller gave it, or code that came with the checkpoint made it."""
    per_layer_config: Any = None
    """A key like others: sizes of single layers, of which the class in transformers knows."""
    apart: ClassVar[frozenset[str]] = frozenset()
    """Slots that the class ties and that are stored with other values than what they are tied to."""

    def _fault(self, name: str, value: object) -> Fault | None:
        return None

    def validate(self) -> None:
        """Nothing is checked."""

    def check_counts(self) -> None:
        """:class:`InvalidConfig` for more layers than any model has: its class would make one after another."""
        faults = [
            Fault(f"config key {path!r}", f"at most {_MOST_LAYERS}", repr(count))
            for path, count in _counts(self.values, "")
            if count > _MOST_LAYERS
        ]
        if faults:
            raise InvalidConfig(faults, hint="Was config.json edited, or is it damaged?")

    def untie(self, names: Collection[str]) -> None:
        """These alone: other ties of the same model may hold."""
        object.__setattr__(self, "apart", self.apart | frozenset(names))


def _counts(values: Mapping[str, object], path: str) -> Iterator[tuple[str, int]]:
    """Every number of layers that a file says, with the path of its key."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _counts(value, f"{path}{name}.")
        elif isinstance(value, int) and _LAYERS.search(name):
            yield f"{path}{name}", value


def bridged(values: Mapping[str, object], overrides: Mapping[str, object], made: object = None) -> BridgedConfig:
    """The config of such a model; what of the ``overrides`` are no keys its class is to find out."""
    plain = {name: value for name, value in overrides.items() if name in values or name in PretrainedConfig.fields()}
    config = BridgedConfig.from_dict({**values, **plain})
    for name, value in (("values", dict(values)), ("overrides", dict(overrides)), ("made", copy.deepcopy(made))):
        object.__setattr__(config, name, value)
    return config


@lru_cache(maxsize=1)
def transformers_version() -> str | None:
    """The release of transformers that is installed; None for none. Nothing is imported."""
    if importlib.util.find_spec("transformers") is None:
        return None
    try:
        return importlib.metadata.version("transformers")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def transformers_has(model_type: object) -> bool:
    """Whether transformers is installed, and knows a ``model_type``. Imports it."""
    if transformers_version() is None or not isinstance(model_type, str):
        return False
    return model_type in importlib.import_module("transformers.models.auto.configuration_auto").CONFIG_MAPPING_NAMES


def is_foreign(config: Any) -> bool:
    """Whether an object is a config of transformers', told without importing it."""
    return is_foreign_class(type(config))


def makes_of_foreign(model_class: Any) -> bool:
    """Whether a model's class is made of a config of transformers'."""
    config_class = getattr(model_class, "config_class", None)
    return isinstance(config_class, type) and is_foreign_class(config_class)


def is_foreign_class(cls: type) -> bool:
    """The same of a class."""
    return any((base.__module__, base.__name__) in _BASES for base in cls.__mro__)
