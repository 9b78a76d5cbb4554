"""``stream=True``: a repository of the Hub whose weights are read from there as they are needed, at one commit.

Configs come through the cache, as ever. Of weights nothing lands on the disk.
"""

from __future__ import annotations

from loadstone.checkpoint.faults import Faults
from loadstone.checkpoint.index import read_weight_map
from loadstone.checkpoint.names import CONFIG_NAME, GENERATION_CONFIG_NAME
from loadstone.checkpoint.remote import choose_weights
from loadstone.errors import CheckpointNotFound, ConfigNotFound
from loadstone.quantization.registry import settings_files
from loadstone.remote.address import Address, parse
from loadstone.remote.folder import RemoteFolder
from loadstone.sources.hub_errors import explained
from loadstone.sources.hub_files import Cached, Files, HubRequest
from loadstone.sources.request import FileChoice, HubOptions, prefix_of
from loadstone.sources.source import Needs, Source


def take(requested: HubRequest, which: FileChoice, hub: HubOptions, needs: Needs | None, files: Files) -> Source:
    """Configs, and where the weights are.

    :raises CheckpointNotFound: offline, or no safetensors there; ConfigNotFound: no config.
    """
    if isinstance(files, Cached):
        raise CheckpointNotFound(
            f"stream=True reads the weights of {requested.repo_id!r} from the Hub, and offline nothing is asked of it. "
            "Leave it out to load from the cache"
        )
    prefix = prefix_of(which.subfolder)
    configs = [prefix + name for name in (CONFIG_NAME, GENERATION_CONFIG_NAME, *settings_files())]
    there = [name for name in configs if files.has(name)]
    if prefix + CONFIG_NAME not in there:
        raise ConfigNotFound(f"{files.where} has no {prefix + CONFIG_NAME}. {files.hint}")
    root = files.fetch(there)
    source = Source(root, root.name, requested.repo_id, configs=root / prefix)
    remote = RemoteFolder(_address(requested, root.name), _options(requested, hub), is_fixed=True)
    chosen = choose_weights(remote, which.subfolder, which.variant)
    source = source._replace(remote=remote)
    if needs is None or not chosen.is_index:
        return source
    faults = Faults()
    weight_map = read_weight_map(chosen.path, faults)
    faults.raise_if_any()
    assert weight_map is not None
    needed = needs(root / prefix, weight_map)
    return source._replace(left_out={shard: names for shard, names in weight_map.items() if shard not in needed})


def _address(requested: HubRequest, commit: str) -> Address:
    from huggingface_hub import constants

    return parse(requested.endpoint or constants.ENDPOINT).inside(f"{requested.repo_id}/resolve/{commit}")


def _options(requested: HubRequest, hub: HubOptions) -> dict[str, object]:
    """What the caller gave for a store, and the token, which goes to the Hub's own host only: the client drops it
    where the Hub sends us on to another."""
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # which it documents

    with explained(requested.repo_id, requested.revision, requested.endpoint):
        headers = build_hf_headers(token=requested.token, library_name="loadstone")
    token = {name: value for name, value in headers.items() if name.lower() == "authorization"}
    options = dict(hub.storage_options or {})
    return options | {"headers": {**token, **options.get("headers", {})}}
