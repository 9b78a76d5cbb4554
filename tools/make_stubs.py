"""Writes ``src/loadstone/__init__.pyi``, so that editors know the classes that are made when first asked for.

Run ``python tools/make_stubs.py`` after adding a family; a test compares the file with what this prints.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import loadstone
from loadstone.architectures import registry
from loadstone.architectures.tasks import TASKS, Task
from loadstone.frameworks.flax.heads import task_class as flax_tasks
from loadstone.frameworks.tensorflow.heads import task_class as tensorflow_tasks
from loadstone.frameworks.torch.modeling.heads import task_class as torch_tasks

STUB = Path(__file__).parents[1] / "src" / "loadstone" / "__init__.pyi"
_HEADER = """\
# Made by tools/make_stubs.py from the registry of families. Do not edit.
import os
from types import ModuleType
from typing import Any

import tensorflow as tf
from jax import Array
from numpy.typing import ArrayLike
from torch import Tensor

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
    for room in _ROOMS:
        lines += _classes(room)
    return _tidy("".join(lines))


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
        for head in family.heads:
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
    path = "str | os.PathLike[str]"
    return (
        f"\nclass {name}(AutoClass):\n"
        f"    @classmethod\n    def from_pretrained(\n"
        f"        cls, pretrained_model_name_or_path: {path} | None, *model_args: Any, **kwargs: Any\n"
        f"    ) -> {task}: ...\n"
        f"    @classmethod\n    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> {task}: ...\n"
    )


if __name__ == "__main__":
    STUB.write_text(stub())
