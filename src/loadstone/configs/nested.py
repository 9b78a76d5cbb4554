"""Configs within a config: ``text_config`` and ``vision_config``, each of a class of its own."""

from __future__ import annotations

import contextlib
import copy
import re
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from loadstone.configs.keys import ConfigKeys, Hint, is_config_class
from loadstone.configs.values import file_values
from loadstone.errors import Fault, InvalidConfig

_KEY = "config key '"


@contextlib.contextmanager
def faults_within(name: str) -> Iterator[None]:
    """What is wrong with a config in the key ``name`` is told with the whole path (``text_config.hidden_size``)."""
    try:
        yield
    except InvalidConfig as error:
        raise InvalidConfig([_placed(fault, name) for fault in error.faults], hint=error.hint) from None


def _placed(fault: Fault, name: str) -> Fault:
    if _KEY not in fault.where:
        return fault._replace(where=f"{_KEY}{name}', {fault.where}")
    return fault._replace(where=fault.where.replace(_KEY, f"{_KEY}{name}."))


class NestedConfigs(ConfigKeys):
    """What a config does with keys that are annotated with a config class (``text_config: CLIPTextConfig``).

    Such a key takes an object of the file, a config of that class, or None: what the class declares as the default, or
    the class's own defaults. Annotated ``… | None`` it may be None.
    """

    base_config_key: ClassVar[str] = ""
    """The key under which a larger model's file has a config of this class."""
    flat_in: ClassVar[tuple[str, ...]] = ()
    """The ``model_type`` of larger models whose older files have the keys of this class at the top level, not in an
    object of their own. There they are also read and set as attributes of the larger config."""
    is_of_several_kinds: ClassVar[bool] = False
    """Whether other models may lie under that key in its place, such as other backbones: these are refused."""
    complete_dicts: ClassVar[Mapping[str, str]] = {}
    """Older key → the nested config's key (``text_config_dict``): all that it says or leaves to defaults goes first."""
    _nested: ClassVar[dict[str, type[NestedConfigs]]]
    _flat: ClassVar[tuple[str, frozenset[str]]]

    @classmethod
    def nested(cls) -> Mapping[str, type[NestedConfigs]]:
        """Key → the class of the config in it, worked out once for each class."""
        if "_nested" not in cls.__dict__:
            found = {name: _config_class(hint) for name, (hint, _) in cls.fields().items()} if cls._may_nest() else {}
            cls._nested = {name: nested for name, nested in found.items() if nested is not None}
        return cls._nested

    @classmethod
    def _may_nest(cls) -> bool:
        """Whether an annotation names a config class. Evaluating those of every family would take milliseconds."""
        for ancestor in cls.__mro__[: cls.__mro__.index(cls._root())]:
            hints = vars(ancestor).get("__annotations__", {}).values()
            names = vars(sys.modules[ancestor.__module__]) if ancestor.__module__ in sys.modules else {}
            words = set(re.findall(r"\w+", " ".join(hint for hint in hints if isinstance(hint, str))))
            if any(is_config_class(names[word]) for word in words & names.keys()) or any(map(_config_class, hints)):
                return True
        return False

    @classmethod
    def flat(cls) -> tuple[str, frozenset[str]]:
        """The nested config whose keys may lie at the top level, and these keys; ``""`` and none without one."""
        if "_flat" not in cls.__dict__:
            own_types = {vars(c).get("model_type") for c in cls.__mro__}
            name = next((name for name, nested in cls.nested().items() if own_types & {*nested.flat_in}), "")
            inner = cls.nested()[name] if name else None
            names = {*inner.settable_keys(), *inner.refused} if inner is not None else set()
            cls._flat = name, frozenset(names - super().settable_keys())
        return cls._flat

    @classmethod
    def settable_keys(cls) -> set[str]:
        return {*super().settable_keys(), *cls.flat()[1]}

    def configs(self) -> Iterator[tuple[str, NestedConfigs]]:
        """This config (``""``) and all within it, with where they lie (``text_config.``)."""
        yield "", self
        for name in self.nested():
            if isinstance(value := vars(self).get(name), NestedConfigs):
                yield from ((f"{name}.{path}", config) for path, config in value.configs())

    @classmethod
    def part_of(cls, values: Mapping[str, object]) -> Mapping[str, object]:
        """What a file says of this class, where it is the file of a larger model; else all that it says."""
        whole = values.get("model_type", cls.model_type)
        key = cls.base_config_key
        if key and key in values and key not in cls.fields():
            part = values[key]
            if part is not None and not isinstance(part, Mapping):
                raise InvalidConfig([Fault(f"config key {key!r}", "an object", f"{part!r} ({type(part).__name__})")])
            own = dict(part or {})
            if own.get("model_type") == whole:  # early Qwen2-VL files name the whole there
                del own["model_type"]
            return own
        if cls.model_type and whole != cls.model_type:
            for part in values.values():
                if isinstance(part, Mapping) and part.get("model_type") == cls.model_type:
                    return part
            if whole in cls.flat_in:
                names = {*cls.settable_keys(), *cls.refused}
                return {name: value for name, value in values.items() if name in names}
        return values

    def _take(self, values: Mapping[str, object]) -> None:
        values = self._gathered(values)
        for name in self.nested():
            if name in values or name not in self.__dict__:
                values[name] = self._made(name, values.get(name, self.fields()[name][1]))
        super()._take(values)

    @classmethod
    def _gathered(cls, values: Mapping[str, object]) -> dict[str, Any]:
        """The values in today's spelling, where each nested config's keys lie within it."""
        gathered = dict(values)
        for older, name in cls.complete_dicts.items():
            complete = gathered.pop(older, None)
            if complete is None:
                continue
            if not isinstance(complete, Mapping):
                raise InvalidConfig([Fault(f"config key {older!r}", "an object or null", repr(complete))])
            with faults_within(older):
                made = cls.nested()[name]._unchecked(complete)
                made.validate()
            beside = gathered.get(name)
            gathered[name] = {**(beside if isinstance(beside, Mapping) else {}), **made.to_dict()}
        flat, names = cls.flat()
        moved = {name: gathered.pop(name) for name in names & gathered.keys()}
        if moved and gathered.get(flat) is None:  # where both are, the object counts, as in transformers
            gathered[flat] = moved
        return gathered

    def _made(self, name: str, value: object) -> object:
        """The config that a key gets for a value; one that is no config's stays, for :meth:`validate` to tell of."""
        hint, default = self.fields()[name]
        cls = self.nested()[name]
        if value is None and hint is cls:
            value = cls() if default is None else default
        if value is default:
            return copy.copy(default)
        if isinstance(value, Mapping):
            kind = value.get("model_type", cls.model_type)
            if cls.is_of_several_kinds and kind != cls.model_type:
                raise InvalidConfig([Fault(f"config key '{name}.model_type'", repr(cls.model_type), repr(kind))])
            with faults_within(name):
                return cls._unchecked(value)
        return value

    @classmethod
    def _unchecked(cls, values: Mapping[str, object]) -> Self:
        config = cls.__new__(cls)
        if cls._sets_itself_up():
            config.__init__(**file_values(values))  # type: ignore[misc]
        else:
            config._take(file_values(values))
        return config

    @classmethod
    def _from_values(cls, values: Mapping[str, object], overrides: Mapping[str, object]) -> Self:
        values, overrides = cls._gathered(values), dict(overrides)
        flat, names = cls.flat()
        moved = {name: overrides.pop(name) for name in names & overrides.keys()}
        if moved:
            beside = overrides.get(flat)
            cls._refuse_beside(moved, beside)
            if beside is None or isinstance(beside, Mapping):
                overrides[flat] = {**moved, **(beside or {})}
        for name, nested in cls.nested().items():
            given = overrides.get(name)
            if isinstance(given, Mapping):
                stored, default = values.get(name), cls.fields()[name][1]
                if not isinstance(stored, Mapping):
                    stored = default.to_dict() if isinstance(default, NestedConfigs) and stored is None else {}
                del overrides[name]
                with faults_within(name):
                    values[name] = nested._changed(stored, given)
        return super()._from_values(values, overrides)

    @classmethod
    def _changed(cls, values: Mapping[str, object], given: Mapping[str, object]) -> Self:
        """What a file says of a nested config, with what a caller gives put into it; any key goes, as in a file."""
        if cls._sets_itself_up():
            return cls._unchecked({**values, **given})
        config = cls._from_values(file_values(values), file_values(given))
        known = config.known_keys(values)
        config.update({name: value for name, value in file_values(given).items() if name not in known})
        return config

    @classmethod
    def _made_by_itself(cls, values: Mapping[str, object], overrides: Mapping[str, object]) -> Self:
        values, overrides = dict(values), dict(overrides)
        for name in cls.nested():
            stored, given = values.get(name), overrides.get(name)
            if isinstance(given, Mapping) and isinstance(stored, Mapping):
                values[name] = {**stored, **given}
                del overrides[name]
        return super()._made_by_itself(values, overrides)

    def validate(self) -> None:
        errors = []
        for name in self.nested():
            if isinstance(value := vars(self).get(name), ConfigKeys):
                try:
                    with faults_within(name):
                        value.validate()
                except InvalidConfig as error:
                    errors.append(error)
        if errors:
            faults = [*self._type_faults(), *(fault for error in errors for fault in error.faults)]
            raise InvalidConfig(faults, hint=" ".join(dict.fromkeys(error.hint for error in errors if error.hint)))
        super().validate()

    def _fault(self, name: str, value: object) -> Fault | None:
        nested = self.nested().get(name)
        if nested is None:
            return super()._fault(name, value)
        if isinstance(value, nested) or (value is None and self.fields()[name][0] is not nested):
            return None
        expected = f"an object with the keys of {nested.__name__}"
        return Fault(f"config key {name!r}", expected, f"{value!r} ({type(value).__name__})")

    def _say(self, name: str, value: object) -> None:
        if name in self.nested():
            made = self._made(name, value)
            if made is not value and isinstance(made, ConfigKeys):
                with faults_within(name):
                    made.validate()
            value = made
        super()._say(name, value)

    def __setattr__(self, name: str, value: object) -> None:
        flat, names = self.flat()
        if name in names and isinstance(inner := vars(self).get(flat), ConfigKeys):
            setattr(inner, name, value)
        else:
            super().__setattr__(name, value)

    def _refuse_two_spellings(self, values: Mapping[str, object]) -> None:
        super()._refuse_two_spellings(values)
        flat, names = self.flat()
        moved, beside = {name: values[name] for name in names & values.keys()}, values.get(flat)
        self._refuse_beside(moved, beside)
        if isinstance(beside, Mapping) and (outside := sorted(moved.keys() - beside.keys())):
            raise InvalidConfig(
                [Fault(f"config key {name!r}", f"within {flat}, which is given too", "it beside") for name in outside]
            )

    @classmethod
    def _refuse_beside(cls, moved: Mapping[str, object], beside: object) -> None:
        """:class:`InvalidConfig` where a caller gives keys at the top level, and a nested config that contradicts."""
        if beside is None:
            return
        flat, _ = cls.flat()
        faults = []
        for name, value in moved.items():
            said = beside.get(name, value) if isinstance(beside, Mapping) else getattr(beside, name, None)
            if said != value:
                expected = f"the same as {f'{flat}.{name}'!r}, {said!r}"
                faults.append(Fault(f"config key {name!r}", expected, repr(value)))
        if faults:
            raise InvalidConfig(faults, hint="They are names of one thing; give one of them.")


def layer_counts(config: NestedConfigs) -> Iterator[tuple[str, int]]:
    """Path of the key → how many layers it says, of a config and of each within it."""
    for path, part in config.configs():
        if isinstance(layers := getattr(part, "num_hidden_layers", None), int):
            yield f"{path}num_hidden_layers", layers


def _config_class(hint: Hint) -> type[NestedConfigs] | None:
    """The config class of an annotation ``X`` or ``X | None``, which is no text any more."""
    if isinstance(hint, str):
        return None
    origin: object = typing.get_origin(hint)
    is_union = origin in (types.UnionType, typing.Union)
    options = [option for option in (typing.get_args(hint) if is_union else (hint,)) if option is not type(None)]
    return options[0] if len(options) == 1 and is_config_class(options[0]) else None
