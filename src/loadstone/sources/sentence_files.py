"""The files by which sentence-transformers says what lies above an encoder: ``modules.json``, and a folder for each
module beside the encoder's own.

Source: sentence-transformers 6.2, ``base/model.py``, and the spellings of its older versions.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from loadstone.errors import CheckpointNotFound, ConfigNotFound, Fault, InvalidConfig
from loadstone.sources.request import FileChoice, HubOptions
from loadstone.sources.resolve import find_beside, local_folder, resolve_config, settled
from loadstone.sources.source import Source
from loadstone.transfer.json_file import read_json, read_json_list

KEY = "sentence_transformers"
"""What a config holds of all this under."""
MODULES_NAME = "modules.json"
SETTINGS_NAME = "config_sentence_transformers.json"
TRANSFORMER_SETTINGS = (
    "sentence_bert_config.json",
    *(
        f"sentence_{name}_config.json"
        for name in ("roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet")
    ),
)
"""What says how long the encoder's texts may be; the first that is there."""
POOLING_NAME = "1_Pooling/config.json"
"""How tokens are pooled; read where there is no ``modules.json``, too."""
ENCODERS = ("Transformer", "MLMTransformer")
"""Kinds of modules that read texts."""
WITH_WEIGHTS = ("Dense", "LayerNorm", "WeightedLayerPooling")
"""Kinds of modules that have weights in their folders."""
_PACKAGE = "sentence_transformers."
_MOST = 64
"""Modules of one model."""


class SentenceFiles(NamedTuple):
    """What such files say."""

    source: Source
    paths: tuple[Path, ...]
    """Those that were read."""
    modules: tuple[Mapping[str, Any], ...]
    """Each with ``type``, ``path`` and ``config``, the encoder first."""
    settings: Mapping[str, Any]
    """What ``config_sentence_transformers.json`` says."""

    @property
    def encoder_path(self) -> str:
        """The folder of the encoder, within that of all."""
        return str(self.modules[0]["path"])

    def within(self, subfolder: str) -> str:
        """The folder of the encoder, where that of all is a subfolder."""
        return (PurePosixPath(subfolder) / self.encoder_path).as_posix() if self.encoder_path else subfolder

    @property
    def stored(self) -> Mapping[str, str]:
        """The modules with weights: name → folder."""
        kinds = [
            (index, kind_of_type(str(module["type"])), module["path"]) for index, module in enumerate(self.modules)
        ]
        return {f"{index}_{kind}": str(path) for index, kind, path in kinds if index and kind in WITH_WEIGHTS}


def kind_of_type(name: str) -> str | None:
    """``sentence_transformers.models.Pooling``, or a newer spelling → ``"Pooling"``; None for code of others."""
    return name.rpartition(".")[2] if name.startswith(_PACKAGE) else None


def find_sentence_files(
    path_or_id: str | os.PathLike[str],
    which: FileChoice,
    hub: HubOptions,
    check: Callable[[Path, Iterable[Path]], None] | None = None,
) -> SentenceFiles | None:
    """What says which modules a folder, an address or a repository has; None where nothing does.

    ``check`` is given the root and files before they are read. Raises :class:`InvalidConfig` for files that make no
    sense, :class:`HubError`, :class:`RemoteError`.
    """
    finder = _Finder(path_or_id, which._replace(gguf_file=None), hub, *([check] if check else []))
    root = finder.find(MODULES_NAME)
    if root is None:
        root = finder.find(POOLING_NAME)
        if root is None:
            return None
        types = [
            ("sentence_transformers.models.Transformer", ""),
            ("sentence_transformers.models.Pooling", "1_Pooling"),
        ]
    else:
        types = _listed(finder.read(MODULES_NAME))
    transformer = [_join(types[0][1], name) for name in TRANSFORMER_SETTINGS]
    own = [_join(path, "config.json") for _, path in types[1:]]
    finder.fetch([SETTINGS_NAME, *transformer, *own])
    first = next((name for name in transformer if finder.has(name)), None)
    names = [first, *(name if finder.has(name) else None for name in own)]
    configs = [{} if name is None else read_json(finder.read(name), "module") for name in names]
    modules = [
        {"type": kind, "path": path, "config": config} for (kind, path), config in zip(types, configs, strict=True)
    ]
    settings = read_json(finder.read(SETTINGS_NAME), "model") if finder.has(SETTINGS_NAME) else {}
    return SentenceFiles(finder.source, tuple(finder.paths), tuple(modules), settings)


def has_modules(path_or_id: str | os.PathLike[str], which: FileChoice, hub: HubOptions) -> bool:
    """Whether there is a ``modules.json``. A GGUF file that is asked for is its own model."""
    return which.gguf_file is None and _Finder(path_or_id, which, hub).find(MODULES_NAME) is not None


class _Finder:
    """Small files of one place, fetched and checked before they are read."""

    def __init__(
        self,
        path_or_id: str | os.PathLike[str],
        which: FileChoice,
        hub: HubOptions,
        check: Callable[[Path, Iterable[Path]], None] = lambda root, paths: None,
    ) -> None:
        self._place, self._which, self._hub, self._check = path_or_id, which, hub, check
        self.source = Source(Path())
        self.paths: list[Path] = []
        self._is_local = False

    def find(self, name: str) -> Path | None:
        """A file that says that there are others; None where it is not there."""
        try:
            local = local_folder(self._place, ConfigNotFound)
            if local is not None:
                self.source = settled(local, self._which if os.path.isdir(local) else FileChoice())
                self.source, self._is_local = self.source._replace(file=None, configs=self._folder), True
                return self._folder / name if self.has(name) else None
            self.source = resolve_config(self._place, self._which, self._hub, name)
        except (ConfigNotFound, CheckpointNotFound):
            return None
        if self.source.commit is not None:
            self._hub = self._hub._replace(revision=self.source.commit)
        self._sure = name
        return self._folder / name

    @property
    def _folder(self) -> Path:
        return self.source.configs or self.source.folder

    def fetch(self, names: list[str]) -> None:
        """Those of the files that there are."""
        if not self._is_local:
            where = os.fspath(self._place)
            self.source = find_beside(where, [[self._sure]], names, self._which, self._hub)

    def has(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def read(self, name: str) -> Path:
        """The path of a file that is about to be read."""
        path = self._folder / name
        self._check(self.source.folder, [path])
        self.paths.append(path)
        return path


def _listed(path: Path) -> list[tuple[str, str]]:
    """(type, path) of each module that ``modules.json`` lists."""
    listed = read_json_list(path, "model")
    if not 1 <= len(listed) <= _MOST:
        raise InvalidConfig([Fault(str(path), f"from 1 to {_MOST} modules", str(len(listed)))])
    types, faults = [], []
    for index, entry in enumerate(listed):
        kind, inner = (entry.get("type"), entry.get("path")) if isinstance(entry, dict) else (None, None)
        if not isinstance(kind, str) or not isinstance(inner, str) or not _is_inside(inner):
            found = json.dumps(entry)[:100]
            faults.append(Fault(f"{path}, module {index}", "an object with 'type', and a 'path' in this folder", found))
        else:
            types.append((kind, PurePosixPath(inner).as_posix() if PurePosixPath(inner).parts else ""))
    if faults:
        raise InvalidConfig(faults)
    return types


def _is_inside(path: str) -> bool:
    inner = PurePosixPath(path)
    return (
        not inner.is_absolute()
        and ".." not in inner.parts
        and "\\" not in path
        and "\0" not in path
        and ":" not in path
    )


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
