"""What a load needs of a folder at an object store or a web server: small files are fetched, weights stay there.

Small files (configs, tokenizers) go into a private folder, which is removed when the load is done with it; of weights
nothing lands on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.index import read_weight_map
from loadstone.checkpoint.names import CONFIG_NAME, GENERATION_CONFIG_NAME
from loadstone.checkpoint.remote import choose_weights, folder_at
from loadstone.errors import ArgumentError, CheckpointNotFound, ConfigNotFound, CorruptCheckpoint, Fault
from loadstone.quantization.registry import settings_files
from loadstone.remote.folder import RemoteFolder
from loadstone.sources.private_folder import PrivateFolder
from loadstone.sources.request import FileChoice, HubOptions, prefix_of
from loadstone.sources.source import Needs, Source
from loadstone.transfer.regular_file import open_file

_LARGEST_BYTES = 256 << 20
"""Of a file that is fetched whole."""


def find_files(address: str, which: FileChoice, hub: HubOptions, needs: Needs | None) -> Source:
    """Configs, and where the weights are; :func:`loadstone.sources.resolve.resolve_files` says which.

    :raises RemoteError: the store or the server refuses, fails, or cannot be reached.
    """
    remote, prefix = _folder(address, which, hub), prefix_of(which.subfolder)
    configs = (CONFIG_NAME, GENERATION_CONFIG_NAME, *settings_files())
    source = _fetched(remote, prefix, [prefix + name for name in configs])
    if needs is None or source.configs is None or not (source.configs / CONFIG_NAME).is_file():
        return source
    index = choose_weights(remote, which.subfolder, which.variant)
    if not index.is_index:
        return source
    faults = Faults()
    weight_map = read_weight_map(index.path, faults)
    faults.raise_if_any()
    assert weight_map is not None
    needed = needs(source.configs, weight_map)
    return source._replace(left_out={shard: names for shard, names in weight_map.items() if shard not in needed})


def find_config(address: str, which: FileChoice, hub: HubOptions, name: str = CONFIG_NAME) -> Source:
    """``config.json``, or another small file in its place. Raises :class:`ConfigNotFound` where there is none."""
    remote, prefix = _folder(address, which, hub), prefix_of(which.subfolder)
    source = _fetched(remote, prefix, [prefix + name])
    if source.configs is None or not (source.configs / name).is_file():
        raise ConfigNotFound(
            f"{remote.address.inside(prefix + name)}: no such file, or it may not be read. {remote.advice}"
        )
    return source


def find_beside(
    address: str, choices: Sequence[Sequence[str]], beside: Sequence[str], which: FileChoice, hub: HubOptions
) -> Source:
    """As :func:`loadstone.sources.repository.find_beside`, but for whole folders, which servers need not list."""
    remote, prefix = _folder(address, which, hub), prefix_of(which.subfolder)
    wanted = [name for names in (*choices, beside) for name in names if not name.endswith("/")]
    there = remote.find_all((prefix + name for name in dict.fromkeys(wanted)), may_be_forbidden=True)
    found = next((names for choice in choices if (names := [name for name in choice if prefix + name in there])), None)
    if found is None:
        looked_for = ", ".join(name for choice in choices for name in choice)
        raise CheckpointNotFound(
            f"{remote.address}: none of {looked_for} there, or they may not be read. {remote.advice}"
        )
    return _fetched(remote, prefix, [name for name in there if name.removeprefix(prefix) in (*found, *beside)])


def _folder(address: str, which: FileChoice, hub: HubOptions) -> RemoteFolder:
    if which.gguf_file is not None:
        raise ArgumentError(f"gguf_file={which.gguf_file!r}: of remote files only safetensors are read. Download it")
    remote = folder_at(address, hub.storage_options)
    if hub.local_files_only:
        raise ArgumentError(f"local_files_only=True asks nobody, and {remote.address} can only be asked; drop one")
    if hub.revision is not None:
        raise ArgumentError(f"revision={hub.revision!r} is for ids of the Hub, and {remote.address} has none; drop it")
    if remote.only and (which.subfolder or which.variant):
        raise ArgumentError(
            f"{remote.only} is a file: subfolder and variant say where to look in a folder; leave them out"
        )
    return remote


def _fetched(remote: RemoteFolder, prefix: str, names: Iterable[str]) -> Source:
    """Those of some files that there are, in a private folder."""
    private = PrivateFolder()
    # For messages, which name the files that are read: where they come from.
    root = "/".join(part[:100] for part in (remote.address.host.replace(":", "_"), remote.address.name) if part)
    (private.path / root / prefix).mkdir(parents=True)
    for name, path in remote.find_all(names, may_be_forbidden=True).items():
        with open_file(path) as file:
            if file.nbytes > _LARGEST_BYTES:
                raise CorruptCheckpoint([Fault(str(path), f"at most {_LARGEST_BYTES} bytes", f"{file.nbytes}")])
            private.write(f"{root}/{name}", file.read(0, file.nbytes))
    folder = private.path / root
    return Source(folder, configs=folder / prefix, remote=remote, private=private)
