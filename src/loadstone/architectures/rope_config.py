"""The keys of rotary position embeddings in a config: one place for what files spell in several ways.

Transformers 4 writes ``rope_theta`` and ``rope_scaling``, some families others (``rotary_pct``,
``rope_local_base_freq``); Transformers 5 writes one ``rope_parameters``, by layer type where the types differ. A config
holds it in the newer way, every spelling reads and writes that, and files are written in the older one, which both
versions read.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

ALL = "all layers"
"""The layer type of configs whose layers are alike, where ``rope_parameters`` is not nested."""


class RopePlace(NamedTuple):
    """Where in ``rope_parameters`` a key lies that files have beside it."""

    key: str
    layer_type: str = ALL


class RopeKey:
    """A key of the config that lies within ``rope_parameters``."""

    def __init__(self, place: RopePlace, default: object) -> None:
        self.place, self.default = place, default

    def __get__(self, config: RotaryConfig | None, owner: type | None = None) -> object:
        return self.default if config is None else config._rope[self.place.layer_type][self.place.key]

    def __set__(self, config: RotaryConfig, value: object) -> None:
        config._rope[self.place.layer_type][self.place.key] = value

    def __delete__(self, config: RotaryConfig) -> None:
        del config._rope[self.place.layer_type][self.place.key]  # the default comes in its place


class RopeScaling:
    """``rope_scaling``: the parameters of the layers that have a scaling, None where they have none."""

    def __get__(self, config: RotaryConfig | None, owner: type | None = None) -> object:
        if config is None:
            return None
        part = config._rope[config.scaled_types[0]]
        return None if part.get("rope_type", "default") == "default" else part

    def __set__(self, config: RotaryConfig, scaling: object) -> None:
        if isinstance(scaling, Mapping) and any(isinstance(part, Mapping) for part in scaling.values()):
            config.rope_parameters = scaling  # in Transformers 5 they are one
        elif scaling is not None and not isinstance(scaling, Mapping):
            raise InvalidConfig([Fault("config key 'rope_scaling'", "an object or null", repr(scaling))])
        else:
            for kind in config.scaled_types:
                config._set_part(kind, scaling)

    def __delete__(self, config: RotaryConfig) -> None:
        self.__set__(config, None)


class RotaryConfig(PretrainedConfig):
    """The keys of rotary position embeddings. ``rope_parameters`` is no key of its own: it is the others together."""

    rope_theta: float = 10000.0
    rope_scaling: dict[str, Any] | None = None

    within: ClassVar[Mapping[str, RopePlace | None]] = {"rope_theta": RopePlace("rope_theta"), "rope_scaling": None}
    rope_types: ClassVar[tuple[str, ...]] = (ALL,)
    """The layer types that have a rotary of their own, the one with ``rope_scaling`` first."""
    scaled_types: ClassVar[tuple[str, ...]] = (ALL,)
    """Those that ``rope_scaling`` is for."""
    spellings = (*PretrainedConfig.spellings, frozenset({"rope_scaling", "rope_parameters"}))

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, place in cls.within.items():
            setattr(cls, name, RopeScaling() if place is None else RopeKey(place, getattr(cls, name)))

    @classmethod
    def _places(cls, kind: str | None = None) -> dict[str, RopePlace]:
        """Key → where it lies in ``rope_parameters``, of one layer type or all."""
        places = {name: place for name, place in cls.within.items() if place is not None}
        return {name: place for name, place in places.items() if kind in (None, place.layer_type)}

    @property
    def _rope(self) -> dict[str, dict[str, object]]:
        """Layer type → its parameters, ``rope_type`` and the keys that lie there always among them."""
        parts: dict[str, dict[str, object]] = self.__dict__.setdefault("_rope_by_type", {})
        for kind in self.rope_types:  # may have been edited in place
            if parts.get(kind) is None:
                parts[kind] = {}
            elif not isinstance(parts[kind], dict):
                raise InvalidConfig([Fault(f"config key 'rope_parameters.{kind}'", "an object", repr(parts[kind]))])
            parts[kind].setdefault("rope_type", "default")
        for name, place in self._places().items():
            parts[place.layer_type].setdefault(place.key, getattr(type(self), name))
        return parts

    @property
    def rope_parameters(self) -> dict[str, Any]:
        """What Transformers 5 has in place of ``rope_theta`` and ``rope_scaling``; may be edited in place."""
        return self._rope if self.rope_types != (ALL,) else self._rope[ALL]

    @rope_parameters.setter
    def rope_parameters(self, parameters: object) -> None:
        if not parameters and (parameters is None or isinstance(parameters, Mapping)):
            parameters = dict.fromkeys(self.rope_types) if self.rope_types != (ALL,) else {}
        if not isinstance(parameters, Mapping):
            raise InvalidConfig([Fault("config key 'rope_parameters'", "an object", repr(parameters))])
        nested = {name: part for name, part in parameters.items() if isinstance(part, Mapping) or name in self._rope}
        flat = {name: value for name, value in parameters.items() if name not in nested}
        if self.rope_types == (ALL,):
            nested, faulty, expected = {ALL: flat}, sorted(nested), "no layer types, for all layers are alike here"
        else:
            faulty = sorted({name for name, value in flat.items() if (name, value) != ("rope_type", "default")})
            faulty += sorted(nested.keys() - set(self.rope_types))
            faulty += sorted(name for name, part in nested.items() if not isinstance(part, Mapping | None))
            expected = f"an object for each of {', '.join(self.rope_types)}"
        if faulty:
            raise InvalidConfig([Fault("config key 'rope_parameters'", expected, ", ".join(map(repr, faulty)))])
        for kind, part in nested.items():
            self._set_part(kind, part)

    def _set_part(self, kind: str, parameters: Mapping[str, object] | None) -> None:
        """Another scaling for one layer type. The keys that lie there always stay, unless they are given anew."""
        new = copy.deepcopy(dict(parameters or {}))
        rope_type = new.get("rope_type") or new.get("type")
        if rope_type is None and "factor" in new:
            raise InvalidConfig([Fault("config key 'rope_scaling.rope_type'", "the scaling's name", "nothing")])
        part = self._rope[kind]
        always = {place.key for place in self._places(kind).values()}
        kept = {key: value for key, value in part.items() if key in always}
        given = {key: value for key, value in new.items() if not (key in always and value is None)}
        name = self.rope_type(rope_type or "default")
        part.clear()
        part.update({**kept, **given, "rope_type": name, **({"type": name} if "type" in given else {})})

    def rope_type(self, name: object) -> object:
        """A scaling's name as the formulas know it. A family may extend it."""
        return name

    def _refuse_two_spellings(self, values: Mapping[str, object]) -> None:
        super()._refuse_two_spellings(values)
        own = {self.attribute_map.get(name, name): value for name, value in values.items()}
        faults = []
        for name, place in self._places().items():
            for spelling in ("rope_parameters", "rope_scaling"):
                part = values.get(spelling)
                if isinstance(part, Mapping) and place.layer_type != ALL:
                    part = part.get(place.layer_type)
                inside = part.get(place.key) if isinstance(part, Mapping) else None
                beside = own.get(name)
                if None not in (inside, beside) and inside != beside:
                    expected = f"{inside!r}, as in {spelling}"
                    faults.append(Fault(f"config key {name!r}", expected, repr(beside)))
        if faults:
            raise InvalidConfig(faults, hint="They are names of one thing; give one of them.")

    def _take(self, values: Mapping[str, object]) -> None:
        # First the keys by themselves, then the objects, which say more; last the one that Transformers lets win.
        objects = (
            ("rope_scaling", "rope_parameters") if self.rope_types != (ALL,) else ("rope_parameters", "rope_scaling")
        )
        given = {name: values[name] for name in objects if values.get(name) is not None}
        super()._take({name: value for name, value in values.items() if name not in objects})
        for name, value in given.items():
            setattr(self, name, value)

    def _as_json(self, declared: Mapping[str, object]) -> dict[str, object]:
        values = super()._as_json(declared)
        values.pop("rope_scaling", None)
        scalings = {kind: self._scaling_of(kind) for kind in self.rope_types}
        wanted = scalings[self.scaled_types[0]]
        if any(scaling != (wanted if kind in self.scaled_types else None) for kind, scaling in scalings.items()):
            values["rope_parameters"] = copy.deepcopy(self._rope)  # the older spelling cannot say it
        elif wanted is not None:
            values["rope_scaling"] = wanted
        return values

    def _scaling_of(self, kind: str) -> dict[str, object] | None:
        """What ``rope_scaling`` would say of one layer type."""
        own = {place.key for place in self._places(kind).values()}
        part = {key: copy.deepcopy(value) for key, value in self._rope[kind].items() if key not in own}
        return None if part == {"rope_type": "default"} else part
