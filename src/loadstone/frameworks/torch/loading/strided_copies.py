"""Pieces that lie in their files with gaps: through the map where a file is mapped, else in blocks that are read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from loadstone.core.byte_source import ByteSource
from loadstone.core.progress import Progress
from loadstone.core.slices import ByteRange, FileRange
from loadstone.frameworks.torch.dtypes import to_torch
from loadstone.frameworks.torch.loading.staging import TensorBuffer
from loadstone.materialize.strided import StridedBlock, strided_blocks
from loadstone.planning.recipes import Piece
from loadstone.transfer.copy import BufferPool
from loadstone.transfer.threads import WorkerPool
from loadstone.transfer.weight_file import SECTOR_BYTES
from loadstone.transfer.weight_files import Weights

_MOST_FILES = 4


def copy_strided(pieces: Sequence[tuple[int, Piece]], targets: Sequence[Tensor], weights: Weights) -> None:
    """Bring each piece to the target of its number, cast on the way, by several threads.

    Raises what reading raises, as soon as no thread works any more.
    """
    blocks = strided_blocks(pieces, [target.shape for target in targets])
    spans = [FileRange(block.file, ByteRange(block.offset, block.offset + block.nbytes)) for block in blocks]
    weights.warm(weights.views(span for span in spans if weights.is_mapped(span.file)))
    threads = weights.threads
    buffers = BufferPool(TensorBuffer, threads)
    open_file = _opened_once(weights)

    def bring(block: StridedBlock) -> None:
        if weights.is_mapped(block.file):
            _put(block, weights.maps[block.file].buffer, block.offset, targets)
        else:
            buffer = buffers.acquire()
            try:
                start = _read(block, open_file(block.file), buffer.view)
                _put(block, buffer.view, start, targets)
            finally:
                buffers.release(buffer)
        progress(block.nbytes)

    with Progress("Loading", sum(span.nbytes for span in spans)) as progress:
        WorkerPool(iter(blocks), bring, "loadstone-strided").run(threads)


def _opened_once(weights: Weights) -> Callable[[Path], ByteSource]:
    """Opens a file when it is first asked for, and holds the last few: blocks come in the order of the files."""
    files: dict[Path, ByteSource] = {}
    lock = threading.Lock()

    def opened(path: Path) -> ByteSource:
        with lock:
            if path not in files:
                files[path] = weights.open(path)
                if len(files) > _MOST_FILES:
                    del files[next(iter(files))]
            return files[path]

    return opened


def _read(block: StridedBlock, file: ByteSource, room: memoryview) -> int:
    """Where in the room a block begins, once it is there."""
    head = block.offset % SECTOR_BYTES if file.takes_direct else 0
    nbytes = head + block.nbytes
    file.read_into(block.offset - head, nbytes, room[: -(-nbytes // SECTOR_BYTES) * SECTOR_BYTES])
    file.check()
    return head


def _put(block: StridedBlock, memory: memoryview, start: int, targets: Sequence[Tensor]) -> None:
    dtype = to_torch(block.dtype)
    flat = torch.frombuffer(memory, dtype=dtype, count=block.nbytes // dtype.itemsize, offset=start)
    target = targets[block.target]
    values = flat.as_strided(block.shape, block.strides)
    if target.device.type != "cpu":
        values = values.contiguous()  # so that no gaps cross to the device
    target[block.into].copy_(values)
