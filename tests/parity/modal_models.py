"""Every class and variant of the families in :mod:`modal_families`, made once a session."""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping
from typing import Any

import pytest
import transformers

from loadstone.architectures import registry

from .modal import Made
from .modal_families import ModalFamily, families

KNOWN = families()
Each = tuple[str, str, str]
"""Family, class, variant; the plain one has no name."""


def classes(family: str) -> list[str]:
    return [head.class_name for head in registry.family(family).heads]


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(dict(base))
    for key, value in changes.items():
        within = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = merged(result[key], value) if within else copy.deepcopy(value)
    return result


def config_of(known: ModalFamily, class_name: str, *changes: Mapping[str, Any]) -> Any:
    """transformers' config of a class."""
    keys = functools.reduce(merged, (known.changes.get(class_name, {}), *changes), dict(known.plain))
    config = getattr(transformers, known.config)(**keys)
    part = known.parts.get(class_name)
    return getattr(config, part) if part else config


class Models:
    """The models of these tests, made once."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._made: dict[Each, Made] = {}

    def __call__(self, family: str, class_name: str = "", variant: str = "") -> Made:
        known = KNOWN[family]
        key = (family, class_name or known.main, variant)
        if key not in self._made:
            config = config_of(known, key[1], known.awkward.get(variant, {}))
            self._made[key] = Made(key[1], config, self._folders.mktemp("modal"), norms_at=known.norms_at)
        return self._made[key]

    def inputs(self, family: str, class_name: str = "", variant: str = "") -> dict[str, Any]:
        known = KNOWN[family]
        return dict(known.inputs(class_name or known.main, self(family, class_name, variant).model.config))
