"""Writes ``src/loadstone/__init__.pyi``, so that editors know the classes that are made when first asked for.

Run ``python tools/make_stubs.py`` after adding a family; a test compares the file with what this prints.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import loadstone
from loadstone.architectures import registry
from loadstone.frameworks.torch.heads import TASK_CLASSES

STUB = Path(__file__).parents[1] / "src" / "loadstone" / "__init__.pyi"
_HEADER = """\
# Made by tools/make_stubs.py from the registry of families. Do not edit.
import os
from types import ModuleType
from typing import Any

"""


def stub() -> str:
    """The text of the stub."""
    lines = [_HEADER]
    for name, home in sorted(loadstone._HOMES.items()):
        if not name.startswith("AutoModel"):
            lines.append(f"from {home} import {name} as {name}\n")
    lines.append("from loadstone.auto import AutoClass\n")
    tasks = ", ".join(sorted(cls.__name__ for cls in TASK_CLASSES.values()))
    lines.append(f"from loadstone.frameworks.torch.heads import {tasks}\n")
    for family in registry.families().values():
        lines.append(f"from {family.config.__module__} import {family.config.__name__} as {family.config.__name__}\n")
    lines.append("\n__version__: str\n")
    lines += [f"{name}: ModuleType\n" for name in sorted(loadstone._MODULES)]
    for name in sorted(loadstone._HOMES):
        if name.startswith("AutoModel"):
            lines.append(_auto(name, TASK_CLASSES[getattr(loadstone, name).task].__name__))
    for family in registry.families().values():
        base, config = f"{family.stem}PreTrainedModel", family.config.__name__
        lines.append(f"\nclass {base}(PreTrainedModel):\n    config: {config}\n")
        for head in family.heads:
            task = TASK_CLASSES[head.task].__name__
            lines.append(f"\nclass {head.class_name}({base}, {task}):\n    config: {config}\n")
    return _tidy("".join(lines))


def _tidy(text: str) -> str:
    """What ruff makes of it: imports sorted, lines broken."""
    for arguments in (["check", "--select", "I", "--fix", "--quiet"], ["format"]):
        command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", str(STUB), "-"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    return text


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
