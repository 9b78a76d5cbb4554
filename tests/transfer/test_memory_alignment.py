"""What direct writes learn of the device's demands on memory, and at what price."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loadstone.core.tensors import DType
from loadstone.transfer import new_file
from loadstone.transfer.array_bytes import of_array
from loadstone.transfer.block_writer import write_files
from loadstone.transfer.memory_alignment import MemoryAlignment, alignment_of
from loadstone.transfer.outgoing import FilePlan, OutgoingTensor, TensorRange

PAGE = 4096


def test_alignment_is_a_power_of_two_up_to_a_page() -> None:
    assert [alignment_of(address) for address in (PAGE * 5, 512 * 3, 12, 7)] == [PAGE, 512, 4, 1]


def test_what_is_refused_is_not_tried_again_and_what_succeeds_needs_no_turn() -> None:
    memory = MemoryAlignment()
    assert memory.is_enough(4) and not memory.is_enough(2)
    memory.refused(4)
    assert memory.is_enough(512) and not memory.is_enough(256)
    with memory.trying(512) as is_known:
        assert not is_known
    memory.succeeded(512)
    with memory.trying(512) as is_known:
        assert is_known
    memory.refused(PAGE)
    assert not memory.is_enough(PAGE)


@pytest.mark.skipif(not hasattr(os, "O_DIRECT"), reason="no direct writes on this system")
@pytest.mark.parametrize(("asked", "refusals"), [(4, 0), (512, 1), (PAGE, 2)])
def test_all_files_of_a_save_learn_from_the_first_refusal(
    asked: int, refusals: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that stands in for one asks for so much, and takes the bytes of a call up to where it is not given."""
    refused: list[int] = []
    real, direct = new_file._write_at, set()
    opened = new_file.NewFile._open

    def remembered(self: Any, flags: int) -> int:
        descriptor = opened(self, flags & ~os.O_DIRECT)
        (direct.add if flags & os.O_DIRECT else direct.discard)(descriptor)
        return descriptor

    def write(descriptor: int, views: Sequence[memoryview], at: int) -> int:
        if descriptor in direct and _address(views[0]) % asked:
            refused.append(len(views[0]))
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return real(descriptor, views[:1], at)

    monkeypatch.setattr(new_file.NewFile, "_open", remembered)
    monkeypatch.setattr(new_file, "_write_at", write)
    memory = np.arange(64 * PAGE, dtype=np.uint16).view(np.uint8)
    start = -memory.ctypes.data % PAGE
    plans, expected = {}, {}
    for number in range(6):
        pieces = []
        for shift in (0, 512, 4):  # of the memory, in turns
            array = memory[start + shift :][: 8 * PAGE]
            tensor = OutgoingTensor("t", DType.UINT8, array.shape, of_array(array), address=array.ctypes.data)
            pieces.append(TensorRange(tensor, tensor.range))
        path = tmp_path / str(number)
        plans[path] = FilePlan(pieces, 24 * PAGE)
        expected[path] = b"".join(bytes(piece.tensor.read(*piece.range)) for piece in pieces)
    write_files(plans)
    assert {path: path.read_bytes() for path in plans} == expected
    assert len(refused) <= refusals


def _address(view: memoryview) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(view))
