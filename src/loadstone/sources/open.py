"""Resolved files → their checkpoint, opened; for what reads weights without making a model of them, too."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from loadstone.checkpoint import Checkpoint, open_checkpoint
from loadstone.sources.request import MAIN, USUAL_FILES, FileChoice, HubOptions
from loadstone.sources.resolve import resolve_files
from loadstone.sources.source import Needs, Source

if TYPE_CHECKING:
    from loadstone.checkpoint.gguf.open import GgufFile


class OpenedFiles(NamedTuple):
    """What a name stands for, with the headers read and no tensor."""

    source: Source
    checkpoint: Checkpoint
    """Under the Hub's names."""
    gguf: GgufFile | None
    """The one file that all comes from, if it does."""


def open_files(
    path_or_id: str | os.PathLike[str], which: FileChoice = USUAL_FILES, hub: HubOptions = MAIN
) -> OpenedFiles:
    """A folder, a weight file, an index or a Hub id, opened.

    Raises what :func:`loadstone.sources.resolve.resolve_files`, :func:`loadstone.open_checkpoint` and, for a GGUF file,
    :func:`loadstone.checkpoint.gguf.open.open_gguf` raise.
    """
    source = resolve_files(path_or_id, which, hub)
    gguf = open_gguf_of(source)
    return OpenedFiles(source, open_weights(source, which) if gguf is None else gguf.checkpoint, gguf)


def open_gguf_of(source: Source) -> GgufFile | None:
    """The GGUF file that all comes from, opened; None where config and weights are files of their own."""
    if source.gguf is None:
        return None
    from loadstone.checkpoint.gguf.open import open_gguf  # needs NumPy

    return open_gguf(source.gguf)


def open_weights(source: Source, which: FileChoice, needs: Needs | None = None) -> Checkpoint:
    """The weights as their files name them: a GGUF file under its own names.

    ``needs`` tells which shards of an index may be missing, as for ``resolve_files``. Raises what
    :func:`loadstone.open_checkpoint` raises.
    """
    folder = source.configs
    if source.remote is not None:
        from loadstone.checkpoint.remote import RemoteChoice, open_remote  # which files here do without

        wanted = RemoteChoice(which.subfolder, which.variant, which.use_safetensors, which.prefer)
        return open_remote(source.remote, wanted, source.left_out.keys())
    return open_checkpoint(
        source.file or source.folder,
        subfolder="" if source.file is not None else which.subfolder,
        variant=which.variant,
        use_safetensors=which.use_safetensors,
        prefer=which.prefer,
        leave_out=source.left_out.keys(),
        needs=None if needs is None or folder is None else partial(needs, folder),
    )
