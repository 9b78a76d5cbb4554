"""One rank's part in writing the files of a checkpoint: what it has itself, and what it is sent, all or nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from loadstone.core.progress import Progress
from loadstone.core.slices import ByteRange
from loadstone.errors import LoadstoneError, SaveError
from loadstone.frameworks.ranks import Exchange
from loadstone.frameworks.torch.distributed.columns import Assembly, exchanged
from loadstone.frameworks.torch.distributed.held import Held, Local, SlotBox
from loadstone.frameworks.torch.distributed.meeting import Meeting, meeting_of
from loadstone.saving.by_ranks import Cell, Gathered, cells_in, claims_of, gathered_blocks, rounds
from loadstone.saving.checkpoint import put_in_place, saving, write_small_files
from loadstone.saving.checkpoint_plan import CheckpointPlan
from loadstone.transfer.block_writer import Wait, blocks_of, write_blocks
from loadstone.transfer.memory_alignment import MemoryAlignment
from loadstone.transfer.new_file import NewFile

_LOOK_S = 0.5
"""Between two looks at the other ranks while this one writes."""
_SPEAKS_WITHIN_S = 5.0


class Spread(NamedTuple):
    """Where the values of the files are."""

    boxes: Mapping[str, SlotBox]
    """Of each stored tensor: which box of which slot it is."""
    slots: Mapping[str, Local]
    """What this rank has of each slot."""
    cells: Mapping[str, tuple[Cell, ...]]
    """What every rank has of each slot."""


class RankWriting:
    """This rank's part in writing the files of a plan."""

    def __init__(self, plan: CheckpointPlan, spread: Spread, exchange: Exchange, device_type: str) -> None:
        """``device_type`` is that of the devices which the process group sends from."""
        self._plan, self._exchange, self._device_type = plan, exchange, device_type
        self._place = exchange.members.index(exchange.rank)
        self._held = Held(spread.boxes, spread.slots)
        self._widths = {name: each.dtype.bits // 8 for name, each in spread.boxes.items()}
        cells = {name: cells_in(spread.cells[part.slot], part.box) for name, part in spread.boxes.items()}
        loads = [0] * len(exchange.members)
        self._own: dict[str, list[ByteRange]] = {}
        gathered: list[Gathered] = []
        for name, file in plan.files.items():
            claims = claims_of(file, cells, loads)
            self._own[name] = [each.range for each in claims if each.is_whole and each.writer == self._place]
            gathered += gathered_blocks(name, file, claims, cells)
        self._rounds = list(rounds(gathered, self._widths))

    def run(self, folder: Path) -> None:
        """The first rank makes the files and puts them in place; all write."""
        if self._place:
            stage = Path(os.fsdecode(self._exchange.gather("staging folder", b"")[0]))
            try:
                with saving(folder, self._plan):
                    self._write(stage)
            except SaveError as error:
                if isinstance(error.__cause__, FileNotFoundError):
                    self._let_the_first_rank_speak()
                raise
            self._exchange.gather("written", b"")
        else:
            put_in_place(folder, self._plan, self._lead)

    def _let_the_first_rank_speak(self) -> None:
        """It removes the staging folder when it fails, and then says so."""
        until = time.monotonic() + _SPEAKS_WITHIN_S
        while time.monotonic() < until:
            self._exchange.check()
            time.sleep(0.05)

    def _lead(self, stage: Path) -> None:
        for name, file in self._plan.files.items():
            NewFile(stage / name, file).create()
        write_small_files(stage, self._plan)
        self._exchange.gather("staging folder", os.fsencode(stage))
        self._write(stage)
        self._exchange.gather("written", b"")

    def _write(self, stage: Path) -> None:
        """This rank's bytes of all files. A rank that cannot write goes on sending, so that nobody waits for it."""
        files = self._files(stage)
        self._exchange.gather("files", b"")  # a rank that cannot write at all says so before others wait for it
        blocks = [block for name, file in files.items() for part in self._own[name] for block in blocks_of(file, part)]
        own = sum(block.nbytes for _, block in blocks) + sum(block.range.nbytes for block in self._gathered_here())
        with Progress("Saving", own) as progress:
            # Of all ranks, only the first one shows how far it is.
            tell = _silent if self._place else progress
            try:
                write_blocks(blocks, tell, lambda wait_for: self._meanwhile(files, tell, wait_for))
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

    def _meanwhile(self, files: Mapping[str, NewFile], tell: Callable[[int], None], wait_for: Wait) -> None:
        """What several ranks have some of, and then looking at whether they still live."""
        if self._rounds:
            with meeting_of(self._exchange.members, self._device_type, self._exchange) as meeting:
                self._gather(files, tell, meeting)
        while not wait_for(_LOOK_S):
            self._exchange.check()

    def _gather(self, files: Mapping[str, NewFile], tell: Callable[[int], None], meeting: Meeting) -> None:
        """The blocks of which several ranks have some, round by round."""
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
