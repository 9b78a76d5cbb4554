"""The ring through which weights cross to an accelerator, with the CPU in its place (real ones: tests/gpu)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch
from transfer.weights_of import weights_of

from loadstone.core.tensors import DType, StoredTensor
from loadstone.errors import CorruptCheckpoint
from loadstone.frameworks.torch.loading import copies
from loadstone.frameworks.torch.loading import staging as buffers
from loadstone.frameworks.torch.loading.copies import make
from loadstone.frameworks.torch.loading.jobs import Job
from loadstone.planning.recipes import Piece
from loadstone.transfer.strategy import transfer_options

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def as_an_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "has_device_buffers", lambda device: True)
    monkeypatch.setattr(copies, "_on_cpu", lambda jobs, moves: copies._on(CPU, jobs))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "weights"
    torch.arange(6_000_000, dtype=torch.int16).view(torch.uint8).numpy().tofile(path)
    return path


def stored(path: Path, offset: int, shape: tuple[int, ...], strides: tuple[int, ...] | None = None) -> StoredTensor:
    return StoredTensor(f"at {offset}", DType.BFLOAT16, shape, path, offset, 2 * torch.Size(shape).numel(), strides)


def expected(tensor: StoredTensor) -> torch.Tensor:
    raw = bytearray(tensor.file.read_bytes()[tensor.offset :][: tensor.nbytes])
    flat = torch.frombuffer(raw, dtype=torch.bfloat16)
    return flat.view(tensor.shape) if tensor.strides is None else flat.as_strided(tensor.shape, tensor.strides)


@pytest.mark.parametrize("read", ["auto", "direct"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_what_crosses_is_cast_turned_and_stacked_on_the_other_side(read: str, dtype: torch.dtype, path: Path) -> None:
    plain = stored(path, 3, (1500, 1000))  # an odd byte, and more than one buffer
    turned = stored(path, 3_000_002, (40, 30), (1, 40))
    experts = [stored(path, 4_000_000 + 6000 * i, (30, 100)) for i in range(4)]
    stack = [Piece(experts[3 - i], None, (i // 2, slice(30 * (i % 2), 30 * (i % 2) + 30))) for i in range(4)]
    jobs = [
        Job("plain", [Piece(plain)], plain.shape, dtype),
        Job("rows", [Piece(plain, slice(100, 107))], (7, 1000), dtype),
        Job("turned", [Piece(turned)], turned.shape, dtype),
        Job("stack", stack, (2, 60, 100), dtype),
    ]
    weights = weights_of([plain, turned, *experts], transfer_options(read, threads=4))
    made = make(jobs, CPU, weights).tensors
    wanted = {"plain": expected(plain), "rows": expected(plain)[100:107], "turned": expected(turned)}
    wanted["stack"] = torch.cat([expected(experts[3 - i]) for i in range(4)]).view(2, 60, 100)
    for name, tensor in wanted.items():
        torch.testing.assert_close(made[name], tensor.to(dtype), rtol=0, atol=0, equal_nan=True)


def test_the_ring_is_one_for_the_whole_process_and_small() -> None:
    assert buffers.device_buffers(CPU) is buffers.device_buffers(torch.device("cpu"))
    assert buffers._DEVICE_BUFFERS * buffers.BUFFER_BYTES < 64 << 20


def test_two_loads_share_it_and_an_error_in_one_takes_no_lane_away(path: Path) -> None:
    tensor = stored(path, 0, (2000, 1000))
    short = path.with_name("short")
    short.write_bytes(path.read_bytes()[:5000])
    wrong: list[bool] = []

    def load() -> None:
        for _ in range(5):
            weights = weights_of([tensor], transfer_options(threads=6))
            made = make([Job("w", [Piece(tensor)], tensor.shape, torch.bfloat16)], CPU, weights).tensors["w"]
            wrong.append(not torch.equal(made.view(torch.int16), expected(tensor).view(torch.int16)))

    def fail() -> None:
        lost = stored(short, 0, (2000, 1000))
        for _ in range(10):
            weights = weights_of([stored(short, 0, (50, 50))], transfer_options(threads=6))
            with pytest.raises(CorruptCheckpoint):
                make([Job("w", [Piece(lost)], lost.shape, torch.bfloat16)], CPU, weights)

    threads = [threading.Thread(target=work) for work in (load, load, fail)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert wrong == [False] * 10
    assert buffers.device_buffers(CPU)._free.qsize() == buffers._DEVICE_BUFFERS
