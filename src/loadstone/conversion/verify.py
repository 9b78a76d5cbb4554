"""What was written, read back and compared byte for byte with what was to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from loadstone.checkpoint import open_checkpoint
from loadstone.core.progress import Progress
from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import Fault, SaveError
from loadstone.materialize.reader import TensorReader
from loadstone.transfer.machine import cores
from loadstone.transfer.outgoing import READ_NBYTES, OutgoingTensor, TensorRange, bytes_of
from loadstone.transfer.threads import WorkerPool

if TYPE_CHECKING:
    from typing_extensions import Buffer


def verify(folder: Path, tensors: Sequence[OutgoingTensor]) -> None:
    """Raises :class:`SaveError` if ``folder`` has not just these tensors, under the Hub's names and layouts."""
    _compare(open_checkpoint(folder), tensors, folder)


def verify_gguf(path: Path, tensors: Sequence[OutgoingTensor]) -> None:
    """The same for a GGUF file, of which bytes are compared, whatever numbers they stand for."""
    written = {
        name: StoredTensor(name, DType.UINT8, (stored.nbytes,), path, stored.offset, stored.nbytes)
        for name, stored in open_checkpoint(path).items()
    }
    _compare(written, [tensor._replace(dtype=DType.UINT8, shape=(tensor.nbytes,)) for tensor in tensors], path.parent)


def _compare(written: Mapping[str, StoredTensor], tensors: Sequence[OutgoingTensor], scratch: Path) -> None:
    faults = [
        Fault(f"tensor {name!r}", "to be written once", "it is not")
        for name in {tensor.name for tensor in tensors} ^ set(written)
    ]
    cuts = [
        TensorRange(tensor, part)
        for tensor in tensors
        if tensor.name in written
        for part in (tensor.range.split(READ_NBYTES) if tensor.nbytes else [tensor.range])
    ]
    with TensorReader(scratch) as reader, Progress("Verifying", sum(tensor.nbytes for tensor in tensors)) as progress:

        def compare(cut: TensorRange) -> None:
            tensor, stored = cut.tensor, written[cut.tensor.name]
            if (stored.dtype, stored.shape) != (tensor.dtype, tensor.shape):
                expected = f"{tensor.dtype} of shape {tensor.shape}"
                faults.append(Fault(f"tensor {tensor.name!r}", expected, f"{stored.dtype} of shape {stored.shape}"))
            elif cut.range.nbytes and not _are_equal(bytes_of(cut), reader.stored(stored)(*cut.range)):
                faults.append(
                    Fault(f"tensor {tensor.name!r}, byte {cut.range.start} on", "what was to be written", "other")
                )
            progress(cut.range.nbytes)

        WorkerPool(iter(cuts), compare, "loadstone-verify").run(max(cores(), 2))
    if faults:
        lines = "\n".join(f"  - {fault}" for fault in sorted(faults, key=str)[:20])
        raise SaveError(f"What was written is not what was read, and was removed ({len(faults)} in all):\n{lines}")


def _are_equal(one: Buffer, other: Buffer) -> bool:
    return np.array_equal(np.frombuffer(memoryview(one), np.uint8), np.frombuffer(memoryview(other), np.uint8))
