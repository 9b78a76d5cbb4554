"""``from_pretrained`` of an adapter's folder: the base model, with the adapter on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from loadstone.checkpoint.not_models import ADAPTER_CONFIG
from loadstone.configs.load_options import Options
from loadstone.core.remote_path import is_address
from loadstone.errors import (
    ArgumentError,
    CheckpointNotFound,
    ConfigNotFound,
    HubError,
    InvalidConfig,
    LoadstoneError,
)
from loadstone.sources.adapters import adapter_folder
from loadstone.sources.request import FileChoice, HubOptions
from loadstone.transfer.json_file import read_json

_OF_THE_ADAPTER = ("revision", "subfolder", "adapter_kwargs", "adapter_name")
_OF_BOTH = ("token", "cache_dir", "force_download", "local_files_only")


class _Base(str):
    """The name of a base model: an adapter of an adapter is none."""


class Adapter(NamedTuple):
    """An adapter, and the base model that its config names."""

    folder: Path
    base: str
    revision: str | None
    """Of the base model."""


def adapter_at(path_or_id: str | os.PathLike[str] | None, options: Options) -> Adapter | None:
    """The adapter in a folder or repository; None where there is none of PEFT's, or it names no base model."""
    if path_or_id is None or isinstance(path_or_id, _Base) or is_address(path_or_id) or os.path.isfile(path_or_id):
        return None
    given = {name: getattr(options, name) for name in ("revision", *_OF_BOTH)} | dict(options.adapter_kwargs or {})
    subfolder = given.pop("subfolder", options.subfolder)
    if unknown := given.keys() - set(HubOptions._fields):
        known = ", ".join(("subfolder", *HubOptions._fields))
        raise ArgumentError(f"adapter_kwargs has {', '.join(sorted(unknown))}, expected some of {known}.")
    try:
        folder = adapter_folder(path_or_id, FileChoice(subfolder=subfolder), HubOptions(**given))
        config = {} if folder is None else read_json(folder / ADAPTER_CONFIG, "adapter")
    except (ConfigNotFound, CheckpointNotFound, HubError, InvalidConfig):  # of which the error for a model says more
        return None
    base, revision = config.get("base_model_name_or_path"), config.get("revision")
    if folder is None or "peft_type" not in config or not isinstance(base, str) or not base:
        return None
    return Adapter(folder, base, revision if isinstance(revision, str) else None)


def with_base(
    adapter: Adapter, load: Callable[[str, dict[str, object]], Any], keywords: Mapping[str, object], options: Options
) -> Any:
    """What ``load`` gives for the base model and what is left of the caller's ``keywords``, with the adapter on it."""
    if options.lock is not None:
        raise ArgumentError(
            f"{adapter.folder} holds an adapter, which lock={os.fspath(options.lock)!r} does not cover. Load "
            f"{adapter.base!r} with it, then model.load_adapter(folder)."
        )
    passed_on = {name: value for name, value in keywords.items() if name not in _OF_THE_ADAPTER}
    try:
        loaded = load(_Base(adapter.base), passed_on | {"revision": adapter.revision})
    except LoadstoneError as error:
        error.add_note(f"{adapter.base!r} is the base model that {adapter.folder / ADAPTER_CONFIG} names.")
        raise
    model = loaded[0] if options.output_loading_info else loaded
    model.load_adapter(adapter.folder, options.adapter_name)
    return loaded
