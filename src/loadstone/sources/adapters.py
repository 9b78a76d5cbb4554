"""Where the files of an adapter are: a folder, or a repository of the Hub."""

from __future__ import annotations

import os
from pathlib import Path

from loadstone.checkpoint.not_models import ADAPTER_CONFIG
from loadstone.sources.request import FileChoice, HubOptions, check_files, prefix_of

ADAPTER_WEIGHTS = "adapter_model.safetensors"
_WEIGHTS = (ADAPTER_WEIGHTS, "adapter_model.bin")


def adapter_folder(path_or_id: str | os.PathLike[str], which: FileChoice, hub: HubOptions) -> Path | None:
    """The folder that holds an adapter's config and weights; None where a folder or repository holds none.

    Raises :class:`ArgumentError` for values of other types, and :class:`HubError`.
    """
    check_files(which, hub)
    if os.path.exists(path_or_id):
        folder = Path(path_or_id) / which.subfolder
    else:
        from loadstone.sources.repository import fetch_files  # few adapters come from there

        prefix = prefix_of(which.subfolder)
        folder = (
            fetch_files(os.fspath(path_or_id), [prefix + name for name in (ADAPTER_CONFIG, *_WEIGHTS)], hub) / prefix
        )
    return folder if (folder / ADAPTER_CONFIG).is_file() else None


def adapter_weights(folder: Path) -> Path:
    """Its weight file, which need not be there."""
    return next((folder / name for name in _WEIGHTS if (folder / name).is_file()), folder / ADAPTER_WEIGHTS)
