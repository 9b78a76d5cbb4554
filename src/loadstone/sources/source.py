"""Files that belong together, and which of them a load needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from loadstone.checkpoint.names import GGUF_SUFFIX

if TYPE_CHECKING:
    from loadstone.remote.folder import RemoteFolder
    from loadstone.sources.private_folder import PrivateFolder


class Source(NamedTuple):
    """Files that belong together."""

    folder: Path
    """The root: all that belongs to it lies within."""
    commit: str | None = None
    """Of the Hub's repository, 40 hexadecimal digits; None for a folder of the user's own."""
    repo_id: str | None = None
    left_out: Mapping[str, Sequence[str]] = {}
    """Shards that the index names and the load does not need, with their tensors; they need not be there."""
    file: Path | None = None
    """The weights, where one file was asked for, by its path or as ``gguf_file``: a weight file or an index."""
    configs: Path | None = None
    """Where ``config.json`` and ``generation_config.json`` lie, if there are any: the folder or its subfolder, or that
    of the one file. None for a GGUF file that was asked for by its path: it stands alone."""
    remote: RemoteFolder | None = None
    """Where the weights are, if they are not on this machine."""
    private: PrivateFolder | None = None
    """Where small files of an address lie as long as this is held."""

    def hashed(self) -> Source:
        """The same files, of which those that are not on this machine are hashed while they are read."""
        return self if self.remote is None else self._replace(remote=self.remote.hashed())

    @property
    def gguf(self) -> Path | None:
        """The GGUF file that config, weights and tokenizer come from, if it is one."""
        return self.file if self.file is not None and self.file.suffix == GGUF_SUFFIX else None


Needs = Callable[[Path, Mapping[str, Sequence[str]]], Collection[str]]
"""The folder with the config, and shard → its tensors; tells which shards a load needs."""
