"""Writes ``src/loadstone/__init__.pyi``, so that editors know the classes that are made when first asked for, and
``configs/family_keywords.pyi``: what each family's ``from_pretrained`` takes.

Run ``python tools/make_stubs.py`` after adding a family; a test compares the file with what this prints.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.tasks import TASKS, Task
from loadstone.configs.load_keywords import LoadKeywords
from loadstone.frameworks.flax.heads import task_class as flax_tasks
from loadstone.frameworks.tensorflow.heads import task_class as tensorflow_tasks
from loadstone.frameworks.torch.modeling.heads import task_class as torch_tasks

PACKAGE = Path(__file__).parents[1] / "src" / "loadstone"
STUB, KEYWORDS = PACKAGE / "__init__.pyi", PACKAGE / "configs" / "family_keywords.pyi"
_KEYWORDS_HEADER = """\
# Made by tools/make_stubs.py from the configs of the families. Do not edit.
# What the signatures of __init__.pyi need; there is no such module to import.
from typing import Any, Literal, TypedDict

from loadstone.configs.load_keywords import LoadKeywords, PlanKeywords

"""
_HEADER = """\
# Made by tools/make_stubs.py from the registry of families. Do not edit.
import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Literal, Self, Unpack, overload

import tensorflow as tf
from jax import Array
from numpy.typing import ArrayLike
from torch import Tensor

from loadstone.configs import family_keywords as _keywords
from loadstone.core.placement_options import MaxMemory
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.outputs import FieldTuple
from loadstone.frameworks.tensorflow.cache import Cache

"""


class _Room(NamedTuple):
    """What one framework's classes derive from."""

    prefix: str
    heads: str
    """The module that has the classes of the tasks."""
    base: str
    of_task: Callable[[Task], type[Any]]
    method: str
    """The forward pass."""


_ROOMS = (
    _Room("", "torch.modeling.heads", "PreTrainedModel", torch_tasks, "forward"),
    _Room("Flax", "flax.heads", "FlaxPreTrainedModel", flax_tasks, "__call__"),
    _Room("TF", "tensorflow.heads", "TFPreTrainedModel", tensorflow_tasks, "call"),
)


_OVERRIDES = "  # type: ignore[override, unused-ignore]"
"""A forward pass that takes or gives something else than those of its task, which not every framework's types tell."""


def stub() -> str:
    """The text of the stub."""
    lines = [_HEADER]
    for name, home in sorted(loadstone._HOMES.items()):
        if home not in ("loadstone.pipeline.auto", "loadstone.pipeline.auto_of_transformers"):
            lines.append(f"from {home} import {name} as {name}\n")
    lines.append("from loadstone.pipeline.auto import AutoClass\n")
    lines.remove(f"from {loadstone._HOMES['plan']} import plan as plan\n")
    lines.append("from loadstone.pipeline.tasks.factory import pipeline as pipeline\n")
    outputs = {task.output for task in TASKS.values()}
    outputs |= {head.of_task.output for family in registry.families().values() for head in family.heads}
    for output in sorted({"MoeCausalLMOutputWithPast", *outputs}):
        lines.append(f"from loadstone.frameworks.outputs import {output}\n")
    for room in _ROOMS:
        generation = room.heads.replace("heads", "generation")
        lines.append(f"from loadstone.frameworks.{room.heads} import TaskModel as _{room.prefix}TaskModel\n")
        lines.append(
            f"from loadstone.frameworks.{generation} import GenerationMixin as _{room.prefix}GenerationMixin\n"
        )
        lines.append(f"from loadstone.frameworks.{room.heads} import FrameWriter as _{room.prefix}FrameWriter\n")
    for name, config in registry.config_names().items():
        lines.append(f"from {config.__module__} import {name} as {name}\n")
    lines.append("\n__version__: str\n")
    lines += [f"{name}: ModuleType\n" for name in sorted(loadstone._MODULES - {"pipeline"})]
    lines.append(_plan())
    for room in _ROOMS:
        lines += _classes(room)
    return _tidy("".join(lines))


def keywords() -> str:
    """The text of the stub of keywords: for each family the keys of its configs, and for Auto classes those of all."""
    families: dict[str, dict[str, str]] = {}
    for family in registry.families().values():
        configs = dict.fromkeys([family.config, *(head.config for head in family.heads if head.config is not None)])
        families[family.stem] = _merged([_keys(config) for config in configs])
    every = _merged(list(families.values()))
    shared = {name: hint for name, hint in every.items() if all(keys.get(name) == hint for keys in families.values())}
    lines = [_KEYWORDS_HEADER, f"\nclass _SharedKeys(TypedDict, total=False):\n{_fields(shared, {})}"]
    for stem, keys in families.items():
        lines.append(f"\nclass {stem}Keywords(LoadKeywords, _SharedKeys, total=False):\n{_fields(keys, shared)}")
    lines.append(f"\nclass _KeysOfAnyFamily(_SharedKeys, total=False):\n{_fields(every, shared)}")
    lines.append("\nclass AnyKeywords(LoadKeywords, _KeysOfAnyFamily, total=False): ...\n")
    lines.append("\nclass AnyPlanKeywords(PlanKeywords, _KeysOfAnyFamily, total=False): ...\n")
    return _tidy("".join(lines))


def _merged(several: list[dict[str, str]]) -> dict[str, str]:
    """The keys of all of them; what is of several types is of any."""
    names = sorted({name for keys in several for name in keys})
    found = {name: {keys[name] for keys in several if name in keys} for name in names}
    return {name: hints.pop() if len(hints) == 1 else "Any" for name, hints in found.items()}


def _keys(config: type[Any]) -> dict[str, str]:
    """Each key of a config that may be given to a load → its type, as a stub spells it."""
    hints = {name: _type(hint) for name, (hint, _) in config.fields().items()}
    hints |= {name: hints.get(target, "Any") for name, target in config.attribute_map.items()}
    known = {name for name in config().known_keys() if name.isidentifier() and name[0] != "_"}
    kinds = {name: hints.get(name, "Any") for name in sorted(known - LoadKeywords.__annotations__.keys())}
    return kinds | {"num_labels": "int"}


def _type(hint: Any) -> str:
    """A type of plain values; Any for configs within, which may be given as dicts."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " | ".join(map(_type, arguments))
    if typing.get_origin(hint) is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if typing.get_origin(hint) in (dict, list):
        return f"{typing.get_origin(hint).__name__}[{', '.join(map(_type, arguments))}]"
    return {bool: "bool", int: "int", float: "float", str: "str", type(None): "None"}.get(hint, "Any")


def _fields(keys: dict[str, str], inherited: dict[str, str]) -> str:
    """The lines of a ``TypedDict``, but for those that it has from another."""
    return "".join(f"    {name}: {hint}\n" for name, hint in keys.items() if name not in inherited) or "    ...\n"


def _plan() -> str:
    """``plan``, which takes the keys of any family's config."""
    parameters = list(inspect.signature(loadstone.plan).parameters.values())
    named = "".join(f"    {parameter},\n".replace("'", "") for parameter in parameters[:-1])
    named = named.replace("    device_map", "    *,\n    device_map").replace("object = auto", "object = 'auto'")
    return f"\ndef plan(\n{named}    **options: Unpack[_keywords.AnyPlanKeywords],\n) -> Forecast: ...\n"


def _classes(room: _Room) -> Iterator[str]:
    """The auto classes and the model-specific classes of one framework."""
    tasks = {name: f"_{room.prefix}{task.class_name}" for name, task in TASKS.items()}
    for name, task in TASKS.items():
        mixin = f", _{room.prefix}GenerationMixin" if task.generates else ""
        yield f"\nclass {tasks[name]}(_{room.prefix}TaskModel{mixin}):\n{_method(room, task)}"
    whole = (head for family in registry.families().values() for head in family.heads if head.config is None)
    also = {task for head in whole for task in head.also}
    for name in sorted(loadstone._HOMES):
        if name in loadstone._AUTO_OF_TRANSFORMERS:
            if not room.prefix:
                yield _auto(name, "Any")
        elif name.startswith((f"{room.prefix}AutoModel", f"{room.prefix}AutoBackbone")):
            # Tasks that no family has: the class comes with the checkpoint.
            task = getattr(loadstone, name).task
            yield _auto(name, room.base if task in also else tasks.get(task, room.base))
    for family in registry.families().values():
        base, config = f"{room.prefix}{family.stem}PreTrainedModel", family.config.__name__
        is_one = all(head.config is None for head in family.heads)
        yield f"\nclass {base}({room.base}):\n    config: {config if is_one else 'Any'}\n"
        yield _from_pretrained(f"{family.stem}Keywords", "Self")
        for head in registry.heads_of(family):
            config = (head.config or family.config).__name__
            note = _OVERRIDES if _kinds(room, head.of_task) != _kinds(room, TASKS[head.task]) else ""
            own = _method(room, head.of_task, note) if head.differs else ""
            mixin = f", _{room.prefix}FrameWriter" if head.of_task.writes_frames else ""
            bases = f"{base}, {tasks[head.task]}{mixin}"
            yield f"\nclass {room.prefix}{head.class_name}({bases}):\n    config: {config}\n{own}"


def _method(room: _Room, task: Task, note: str = "") -> str:
    """The forward pass of a task's class."""
    made = room.of_task(task)
    passes = (f"    def {part.name}{_signature(getattr(made, part.name))}: ...\n" for part in task.passes)
    method = getattr(made, room.method)
    # A note holds for the line that begins the function, however many there are in the end.
    signature = _signature(method).removeprefix("(")
    return f"    def {room.method}({note}{chr(10) if note else ''}{signature}: ...\n" + "".join(passes)


def _kinds(room: _Room, task: Task) -> list[object]:
    """The types of what the forward pass of a task's class takes and gives, by name. TensorFlow comes without types,
    and of what has none mypy looks at no names."""
    signature = inspect.signature(getattr(room.of_task(task), room.method))
    parameters = signature.parameters.values()
    names = [] if room.prefix == "TF" else [parameter.name for parameter in parameters]
    return [names, *(parameter.annotation for parameter in parameters), signature.return_annotation]


def _signature(method: Callable[..., Any]) -> str:
    """As it stands in a source: the annotations are text."""
    signature = inspect.signature(method)
    parameters = [
        f"{'**' if parameter.kind is parameter.VAR_KEYWORD else ''}{name}"
        + (f": {parameter.annotation}" if parameter.annotation is not parameter.empty else "")
        + (f" = {parameter.default!r}" if parameter.default is not parameter.empty else "")
        for name, parameter in signature.parameters.items()
    ]
    return f"({', '.join(parameters)}) -> {signature.return_annotation}"


def _tidy(text: str) -> str:
    """What ruff makes of it: imports sorted, lines broken; with what type checkers are told of a method on its first
    line, where they look for it."""
    for arguments in (["check", "--select", "I", "--fix", "--quiet"], ["format"]):
        command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", str(STUB), "-"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    # Of a broken line a note counts where it begins.
    broken = re.compile(rf"( def \w+\()(\n(?: {{8}}.*\n)+    \).*){re.escape(_OVERRIDES)}")
    return broken.sub(rf"\1{_OVERRIDES}\2", text)


def _auto(name: str, task: str) -> str:
    return (
        f"\nclass {name}(AutoClass):\n"
        + _from_pretrained("AnyKeywords", task)
        + f"    @classmethod\n    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> {task}: ...\n"
    )


def _from_pretrained(keywords: str, gives: str) -> str:
    """Its signatures, of which ``output_loading_info`` decides. Base classes take whatever a user's own class may."""
    path = "pretrained_model_name_or_path: str | os.PathLike[str] | None"
    pair = f"tuple[{gives}, dict[str, Any]]"
    cases = (
        ("output_loading_info: Literal[True]", pair),
        ("output_loading_info: Literal[False] | None = None", gives),
        ("output_loading_info: bool | None", f"{gives} | {pair}"),
    )
    return "".join(
        f"    @overload{_OVERRIDES if case is cases[0] else ''}\n    @classmethod\n    def from_pretrained(\n"
        f"        cls, {path}, *model_args: Any, {case[0]}, **kwargs: Unpack[_keywords.{keywords}]\n"
        f"    ) -> {case[1]}: ...\n"
        for case in cases
    )


if __name__ == "__main__":
    STUB.write_text(stub())
    KEYWORDS.write_text(keywords())
