"""Conversions of transformers that nobody can follow without values: theirs is run on what is stored, as it is read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import Tensor

from loadstone.core.arrays import ByteArray, FloatArray
from loadstone.core.records import record
from loadstone.core.slices import Box
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import CorruptCheckpoint, Fault
from loadstone.frameworks.torch.dtypes import to_torch

logger = logging.getLogger("loadstone")

Convert = Callable[[Mapping[str, list[Tensor]]], Mapping[str, Tensor]]
"""Pattern → its parts becomes slot → tensor."""


@record
class Converted:
    """A slot's values as a function of whole stored tensors; see :class:`loadstone.core.tensors.Packing`."""

    name: str
    """Of the slot."""
    kind: str
    patterns: tuple[str, ...]
    """Of each part, which pattern took it."""
    parts: tuple[StoredTensor, ...]
    shape: tuple[int, ...]
    convert: Convert

    @property
    def rows(self) -> int:
        return 1

    @property
    def step(self) -> int:
        return 1

    def decode(self, first: int, rows: ByteArray, others: Sequence[ByteArray]) -> Iterable[tuple[Box, FloatArray]]:
        """All of it at once."""
        parts: dict[str, list[Tensor]] = {}
        for pattern, part, raw in zip(self.patterns, self.parts, (rows, *others), strict=True):
            values = torch.from_numpy(raw.reshape(-1)).view(to_torch(part.dtype)).view(part.shape)
            parts.setdefault(pattern, []).append(values)
        made = self.convert(parts)[self.name]
        if tuple(made.shape) != self.shape:
            raise CorruptCheckpoint([Fault(self.name, f"shape {self.shape}", f"{tuple(made.shape)} from {self.kind}")])
        yield tuple(slice(0, size) for size in self.shape), made.float().contiguous().numpy()


def converted_when_read(
    names: Mapping[str, tuple[int, ...]], by_pattern: Mapping[str, Sequence[StoredTensor]], kind: str, convert: Convert
) -> dict[str, StoredTensor]:
    """Slots, each with its shape, that one conversion makes of whole stored tensors.

    Raises :class:`CorruptCheckpoint` where these are no plain floating-point numbers.
    """
    pairs = [(pattern, tensor) for pattern, tensors in by_pattern.items() for tensor in tensors]
    parts = tuple(tensor for _, tensor in pairs)
    faults = [
        Fault(f"{tensor.file}, tensor {tensor.name}", f"plain floating-point numbers, for {kind}", "others")
        for tensor in parts
        if tensor.packing or tensor.slices or tensor.strides or not tensor.dtype.is_floating or tensor.dtype.bits > 32
    ]
    if faults:
        raise CorruptCheckpoint(faults)
    logger.warning(
        "%s made by transformers' own %s, which Loadstone cannot follow: it takes more memory and time.",
        ", ".join(names) + (" is" if len(names) == 1 else " are"),
        kind,
    )
    patterns = tuple(pattern for pattern, _ in pairs)
    made = {}
    for name, shape in names.items():
        packing = Converted(name, f"transformers' {kind}", patterns, parts, shape, convert)
        made[name] = parts[0]._replace(shape=shape, dtype=DType.FLOAT32, packing=packing)
    return made
