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
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, distributed

from loadstone.checkpoint.names import SAFETENSORS
from loadstone.core.progress import Progress
from loadstone.core.slices import Box, ByteRange, bounds
from loadstone.errors import Fault, LoadstoneError, RankFailed, SaveError, StateMismatch
from loadstone.frameworks.checked_state import State
from loadstone.frameworks.ranks import Exchange, Facts, Ranks, agree, together
from loadstone.frameworks.save_model import Described, Written, outgoing, small_files, ties_of_file
from loadstone.frameworks.torch.distributed.columns import Assembly, Meeting, exchanged
from loadstone.frameworks.torch.distributed.dtensors import is_dtensor, local_part, local_slot_of
from loadstone.frameworks.torch.distributed.held import Held, Local, SlotBox, local
from loadstone.frameworks.torch.distributed.ranks import ranks_of
from loadstone.frameworks.torch.dtypes import from_torch
from loadstone.frameworks.torch.loading.given import checked_state
from loadstone.frameworks.torch.save import refuse_packed, saved_dtype
from loadstone.frameworks.torch.transformers_compat.conventions import Conventions
from loadstone.planning.mesh import LocalSlot, Share
from loadstone.saving.by_ranks import Cell, Gathered, cells_in, cells_of, claims_of, gathered_blocks, rounds
from loadstone.saving.checkpoint import SaveOptions, put_in_place, saving, target_folder, write_small_files
from loadstone.saving.checkpoint_plan import CheckpointPlan, plan_checkpoint
from loadstone.saving.replace_folder import remove_unfinished
from loadstone.transfer.block_writer import Wait, blocks_of, write_blocks
from loadstone.transfer.memory_alignment import MemoryAlignment
from loadstone.transfer.new_file import NewFile
from loadstone.transfer.outgoing import OutgoingTensor

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup
    from torch.distributed.device_mesh import DeviceMesh

_PATIENCE_S = 300.0
"""How long a rank waits for the others to call it, where ``LOADSTONE_RANKS_TIMEOUT`` says nothing else."""
_CALL = "save_pretrained"
_LOOK_S = 0.5
"""Between two looks at the other ranks while this one writes."""
_SPEAKS_WITHIN_S = 5.0


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
    meshes = list(dict.fromkeys(tensor.device_mesh for tensor in placed))
    ranks = ranks_of(meshes)
    try:
        with together(ranks, _CALL, _PATIENCE_S) as exchange:
            tensors, plan, boxes = _prepared(model, state_dict, options, exchange)
            agree(exchange, partial(_facts, target, plan))
            table = _Table(exchange, {each.slot: tensors[each.slot] for each in boxes.values()})
            writing = _Writing(plan, boxes, table, exchange)
            with contextlib.closing(_Group(ranks, meshes)) as group:
                writing.run(target, group)
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
    options = replace(options, metadata={"format": "pt"})
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


class _Table:
    """What every rank has of each slot."""

    def __init__(self, exchange: Exchange, slots: Mapping[str, Tensor]) -> None:
        self.slots: dict[str, Local] = {}
        """What this one has."""
        self.cells: dict[str, tuple[Cell, ...]] = {}
        numbers: dict[str, int] = {}
        mine: list[int] = []
        for name, tensor in sorted(slots.items()):
            slot = local_slot_of(name, tensor) if is_dtensor(tensor) else _replicated(tensor)
            held = local_part(tensor)
            if tuple(held.shape) != slot.shape:
                expected = f"a part of shape {slot.shape} on this rank, by its placements"
                raise StateMismatch([Fault(name, expected, f"one of shape {tuple(held.shape)}")])
            self.slots[name] = local(held, slot)
            layout = json.dumps([[bounds(index) for index in share.whole] for share in slot.shares])
            mine.append(numbers.setdefault(layout, len(numbers)))
        # Of a thousand slots, most are cut in one of a few ways.
        said = json.dumps({"layouts": [json.loads(layout) for layout in numbers], "of": mine}).encode()
        everybody = [json.loads(value) for value in exchange.gather("parts", said)]
        layouts = [[[_box(box) for box in layout] for layout in each["layouts"]] for each in everybody]
        known: dict[tuple[object, ...], tuple[Cell, ...]] = {}
        for number, (name, tensor) in enumerate(sorted(slots.items())):
            chosen = [each["of"][number] for each in everybody]
            key = (*tensor.shape, *chosen)
            if key not in known:
                of_ranks = [layouts[rank][layout] for rank, layout in enumerate(chosen)]
                known[key] = cells_of(tuple(tensor.shape), of_ranks)
            self.cells[name] = known[key]
        lacking = {name: cell.box for name, cells in self.cells.items() for cell in cells if not cell.holders}
        if lacking:
            faults = [Fault(name, "every element on some rank", f"{box} on none") for name, box in lacking.items()]
            raise StateMismatch(faults)


def _box(pairs: Sequence[Sequence[int]]) -> Box:
    return tuple(slice(start, stop) for start, stop in pairs)


def _replicated(tensor: Tensor) -> LocalSlot:
    whole = tuple(slice(0, size) for size in tensor.shape)
    return LocalSlot(tuple(tensor.shape), (Share(whole, whole),))


class _Group:
    """The process group of all ranks that save, which is made only where there is none and one is needed."""

    def __init__(self, ranks: Ranks | None, meshes: Sequence[DeviceMesh]) -> None:
        self._ranks, self._meshes = ranks, meshes
        self._own: ProcessGroup | None = None

    def meeting(self, exchange: Exchange) -> Meeting:
        """Where they exchange bytes."""
        members = list(exchange.members)
        group = None
        if members != list(range(distributed.get_world_size())):
            same = [mesh for mesh in self._meshes if mesh.ndim == 1 and sorted(mesh.mesh.tolist()) == members]
            if not same:
                self._own = distributed.new_group(members, use_local_synchronization=True)
            group = same[0].get_group() if same else self._own
        device = torch.device(self._meshes[0].device_type)
        return Meeting(group, members.index(exchange.rank), len(members), device, exchange.check)

    def close(self) -> None:
        if self._own is not None:
            distributed.destroy_process_group(self._own)


class _Writing:
    """This rank's part in writing the files of a plan."""

    def __init__(self, plan: CheckpointPlan, boxes: Mapping[str, SlotBox], table: _Table, exchange: Exchange) -> None:
        self._plan, self._exchange = plan, exchange
        self._place = exchange.members.index(exchange.rank)
        self._held = Held(boxes, table.slots)
        self._widths = {name: each.dtype.bits // 8 for name, each in boxes.items()}
        cells = {name: cells_in(table.cells[part.slot], part.box) for name, part in boxes.items()}
        loads = [0] * len(exchange.members)
        self._own: dict[str, list[ByteRange]] = {}
        gathered: list[Gathered] = []
        for name, file in plan.files.items():
            claims = claims_of(file, cells, loads)
            self._own[name] = [each.range for each in claims if each.is_whole and each.writer == self._place]
            gathered += gathered_blocks(name, file, claims, cells)
        self._rounds = list(rounds(gathered, self._widths))

    def run(self, folder: Path, group: _Group) -> None:
        """The first rank makes the files and puts them in place; all write."""
        if self._place:
            stage = Path(os.fsdecode(self._exchange.gather("staging folder", b"")[0]))
            try:
                with saving(folder, self._plan):
                    self._write(stage, group)
            except SaveError as error:
                if isinstance(error.__cause__, FileNotFoundError):
                    self._let_the_first_rank_speak()
                raise
            self._exchange.gather("written", b"")
        else:
            put_in_place(folder, self._plan, lambda stage: self._lead(stage, group))

    def _let_the_first_rank_speak(self) -> None:
        """It removes the staging folder when it fails, and then says so."""
        until = time.monotonic() + _SPEAKS_WITHIN_S
        while time.monotonic() < until:
            self._exchange.check()
            time.sleep(0.05)

    def _lead(self, stage: Path, group: _Group) -> None:
        for name, file in self._plan.files.items():
            NewFile(stage / name, file).create()
        write_small_files(stage, self._plan)
        self._exchange.gather("staging folder", os.fsencode(stage))
        self._write(stage, group)
        self._exchange.gather("written", b"")

    def _write(self, stage: Path, group: _Group) -> None:
        """This rank's bytes of all files. A rank that cannot write goes on sending, so that nobody waits for it."""
        files = self._files(stage)
        blocks = [block for name, file in files.items() for part in self._own[name] for block in blocks_of(file, part)]
        own = sum(block.nbytes for _, block in blocks) + sum(block.range.nbytes for block in self._gathered_here())
        with Progress("Saving", own) as progress:
            # Of all ranks, only the first one shows how far it is.
            tell = _silent if self._place else progress
            try:
                write_blocks(blocks, tell, lambda wait_for: self._meanwhile(files, group, tell, wait_for))
            finally:
                for file in files.values():
                    file.close()

    def _gathered_here(self) -> Iterator[Gathered]:
        return (block for blocks in self._rounds for block in blocks if block.writer == self._place)

    def _files(self, stage: Path) -> dict[str, NewFile]:
        files: dict[str, NewFile] = {}
        memory = MemoryAlignment()
        for name, plan in self._held.plans(self._plan.files).items():
            nbytes = os.stat(stage / name).st_size
            if nbytes != plan.nbytes:
                raise SaveError(
                    f"{stage / name}: expected {plan.nbytes} bytes as the first rank made it, found {nbytes}"
                )
            own = sum(part.nbytes for part in self._own[name])
            own += sum(block.range.nbytes for block in self._gathered_here() if block.file == name)
            files[name] = NewFile(stage / name, plan, own, memory)
        return files

    def _meanwhile(
        self, files: Mapping[str, NewFile], group: _Group, tell: Callable[[int], None], wait_for: Wait
    ) -> None:
        """What several ranks have some of, and then looking at whether they still live."""
        if self._rounds:
            self._gather(files, group, tell)
        while not wait_for(_LOOK_S):
            self._exchange.check()

    def _gather(self, files: Mapping[str, NewFile], group: _Group, tell: Callable[[int], None]) -> None:
        """The blocks of which several ranks have some, round by round."""
        meeting = group.meeting(self._exchange)
        assembly = Assembly(self._held, self._widths)
        failure: Exception | None = None
        for blocks in self._rounds:
            messages = exchanged(blocks, self._held, self._widths, meeting)
            try:
                for number, block in enumerate(blocks):
                    if block.writer == self._place and failure is None:
                        assembly.write(number, block, files[block.file], messages)
                        tell(block.range.nbytes)
            except (OSError, LoadstoneError) as error:
                failure = error
        if failure is not None:
            raise failure


def _silent(nbytes: int) -> None:
    """Progress that nobody sees."""
