"""Running blocks whose weights are not where they compute: brought while the block before computes, then forgotten.

A parameter on the disk is a view of its mapped file, so ``state_dict``, saving and copying find its values as they
find any other's; so it is with one on the CPU of a model that computes on an accelerator. Only while its block runs is
it a view of a buffer instead, into which its bytes were brought at the speed of the disk or of the bus. What somebody
changed since the load is used as it is.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from loadstone.core.slices import ByteRange, FileRange
from loadstone.errors import LoadstoneError
from loadstone.frameworks.torch.modeling.swapping import Swapping, gate_of
from loadstone.frameworks.torch.placement.device_ring import DeviceRing
from loadstone.frameworks.torch.placement.hooks import Hook, Inputs, Keywords
from loadstone.frameworks.torch.placement.move import tensors_in
from loadstone.frameworks.torch.placement.placement import Devices
from loadstone.frameworks.torch.placement.populate import piece_of
from loadstone.frameworks.torch.placement.turns import Turns
from loadstone.planning.recipes import Piece, Recipe
from loadstone.transfer.stream import Ring
from loadstone.transfer.weight_file import WeightFile

if TYPE_CHECKING:
    from loadstone.core.byte_source import ByteSource


def stream(model: nn.Module, recipes: Mapping[str, Recipe], devices: Devices) -> None:
    """Have the blocks of ``model`` that are not where they compute brought there when they run.

    With an accelerator these are all on the CPU and the disk; without, those on the disk that are not kept in memory.
    ``recipes`` make every slot on the disk of one piece, as it is stored.
    """
    modules = dict(model.named_modules(remove_duplicate=False))
    files: dict[Path, WeightFile] = {}
    first = None
    blocks: list[tuple[nn.Module, list[_Weight]]] = []
    for unit in devices.units:
        module = modules.get(unit.name)
        weights = []
        for slot in unit.slots if module is not None else ():
            if (
                devices.quantized_layers is not None and slot in devices.quantized_layers
            ):  # which lies where it computes, maybe in parts
                continue
            owner, _, leaf = slot.rpartition(".")
            tensor, piece, stored = getattr(modules[owner], leaf), piece_of(recipes, slot), None
            if devices.on_disk(slot) and piece is not None:
                first = first or module
                if piece.tensor.file not in files:
                    files[piece.tensor.file] = WeightFile(piece.tensor.file)
                stored = _range(tensor, piece)
            # A table is only looked into: its map reads the few pages that are asked for.
            if isinstance(modules[owner], nn.Embedding) or unit.name in devices.placement.kept:
                continue
            if stored is not None or (devices.must_cross(slot) and tensor.nbytes):
                weights.append(_Weight(tensor, tensor.detach(), tensor._version, stored))
        if weights and module is not None:
            blocks.append((module, weights))
    if first is not None:
        first.register_forward_pre_hook(_Guard(list(files.values())))
    if blocks:
        ring, turns = _ring([weights for _, weights in blocks], devices), Turns()
        if isinstance(model, Swapping):
            gate_of(model).when_broken_off.append(turns.end_broken)
        else:  # whose parameters are looked at while no block runs, most likely by this
            model.register_state_dict_pre_hook(_EndBroken(turns))  # type: ignore[no-untyped-call]
        for index, (module, weights) in enumerate(blocks):
            turn = _Turn(turns, ring, index, weights, devices.main if devices.is_accelerated else None)
            module.register_forward_pre_hook(_Begin(turn), with_kwargs=True)
            module.register_forward_hook(_End(turn), always_call=True)


def streams(module: nn.Module) -> bool:
    """Whether weights of this module come from elsewhere while it runs."""
    return any(isinstance(hook, _Begin | _Guard) for hook in module._forward_pre_hooks.values())


class _MemoryRing(Ring):
    """A ring whose buffers are PyTorch's to read."""

    def tensors(self, index: int) -> list[Tensor]:
        """The bytes of a block's weights, in the order given."""
        memory, block = self.memory[self.fetch(index)], self.blocks[index]
        return [
            torch.frombuffer(memory, dtype=torch.uint8, count=file_range.nbytes, offset=start)
            for file_range, start in zip(block.ranges, block.starts, strict=True)
        ]


def _ring(blocks: Sequence[Sequence[_Weight]], devices: Devices) -> _MemoryRing | DeviceRing:
    if devices.is_accelerated:
        sources = [[weight.home if weight.stored is None else weight.stored for weight in block] for block in blocks]
        return DeviceRing(sources, devices.main)
    return _MemoryRing([[weight.stored for weight in block if weight.stored is not None] for block in blocks])


class _Weight(NamedTuple):
    """A parameter that is not where it computes, and how to know that it still is what was loaded."""

    parameter: Tensor
    home: Tensor
    version: int
    stored: FileRange | None
    """None for one in memory."""

    def is_untouched(self) -> bool:
        return self.parameter.data_ptr() == self.home.data_ptr() and self.parameter._version == self.version


class _Loan(NamedTuple):
    """A parameter that has other memory while its block runs."""

    parameter: Tensor
    home: Tensor
    lent: Tensor

    def end(self) -> None:
        """It is where it was, unless somebody has given it other memory meanwhile."""
        if self.parameter.data_ptr() == self.lent.data_ptr():
            self.parameter.data = self.home


def _range(parameter: Tensor, piece: Piece) -> FileRange:
    tensor, rows, _ = piece
    start = 0 if rows is None else rows.start * (tensor.nbytes // tensor.shape[0])
    return FileRange(tensor.file, ByteRange(0, parameter.nbytes).shift(tensor.offset + start))


class _Turn:
    """A block's weights: in a buffer from :meth:`begin` to :meth:`end`, which one thread at a time goes through."""

    def __init__(
        self,
        turns: Turns,
        ring: _MemoryRing | DeviceRing,
        index: int,
        weights: Sequence[_Weight],
        device: torch.device | None,
    ) -> None:
        self._turns, self._ring, self._index, self._weights, self._device = turns, ring, index, weights, device
        self._lent: list[_Loan] = []

    def must_run(self) -> bool:
        """Compiled code reads weights on the disk through their map; to an accelerator they have to be brought."""
        return self._device is not None or not torch.compiler.is_compiling()

    def begin(self, inputs: Sequence[object], call: FrameType) -> None:
        """Wait for the block's bytes and lend them to its parameters, for as long as ``call`` runs."""
        if not self._turns.take(self, call):
            return
        if self._device is not None or not self._needs_gradients(inputs):
            try:
                self._lend()
            except BaseException:
                self.end(None)
                raise

    def _lend(self) -> None:
        untouched = [weight.is_untouched() for weight in self._weights]
        tensors = self._ring.tensors(self._index) if any(untouched) else [torch.empty(0)] * len(untouched)
        for weight, as_loaded, flat in zip(self._weights, untouched, tensors, strict=True):
            here = weight.home if as_loaded else weight.parameter.data
            if as_loaded:
                there = flat.view(here.dtype).view(here.shape)
            elif self._device is not None:
                there = here.to(self._device)
            else:
                continue
            self._lent.append(_Loan(weight.parameter, here, there))
            weight.parameter.data = there

    def end(self, output: object) -> None:
        """Parameters are where they were, and the buffer is free for another block."""
        if not self._turns.has(self):
            return
        if self._take_back():
            self._ring.release(self._index)
        self._turns.give(self)
        if self._device is not None:
            for tensor in tensors_in(output):
                if tensor.requires_grad:
                    tensor.register_hook(_no_gradients)  # type: ignore[no-untyped-call]

    def give_up(self) -> None:
        """As :meth:`end`, where the block's call was broken off, maybe in the middle of either."""
        self._ring.give_up()
        self._take_back()

    def _take_back(self) -> bool:
        """Whether there was anything."""
        for loan in self._lent:
            loan.end()
        was_lent = bool(self._lent)
        self._lent = []
        return was_lent

    def _needs_gradients(self, inputs: Sequence[object]) -> bool:
        """The backward pass would look for the weights in a buffer that long holds others."""
        if not torch.is_grad_enabled():
            return False
        tensors = (argument for argument in inputs if isinstance(argument, Tensor))
        needed = any(w.parameter.requires_grad for w in self._weights) or any(
            tensor.requires_grad for tensor in tensors
        )
        if needed and self._index == 0:
            warnings.warn(
                "Gradients are on, so weights on the disk are read page by page. Use torch.no_grad().", stacklevel=2
            )
        return needed


def _no_gradients(gradient: Tensor) -> None:
    raise LoadstoneError(
        "There are no gradients through weights that are streamed to an accelerator. Give it enough of the model in "
        "max_memory, or train on the CPU."
    )


class _Guard(Hook):
    """Looks whether the files are as they were, before a forward pass reads from them."""

    def __init__(self, files: Sequence[ByteSource]) -> None:
        self._files = files

    def __call__(self, module: nn.Module, inputs: Inputs) -> None:
        if not torch.compiler.is_compiling():
            for file in self._files:
                file.check()


class _EndBroken(Hook):
    """Parameters are where they were before they are told."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def __call__(self, module: nn.Module, prefix: str, keep_vars: bool) -> None:
        self._turns.end_broken()


class _Begin(Hook):
    def __init__(self, turn: _Turn) -> None:
        self._turn = turn

    def __call__(self, module: nn.Module, inputs: Inputs, keywords: Keywords) -> None:
        if self._turn.must_run():
            self._turn.begin((*inputs, *keywords.values()), sys._getframe(1))


class _End(Hook):
    def __init__(self, turn: _Turn) -> None:
        self._turn = turn

    def __call__(self, module: nn.Module, inputs: Inputs, output: object) -> None:
        if self._turn.must_run():
            self._turn.end(output)
