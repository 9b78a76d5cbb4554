"""What a checkpoint's folder is to hold: names of files, the tensors of each, the index, and what has to go.

The names are those that Transformers writes and reads (``modeling_utils.py``, version 5.23.0)::

    model.safetensors                            one file
    model-00001-of-00006.safetensors, …          shards, with model.safetensors.index.json
    model.fp16.safetensors                       variant="fp16"
    model.fp16-00001-of-00006.safetensors, …     its shards, with model.safetensors.index.fp16.json
    pytorch_model.bin, …                         the same for PyTorch's own format
    flax_model.msgpack, …                        and for Flax's, with flax_model.msgpack.index.json
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import NamedTuple

from loadstone.checkpoint.format import Format
from loadstone.checkpoint.names import SAFETENSORS
from loadstone.checkpoint.registry import written_formats
from loadstone.core.records import record
from loadstone.core.sizes import parse_size
from loadstone.errors import ArgumentError
from loadstone.saving.journal import is_name_within, is_plain_name
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor

MSGPACK = "msgpack"
"""The weight format of ``flax_model.msgpack``."""

ShardWriter = Callable[[Path, Sequence[OutgoingTensor]], None]
"""Creates one file with these tensors. A ``RuntimeError`` from it counts as a failure to write, as PyTorch's does."""

_VARIANT = re.compile(r"[\w+-]+(\.[\w+-]+)*", re.ASCII)


@record
class SaveOptions:
    """What the files of weights are to be."""

    max_shard_size: int | str = "5GB"
    """Bytes of one file, as a number or as text: ``"5GB"`` is 5 × 1000³ bytes, ``"5GiB"`` is 5 × 1024³."""
    variant: str | None = None
    """``"fp16"`` puts it into the names."""
    weight_format: str = SAFETENSORS
    metadata: Mapping[str, str] = field(default_factory=lambda: {"format": "pt"})
    """What safetensors files say of themselves."""
    write_shard: ShardWriter | None = None
    """Writes the files of a format that the caller writes, and is needed for that alone."""
    within: Mapping[str, bytes | Sequence[OutgoingTensor]] = field(default_factory=dict)
    """Files in folders within that of the weights (``1_Pooling/config.json``): their content, or the tensors of a
    safetensors file."""


class Shard(NamedTuple):
    """One file of weights."""

    name: str
    tensors: Sequence[OutgoingTensor]


@record
class CheckpointPlan:
    """All files of a checkpoint before one is written: the same for the same tensors and options, whoever makes it."""

    shards: Sequence[Shard]
    files: Mapping[str, FilePlan]
    """Those files of weights that Loadstone lays out: all; where the caller writes them those in folders within."""
    small_files: Mapping[str, bytes | Path]
    """Their content, or a file to copy; the index is among them."""
    names: Sequence[str]
    """All files, in the order in which they are put in place: weights after the others, the index last, since it is
    what a reader looks for first."""
    is_stale: Callable[[str], bool]
    """Which names in the folder are weights that the new ones stand in for."""

    @property
    def nbytes(self) -> int:
        """Of all tensors."""
        in_shards = sum(tensor.nbytes for shard in self.shards for tensor in shard.tensors)
        names = {shard.name for shard in self.shards}
        return in_shards + sum(file.nbytes for name, file in self.files.items() if name not in names)


def plan_checkpoint(
    tensors: Sequence[OutgoingTensor], options: SaveOptions, extra_files: Mapping[str, bytes | Path]
) -> CheckpointPlan:
    """Lays out a checkpoint; no tensor is read. See :func:`loadstone.saving.checkpoint.save_checkpoint`.

    :raises ArgumentError: a size, variant, format or file name that makes no sense, two tensors of one name.
    """
    variant, weight_format = options.variant, options.weight_format
    format = written_formats().get(weight_format)
    if format is None:
        known = ", ".join(map(repr, written_formats()))
        raise ArgumentError(f"weight_format={weight_format!r}: expected one of {known}")
    if (options.write_shard is not None) != format.is_written_by_caller:
        needing = ", ".join(repr(name) for name, format in written_formats().items() if format.is_written_by_caller)
        raise ArgumentError(f"write_shard is needed for weight_format={needing}, and only for it")
    if variant and not (isinstance(variant, str) and _VARIANT.fullmatch(variant)):
        raise ArgumentError(f"variant={variant!r}: expected letters, digits, '_', '-', '+' with single dots between")
    single, index = format.usual_names(variant)
    shards = _split(tensors, single, parse_size(options.max_shard_size, "max_shard_size"))
    small_files = _checked(extra_files, taken={index, *(shard.name for shard in shards)})
    weights = [shard.name for shard in shards]
    if len(shards) > 1:
        small_files[index] = _index(shards)
        weights.append(index)
    is_ours = options.write_shard is None
    files = {shard.name: format.plan(shard.tensors, options.metadata) for shard in shards} if is_ours else {}
    plain = written_formats()[SAFETENSORS]
    for name, content in _checked_within(options.within).items():
        if isinstance(content, bytes):
            small_files[name] = content
        else:
            files[name] = plain.plan(content, {"format": "pt"})
    names = [*extra_files, *options.within, *weights]
    return CheckpointPlan(shards, files, small_files, names, _stale(format, variant, shards))


def _split(tensors: Sequence[OutgoingTensor], single: str, limit: int) -> list[Shard]:
    from huggingface_hub import split_state_dict_into_shards_factory

    by_name = {tensor.name: tensor for tensor in tensors}
    if len(by_name) != len(tensors):
        counts = Counter(tensor.name for tensor in tensors)
        twice = [repr(name) for name, count in counts.items() if count > 1]
        raise ArgumentError(f"tensors to save that share a name: {', '.join(twice[:20])}")
    if not by_name:
        return [Shard(single, ())]
    stem, extension = single.rsplit(".", 1)
    pattern = f"{stem}{{suffix}}.{extension}"
    split = split_state_dict_into_shards_factory(
        by_name, get_storage_size=lambda tensor: tensor.nbytes, filename_pattern=pattern, max_shard_size=limit
    )
    return [Shard(name, [by_name[key] for key in keys]) for name, keys in split.filename_to_tensors.items()]


def _index(shards: Sequence[Shard]) -> bytes:
    weight_map = {tensor.name: shard.name for shard in shards for tensor in shard.tensors}
    total_size = sum(tensor.nbytes for shard in shards for tensor in shard.tensors)
    index = {"metadata": {"total_size": total_size}, "weight_map": weight_map}
    return (json.dumps(index, indent=2, sort_keys=True) + "\n").encode()


def _checked(extra_files: Mapping[str, bytes | Path], taken: set[str]) -> dict[str, bytes | Path]:
    for name in extra_files:
        if not is_plain_name(name):
            raise ArgumentError(f"extra_files: {name!r} is not the name of a file right in the folder")
        if name in taken:
            raise ArgumentError(f"extra_files: {name!r} is the name of a file of weights")
    return dict(extra_files)


def _checked_within(
    within: Mapping[str, bytes | Sequence[OutgoingTensor]],
) -> Mapping[str, bytes | Sequence[OutgoingTensor]]:
    for name in within:
        if "/" not in name or not is_name_within(name):
            raise ArgumentError(f"within: {name!r} is not the name of a file in a folder within")
    return within


def _stale(format: Format, variant: str | None, shards: Sequence[Shard]) -> Callable[[str], bool]:
    """Which names are weights that the new ones stand in for. See
    :func:`loadstone.saving.checkpoint.save_checkpoint`."""
    preferred = [candidate for candidate in written_formats().values() if candidate.rank <= format.rank]
    shard = r"(-\d{5,}-of-\d{5,})?"
    patterns = []
    for candidate in preferred:
        single, index = candidate.usual_names(variant)
        stem, extension = map(re.escape, single.rsplit(".", 1))
        plain = re.escape(str(candidate.stem))
        # Older libraries put the variant after the shard's number.
        older = f"{plain}{shard}{stem.removeprefix(plain)}"
        patterns += [rf"({stem}{shard}|{older})\.{extension}", re.escape(index)]
    is_weights = re.compile("|".join(patterns), re.ASCII)
    # One file takes the place of its older self in one step. An older index goes first, lest it name new shards.
    kept = shards[0].name if len(shards) == 1 else None
    return lambda name: name != kept and is_weights.fullmatch(name) is not None
