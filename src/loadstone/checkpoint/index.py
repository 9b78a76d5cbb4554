"""The index of a sharded checkpoint: a JSON file whose ``weight_map`` says which shard holds which tensor."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from loadstone.checkpoint.faults import Faults, in_file, printable, quoted
from loadstone.core.tensors import StoredTensor
from loadstone.transfer.regular_file import UnusableFile, open_file
from loadstone.transfer.strict_json import MAX_NBYTES, MalformedJson, parse

_FETCH_AGAIN = "Fetch the index again, or ask its author"
_SHOWN = 4
"""Names in a remark."""
_DRIVE = re.compile(r"[A-Za-z]:")


def read_weight_map(path: Path, faults: Faults) -> dict[str, list[str]] | None:
    """Shard name → names of its tensors, in the order of the shard names.

    Shard names are checked to stay in the index's folder. ``metadata.total_size`` is not believed: many are wrong.
    Every fault found is added to ``faults``; the answer is None if there was one.
    """
    try:
        with open_file(path) as file:
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
    for shard in [shard for shard in shards if shard.startswith("./")]:
        shards[_plain(shard)] += shards.pop(shard)
    for shard in shards:
        if why := _leaves_folder(shard):
            faults.unsafe(path, "shards in the index's own folder", f"{quoted(shard)}, {why}", "Do not trust this file")
    return dict(sorted(shards.items())) if len(faults) == before else None


class Agreement(NamedTuple):
    """What an index and its shards come to together."""

    shards: Mapping[str, list[StoredTensor]]
    """Shard name → the tensors that are taken from it, each name from one shard only."""
    remarks: tuple[str, ...]
    """A sentence for each way in which they contradict each other."""
    absent: Mapping[str, str]
    """Name that the index lists, or that several shards hold → why there is no tensor for it."""


def agree(index: Path, weight_map: Mapping[str, list[str]], shards: Mapping[str, list[StoredTensor]]) -> Agreement:
    """Every tensor that is there once, and of those that are there twice the one that the index says.

    ``weight_map`` and ``shards`` are by shard name. What the index lists and its shard lacks is no fault as long as
    nobody needs it, nor is what a shard holds and the index does not list.
    """
    if all({tensor[0] for tensor in shards[shard]} == set(names) for shard, names in weight_map.items()):
        return Agreement(shards, (), {})
    places: defaultdict[str, list[str]] = defaultdict(list)
    for shard, tensors in shards.items():
        for tensor in tensors:
            places[tensor.name].append(shard)
    listed = {name: shard for shard, names in weight_map.items() for name in names}
    homes: dict[str, str] = {}
    remarks: defaultdict[str, list[str]] = defaultdict(list)
    absent: dict[str, str] = {}
    for name, holders in places.items():
        listed_shard, among = listed.get(name), ", ".join(map(quoted, holders[:_SHOWN]))
        if listed_shard in holders or len(holders) == 1:
            homes[name] = listed_shard if listed_shard in holders else holders[0]
        else:
            absent[name] = f"{among} hold it, and {index.name} does not say which counts"
            remarks[f"not read, as {among} hold it and {index.name} does not say which counts"].append(name)
            continue
        if listed_shard is None:
            remarks[f"not listed in {index.name}, and held by {among}"].append(name)
        elif homes[name] != listed_shard:
            remarks[f"listed in {index.name} as in {quoted(listed_shard)}, and held by {among}"].append(name)
        elif len(holders) > 1:
            remarks[f"held by {among}; taken from {quoted(listed_shard)}, as {index.name} says"].append(name)
    for name, shard in listed.items():
        if name not in places:
            absent[name] = f"{index} lists it in {quoted(shard)}, which does not hold it"
            remarks[f"listed in {index.name} as in {quoted(shard)}, which does not hold it"].append(name)
    kept = {
        shard: [tensor for tensor in tensors if homes.get(tensor.name) == shard] for shard, tensors in shards.items()
    }
    return Agreement(kept, tuple(f"{_shown(names)}: {remark}" for remark, names in remarks.items()), absent)


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(printable, names[:_SHOWN])) + more


def _plain(shard: str) -> str:
    """A shard's name without ``./`` before it, which is the index's own folder."""
    while shard.startswith("./"):
        shard = shard[2:]
    return shard


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
