"""Running blocks whose weights are on the disk: read while the block before computes, used, and forgotten.

A parameter on the disk is a view of its mapped file, so ``state_dict``, saving and copying find its numbers as they
find any other's. Only while its block runs is it a view of a buffer instead, into which the bytes were read at the
speed of the disk. What somebody changed since the load is left alone and used as it is.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from loadstone.frameworks.torch.placing import Devices
from loadstone.planning.recipes import Piece, Recipe, Stored, Tied
from loadstone.planning.split import CPU
from loadstone.transfer.mapping import MappedFile, Warmup
from loadstone.transfer.stream import Range, Ring, WeightFile


def stream(model: nn.Module, recipes: Mapping[str, Recipe], devices: Devices) -> None:
    """Have the blocks of ``model`` that lie on the disk read when they run, those that are not kept in memory.

    ``recipes`` make every slot on the disk of one piece, as it is stored.
    """
    modules = dict(model.named_modules(remove_duplicate=False))
    on_disk: dict[nn.Module, list[Piece]] = {}
    blocks: list[tuple[nn.Module, list[_Weight]]] = []
    for unit in devices.units:
        module = modules.get(unit.name)
        weights = []
        for slot in unit.slots:
            piece = piece_of(recipes, slot)
            if module is None or piece is None or not devices.on_disk(slot):
                continue
            on_disk.setdefault(module, []).append(piece)
            owner, _, leaf = slot.rpartition(".")
            # A table is only looked into: its map reads the few pages that are asked for.
            if unit.name not in devices.placement.kept and not isinstance(modules[owner], nn.Embedding):
                weights.append(_weight(getattr(modules[owner], leaf), piece))
        if weights and module is not None:
            blocks.append((module, weights))
    if on_disk:
        files = dict.fromkeys(piece.tensor.file for pieces in on_disk.values() for piece in pieces)
        next(iter(on_disk)).register_forward_pre_hook(_Guard([WeightFile(path) for path in files]))
    if blocks:
        ring = Ring([[weight.stored for weight in weights] for _, weights in blocks])
        for index, (module, weights) in enumerate(blocks):
            turn = _Turn(ring, index, weights)
            module.register_forward_pre_hook(_Begin(turn), with_kwargs=True)
            module.register_forward_hook(_End(turn), always_call=True)


def populate(recipes: Mapping[str, Recipe], devices: Devices, maps: Mapping[Path, MappedFile]) -> None:
    """Begin to read what stays in memory, of the CPU's and the disk's units; the model can be used meanwhile."""
    places, kept = devices.placement.places, devices.placement.kept
    stays = [unit for unit in devices.units if places[unit.name] == CPU or unit.name in kept]
    pieces = [piece_of(recipes, slot) for unit in stays for slot in unit.slots if _is_view(devices, slot)]
    Warmup(
        (maps[piece.tensor.file], piece.tensor.offset, piece.tensor.nbytes)
        for piece in pieces
        if piece is not None and piece.tensor.file in maps
    ).start()


def _is_view(devices: Devices, slot: str) -> bool:
    size = devices.sizes.get(slot)
    return devices.on_disk(slot) or (size is not None and size.is_view)


def piece_of(recipes: Mapping[str, Recipe], slot: str) -> Piece | None:
    """The stored tensor behind a slot, or behind the one it is tied to; None for fresh and empty ones."""
    recipe = recipes[slot]
    if isinstance(recipe, Tied):
        recipe = recipes[recipe.slot]
    return recipe.pieces[0] if isinstance(recipe, Stored) and recipe.pieces[0].tensor.nbytes else None


class _Weight(NamedTuple):
    """A parameter on the disk, and how to know that it still is what was loaded."""

    parameter: Tensor
    home: Tensor
    version: int
    stored: Range

    def is_untouched(self) -> bool:
        return self.parameter.data_ptr() == self.home.data_ptr() and self.parameter._version == self.version


def _weight(parameter: Tensor, piece: Piece) -> _Weight:
    tensor, rows, _ = piece
    start = 0 if rows is None else rows[0] * (tensor.nbytes // tensor.shape[0])
    stored = Range(tensor.file, tensor.offset + start, parameter.nbytes)
    return _Weight(parameter, parameter.detach(), parameter._version, stored)


class _Turn:
    """A block's weights: in a buffer from :meth:`begin` to :meth:`end`, which one thread at a time goes through."""

    def __init__(self, ring: Ring, index: int, weights: Sequence[_Weight]) -> None:
        self._ring, self._index, self._weights = ring, index, weights
        self._starts = ring.blocks[index].starts
        self._lent: list[_Weight] = []
        self._thread: int | None = None

    def begin(self, inputs: Sequence[Any]) -> None:
        """Wait for the block's bytes and lend them to its parameters."""
        if torch.compiler.is_compiling() or self._thread == threading.get_ident():
            return
        self._ring.turn.acquire()
        self._thread = threading.get_ident()
        if not self._needs_gradients(inputs):
            try:
                self._lend()
            except BaseException:
                self.end()
                raise

    def _lend(self) -> None:
        weights = [(w, at) for w, at in zip(self._weights, self._starts, strict=True) if w.is_untouched()]
        memory = self._ring.fetch(self._index) if weights else None
        for weight, start in weights:
            home = weight.home
            flat = torch.frombuffer(memory, dtype=home.dtype, count=home.numel(), offset=start)
            weight.parameter.data = flat.view(home.shape)
            self._lent.append(weight)

    def end(self) -> None:
        """Parameters are views of their files again, and the buffer is free for another block."""
        if torch.compiler.is_compiling() or self._thread != threading.get_ident():
            return
        for weight in self._lent:
            weight.parameter.data = weight.home
        self._lent = []
        self._thread = None
        self._ring.turn.release()

    def _needs_gradients(self, inputs: Sequence[Any]) -> bool:
        """The backward pass would look for the weights in a buffer that long holds others."""
        if not torch.is_grad_enabled():
            return False
        tensors = (each for each in inputs if isinstance(each, Tensor))
        found = any(w.parameter.requires_grad for w in self._weights) or any(each.requires_grad for each in tensors)
        if found and self._index == 0:
            warnings.warn(
                "Gradients are on, so weights on the disk are read page by page. Use torch.no_grad().", stacklevel=2
            )
        return found


def nothing(*args: Any, **kwargs: Any) -> None:
    """The hook of a copied or unpickled model, whose numbers are in memory."""


def _nothing() -> Any:
    return nothing


class _Hook:
    """A hook that stays with the model that it was made for."""

    def __deepcopy__(self, memo: Any) -> Any:
        return nothing

    def __reduce__(self) -> Any:
        return _nothing, ()


class _Guard(_Hook):
    """Looks whether the files are as they were, before a forward pass reads from them."""

    def __init__(self, files: Sequence[WeightFile]) -> None:
        self._files = files

    def __call__(self, module: nn.Module, inputs: Any) -> None:
        if not torch.compiler.is_compiling():
            for file in self._files:
                file.check()


class _Begin(_Hook):
    def __init__(self, turn: _Turn) -> None:
        self._turn = turn

    def __call__(self, module: nn.Module, inputs: Any, keywords: Any) -> None:
        self._turn.begin((*inputs, *keywords.values()))


class _End(_Hook):
    def __init__(self, turn: _Turn) -> None:
        self._turn = turn

    def __call__(self, module: nn.Module, inputs: Any, output: Any) -> None:
        self._turn.end()
