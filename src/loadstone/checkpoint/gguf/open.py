"""One GGUF file → a config and a checkpoint as any other: the Hub's keys and names, each tensor as the model has it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from loadstone.checkpoint.faults import Faults, in_file, quoted
from loadstone.checkpoint.gguf.architecture import GgufArchitecture, Quirk
from loadstone.checkpoint.gguf.configs import CLASS_NAMES, missing_positions
from loadstone.checkpoint.gguf.header import Header, Metadata, read_header, tensors_of
from loadstone.checkpoint.gguf.metadata import Facts, Values
from loadstone.checkpoint.gguf.names import architecture
from loadstone.checkpoint.mapping import Checkpoint, CheckpointFiles
from loadstone.checkpoint.names import GGUF
from loadstone.core.tensors import DType, StoredTensor, TensorSlice
from loadstone.errors import CorruptCheckpoint, Fault, InvalidConfig, NameCollision, UnknownModelType, UnsupportedDType
from loadstone.quantization.ggml_blocks import needs_package, refuse, require_package
from loadstone.quantization.gguf_stacks import TurnedStack, alternating
from loadstone.quantization.gguf_tensor import (
    Arrangement,
    Below,
    Blocks,
    Paired,
    Sorted,
    Turned,
    rearranged,
    stored_blocks,
)

_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "adapter": (
            "an adapter (LoRA)",
            "Loadstone does not put GGUF adapters on models: give the base model's file, or merge the two with "
            "llama.cpp's llama-export-lora.",
        ),
        "mmproj": ("the projector of a vision or audio model (mmproj)", "Give the file of the language model."),
        "imatrix": ("an importance matrix (imatrix), which quantizing uses", "Give the file of the model."),
        "controlvector": ("a control vector (controlvector)", "Give the file of the model that it is for."),
        "dataset": ("a data set", "Give the file of a model."),
    }
)
"""``general.type`` → what such a file is, and what to do."""
_ARCHITECTURES_OF = {"clip": "mmproj", "controlvector": "controlvector", "imatrix": "imatrix"}
"""Architectures that no model has, and of which older files say no type."""
_ADAPTER_KEY = "adapter.type"
_OF_ADAPTERS = (".lora_a", ".lora_b")
"""Ends of the names of all tensors in an adapter's file."""


@dataclass(frozen=True)
class GgufFile:
    """A file whose header was read."""

    path: Path
    metadata: Metadata
    config: Values
    """What ``config.json`` would say, ``torch_dtype`` too: bfloat16 where anything is packed or stored so, float16
    where anything is, else float32."""
    checkpoint: Checkpoint

    def check_model_type(self, model_type: str, class_name: str) -> None:
        """:class:`UnknownModelType` if it is for another family than a class."""
        stored_type = self.config["model_type"]
        if model_type and stored_type != model_type:
            raise UnknownModelType(
                f"{self.path} holds a model of type {stored_type!r}, but {class_name} is for {model_type!r}. "
                "Use an Auto class, or the class of that family."
            )


def open_gguf(path: str | os.PathLike[str]) -> GgufFile:
    """Opens a file and checks it. Reads no tensor but the few small ones that say how positions are scaled.

    :raises CorruptCheckpoint: the file contradicts itself or its format; lists every fault
    :raises UnknownModelType: its architecture has no family here
    :raises InvalidConfig: what it says of its model is incomplete, or makes no sense
    :raises UnsupportedDType: a type of tensor whose values nobody defines
    :raises CheckpointError: a type that the ``gguf`` package decodes, which is not installed
    """
    path = Path(path)
    faults = Faults()
    header = read_header(path, faults)
    faults.raise_if_any()
    assert header is not None
    _refuse_parts(path, header.metadata)
    _refuse_what_is_no_model(path, header)
    choose = architecture(header.metadata.get("general.architecture"))
    raw = Checkpoint(tensors_of(path, header), CheckpointFiles(GGUF, (path,)))
    shapes = {name: tensor.shape for name, tensor in raw.items()}
    facts = Facts(str(path), header.metadata, shapes, lambda name: [float(number) for number in raw.numpy(name)])
    gguf_architecture = choose(facts)
    values = gguf_architecture.config(facts)
    facts.raise_if_any()
    _refuse_types(path, header)
    values |= {"torch_dtype": _dtype(header).value, "architectures": [CLASS_NAMES[values["model_type"]]]}
    texts = {key: str(value) for key, value in header.metadata.scalars().items()}
    tensors = _as_the_hub_has_them(path, raw, gguf_architecture, values)
    return GgufFile(path, header.metadata, values, Checkpoint(tensors, CheckpointFiles(GGUF, (path,), metadata=texts)))


def _refuse_parts(path: Path, metadata: Metadata) -> None:
    parts = metadata.get("split.count", 1)
    if isinstance(parts, int) and parts > 1:
        hint = "Join them first: `llama-gguf-split --merge FIRST.gguf WHOLE.gguf`"
        raise CorruptCheckpoint([Fault(str(path), "a whole model in one file", f"one of {parts} parts", hint)])


def _refuse_what_is_no_model(path: Path, header: Header) -> None:
    """:class:`InvalidConfig` that names what else llama.cpp keeps in such files."""
    kind, name = header.metadata.get("general.type", "model"), header.metadata.get("general.architecture")
    kind = _ARCHITECTURES_OF.get(str(name), str(kind))
    if kind == "model" and (_ADAPTER_KEY in header.metadata or _holds_an_adapter(header)):
        kind = "adapter"
    is_vocabulary = not header.entries and "tokenizer.ggml.tokens" in header.metadata
    if kind not in _KINDS and not is_vocabulary:
        return
    what, hint = _KINDS.get(kind, ("a vocabulary, and no tensor", "Give the file that has the weights."))
    of = f" for a model of architecture {name!r}" if kind == "adapter" else ""
    raise InvalidConfig([Fault(str(path), "the file of a model", f"{what}{of}")], hint=hint)


def _holds_an_adapter(header: Header) -> bool:
    """Whether every tensor is a part of an adapter, whatever the file says that it is."""
    return bool(header.entries) and all(entry.name.endswith(_OF_ADAPTERS) for entry in header.entries)


def _refuse_types(path: Path, header: Header) -> None:
    """Before anything is allocated: types that cannot be decoded at all, or not without a package."""
    refused = [
        fault for entry in header.entries if (fault := refuse(entry.type, in_file(path, entry.name))) is not None
    ]
    if refused:
        raise UnsupportedDType(refused)
    if any(needs_package(entry.type) for entry in header.entries):
        require_package()


def _dtype(header: Header) -> DType:
    dtypes = {entry.type.dtype for entry in header.entries}
    if None in dtypes or DType.BFLOAT16 in dtypes:
        return DType.BFLOAT16
    return DType.FLOAT16 if DType.FLOAT16 in dtypes else DType.FLOAT32


def _as_the_hub_has_them(
    path: Path, raw: Checkpoint, gguf_architecture: GgufArchitecture, values: Values
) -> list[StoredTensor]:
    tensors: dict[str, StoredTensor] = {}
    parts: dict[str, dict[int, StoredTensor]] = {}
    by_head: dict[str, dict[int, tuple[StoredTensor, bool]]] = {}
    alternate: set[str] = set()
    collisions = []
    for name, tensor in raw.items():
        if name in gguf_architecture.read:
            continue
        if (head := gguf_architecture.head_of(name)) is not None:
            by_head.setdefault(head[0], {})[head[1]] = tensor._replace(name=head[0]), head[2]
            continue
        known = gguf_architecture.hub_name(name)
        hub, (part, count) = known or (name, (0, 1))
        if hub in tensors or part in parts.get(hub, ()):
            collisions.append(Fault(in_file(path, name), "a name of its own", f"that of another: {quoted(hub)}"))
        if known and gguf_architecture.quirk(name) == "by turns":
            alternate.add(hub)
        undone = _undone(tensor, gguf_architecture.quirk(name) if known else None, values)._replace(name=hub)
        if count > 1:
            parts.setdefault(hub, {})[part] = undone
        else:
            tensors[hub] = undone
    twice = (Fault(in_file(path, hub), "one map of all heads", "several") for hub in by_head if hub in tensors)
    if collisions := [*collisions, *twice]:
        raise NameCollision(collisions)
    for hub, heads in by_head.items():
        tensors[hub] = _of_heads(path, hub, [heads[part] for part in sorted(heads)])
    for hub, those in parts.items():
        joined = [those[part] for part in sorted(those)]
        tensors[hub] = _by_turns(path, hub, joined) if hub in alternate else _joined(path, hub, joined)
    return list(tensors.values())


def arrangement_of(quirk: Quirk | None, shape: tuple[int, ...], values: Mapping[str, Any]) -> Arrangement | None:
    """Where rows of the file's tensor stand in the model's, which has as many unless some are below or they are turned.

    None where they are the same, or where the shape, of either, is not the config's; ``values`` are that.
    """
    rows = shape[0] if shape else 0
    if quirk == "below":
        return Below(missing_positions(dict(values)))
    if quirk == "turned":
        return Turned() if len(shape) == 2 else TurnedStack(shape[1]) if len(shape) == 3 else None
    if quirk == "sorted":
        heads, kv_heads = _heads(values)
        head_rows = max(rows // (heads + 2 * kv_heads), 1)
        fits = heads % kv_heads == 0 and rows == (heads + 2 * kv_heads) * head_rows
        return Sorted(heads, kv_heads, head_rows) if fits else None
    if quirk == "paired":
        head_rows = max(values["head_dim"], 1)
        return Paired(head_rows) if head_rows % 2 == 0 and rows % head_rows == 0 else None
    return None


def _heads(values: Mapping[str, Any]) -> tuple[int, int]:
    """How many heads queries have, and keys, of a family that has them in one map."""
    heads: int = values.get("num_attention_heads") or values.get("n_head") or 1
    if values.get("multi_query", True) and not values.get("new_decoder_architecture", True):
        return heads, 1
    return heads, values.get("num_kv_heads") or heads


def _undone(tensor: StoredTensor, quirk: Quirk | None, values: Values) -> StoredTensor:
    """A tensor as the model has it. One whose shape is not the config's stays as it is, and matching names it."""
    if quirk in (None, "by turns") or not tensor.dtype.is_floating or not tensor.shape:
        return tensor
    if quirk == "row":
        return tensor._replace(shape=(1, *tensor.shape)) if len(tensor.shape) == 1 else tensor
    return rearranged(tensor, arrangement_of(quirk, tensor.shape, values), 1.0 if quirk == "plus one" else 0.0)


def _by_turns(path: Path, name: str, parts: list[StoredTensor]) -> StoredTensor:
    """Two stacks whose rows are by turns the columns of the model's matrices."""
    if len(parts) != 2 or parts[0].shape != parts[1].shape or len(parts[0].shape) not in (2, 3):
        found = " and ".join(str(part.shape) for part in parts)
        raise CorruptCheckpoint([Fault(in_file(path, name), "two stacks of one shape", found)])
    return alternating(name, *parts)


def _joined(path: Path, name: str, parts: list[StoredTensor]) -> StoredTensor:
    """Stacks of experts' matrices, one after another along the rows."""
    first = parts[0]
    shapes = {(len(part.shape), part.shape[:1], part.shape[2:]) for part in parts}
    if len(shapes) > 1 or len(first.shape) != 3 or len(parts) < 2:
        found = " and ".join(str(part.shape) for part in parts)
        raise CorruptCheckpoint([Fault(in_file(path, name), "two stacks of matrices of the same width", found)])
    slices, row = [], 0
    count, _, width = first.shape
    for part in parts:
        into = (slice(0, count), slice(row, row + part.shape[1]), slice(0, width))
        slices.append(TensorSlice(part, into))
        row += part.shape[1]
    offset = min(part.offset for part in parts)
    end = max(part.range.stop for part in parts)
    return StoredTensor(name, first.dtype, (count, row, width), path, offset, end - offset, None, tuple(slices))


def _of_heads(path: Path, name: str, parts: list[tuple[StoredTensor, bool]]) -> StoredTensor:
    """One map of matrices for each head (heads, rows, columns), or turned: of the first head all, then of the next."""
    heads = {tensor.shape[0] for tensor, _ in parts if len(tensor.shape) == 3}
    sizes = [(tensor.shape[2:0:-1] if is_turned else tensor.shape[1:]) for tensor, is_turned in parts]
    if len(parts) < 2 or len(heads) > 1 or any(len(size) != 2 or size[1] != sizes[0][1] for size in sizes):
        found = " and ".join(str(tensor.shape) for tensor, _ in parts)
        expected = "a stack of matrices for keys, and one for values, for as many heads of the same width"
        raise CorruptCheckpoint([Fault(in_file(path, name), expected, found)])
    slices, row, (count,), width = [], 0, heads, sizes[0][1]
    for head in range(count):
        for (tensor, is_turned), (rows, _) in zip(parts, sizes, strict=True):
            one = rearranged(_one_of(tensor, head), Turned() if is_turned else None)
            slices.append(TensorSlice(one, (slice(row, row + rows), slice(0, width))))
            row += rows
    offset, end = min(each.offset for each, _ in parts), max(each.range.stop for each, _ in parts)
    dtype = parts[0][0].dtype
    return StoredTensor(name, dtype, (row, width), path, offset, end - offset, None, tuple(slices))


def _one_of(stack: StoredTensor, number: int) -> StoredTensor:
    """One matrix of a stack."""
    stored = stack.packing.stored if isinstance(stack.packing, Blocks) else stack
    nbytes = stored.nbytes // stored.shape[0]
    one = stored._replace(shape=stored.shape[1:], offset=stored.offset + number * nbytes, nbytes=nbytes)
    return stored_blocks(one, stack.packing.type) if isinstance(stack.packing, Blocks) else one
