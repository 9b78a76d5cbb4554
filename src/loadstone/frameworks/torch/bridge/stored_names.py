"""What a checkpoint stores → the same under the names of a model's slots, put together and split as the slots are."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.core_model_loading import MergeModulelist, WeightConverter, WeightTransform

from loadstone.core.slices import row_major
from loadstone.core.tensors import Slot, StoredTensor, TensorSlice
from loadstone.errors import CorruptCheckpoint, Fault, NameCollision
from loadstone.frameworks.torch.bridge.converted import converted_when_read
from loadstone.frameworks.torch.bridge.located import Block, Located, NotTracked, stacked
from loadstone.frameworks.torch.bridge.names import NameTable, any_of, is_plain, natural
from loadstone.frameworks.torch.dtypes import to_torch

_ALWAYS_LEFT = {"rotary_emb.inv_freq": r"rotary_emb\.inv_freq", "position_ids": r"(^|\.)position_ids$"}
"""Ending of a buffer's name → stored names that old files have of it, where the model computes it."""


class Parts(NamedTuple):
    """What one conversion takes for one slot, or for several, of which the first is named."""

    pattern: str
    by_pattern: dict[str, list[StoredTensor]]


def under_slot_names(
    model: PreTrainedModel, slots: Sequence[Slot], stored: Mapping[str, StoredTensor]
) -> Mapping[str, StoredTensor]:
    """Stored tensors under the names of slots; what fits none keeps its own name.

    Raises :class:`NameCollision` where two would fill one slot.
    """
    saved = {slot.name for slot in slots}
    if stored.keys() <= saved and is_plain(model):
        _note_conversions(model, [])
        return stored
    table = NameTable(model)
    left = _left_over(model)
    found: dict[str, StoredTensor] = {}
    parts: dict[str, Parts] = {}
    collisions: list[Fault] = []
    for name, tensor in stored.items():
        slot, pattern = table.renamed(name)
        slot = _with_prefix(slot, model.base_model_prefix, saved)
        if slot not in saved and (own := _with_prefix(name, model.base_model_prefix, saved)) in saved:
            slot, pattern = own, None
        if slot not in saved:
            is_left = left is not None and (left.search(slot) or left.search(name))
            found[name] = tensor._replace(is_spare=True) if is_left else tensor
        elif pattern is not None:
            parts.setdefault(slot, Parts(pattern, {})).by_pattern.setdefault(pattern, []).append(tensor)
        elif slot in found:
            collisions.append(Fault(slot, "one stored tensor", f"{found[slot].name} and {tensor.name}"))
        else:
            found[slot] = tensor
    _note_conversions(model, [entry for entry in table.transforms if entry.was_used()])
    if collisions:
        raise NameCollision(collisions, hint="Remove one of the two from the checkpoint.")
    shapes = {slot.name: slot.shape for slot in slots}
    for first, taken in parts.items():
        found.update(_converted(model, table.converters[taken.pattern], first, taken.by_pattern, shapes))
    return found


def _note_conversions(model: Any, used: list[WeightTransform]) -> None:
    """Note which entries of the table counted, where transformers' loader does: saving reverts them."""
    model._weight_conversions = used


def _with_prefix(name: str, prefix: str, saved: set[str]) -> str:
    """A name with the bare model's prefix, or without it, if that makes it a slot's."""
    if not prefix:
        return name
    if name.startswith(prefix) and name[len(prefix) + 1 :] in saved:
        return name[len(prefix) + 1 :]
    whole = f"{prefix}.{name}"
    return whole if whole in saved else name


def _left_over(model: PreTrainedModel) -> re.Pattern[str] | None:
    buffers = [name for name, _ in model.named_buffers()]
    always = {pattern for ending, pattern in _ALWAYS_LEFT.items() if any(name.endswith(ending) for name in buffers)}
    return any_of({*(getattr(model, "_keys_to_ignore_on_load_unexpected", None) or ()), *always})


def _converted(
    model: PreTrainedModel,
    converter: WeightConverter,
    first: str,
    by_pattern: Mapping[str, list[StoredTensor]],
    shapes: Mapping[str, tuple[int, ...]],
) -> Mapping[str, StoredTensor]:
    """Slot → what fills it, of all slots that one conversion makes.

    Raises :class:`CorruptCheckpoint` for parts that it cannot take.
    """
    for tensors in by_pattern.values():
        tensors.sort(key=lambda tensor: natural(tensor.name))
    operations = converter.operations
    merges = isinstance(operations[0], MergeModulelist) and operations[0].dim == 0
    what = ", ".join(type(operation).__name__ for operation in operations)

    def run(inputs: Mapping[str, list[Tensor] | Tensor]) -> dict[str, Tensor]:
        return convert(converter, inputs, first, model)

    try:
        made = run({pattern: _located(tensors, merges) for pattern, tensors in by_pattern.items()})
        return {name: _stored(tensor) for name, tensor in made.items()}
    except NotTracked:
        whole = first.replace("*.", "0.")
        before, _, after = whole.partition(converter.target_patterns[0])
        names = [before + target + after for target in converter.target_patterns]
        return converted_when_read({name: shapes[name] for name in names if name in shapes}, by_pattern, what, run)
    except Exception as error:  # transformers' functions raise whatever PyTorch does
        parts = [tensor for tensors in by_pattern.values() for tensor in tensors]
        where = f"{parts[0].file}, tensors {parts[0].name} to {parts[-1].name}"
        raise CorruptCheckpoint([Fault(where, f"parts that {what} makes {first} of", str(error))]) from error


def convert(
    converter: WeightConverter, inputs: Mapping[str, list[Tensor] | Tensor], first: str, model: nn.Module
) -> dict[str, Tensor]:
    """Run transformers' own functions: pattern → parts becomes slot → tensor. ``first``: the first slot's name."""
    converter = copy.deepcopy(converter)
    made: Any = dict(inputs)
    for operation in converter.operations:
        made = operation.convert(
            made,
            source_patterns=converter.source_patterns,
            target_patterns=converter.target_patterns,
            full_layer_name=first,
            model=model,
            config=model.config,
            missing_keys=None,
        )
    whole = first.replace("*.", "0.")
    before, _, after = next((whole.partition(name) for name in made if name in whole), ("", "", ""))
    return {before + name + after: tensor[0] if isinstance(tensor, list) else tensor for name, tensor in made.items()}


def _located(tensors: Sequence[StoredTensor], merges: bool) -> list[Tensor] | Tensor:
    """Stored tensors as tensors without values; those that will be stacked at once, as one."""
    first = tensors[0]
    kind = _kind(first)
    is_plain = all(t.shape == first.shape and t.dtype is first.dtype and not (t.strides or t.slices) for t in tensors)
    if merges and len(tensors) > 1 and is_plain:
        return stacked(tensors, first.shape, kind)
    return [_whole(tensor) for tensor in tensors]


def _whole(tensor: StoredTensor) -> Located:
    if not tensor.slices:
        return Located.whole(tensor, tensor.shape, _kind(tensor), tensor.strides)
    blocks = [
        Block(part, 0, part.shape, part.strides or row_major(part.shape), tuple(into))  # type: ignore[arg-type]
        for part, into in tensor.slices
    ]
    return Located(tensor.shape, _kind(tensor), blocks)


def _kind(tensor: StoredTensor) -> torch.dtype:
    return to_torch(tensor.dtype)


def _stored(tensor: Tensor) -> StoredTensor:
    """What a tensor without values says, in the words of a checkpoint."""
    assert isinstance(tensor, Located)
    parts = [TensorSlice(_part(block), block.into) for block in tensor.blocks]
    only = parts[0].tensor
    if len(parts) == 1 and only.packing is None:
        return only._replace(slices=())
    start = min(part.offset for part, _ in parts)
    stop = max(part.offset + part.nbytes for part, _ in parts)
    return StoredTensor(only.name, only.dtype, tuple(tensor.shape), only.file, start, stop - start, None, tuple(parts))


def _part(block: Block) -> StoredTensor:
    """The elements of one block, as a stored tensor with strides where they do not lie in a row."""
    whole: StoredTensor = block.source
    if whole.packing is not None:
        if block.start or tuple(size for size in block.sizes if size != 1) != tuple(s for s in whole.shape if s != 1):
            raise NotTracked(f"a part of {whole.name}, which is stored as {whole.packing.kind}")
        return whole._replace(shape=block.sizes)
    itemsize = whole.dtype.bits // 8
    steps = row_major(block.sizes)
    plain = all(s == 1 or a == b for s, a, b in zip(block.sizes, block.strides, steps, strict=True))
    last = sum((size - 1) * stride for size, stride in zip(block.sizes, block.strides, strict=True))
    return whole._replace(
        shape=block.sizes,
        offset=whole.offset + block.start * itemsize,
        nbytes=(last + 1) * itemsize if 0 not in block.sizes else 0,
        strides=None if plain else block.strides,
        slices=(),
    )
