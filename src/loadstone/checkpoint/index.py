"""The index of a sharded checkpoint: a JSON file whose ``weight_map`` says which shard holds which tensor."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.checkpoint.files import RegularFile, UnusableFile
from loadstone.checkpoint.strict_json import MAX_NBYTES, MalformedJson, parse
from loadstone.tensors import StoredTensor

_FETCH_AGAIN = "Fetch the index again, or ask its author"
_DRIVE = re.compile(r"[A-Za-z]:")


def read_weight_map(path: Path, faults: Faults) -> dict[str, list[str]] | None:
    """Shard name → names of its tensors, in the order of the shard names.

    Shard names are checked to stay in the index's folder. ``metadata.total_size`` is not believed: many are wrong.
    Every fault found is added to ``faults``; the answer is None if there was one.
    """
    try:
        with RegularFile(path) as file:
            file.refuse_lfs_pointer()
            if file.nbytes > MAX_NBYTES:
                raise UnusableFile(f"an index of at most {MAX_NBYTES} bytes", str(file.nbytes))
            text = bytes(file.read(0, file.nbytes))
        index = parse(text)
    except UnusableFile as unusable:
        faults.damaged(path, unusable.expected, unusable.found, unusable.hint)
        return None
    except MalformedJson as malformed:
        faults.damaged(path, "JSON", str(malformed), _FETCH_AGAIN)
        return None
    weight_map = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(weight_map, dict) or not weight_map:
        faults.damaged(f"{path}: weight_map", "an object: tensor name → shard name", "none", _FETCH_AGAIN)
        return None
    before = len(faults)
    shards: defaultdict[str, list[str]] = defaultdict(list)
    for name, shard in weight_map.items():
        if isinstance(shard, str):
            shards[shard].append(name)
        else:
            faults.damaged(in_file(path, name), "a shard's name", f"a JSON {type(shard).__name__}", _FETCH_AGAIN)
    for shard in shards:
        if why := _leaves_folder(shard):
            faults.unsafe(path, "shards in the index's own folder", f"{quoted(shard)}, {why}", "Do not trust this file")
    return dict(sorted(shards.items())) if len(faults) == before else None


def check_agreement(
    index: Path,
    weight_map: Mapping[str, list[str]],
    shards: Mapping[str, list[StoredTensor]],
    faults: Faults,
) -> None:
    """Index and shards must agree both ways: the same tensors in the same shards, each in one only.

    ``weight_map`` and ``shards`` are by shard name; a shard that could not be read is missing from ``shards``.
    """
    if all(
        shard in shards and {tensor[0] for tensor in shards[shard]} == set(names) for shard, names in weight_map.items()
    ):
        return
    places: defaultdict[str, list[str]] = defaultdict(list)
    for shard, tensors in shards.items():
        for tensor in tensors:
            places[tensor.name].append(shard)
    listed = {name: shard for shard, names in weight_map.items() for name in names}
    for name, found in places.items():
        if name not in listed:
            faults.damaged(in_file(index, name), f"a line for it, as {found[0]} holds it", "none", _FETCH_AGAIN)
        if len(found) > 1:
            faults.damaged(in_file(index, name), "one shard that holds it", ", ".join(found[:10]), _FETCH_AGAIN)
    for name, shard in listed.items():
        if shard in shards and shard not in (found := places.get(name, [])):
            where = f"it is in {', '.join(found[:10])}" if found else "no shard that could be read holds it"
            faults.damaged(in_file(index, name), f"it in {shard}, as the index says", where, _FETCH_AGAIN)


def _leaves_folder(shard: str) -> str:
    """Why a shard's name is not simply that of a file in the index's folder, or below it; empty if it is."""
    if not shard or "\0" in shard:
        return "which is no file name"
    if "\\" in shard or _DRIVE.match(shard):
        return "which is a path of another system"
    if shard.startswith("/"):
        return "which is an absolute path"
    if any(part in ("", ".", "..") for part in shard.split("/")):
        return "which leads elsewhere"
    return ""
