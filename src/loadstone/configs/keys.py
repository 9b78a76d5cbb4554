"""The keys of a config class: their types, those that follow from others, those that ask for what is not computed."""

from __future__ import annotations

import copy
import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, NoReturn, Self, TypeAlias

from loadstone.core.keywords import NEVER_KEYS
from loadstone.errors import Fault, InvalidConfig

# Bounds that no model comes near, so that a damaged file cannot make a skeleton that fills the memory.
_LARGEST_LAYERS = 10_000
_LARGEST_SIZE = (1 << 31) - 1

EXPECTED: dict[str, Any] = {
    "is_encoder_decoder": False,
    "tie_encoder_decoder": False,
    "chunk_size_feed_forward": 0,
    "pruned_heads": {},
    "torchscript": False,
    "cross_attention_hidden_size": None,
    "decoder_start_token_id": None,
    "sep_token_id": None,
    "tokenizer_class": None,
    "prefix": None,
    "task_specific_params": None,
    "finetuning_task": None,
}
"""What code written against Transformers 4 reads from any config, whether a file sets it or not."""


Hint: TypeAlias = Any
"""An annotation, as :func:`typing.get_type_hints` gives it. Python has no type for these before PEP 747."""


class Rule(NamedTuple):
    """How a key follows from others."""

    read: Callable[[Any, Any], Any]
    """(config, what was given for this key, or None) → the value."""
    keep: Callable[[Any, Any, str, Any], Any] = lambda config, given, name, value: given
    """(config, what was given for this key, another key, the value that it is about to get) → what stays given."""


class Following:
    """A key that is worked out each time it is read, so that it follows whatever the config says by then.

    What somebody gave lies in the config's ``__dict__``, where other keys lie too.
    """

    def __init__(self, name: str, rule: Rule, default: object) -> None:
        self.name, self.rule, self.default = name, rule, default

    def __get__(self, config: ConfigKeys | None, owner: type | None = None) -> object:
        if config is None:
            return self.default
        value = self.rule.read(config, self.given(config))
        if isinstance(value, list) and value is not config.__dict__.get(self.name):
            # Remembered, so that an edit in place (config.layer_types[0] = …) counts as given.
            remembered = config.__dict__.setdefault("_read", {})
            if self.name in remembered and remembered[self.name][0] == value:
                return remembered[self.name][0]
            remembered[self.name] = (value, list(value))
        return value

    def __set__(self, config: ConfigKeys, value: object) -> None:
        config.__dict__.get("_read", {}).pop(self.name, None)
        config.__dict__[self.name] = value

    def __delete__(self, config: ConfigKeys) -> None:
        self.__set__(config, None)

    def given(self, config: ConfigKeys) -> object:
        """What a file or a caller gave for this key; None if nothing."""
        value, before = config.__dict__.get("_read", {}).get(self.name, (None, None))
        if value != before:
            self.__set__(config, value)
        return config.__dict__.get(self.name)


class Refusal(NamedTuple):
    """Values of a key that ask for nothing beyond what is computed, and why others are refused."""

    neutral: tuple[object, ...]
    reason: str


def refusals(config: ConfigKeys, refused: Mapping[str, Refusal]) -> list[Fault]:
    """A fault for each refused key whose value asks for something."""
    faults = []
    for name, (neutral, reason) in refused.items():
        value = getattr(config, name, None)
        if value is not None and not any(value == allowed and type(value) is type(allowed) for allowed in neutral):
            expected = " or ".join(map(repr, neutral)) or "no such key"
            faults.append(Fault(f"config key {name!r}", f"{expected}: {reason}", repr(value)))
    return faults


class Absent:
    """Stands for a key of a base class that a family does not have, so that no default shows through."""

    def __get__(self, config: object, owner: type) -> NoReturn:
        raise AttributeError


def declared(cls: type[ConfigKeys], base: type[ConfigKeys]) -> dict[str, tuple[Hint, object]]:
    """Key → (type, default) of a config class.

    A class with an ``__init__`` of its own declares no keys: it sets attributes, as Transformers' configs do. A key
    that holds another config needs no default: None stands for that class's own.
    """
    hints: dict[str, Hint] = {}
    for ancestor in reversed([c for c in cls.__mro__ if c is base or "__init__" not in c.__dict__]):
        hints |= ancestor._own_hints() if issubclass(ancestor, ConfigKeys) else inspect.get_annotations(ancestor)
    return {
        name: (hint, getattr(cls, name, None) if is_config_class(hint) else getattr(cls, name))
        for name, hint in hints.items()
        if ClassVar not in (hint, typing.get_origin(hint)) and name not in cls.without
    }


class ConfigKeys:
    """What a config does with its keys: declares them, takes them in any spelling, sets them anew, checks them."""

    model_type: ClassVar[str] = ""
    also_called: ClassVar[tuple[str, ...]] = ()
    """What files call the same family besides."""
    attribute_map: ClassVar[Mapping[str, str]] = {}
    """Standard name → the name that this family's files use (``hidden_size`` → ``n_embd`` in GPT-2)."""
    _fields: ClassVar[dict[str, tuple[Hint, object]]]
    _hints: ClassVar[dict[str, Hint]]
    _undeclared: ClassVar[set[str]]
    without: ClassVar[tuple[str, ...]] = ()
    """Keys of the base class that this family's files do not have."""
    positive: ClassVar[tuple[str, ...]] = ()
    """Sizes that must be at least 1 and not absurd (checked before any arithmetic uses them)."""
    follows: ClassVar[Mapping[str, Rule]] = {}
    """Keys that follow from others for as long as nobody says them: read anew each time, never frozen."""
    refused: ClassVar[Mapping[str, Refusal]] = {}
    """Keys with values that ask for what is not computed."""
    irrelevant: ClassVar[Mapping[str, str]] = {}
    """Keys that change nothing here, and why."""
    within: ClassVar[Mapping[str, object]] = {}
    """Keys that lie within another key's value, and where in it."""
    spellings: ClassVar[tuple[frozenset[str], ...]] = ()
    """Keys that are names of one thing: a caller gives one of them, and it stands in for a file's other."""

    def __init_subclass__(cls) -> None:
        for name in cls.without:
            setattr(cls, name, Absent())
        for name, rule in cls.follows.items():
            setattr(cls, name, Following(name, rule, getattr(cls, name, None)))

    @classmethod
    def fields(cls) -> dict[str, tuple[Hint, object]]:
        """Key → (type, default), worked out once for each class."""
        if "_fields" not in cls.__dict__:
            cls._fields = declared(cls, cls._root())
        return cls._fields

    @classmethod
    def _own_hints(cls) -> Mapping[str, Hint]:
        """Name → type, of what the class itself annotates; evaluated once, however many derive from it."""
        if "_hints" not in cls.__dict__:
            cls._hints = inspect.get_annotations(cls, eval_str=True)
        return cls._hints

    @classmethod
    def _from_values(cls, values: Mapping[str, object], overrides: Mapping[str, object]) -> Self:
        """The file's config, then changed by the caller."""
        config = cls.__new__(cls)
        config._take(values)
        known = config.known_keys(values)
        overrides = {name: value for name, value in overrides.items() if name in known}
        for name in {cls.attribute_map.get(name, name) for name in overrides} & cls.fields().keys():
            # A value that makes no sense, and that the caller replaces, is not to be reckoned with.
            if config._is_faulty(name):
                config.__dict__[name] = copy.copy(cls.fields()[name][1])
        config.update(overrides)
        config.validate()
        return config

    @classmethod
    def _made_by_itself(cls, values: Mapping[str, object], overrides: Mapping[str, object]) -> Self:
        """What a class with an ``__init__`` of its own makes of both: only it knows what follows from what."""
        given = {cls.attribute_map.get(name, name): value for name, value in overrides.items()}
        taken = {name: value for name, value in given.items() if name in cls._parameters() or name in values}
        for group in cls.spellings:
            if group & taken.keys():
                values = {name: value for name, value in values.items() if name not in group}
        config = cls(**{**values, **taken})
        config.update({name: value for name, value in given.items() if name not in taken and hasattr(config, name)})
        return config

    @classmethod
    def _parameters(cls) -> set[str]:
        """Keys that can be given to an ``__init__`` of the class's own, or that it declares."""
        own = cls.__mro__[: cls.__mro__.index(cls._root())]
        signatures = [inspect.signature(c.__dict__["__init__"]) for c in own if "__init__" in c.__dict__]
        named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        parameters = [parameter for signature in signatures for parameter in list(signature.parameters.values())[1:]]
        return {
            *cls._root()._properties(),
            *cls.fields(),
            *(parameter.name for parameter in parameters if parameter.kind in named),
        }

    def known_keys(self, values: Mapping[str, object] | None = None) -> set[str]:
        """Every name under which a key can be given: declared, in the file (``values``), another spelling."""
        names = {*self.settable_keys(), *self._extra, *(values or ())}
        if self._sets_itself_up():
            names |= {*self._parameters(), *(name for name in vars(self) if name[0] != "_")}
        return names

    def to_dict(self) -> dict[str, Any]:
        """All keys as JSON can hold them."""
        raise NotImplementedError

    def other_keys(self) -> Mapping[str, Any]:
        """The keys that the class does not declare, with their values: kept, and written back."""
        return self._extra

    @classmethod
    def _sets_itself_up(cls) -> bool:
        """Whether the class, or one that it derives from, has an ``__init__`` of its own, as custom classes do."""
        return cls.__init__ is not cls._root().__init__

    @classmethod
    def _root(cls) -> type[ConfigKeys]:
        """The class that declares the keys of every config."""
        raise NotImplementedError

    def _take(self, values: Mapping[str, object]) -> None:
        """Set every key, to a given value or its default; nothing is checked yet."""
        values = {name: value for name, value in values.items() if name not in NEVER_KEYS}
        # A subclass may have set attributes before it calls this, and they stay.
        self._extra: dict[str, object] = self.__dict__.get("_extra", {})
        for standard, own in self.attribute_map.items():
            if standard in values:
                values.setdefault(own, values.pop(standard))
        for name, (_, default) in self.fields().items():
            if name in values:
                value = values.pop(name)
                object.__setattr__(self, name, list(value) if isinstance(value, tuple) else value)
            elif name not in self.__dict__ and name not in self.within:
                self.__dict__[name] = copy.copy(default)
        self._extra.update({name: value for name, value in values.items() if name not in self._properties()})
        for name in values.keys() & self._properties():
            setattr(self, name, values[name])

    def check_together(self) -> None:
        """Checks across keys; :class:`InvalidConfig`. A family extends it."""

    def validate(self) -> None:
        """:class:`InvalidConfig` with all that is wrong: types, bounds, keys that contradict each other, and keys that
        ask for what is not computed. Called when a config is made, and again when a model is made of it."""
        if faults := self._type_faults():
            raise InvalidConfig(faults, hint=f"The config says model_type {self.model_type!r}; was it edited?")
        if faults := refusals(self, self.refused):
            raise InvalidConfig(faults, hint="Loadstone refuses what it would otherwise have to ignore.")
        for name in self.follows:
            getattr(self, name)  # a rule refuses what it cannot work out
        self.check_together()

    def _type_faults(self) -> list[Fault]:
        """What is wrong with each key by itself."""
        values = self._raw_values()
        return [fault for name in self.fields() if (fault := self._fault(name, values[name])) is not None]

    def _is_faulty(self, name: str) -> bool:
        return self._fault(name, self._raw_values()[name]) is not None

    def _fault(self, name: str, value: object) -> Fault | None:
        """What is wrong with one key's value by itself."""
        hint, default = self.fields()[name]
        where = f"config key {name!r}"
        if value is not default and not has_type(value, hint):
            return Fault(where, type_name(hint), f"{value!r} ({type(value).__name__})")
        if name in self.positive and isinstance(value, int):
            is_layers = name == self.attribute_map.get("num_hidden_layers") or name.endswith("layers")
            largest = _LARGEST_LAYERS if is_layers else _LARGEST_SIZE
            if not 1 <= value <= largest:
                return Fault(where, f"a number from 1 to {largest}", repr(value))
        return None

    def _raw_values(self) -> dict[str, object]:
        """The value of every declared key, with what a file or a caller gave for those that follow from others."""
        kept = {name: self.__dict__[name] for name in self.fields() if name in self.__dict__}
        for name in self.fields().keys() - kept.keys():
            kept[name] = getattr(self, name)
        for name in self.follows:
            kept[name] = vars(type(self))[name].given(self)
        return kept

    def __copy__(self) -> Self:
        """One of its own: no change of it reaches this config."""
        return copy.deepcopy(self)

    def __setattr__(self, name: str, value: object) -> None:
        name = type(self).attribute_map.get(name, name)
        if name in self.fields():
            self._say(name, value)
        elif name.startswith("_") or hasattr(type(self), name):
            object.__setattr__(self, name, value)
        else:
            self.__dict__.setdefault("_extra", {})[name] = value

    def _say(self, name: str, value: object) -> None:
        """Set a declared key, and let go of what followed from the one before."""
        fault = None if self._sets_itself_up() else self._fault(name, value)
        if fault is not None:
            raise InvalidConfig([fault])
        for other, rule in self.follows.items():
            given = vars(type(self))[other].given(self)
            if given is not None and other != name:
                self.__dict__[other] = rule.keep(self, given, name, value)
        object.__setattr__(self, name, list(value) if isinstance(value, tuple) else value)

    def update(self, config_dict: Mapping[str, object]) -> None:
        """Set keys, in whatever spelling. :class:`InvalidConfig` where a value has the wrong type, or two spellings
        of one key are given and differ; how keys fit together is checked when a model is made."""
        self._refuse_two_spellings(config_dict)
        # What follows from other keys is said last, so that it is not taken to follow from what was there before.
        for name in sorted(config_dict, key=lambda name: self.attribute_map.get(name, name) in self.follows):
            if name in NEVER_KEYS or name == "model_type":
                continue
            if name in self.settable_keys():
                setattr(self, name, config_dict[name])
            else:  # a file's key may have any name, a method's too
                self._extra[name] = config_dict[name]

    @classmethod
    def settable_keys(cls) -> set[str]:
        """Names that are set as attributes: declared keys and other names for them."""
        return {*cls.fields(), *cls.attribute_map, *cls._properties(), "_attn_implementation"}

    @classmethod
    def _properties(cls) -> set[str]:
        """Keys that are set as attributes though not declared: other spellings, which are properties, and what a class
        of the user's own has as a plain attribute."""
        if "_undeclared" not in cls.__dict__:
            properties = {name for c in cls.__mro__ for name, value in vars(c).items() if getattr(value, "fset", None)}
            plain: set[str] = set()
            not_keys = {*dir(cls._root()), *cls.fields(), *cls.without}
            for c in cls.__mro__[: cls.__mro__.index(cls._root())]:
                plain |= {name for name, value in vars(c).items() if name[0] != "_" and not hasattr(value, "__get__")}
                not_keys |= {name for name, hint in inspect.get_annotations(c).items() if "ClassVar" in str(hint)}
            cls._undeclared = properties | (plain - not_keys)
        return cls._undeclared

    def _refuse_two_spellings(self, values: Mapping[str, object]) -> None:
        groups = [*self.spellings, *(frozenset(pair) for pair in self.attribute_map.items())]
        faults = []
        for group in groups:
            first, *others = sorted(group & values.keys()) or [""]
            for other in others:
                if values[first] != values[other]:
                    expected = f"the same as {first!r}, {values[first]!r}"
                    faults.append(Fault(f"config key {other!r}", expected, repr(values[other])))
        if faults:
            raise InvalidConfig(faults, hint="They are names of one thing; give one of them.")


def is_config_class(hint: Hint) -> bool:
    """Whether an annotation is a config class."""
    return isinstance(hint, type) and not typing.get_args(hint) and issubclass(hint, ConfigKeys)


def has_type(value: object, hint: Hint) -> bool:
    """Whether a value from JSON is of a type, as a family's config class annotates it."""
    if hint is Any:
        return True
    origin: object = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return any(has_type(value, option) for option in typing.get_args(hint))
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    if origin is list:
        (item,) = typing.get_args(hint)
        return isinstance(value, (list, tuple)) and all(has_type(element, item) for element in value)
    if origin is dict:
        return isinstance(value, dict)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and _is_finite(value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _is_finite(value: float) -> bool:
    """JSON has NaN and Infinity in Python, and integers that no float can hold."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def type_name(hint: Hint) -> str:
    """A type as errors show it."""
    return hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint).replace("typing.", "")
