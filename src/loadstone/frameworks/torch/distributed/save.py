"""A model whose weights are spread over ranks → folder: every rank writes its part of the files, all or nothing.

Nothing is gathered. The files are those that one process would write, byte for byte: all ranks plan them alike from the
shapes of whole tensors, and tell each other which boxes of these they have. The first rank makes the staging folder and
the files in it; each rank writes the bytes that :mod:`loadstone.saving.by_ranks` gives it; when all are done, the first
one puts the folder in place, as it does when it saves alone.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from loadstone.checkpoint.names import SAFETENSORS
from loadstone.core.slices import Box, bounds
from loadstone.errors import Fault, LoadstoneError, RankFailed, SaveError, StateMismatch
from loadstone.frameworks.checked_state import State
from loadstone.frameworks.ranks import Exchange, Facts, agree, together
from loadstone.frameworks.save_model import Described, Written, outgoing, small_files, ties_of_file
from loadstone.frameworks.sentence_save import SentenceSave
from loadstone.frameworks.torch.distributed.dtensors import is_dtensor, local_part, local_slot_of
from loadstone.frameworks.torch.distributed.held import SlotBox, local
from loadstone.frameworks.torch.distributed.rank_writing import RankWriting, Spread
from loadstone.frameworks.torch.distributed.ranks import ranks_of
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.loading.given import checked_state
from loadstone.frameworks.torch.save import refuse_packed, saved_dtype
from loadstone.frameworks.torch.transformers_compat.conventions import Conventions
from loadstone.planning.mesh import LocalSlot, Share
from loadstone.saving.by_ranks import Cell, cells_of
from loadstone.saving.checkpoint import SaveOptions, target_folder
from loadstone.saving.checkpoint_plan import CheckpointPlan, plan_checkpoint
from loadstone.saving.replace_folder import remove_unfinished
from loadstone.transfer.outgoing import OutgoingTensor

_PATIENCE_S = 300.0
"""How long a rank waits for the others to call it, where ``LOADSTONE_RANKS_TIMEOUT`` says nothing else."""
_CALL = "save_pretrained"


def save_together(
    model: Conventions, folder: str | os.PathLike[str], state_dict: Mapping[str, Tensor] | None, options: SaveOptions
) -> Written:
    """Write config and weights, all or nothing; every rank that has some of the weights calls it.

    Raises :class:`SaveError`, :class:`StateMismatch` or :class:`ArgumentError` on the rank that something is wrong on
    and :class:`RankFailed` on the others, and :class:`RanksDisagree` where they are to save other things. What was in
    the folder before is then untouched.
    """
    target = target_folder(folder)
    given = model.state_dict() if state_dict is None else state_dict
    placed = [tensor for tensor in given.values() if is_dtensor(tensor)]
    try:
        with together(ranks_of(dict.fromkeys(tensor.device_mesh for tensor in placed)), _CALL, _PATIENCE_S) as exchange:
            tensors, plan, boxes = _prepared(model, state_dict, options, exchange)
            agree(exchange, partial(_facts, target, plan))
            spread = _spread(exchange, boxes, tensors)
            RankWriting(plan, spread, exchange, placed[0].device_mesh.device_type).run(target)
    except RankFailed:
        # Where the first rank was killed, its staging folder is there still; one that lives is left alone.
        with contextlib.suppress(LoadstoneError, OSError):
            remove_unfinished(target)
        raise
    return Written(target, list(plan.names))


def _prepared(
    model: Conventions, state_dict: Mapping[str, Tensor] | None, options: SaveOptions, exchange: Exchange
) -> tuple[Mapping[str, Tensor], CheckpointPlan, dict[str, SlotBox]]:
    """The slots' tensors, the files, and what each stored tensor is of the slots."""
    try:
        _refuse(model, state_dict, options)
        state = checked_state(model, state_dict)
        dtype = model.dtype if state_dict is None else saved_dtype(state.tensors, model.dtype)
        planned = _planned(model, state, dtype, options)
    except LoadstoneError:
        # All ranks may find the same wrong: they meet before, so that each raises its own error and not another's.
        with contextlib.suppress(LoadstoneError):
            exchange.gather("state", b"")
        raise
    parted = exchange.gather("state", b"parted" if state.is_parted else b"")
    if any(parted) and not state.is_parted:  # the rows of another rank differ
        planned = _planned(model, State(state.tensors, {}, True), dtype, options)
    return (state.tensors, *planned)


def _refuse(model: Conventions, state_dict: Mapping[str, Tensor] | None, options: SaveOptions) -> None:
    if options.weight_format != SAFETENSORS:
        raise SaveError(
            f"Weights that are spread over ranks are written as safetensors only, not as {options.weight_format}. "
            "Nothing was written; save as safetensors, and convert that with `loadstone convert`."
        )
    if (sentence := SentenceSave.of(model)) is not None and sentence.apart:
        raise SaveError(
            f"{', '.join(sentence.apart)} have files of their own, which ranks do not write together. Nothing was "
            "written. Gather the state dict on one rank, and save with state_dict=."
        )
    if model.config.get("quantization_config") is not None:
        raise SaveError("Quantized weights that are spread over ranks cannot be saved. Nothing was written.")
    refuse_packed(model, state_dict)


def _planned(
    model: Conventions, state: State[Tensor], dtype: torch.dtype, options: SaveOptions
) -> tuple[CheckpointPlan, dict[str, SlotBox]]:
    """The files, and what each stored tensor is of the slots: the same as one process plans from whole tensors."""
    dropped, is_tied = ties_of_file(model, state)
    whole = {
        name: SlotBox(name, from_torch(tensor.dtype), tuple(slice(0, size) for size in tensor.shape))
        for name, tensor in state.tensors.items()
    }
    boxes = list(outgoing(model.family_spec, whole, dropped))
    tensors = [OutgoingTensor(name, each.dtype, each.shape, _unread) for name, each in boxes]
    sentence = SentenceSave.of(model)
    within = {} if sentence is None else sentence.parted(())[1]
    options = replace(options, metadata={"format": "pt"}, within=within)
    return plan_checkpoint(tensors, options, small_files(model, Described("", dtype, is_tied))), dict(boxes)


def _unread(start: int, stop: int) -> bytes:
    raise AssertionError("a plan of whole tensors is not read")


def _facts(folder: Path, plan: CheckpointPlan) -> Facts:
    """What all ranks must be about to write."""
    tensors = (tensor for shard in plan.shards for tensor in shard.tensors)
    return {
        "the folder": {"": os.path.abspath(folder)},
        "tensors to save": {each.name: f"{each.dtype.value} {list(each.shape)}" for each in tensors},
        "files": {name: f"{file.nbytes} bytes" for name, file in plan.files.items()},
    }


def _spread(exchange: Exchange, boxes: Mapping[str, SlotBox], tensors: Mapping[str, Tensor]) -> Spread:
    """What every rank has of each slot: each tells the others.

    Raises :class:`StateMismatch` for parts that are not where their placements say, or are on no rank.
    """
    names = sorted({each.slot for each in boxes.values()})
    parts = {name: _slot_here(name, tensors[name]) for name in names}
    # Of a thousand slots, most are cut in one of a few ways.
    layouts = [json.dumps([[bounds(index) for index in share.whole] for share in parts[name].shares]) for name in names]
    numbers = {layout: number for number, layout in enumerate(dict.fromkeys(layouts))}
    said = {"layouts": [json.loads(layout) for layout in numbers], "of": [numbers[layout] for layout in layouts]}
    everybody = [json.loads(value) for value in exchange.gather("parts", json.dumps(said).encode())]
    ways = [[[_box(box) for box in layout] for layout in each["layouts"]] for each in everybody]
    known: dict[tuple[int, ...], tuple[Cell, ...]] = {}
    cells: dict[str, tuple[Cell, ...]] = {}
    for at, name in enumerate(names):
        shape = tuple(tensors[name].shape)
        chosen = [each["of"][at] for each in everybody]
        if (*shape, *chosen) not in known:
            known[*shape, *chosen] = cells_of(shape, [ways[rank][way] for rank, way in enumerate(chosen)])
        cells[name] = known[*shape, *chosen]
    lacking = {name: cell.box for name, own in cells.items() for cell in own if not cell.holders}
    if lacking:
        raise StateMismatch(
            Fault(name, "every element on some rank", f"{box} on none") for name, box in lacking.items()
        )
    return Spread(boxes, {name: local(local_part(tensors[name]), parts[name]) for name in names}, cells)


def _slot_here(name: str, tensor: Tensor) -> LocalSlot:
    """What this rank has of a slot: of what is no DTensor, all."""
    if not is_dtensor(tensor):
        whole = tuple(slice(0, size) for size in tensor.shape)
        return LocalSlot(tuple(tensor.shape), (Share(whole, whole),))
    slot, held = local_slot_of(name, tensor), tuple(local_part(tensor).shape)
    if held != slot.shape:
        expected = f"a part of shape {slot.shape} on this rank, by its placements"
        raise StateMismatch([Fault(name, expected, f"one of shape {held}")])
    return slot


def _box(pairs: Sequence[Sequence[int]]) -> Box:
    return tuple(slice(start, stop) for start, stop in pairs)
