"""Stacked tensors made of the file's own pages."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from transfer.weights_of import weights_of

from loadstone.core.tensors import DType, StoredTensor
from loadstone.frameworks.torch.loading.copies import make
from loadstone.frameworks.torch.loading.jobs import Copied, Job
from loadstone.planning.recipes import Piece
from loadstone.transfer import page_stitch as mosaic
from loadstone.transfer.strategy import transfer_options

PART = (128, 1024)  # 512 KiB of float32
EXPERTS = 6


@pytest.fixture(params=[0, 8, 1234 * 4])
def pieces(request: pytest.FixtureRequest, tmp_path: Path) -> list[Piece]:
    """Experts in a file in another order than in the stack, from some byte on."""
    start: int = request.param
    path = tmp_path / "weights"
    numbers = np.random.default_rng(0).standard_normal((EXPERTS, *PART), np.float32)
    path.write_bytes(bytes(start) + numbers.tobytes() + b"end")
    nbytes = numbers[0].nbytes
    tensors = [StoredTensor(str(i), DType.FLOAT32, PART, path, start + i * nbytes, nbytes) for i in range(EXPERTS)]
    return [Piece(tensors[(i * 5 + 1) % EXPERTS], None, (i, slice(0, PART[0]))) for i in range(EXPERTS)]


def stacked(pieces: list[Piece], dtype: torch.dtype = torch.float32, read: str = "auto") -> Copied:
    weights = weights_of([piece.tensor for piece in pieces], transfer_options(read))
    made = make([Job("stack", pieces, (EXPERTS, *PART), dtype)], torch.device("cpu"), weights)
    weights.wait()
    return made


def expected(pieces: list[Piece]) -> torch.Tensor:
    raw = pieces[0].tensor.file.read_bytes()
    parts = [raw[p.tensor.offset :][: p.tensor.nbytes] for p in pieces]
    return torch.frombuffer(bytearray(b"".join(parts)), dtype=torch.float32).view(EXPERTS, *PART)


def test_a_stack_is_made_of_pages_of_the_file_and_holds_the_right_numbers(pieces: list[Piece]) -> None:
    made = stacked(pieces)
    assert torch.equal(made.tensors["stack"], expected(pieces))
    total = made.tensors["stack"].nbytes
    assert total - EXPERTS * 2 * 4096 <= made.stitched_bytes <= total


def test_of_parts_that_begin_elsewhere_in_their_pages_most_are_laid(pieces: list[Piece]) -> None:
    """As where a layer's experts lie in two shards."""
    first = pieces[0].tensor
    other = first.file.with_name("other")
    other.write_bytes(bytes(20) + first.file.read_bytes())
    for i in range(2):
        pieces[i] = pieces[i]._replace(
            tensor=pieces[i].tensor._replace(file=other, offset=pieces[i].tensor.offset + 20)
        )
    weights = weights_of([piece.tensor for piece in pieces])
    made = make([Job("stack", pieces, (EXPERTS, *PART), torch.float32)], torch.device("cpu"), weights)
    weights.wait()
    assert (EXPERTS - 2) * (first.nbytes - 2 * 4096) <= made.stitched_bytes <= (EXPERTS - 2) * first.nbytes
    parts = [p.tensor.file.read_bytes()[p.tensor.offset :][: p.tensor.nbytes] for p in pieces]
    assert made.tensors["stack"].view(torch.uint8).numpy().tobytes() == b"".join(parts)


def test_what_is_written_there_reaches_neither_the_file_nor_another_load(pieces: list[Piece]) -> None:
    before = pieces[0].tensor.file.read_bytes()
    first, second = stacked(pieces).tensors["stack"], stacked(pieces).tensors["stack"]
    first.fill_(7.0)
    assert pieces[0].tensor.file.read_bytes() == before
    assert torch.equal(second, expected(pieces))


def test_it_outlives_the_file(pieces: list[Piece]) -> None:
    wanted = expected(pieces)
    made = stacked(pieces).tensors["stack"]
    pieces[0].tensor.file.unlink()
    assert torch.equal(made, wanted)


@pytest.mark.parametrize("read", ["buffered", "direct"])
def test_nothing_is_laid_of_a_file_that_is_not_to_be_mapped(read: str, pieces: list[Piece]) -> None:
    made = stacked(pieces, read=read)
    assert made.stitched_bytes == 0
    assert torch.equal(made.tensors["stack"], expected(pieces))


def test_a_cast_is_a_copy(pieces: list[Piece]) -> None:
    made = stacked(pieces, torch.bfloat16)
    assert made.stitched_bytes == 0
    assert torch.equal(made.tensors["stack"], expected(pieces).bfloat16())


def test_parts_that_the_kernel_has_no_room_for_are_copied(pieces: list[Piece], monkeypatch: pytest.MonkeyPatch) -> None:
    real, count = mosaic.overlay, 0

    def refuse_some(*arguments: object) -> None:
        nonlocal count
        count += 1
        if count > 2:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(mosaic, "overlay", refuse_some)
    made = stacked(pieces)
    assert 0 < made.stitched_bytes <= 2 * pieces[0].tensor.nbytes
    assert torch.equal(made.tensors["stack"], expected(pieces))


def test_no_more_parts_are_laid_than_a_process_can_have(pieces: list[Piece], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mosaic, "_MOST", 3)
    made = stacked(pieces)
    assert 0 < made.stitched_bytes <= 3 * pieces[0].tensor.nbytes
    assert torch.equal(made.tensors["stack"], expected(pieces))


def private_bytes(tensor: torch.Tensor) -> int:
    """Memory of this process's own within a tensor's pages: they are present (bit 63) and no file's (bit 61)."""
    first, last = tensor.data_ptr() // 4096, (tensor.data_ptr() + tensor.nbytes - 1) // 4096
    with open("/proc/self/pagemap", "rb", buffering=0) as file:
        entries = np.frombuffer(os.pread(file.fileno(), 8 * (last - first + 1), 8 * first), "<u8")
    return 4096 * int(((entries >> 63 & 1) & ~(entries >> 61) & 1).sum())


def test_a_stack_takes_no_memory_of_its_own_but_where_parts_meet(pieces: list[Piece]) -> None:
    made = stacked(pieces).tensors["stack"]
    assert torch.equal(made, expected(pieces))
    assert private_bytes(made) <= (EXPERTS + 1) * 4096
    made[0, 0, 0] = made[3, 0, 0] = 1.0
    assert private_bytes(made) <= (EXPERTS + 3) * 4096
