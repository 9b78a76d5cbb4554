"""Weight files, one or several with their index → a checkpoint: all are read and held against each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from loadstone.checkpoint.faults import Faults, quoted
from loadstone.checkpoint.format import Format
from loadstone.checkpoint.index import agree, read_weight_map
from loadstone.checkpoint.mapping import Checkpoint, CheckpointFiles
from loadstone.checkpoint.registry import suffixes
from loadstone.core.tensors import StoredTensor

Needs = Callable[[Mapping[str, Sequence[str]]], Collection[str]]
"""Shard → the names of its tensors; tells which shards a load needs."""

Place = Callable[[Iterable[str]], Mapping[str, Path]]
"""Names of shards → the files of those that there are."""


def open_single(path: Path, format: Format) -> Checkpoint:
    """One weight file. Raises what :func:`open_checkpoint` raises."""
    faults = Faults()
    tensors, metadata = format.read(path, faults)
    faults.raise_if_any()
    return Checkpoint(tensors, CheckpointFiles(format.name, (path,), metadata=metadata))


def open_sharded(
    index: Path,
    allowed: Sequence[Format],
    leave_out: Collection[str],
    needs: Needs | None,
    place: Place | None = None,
) -> Checkpoint:
    """The shards that an index names. Raises what :func:`open_checkpoint` raises.

    ``allowed``: the formats that they may be in, all of them in one. ``place``: where those are that there are; by
    default beside the index.
    """
    faults = Faults()
    weight_map = read_weight_map(index, faults)
    faults.raise_if_any()
    assert weight_map is not None
    format = _format_of(index, weight_map, allowed, faults)
    faults.raise_if_any()
    there = (place or partial(_beside, index.parent))([shard for shard in weight_map if shard not in leave_out])
    gone = [shard for shard in weight_map if shard not in leave_out and shard not in there]
    if gone and needs is not None:
        needed = needs(weight_map)
        gone = [shard for shard in gone if shard not in needed]
        leave_out = {*leave_out, *gone}
        remarks = [f"{quoted(shard)}: named in {index.name} and not there; nothing of it is needed" for shard in gone]
    else:
        remarks = []
    weight_map = {shard: names for shard, names in weight_map.items() if shard not in leave_out}
    files = {shard: there.get(shard, index.parent / shard) for shard in weight_map}
    shards: dict[str, list[StoredTensor]] = {}
    metadata: dict[str, str] = {}
    for shard in weight_map:
        before = len(faults)
        tensors, shard_metadata = format.read(files[shard], faults)
        if len(faults) == before:
            shards[shard] = tensors
            metadata = {**shard_metadata, **metadata}
            if (name_of := format.hub_names(shard_metadata)) is not None:
                weight_map[shard] = [name_of(name) for name in weight_map[shard]]
    faults.raise_if_any()
    agreed = agree(index, weight_map, shards)
    return Checkpoint(
        (tensor for tensors in agreed.shards.values() for tensor in tensors),
        CheckpointFiles(
            format.name,
            tuple(files.values()),
            index,
            metadata,
            (*remarks, *agreed.remarks),
            agreed.absent,
        ),
    )


def _beside(folder: Path, shards: Iterable[str]) -> dict[str, Path]:
    return {shard: folder / shard for shard in shards if os.path.lexists(folder / shard)}


def _format_of(index: Path, weight_map: Mapping[str, list[str]], allowed: Sequence[Format], faults: Faults) -> Format:
    formats = {shard: suffixes().get(Path(shard).suffix) for shard in weight_map}
    expected = next((format for format in formats.values() if format is not None and format in allowed), allowed[0])
    for shard, format in formats.items():
        if format is not expected:
            faults.damaged(
                index, f"{expected.name} shards only", quoted(shard), "Fetch the index again, or ask its author"
            )
    return expected
