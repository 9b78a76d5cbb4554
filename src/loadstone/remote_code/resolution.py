"""What ``import transformers`` gives inside code that came with a checkpoint.

Where Transformers is installed, the real thing, name by name; what this release no longer has, or has otherwise than
code written for the fourth version takes for granted, comes from Loadstone. Without it, and where the caller says so,
all names are Loadstone's equivalents.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Protocol

from loadstone.errors import CustomCodeError
from loadstone.remote_code.only_names import NAMES, only_a_name
from loadstone.remote_code.transformers_names import NAMESPACES, equivalent, has_equivalent
from loadstone.remote_code.trust import is_installed

_OLDER = "loadstone.frameworks.torch.bridge.older"
_OLDER_HOMES: Mapping[str, str] = {
    "PreTrainedModel": "models",
    "PretrainedConfig": "configs",
    "GenerationMixin": "generation",
    "Cache": "caches",
    "DynamicCache": "caches",
    "ROPE_INIT_FUNCTIONS": "rotary",
    "dynamic_rope_update": "rotary",
    "AttentionMaskConverter": "masks",
    "create_causal_mask": "masks",
    "create_sliding_window_causal_mask": "masks",
    "create_chunked_causal_mask": "masks",
}
"""Name → the module that has it as it was in Transformers 4."""
_NEWER = b"PreTrainedConfig"
"""A name that only code for the fifth version has: such code gets that version's classes as they are."""
_MODULES = ("", "pytorch_utils", "utils", "utils.generic", "utils.import_utils", "modeling_utils", "activations")
_MOVED_TO = (
    *_MODULES,
    "modeling_outputs",
    "cache_utils",
    "backbone_utils",
    "configuration_utils",
    "generation",
    "loss.loss_utils",
)
"""Where to look for what a module of Transformers no longer has."""
_ABSENT = object()


class Names(Protocol):
    """Where names come from."""

    way: str
    """The next step where a name is lacking."""

    def is_module(self, inner: str) -> bool:
        """Whether there is a ``transformers.inner``."""

    def find(self, inner: str, name: str) -> Any:
        """What a module has under a name, or :class:`SubModule`; :class:`AttributeError` for nothing."""

    def complete(self, cls: type) -> None:
        """Give a class that code has made what such a class had in the release that it was written for."""


class SubModule(str):
    """The name of one of Transformers' modules."""


class OwnNames:
    """Loadstone's equivalents."""

    def __init__(self) -> None:
        self._auto_classes: dict[str, Any] = {}
        """``Auto…`` classes of its own: what code registers concerns no other."""
        self._registered: Any = None
        self.way = 'pip install "loadstone[transformers]", and the code gets these names from it.'
        if is_installed():
            self.way = "Without allow_transformers=False the code gets them from the installed Transformers."

    def is_module(self, inner: str) -> bool:
        """Whether there is a ``transformers.inner``."""
        return not inner or inner in NAMESPACES

    def find(self, inner: str, name: str) -> Any:
        """What a module has under a name, or :class:`SubModule`; :class:`AttributeError` for nothing."""
        path = f"{inner}.{name}" if inner else name
        if inner == "utils.logging":
            return getattr(equivalent("logging"), name)
        if name in NAMES:
            return only_a_name(name)
        try:
            return self._for_this_code(name, equivalent(name))
        except AttributeError:
            if path in NAMESPACES:
                return SubModule(path)
            raise

    def complete(self, cls: type) -> None:
        """Give a class that code has made what such a class had in the release that it was written for."""
        _complete_itself(cls)

    def _for_this_code(self, name: str, found: Any) -> Any:
        for_code = getattr(found, "for_code", None)
        if for_code is None:
            return found
        if name not in self._auto_classes:
            if self._registered is None:
                self._registered = importlib.import_module("loadstone.architectures.user_classes").of_code()
            self._auto_classes[name] = for_code(self._registered)
        return self._auto_classes[name]


class RealNames:
    """The installed Transformers, and what it has no more."""

    way = "The installed Transformers has no such name, and Loadstone nothing in its place."

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._is_newer = any(_NEWER in content for content in files.values())
        self._autos: Any = None

    def is_module(self, inner: str) -> bool:
        """Whether there is a ``transformers.inner``, or was one."""
        return not inner or inner in NAMESPACES or _module(inner) is not None

    def find(self, inner: str, name: str) -> Any:
        """What a module has under a name, or :class:`SubModule`; :class:`AttributeError` for nothing."""
        if not self._is_newer and name in _OLDER_HOMES:
            return getattr(importlib.import_module(f"{_OLDER}.{_OLDER_HOMES[name]}"), name)
        found = _in_module(inner, name)
        if found is _ABSENT and not name.startswith("__"):
            found = self._elsewhere(inner, name)
        if found is _ABSENT:
            raise AttributeError(f"Neither the installed Transformers nor Loadstone has transformers.{inner}.{name}")
        if isinstance(found, ModuleType) and found.__name__.startswith("transformers."):
            return SubModule(found.__name__.partition(".")[2])
        return self._for_this_code(name, found)

    def complete(self, cls: type) -> None:
        """Give a class that code has made what such a class had in the release that it was written for."""
        if is_real(cls, "PreTrainedModel"):
            importlib.import_module(f"{_OLDER}.generation").complete(cls, not self._is_newer)
        else:
            _complete_itself(cls)

    def _elsewhere(self, inner: str, name: str) -> Any:
        """What has moved, or was dropped."""
        if inner.startswith("models.") and inner.count(".") > 1:
            return _ABSENT  # a part of one family: no other's will do
        if has_equivalent(name):  # of which what it replaces is gone
            return equivalent(name)
        for home in _MOVED_TO:
            found = _in_module(home, name)
            if found is not _ABSENT:
                return found
        path = f"{inner}.{name}" if inner else name
        if path in NAMESPACES:
            return SubModule(path)
        return only_a_name(name) if name in NAMES else _ABSENT

    def _for_this_code(self, name: str, found: Any) -> Any:
        if not isinstance(found, type):
            return found
        if not self._is_newer and is_real(found, "PretrainedConfig"):
            return importlib.import_module(f"{_OLDER}.configs").older(found)
        if not name.startswith("Auto"):
            return found
        autos = importlib.import_module(f"{_OLDER}.auto")
        if not autos.is_auto_class(found):
            return found
        if self._autos is None:
            self._autos = autos.RegisteredForCode()
        return self._autos.auto(name)


def is_real(cls: type, name: str) -> bool:
    """Whether a class derives from the real library's base of that name, in whichever spelling."""
    return any(
        base.__module__.startswith("transformers.") and base.__name__.lower() == name.lower() for base in cls.__mro__
    )


def _complete_itself(cls: type) -> None:
    """A class that derives from Loadstone's knows how."""
    complete = getattr(cls, "complete", None)
    if complete is not None:
        complete()


def _module(inner: str) -> ModuleType | None:
    """A module of the real Transformers, if it has it."""
    name = f"transformers.{inner}" if inner else "transformers"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise  # it is there, and needs a package that is not
        return None


def _in_module(inner: str, name: str) -> Any:
    module = _module(inner)
    if module is None:
        return _ABSENT
    found = getattr(module, name, _ABSENT)
    if found is _ABSENT and hasattr(module, "__path__") and not name.startswith("__"):
        below = _module(f"{inner}.{name}" if inner else name)
        return _ABSENT if below is None else below
    return found


class StandIn:
    """``transformers`` for one tree of code."""

    def __init__(self, source: str, names: Names) -> None:
        self._source, self._names = source, names
        self._namespaces: dict[str, _Namespace] = {}

    def imported(self, module: str, names: tuple[str, ...]) -> ModuleType:
        """What ``import module`` or ``from module import names`` gives.

        :class:`CustomCodeError` names what is lacking.
        """
        inner = module.partition(".")[2]
        lacking = self.lacking(module, names)
        if lacking:
            raise self.error([(module, lacking)])
        return self.namespace(inner) if names else self.namespace("")

    def lacking(self, module: str, names: Iterable[str]) -> list[str]:
        """Those of the ``names`` that are not to be had; of a module alone, its own name."""
        inner, names = module.partition(".")[2], tuple(names)
        if not names:
            return [] if self._names.is_module(inner) else [inner.rpartition(".")[2]]
        # What no family here has is named by the name, not by its module: that says more.
        return [name for name in names if name != "*" and not hasattr(self.namespace(inner), name)]

    def check(self, imports: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        """:class:`CustomCodeError` that lists all names that are lacking at once."""
        lacking = [(module, missing) for module, names in imports if (missing := self.lacking(module, names))]
        if lacking:
            raise self.error(lacking)

    def namespace(self, inner: str) -> _Namespace:
        """``transformers``, or ``transformers.inner``."""
        if inner not in self._namespaces:
            self._namespaces[inner] = _Namespace(self, inner)
        return self._namespaces[inner]

    def find(self, inner: str, name: str) -> Any:
        """What a module has under a name; :class:`AttributeError`."""
        found = self._names.find(inner, name)
        return self.namespace(str(found)) if isinstance(found, SubModule) else found

    def complete(self, cls: type) -> None:
        """See :meth:`Names.complete`."""
        self._names.complete(cls)

    def error(self, lacking: Iterable[tuple[str, list[str]]]) -> CustomCodeError:
        """What says which names are lacking."""
        lines = "; ".join(f"{', '.join(names)} from {module}" for module, names in lacking)
        return CustomCodeError(
            f"The code of {self._source} imports {lines}, which Loadstone has no equivalent of. {self._names.way}"
        )


class _Namespace(ModuleType):
    """One of Transformers' modules."""

    def __init__(self, stand_in: StandIn, inner: str) -> None:
        super().__init__(".".join(filter(None, ("transformers", inner))))
        self._stand_in, self._inner = stand_in, inner
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__version__", "__all__"):
            raise AttributeError(name)
        return self._stand_in.find(self._inner, name)
