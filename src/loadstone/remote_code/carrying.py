"""The code that a saved model takes along, so that it loads again elsewhere."""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from loadstone.errors import ArgumentError, InvalidConfig
from loadstone.remote_code.references import CodeReference
from loadstone.remote_code.tree import CodeTree, collect


class _Config(Protocol):
    """What is asked of a config, which is made in a room above this one, or by Transformers."""

    @property
    def name_or_path(self) -> Any: ...


ConfigT = TypeVar("ConfigT", bound=_Config)


def carried(config: ConfigT, model_class: type | None) -> tuple[dict[str, bytes], ConfigT]:
    """Files to save beside a model's weights, and the config that refers to them in its ``auto_map``.

    A class that came with a checkpoint brings its own files; one of the user's own brings its module if
    ``register_for_auto_class`` was called on it. No other code is saved, and the config is then as it was.

    Raises :class:`ArgumentError` where a class has no file, or two files of the same name differ.
    """
    from loadstone.remote_code.running import tree_of

    files: dict[str, bytes] = {}
    home = config.name_or_path if getattr(config, "source_commit", None) else None
    named: dict[str, str] = {}
    for cls in filter(None, (type(config), model_class)):
        came_with = tree_of(cls)
        if came_with is not None and came_with.commit is not None:
            home = came_with.source
        auto_class = getattr(cls, "_auto_class", None)
        tree = came_with or (_tree_around(cls) if auto_class else None)
        if tree is None:
            continue
        for name, content in tree.files.items():
            if files.setdefault(name, content) != content:
                raise ArgumentError(f"Two files of code are named {name} and differ; they cannot be saved together.")
        if auto_class:
            named[auto_class] = f"{_module_in(cls, came_with)}.{cls.__name__}"
    if not files:
        return {}, config
    config = copy.deepcopy(config)
    auto_map = _rebased(getattr(config, "auto_map", None) or {}, files, home)
    vars(config)["auto_map"] = {**auto_map, **named}
    return files, config


def _module_in(cls: type, came_with: CodeTree | None) -> str:
    """The dotted module of a class within its tree."""
    if came_with is not None:
        return cls.__module__.partition(".")[2]
    return Path(_file_of(cls)).stem


def _file_of(cls: type) -> str:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if file is None:
        raise ArgumentError(
            f"{cls.__name__} was defined in an interactive session, so its code cannot be saved with the model. Put it "
            "into a file and import it from there."
        )
    return str(file)


def _tree_around(cls: type) -> CodeTree:
    """The module of a class of the user's own, and what it imports from beside it."""
    path = Path(_file_of(cls))

    def read(name: str) -> bytes | None:
        file = path.parent / name
        return file.read_bytes() if file.is_file() else None

    return collect([path.name], read, str(path.parent))


def _rebased(said: Mapping[str, object], files: Mapping[str, bytes], home: str | None) -> dict[str, object]:
    """``auto_map`` as it must read in another folder: what is carried is there, the rest is where it was."""
    auto_map: dict[str, object] = {}
    for key, entry in said.items():
        texts = entry if isinstance(entry, list | tuple) else [entry]
        new = [None if text is None else _rebased_one(text, files, home) for text in texts]
        if any(new):
            auto_map[key] = new if isinstance(entry, list | tuple) else new[0]
    return auto_map


def _rebased_one(text: object, files: Mapping[str, bytes], home: str | None) -> str | None:
    try:
        reference = CodeReference.parse(text, "auto_map")
    except InvalidConfig:
        return None
    if reference.file in files:
        return f"{reference.module}.{reference.name}"
    repo_id = reference.repo_id or home
    return None if repo_id is None else str(CodeReference(repo_id, reference.module, reference.name))
