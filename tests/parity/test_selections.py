"""The families that stand for all have between them whatever any family has."""

from __future__ import annotations

import typing
from dataclasses import fields

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.components.base import Component

from .cases import FAMILIES, PLAIN
from .selections import KINDS


def kinds_of(family: str) -> set[str]:
    """The components of a family's plain config with all its heads, and which of the named ways each of them works in:
    ``Layer``, ``Layer.order=sandwich``."""
    config = loadstone.AutoConfig.for_model(family, **PLAIN[family])
    rest: list[Component] = [head.blueprint(config) for head in registry.family(family).heads]
    kinds: set[str] = set()
    while rest:
        component = rest.pop()
        kinds |= {type(component).__name__, *ways(component)}
        rest += [part.component for part in component.parts()]
    return kinds


def ways(component: Component) -> set[str]:
    """The values of the fields that may have one of several named values."""
    types = typing.get_type_hints(type(component))
    named = [field.name for field in fields(component) if typing.get_origin(types[field.name]) is typing.Literal]  # type: ignore[arg-type]
    return {f"{type(component).__name__}.{name}={getattr(component, name)}" for name in named}


def test_no_family_has_a_kind_of_component_that_those_of_kinds_lack() -> None:
    tried = set().union(*map(kinds_of, KINDS))
    lacking = {family: kinds_of(family) - tried for family in FAMILIES}
    assert {family: kinds for family, kinds in lacking.items() if kinds} == {}, "add it to KINDS"
