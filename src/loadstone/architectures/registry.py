"""Which families there are: every file in ``families/``. Adding one there is all it takes."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import takewhile

from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.sentence_heads import sentence_head
from loadstone.architectures.tasks import SENTENCE_EMBEDDING, TASKS
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import UnknownModelType

_FOLDER = "loadstone.architectures.families"


@lru_cache(maxsize=1)
def _modules() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(importlib.import_module(_FOLDER).__path__)))


def _declared(module: str) -> Family:
    family: Family = importlib.import_module(f"{_FOLDER}.{module}").FAMILY
    return family


@lru_cache(maxsize=1)
def families() -> dict[str, Family]:
    """``model_type`` → family, all of them."""
    return {family.model_type: family for family in map(_declared, _modules())}


@lru_cache(maxsize=1024)
def _home(model_type: str) -> Family | None:
    """The family of a ``model_type``, its own or that of a part of its models (``clip_text_model``); no family is
    imported whose name does not begin with the same word."""
    name = model_type.replace("-", "_")
    alike = [module for module in _modules() if module.partition("_")[0] == name.partition("_")[0]]
    near = sorted(alike, key=lambda module: (f"{name}_".startswith(f"{module}_"), len(module)), reverse=True)
    declared = (_declared(module) for module in near)
    return next((family for family in declared if family.config_of(model_type) is not None), None)


def is_family(model_type: object) -> bool:
    """Whether a ``model_type`` has a family here."""
    return isinstance(model_type, str) and _home(model_type) is not None


def family(model_type: str) -> Family:
    """The family of a ``model_type``, importing no other; :class:`UnknownModelType` names the nearest known ones."""
    home = _home(model_type)
    if home is not None:
        return home
    near = difflib.get_close_matches(model_type, families(), n=3, cutoff=0.5)
    raise UnknownModelType(
        f"model_type {model_type!r} is of no family that Loadstone knows"
        + (f"; the nearest are {', '.join(near)}" if near else "")
        + f". Known: {', '.join(families())}."
    )


def config_class(model_type: str) -> type[PretrainedConfig]:
    """The config class of a ``model_type``; :class:`UnknownModelType`."""
    cls = family(model_type).config_of(model_type)
    assert cls is not None
    return cls


def heads_of(family: Family) -> tuple[HeadSpec, ...]:
    """All classes of a family: those that it declares, and the one for vectors of texts."""
    derived = sentence_head(family)
    return family.heads if derived is None else (*family.heads, derived)


def find_head(family: Family, task: str, model_type: str, names: Collection[str] = ()) -> HeadSpec | None:
    """The family's class for a task, of a config with a ``model_type``, if it has one; see :meth:`Family.head`."""
    if task != SENTENCE_EMBEDDING:
        return family.head(task, model_type, names)
    return sentence_head(family) if family.config_of(model_type) is family.config else None


def head(family: Family, task: str, model_type: str, names: Collection[str] = ()) -> HeadSpec:
    """The family's class for a task, of a config with a ``model_type``; :class:`UnknownModelType` lists those that it
    has."""
    head_spec = find_head(family, task, model_type, names)
    if head_spec is None:
        known = ", ".join(
            f"{TASKS[head.task].auto_class} ({head.class_name})" if TASKS[head.task].has_auto_class else head.class_name
            for head in family.heads_of(model_type)
        )
        raise UnknownModelType(
            f"The {model_type} family has no head for {task}. "
            + (f"Of such a checkpoint these make a model: {known}." if known else "It is a part of others.")
        )
    return head_spec


@lru_cache(maxsize=1024)
def class_named(name: str) -> tuple[Family, HeadSpec | None] | None:
    """What :func:`class_names` has under a name; of most families one is imported, not all."""
    for family in _likeliest_first(name):
        if name == f"{family.stem}PreTrainedModel":
            return family, None
        head = next((head for head in heads_of(family) if head.class_name == name), None)
        if head is not None:
            return family, head
    return None


@lru_cache(maxsize=1024)
def config_named(name: str) -> type[PretrainedConfig] | None:
    """What :func:`config_names` has under a name, as :func:`class_named` finds it."""
    return next((found for family in _likeliest_first(name) if (found := family.configs.get(name)) is not None), None)


def _likeliest_first(class_name: str) -> Iterator[Family]:
    """All families; first those whose files are named as the class begins, the longest such name before others."""

    def alike(module: str) -> int:
        letters = zip(module.replace("_", ""), class_name.lower(), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], letters))

    return map(_declared, sorted(_modules(), key=alike, reverse=True))


@lru_cache(maxsize=1)
def class_names() -> dict[str, tuple[Family, HeadSpec | None]]:
    """Name of a model class → its family and head; None as head for the family's abstract ``…PreTrainedModel``."""
    names: dict[str, tuple[Family, HeadSpec | None]] = {}
    for family in families().values():
        names[f"{family.stem}PreTrainedModel"] = (family, None)
        names.update({head.class_name: (family, head) for head in heads_of(family)})
    return names


@lru_cache(maxsize=1)
def config_names() -> dict[str, type[PretrainedConfig]]:
    """Name → config class, of every family and of what lies within its config."""
    return {name: config for family in families().values() for name, config in family.configs.items()}
