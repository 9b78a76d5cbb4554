"""Frozen dataclasses that cost next to nothing to define.

``@dataclass(frozen=True)`` writes six methods as source text and compiles them, for every class and in every process:
0.3 ms a class, where a load imports dozens. The methods of records are the same few functions for all classes. In all
else a record is a dataclass: ``fields``, ``replace``, ``asdict``, ``match``, ``KW_ONLY`` and pickling work as they do
there. Whatever is made by the thousand (tensors, slots, recipes) is better a ``NamedTuple``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol, TypeVar, dataclass_transform

T = TypeVar("T")

if TYPE_CHECKING:

    class _Record(Protocol):
        """What :func:`record` made."""

        __record__: _Form

        def __post_init__(self) -> None:
            """Only where the form says that there is one."""


class _Form(NamedTuple):
    """What the shared methods know of a class."""

    names: tuple[str, ...]
    known: frozenset[str]
    """The same names."""
    positional: tuple[str, ...]
    """Those of the names that may be given without saying so."""
    defaults: Mapping[str, object]
    factories: Mapping[str, Callable[[], object]]
    checks: bool
    """Whether there is a ``__post_init__``."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """``@dataclass(frozen=True)``; every field takes part in ``__init__``, ``repr``, comparison and hash.

    Wrong arguments raise :class:`TypeError`, an assignment :class:`dataclasses.FrozenInstanceError`.
    """
    dataclass(init=False, repr=False, eq=False)(cls)
    own = fields(cls)  # type: ignore[arg-type]  # mypy does not know what the line above made of it
    names = tuple(field.name for field in own)
    form = _Form(
        names,
        frozenset(names),
        tuple(field.name for field in own if not field.kw_only),
        {field.name: field.default for field in own if field.default is not MISSING},
        {field.name: field.default_factory for field in own if field.default_factory is not MISSING},
        hasattr(cls, "__post_init__"),
    )
    for name, value in {**_METHODS, "__record__": form}.items():
        if name not in cls.__dict__:
            setattr(cls, name, value)
    return cls


def _init(self: _Record, /, *args: object, **kwargs: object) -> None:
    form = self.__record__
    given = dict(zip(form.positional, args, strict=False)) if args else {}
    values = {**form.defaults, **given, **kwargs}
    for name, make in form.factories.items():
        if name not in values:
            values[name] = make()
    if values.keys() != form.known or len(given) != len(args) or not given.keys().isdisjoint(kwargs):
        raise TypeError(_misfit(type(self).__qualname__, form, args, kwargs))
    self.__dict__.update(values)
    if form.checks:
        self.__post_init__()


def _misfit(name: str, form: _Form, args: tuple[object, ...], kwargs: Mapping[str, object]) -> str:
    """What is wrong with the arguments."""
    given = form.positional[: len(args)]
    missing = form.known - form.defaults.keys() - form.factories.keys() - {*given, *kwargs}
    wrong = {
        "takes no": kwargs.keys() - form.known,
        "takes only once": {*given} & kwargs.keys(),
        "lacks": missing,
    }
    problems = [f"{what} {', '.join(map(repr, sorted(names)))}" for what, names in wrong.items() if names]
    if len(args) > len(form.positional):
        problems.append(f"takes {len(form.positional)} positional arguments, not {len(args)}")
    return f"{name}() {', and '.join(problems)}"


def _values(self: _Record) -> tuple[object, ...]:
    """What equal records have in common. In plain Python, which ``torch.compile`` can follow: a forward pass hashes."""
    return tuple([getattr(self, name) for name in self.__record__.names])


def _repr(self: _Record) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__record__.names)
    return f"{type(self).__qualname__}({values})"


def _eq(self: _Record, other: _Record) -> object:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _values(self) == _values(other)


def _hash(self: _Record) -> int:
    return hash(_values(self))


def _setattr(self: _Record, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: _Record, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_METHODS = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
}
