"""``config.json``, and what else says the same → its values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.errors import ConfigNotFound
from loadstone.transfer.json_file import read_json


def read_config(folder: Path) -> dict[str, Any]:
    """The contents of ``config.json`` in a folder."""
    if not (folder / CONFIG_NAME).is_file() and (found := sorted(path.name for path in folder.glob("*.gguf"))):
        raise ConfigNotFound(
            f"{folder}: no {CONFIG_NAME} there, but {len(found)} of llama.cpp's files. "
            f"With gguf_file={found[0]!r} the config, the weights and the tokenizer come from that file."
        )
    if not (folder / CONFIG_NAME).is_file():
        from loadstone.checkpoint.not_models import describe_missing_config  # nobody else needs it

        raise ConfigNotFound(describe_missing_config(folder))
    return read_json(folder / CONFIG_NAME, "model")


def read_values(folder: Path, gguf_file: str | None) -> dict[str, Any]:
    """The same, or what a GGUF file says, where one is meant."""
    from loadstone.checkpoint.names import gguf_path

    path = gguf_path(folder, gguf_file)
    if path is None:
        return read_config(folder)
    from loadstone.checkpoint.gguf.open import open_gguf  # needs NumPy

    return open_gguf(path).config
