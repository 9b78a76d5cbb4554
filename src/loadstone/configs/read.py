"""``config.json``, and what else says the same → its values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loadstone.checkpoint.names import CONFIG_NAME
from loadstone.errors import ConfigNotFound
from loadstone.transfer.json_file import read_json

if TYPE_CHECKING:
    from loadstone.core.json_values import JsonObject
    from loadstone.sources.source import Source


def read_config(folder: Path) -> JsonObject:
    """The contents of ``config.json`` in a folder."""
    if not (folder / CONFIG_NAME).is_file() and (gguf_names := sorted(path.name for path in folder.glob("*.gguf"))):
        raise ConfigNotFound(
            f"{folder}: no {CONFIG_NAME} there, but {len(gguf_names)} of llama.cpp's files. "
            f"With gguf_file={gguf_names[0]!r} the config, the weights and the tokenizer come from that file."
        )
    if not (folder / CONFIG_NAME).is_file():
        from loadstone.checkpoint.not_models import describe_missing_config  # nobody else needs it

        raise ConfigNotFound(describe_missing_config(folder))
    return read_json(folder / CONFIG_NAME, "model")


def read_values(source: Source) -> JsonObject:
    """The same of resolved files: what lies in the folder, or beside the one file, or what a GGUF file says.

    Raises :class:`ConfigNotFound` where there is none, and for a file that no model is loaded from alone.
    """
    if source.gguf is not None:
        from loadstone.checkpoint.gguf.open import open_gguf  # needs NumPy

        return open_gguf(source.gguf).config
    assert source.configs is not None  # a GGUF file alone stands without
    if source.file is not None:
        from loadstone.checkpoint.not_models import refuse_file  # few loads name a file

        refuse_file(source.file)
    return read_config(source.configs)


def values_beside(source: Source) -> JsonObject | None:
    """What the ``config.json`` beside some weights says; None where there is none, which weights need not have."""
    folder = source.configs
    return read_config(folder) if folder is not None and (folder / CONFIG_NAME).is_file() else None
