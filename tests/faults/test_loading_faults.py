"""Loads that meet what disks, kernels and users do: each ends in the right numbers or in our error; nothing stays."""

from __future__ import annotations

import errno
import gc
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from forks import Forks
from frameworks.torch import tiny
from leaks import maps, nothing_new_stays, threads
from safetensors.torch import save_file

from loadstone import AutoModelForCausalLM, transfer_options
from loadstone.errors import CorruptCheckpoint
from loadstone.transfer import copy as copying
from loadstone.transfer import memory, probe
from loadstone.transfer import weight_file as files
from loadstone.transfer.weight_files import Weights

READS = ["auto", "map", "buffered", "direct"]
SHARD = "model-00002-of-00003.safetensors"


@pytest.fixture(scope="module")
def original() -> Any:
    """Large enough for three shards, and for reads in several pieces."""
    return tiny.llama(num_hidden_layers=4, vocab_size=4096, hidden_size=128, tie_word_embeddings=False)


@pytest.fixture
def folder(original: Any, tmp_path: Path) -> Path:
    """Three shards, not in the page cache."""
    folder = tiny.saved(original, tmp_path / "model", max_shard_size=original.num_parameters() * 4 // 2)
    assert (folder / SHARD).exists()
    evict(folder)
    return folder


def evict(folder: Path) -> None:
    for path in folder.iterdir():
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def same(model: Any, original: Any, dtype: torch.dtype = torch.float32) -> bool:
    ours, theirs = model.state_dict(), original.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name].to(dtype)) for name in theirs)


@pytest.fixture
def nothing_stays(folder: Path) -> Iterator[None]:
    with nothing_new_stays(folder, patience_s=30, in_cycles=True):
        yield


# What a load must survive ---------------------------------------------------------------------------


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.usefixtures("nothing_stays")
def test_every_way_to_read_gives_the_same_model(read: str, dtype: torch.dtype, folder: Path, original: Any) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, transfer=transfer_options(read))
    assert same(model, original, dtype)


def no_huge_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_HUGEPAGE", 9999)


def no_populating(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadstone.transfer.mapped_file.POPULATE_READ", 9999)
    monkeypatch.setattr(memory, "_PROCESS_MADVISE", 100_000)


def no_direct_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_DIRECT")


def direct_reads_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As file systems do that take the flag and not the read."""
    real = os.preadv

    def refuse(descriptor: int, buffers: list[memoryview], offset: int) -> int:
        import fcntl

        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return real(descriptor, buffers, offset)

    monkeypatch.setattr(os, "preadv", refuse)


def no_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be asked, laid or advised: plain maps and reads."""
    monkeypatch.setattr(probe, "_libc", lambda: None)
    monkeypatch.setattr(memory, "_libc", lambda: None)
    monkeypatch.delattr(os, "O_DIRECT")
    monkeypatch.delattr(os, "posix_fadvise")
    monkeypatch.delattr(os, "preadv")


def short_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.preadv
    monkeypatch.setattr(os, "preadv", lambda fd, to, at: real(fd, [to[0][: max(len(to[0]) // 3, 1)]], at))


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    "machine", [no_huge_pages, no_populating, no_direct_reads, direct_reads_refused, no_linux, short_reads]
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_system_that_lacks_something_is_done_without_it(
    machine: Any, read: str, dtype: torch.dtype, folder: Path, original: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch)
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, transfer=transfer_options(read))
    assert same(model, original, dtype)


@pytest.mark.parametrize("read", READS)
def test_files_in_memory_are_loaded_though_they_take_no_direct_reads(read: str, original: Any) -> None:
    shared = Path(f"/dev/shm/loadstone-{os.getpid()}-{read}")
    try:
        tiny.saved(original, shared)
        model = AutoModelForCausalLM.from_pretrained(shared, transfer=transfer_options(read))
        assert same(model, original)
        assert "tmpfs" in str(model.load_report)
        del model
    finally:
        subprocess.run(["rm", "-rf", shared], check=True)


@pytest.mark.parametrize("kind", ["nfs", "fuse"])
def test_files_of_a_network_are_read_and_never_mapped(
    kind: str, folder: Path, original: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "file_system", lambda descriptor: kind)
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert same(model, original)
    assert f"3 files read through the page cache ({kind}" in str(model.load_report)
    ranges = [tuple(int(end, 16) for end in each.which.split("-")) for each in maps(folder)]
    inside = [low <= each.data_ptr() < high for each in model.parameters() for low, high in ranges]
    assert not any(inside)


def test_signals_in_the_middle_do_no_harm(folder: Path, original: Any) -> None:
    seen = 0

    def handler(number: int, frame: object) -> None:
        nonlocal seen
        seen += 1

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        for read in READS:
            evict(folder)
            model = AutoModelForCausalLM.from_pretrained(
                folder, torch_dtype=torch.bfloat16, transfer=transfer_options(read)
            )
            assert same(model, original, torch.bfloat16)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen > 10


def test_a_folder_that_may_only_be_read_and_no_temporary_folder_are_enough(
    folder: Path, original: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", "/nonexistent")
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted(folder.iterdir())
    assert same(AutoModelForCausalLM.from_pretrained(folder), original)
    assert sorted(folder.iterdir()) == before


_MANY = """
import json, resource, sys
import torch
from loadstone import AutoModelForCausalLM, transfer_options
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
sums = []
for read in ("auto", "buffered", "direct"):
    for dtype in ("auto", "float32"):
        model = AutoModelForCausalLM.from_pretrained(sys.argv[1], torch_dtype=dtype, transfer=transfer_options(read))
        sums.append(sum(float(each.double().sum()) for each in model.parameters()))
print(json.dumps(sums))
"""


def test_a_thousand_shards_load_with_64_descriptors(forks: Forks, tmp_path: Path) -> None:
    model = tiny.llama(num_hidden_layers=111, tie_word_embeddings=False).to(torch.bfloat16)
    tensors = model.state_dict()
    assert len(tensors) >= 1000
    weight_map = {}
    for number, (name, tensor) in enumerate(tensors.items(), 1):
        weight_map[name] = f"model-{number:05d}-of-{len(tensors):05d}.safetensors"
        save_file({name: tensor.contiguous()}, tmp_path / weight_map[name])
    model.config.torch_dtype = torch.bfloat16
    (tmp_path / "config.json").write_text(model.config.to_json_string())
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    found = forks.run(_MANY, tmp_path)
    assert found.returncode == 0, found.stderr[-3000:]
    sums = json.loads(found.stdout)
    expected = sum(float(each.double().sum()) for each in model.parameters())
    assert sums == [pytest.approx(expected)] * 6


# What must be an error ------------------------------------------------------------------------------


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.usefixtures("nothing_stays")
def test_an_error_of_the_disk_in_the_middle_of_a_shard_names_it(
    read: str, dtype: torch.dtype, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.preadv
    bad = os.stat(folder / SHARD).st_ino
    monkeypatch.setattr(copying, "EXTENT_BYTES", 64 << 10)
    monkeypatch.setattr("loadstone.transfer.prefetch._READ_BYTES", 64 << 10)
    monkeypatch.setattr("loadstone.transfer.prefetch.cached_bytes", lambda *range: 0)

    def fail(descriptor: int, buffers: list[memoryview], offset: int) -> int:
        if os.fstat(descriptor).st_ino == bad and offset + len(buffers[0]) > 300_000:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(descriptor, buffers, offset)

    monkeypatch.setattr(os, "preadv", fail)
    with pytest.raises(CorruptCheckpoint, match=f"{SHARD}: expected bytes that can be read, found Input/output error"):
        AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, transfer=transfer_options(read))


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("method", ["__init__", "read_ahead", "cancel", "open"])
@pytest.mark.usefixtures("nothing_stays")
def test_a_shard_that_shrinks_after_it_was_checked_is_named(
    method: str, read: str, dtype: torch.dtype, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its file is mapped, read ahead, or opened to be copied."""
    if method in ("cancel", "open") and dtype is torch.float32 and read in ("auto", "map"):
        return  # nothing is copied, so these are not called
    real = getattr(Weights, method)

    def shrink(self: Weights, *rest: Any, **options: Any) -> Any:
        os.truncate(folder / SHARD, 4096)
        return real(self, *rest, **options)

    monkeypatch.setattr(Weights, method, shrink)
    with pytest.raises(CorruptCheckpoint, match=rf"{SHARD}: expected (at least )?\d+ bytes"):
        AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, transfer=transfer_options(read))


# Several at once, and being interrupted --------------------------------------------------------------


@pytest.mark.usefixtures("nothing_stays")
def test_loads_at_once_are_as_right_as_one_after_the_other(folder: Path, original: Any) -> None:
    wrong: list[str] = []

    def load(read: str, dtype: torch.dtype) -> None:
        for _ in range(3):
            model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, transfer=transfer_options(read))
            if not same(model, original, dtype):
                wrong.append(read)

    threads = [
        threading.Thread(target=load, args=(read, dtype)) for read in READS for dtype in (torch.float32, torch.bfloat16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


_INTERRUPTED = """
import gc, os, signal, sys, time
from pathlib import Path
import torch
sys.path.append(sys.argv[4])
from leaks import descriptors, maps, threads
from loadstone import AutoModelForCausalLM, transfer_options
from loadstone.transfer import copy, weight_file

folder, read, dtype = sys.argv[1], sys.argv[2], getattr(torch, sys.argv[3])
copy.EXTENT_BYTES = weight_file.READ_BYTES = 64 << 10

def held():
    gc.collect()
    return threads() | maps(Path(folder)) | descriptors()

def is_leak(new):
    # One descriptor may stay, where the interrupt came after the kernel opened a file and before Python held it.
    return len(new) > 1 or any(each.kind != "descriptor" for each in new)

def evict():
    for path in Path(folder).iterdir():
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

def load():
    return AutoModelForCausalLM.from_pretrained(folder, torch_dtype=dtype, transfer=transfer_options(read))

def interrupt(number, frame):
    raise KeyboardInterrupt

expected = {name: tensor.clone() for name, tensor in load().state_dict().items()}
durations_s = []
for _ in range(3):  # on a busy machine, one may take far longer than a load does
    started = time.perf_counter()
    load()
    durations_s.append(time.perf_counter() - started)
whole_s = min(durations_s)
gc.collect()
gc.freeze()  # what is here now need not be looked at again and again
before, interrupted = held(), 0
signal.signal(signal.SIGALRM, interrupt)
for step in range(40):
    evict()
    try:
        signal.setitimer(signal.ITIMER_REAL, whole_s * (step + 0.5) / 40)
        model = load()
        signal.setitimer(signal.ITIMER_REAL, 0)
        found = model.state_dict()
        assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())
        del model, found
    except KeyboardInterrupt:
        interrupted += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    deadline = time.monotonic() + 30
    while is_leak((now := held()) - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_leak(now - before), (step, now - before)
    before = now
    assert not torch.empty(1).is_meta, "the way in which skeletons are built is still on"
assert interrupted >= 5, interrupted
"""


@pytest.mark.parametrize("read", ["auto", "direct"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_an_interrupt_at_any_moment_stops_the_load_and_leaves_nothing(
    read: str, dtype: str, forks: Forks, folder: Path
) -> None:
    """In a process of its own: no library promises to be whole after an interrupt in the middle of it."""
    done = forks.run(_INTERRUPTED, folder, read, dtype, Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr[-3000:]


_INTERRUPTED_WHILE_THREADS_START = """
import sys
sys.path.append(sys.argv[2])
from pathlib import Path
from interrupts import at_every_step
from safetensors.torch import load_file
import torch
from loadstone import AutoModelForCausalLM, transfer_options
from loadstone.transfer import copy, weight_file

copy.EXTENT_BYTES = weight_file.READ_BYTES = 64 << 10

def load():
    options = transfer_options("direct")
    return AutoModelForCausalLM.from_pretrained(sys.argv[1], torch_dtype=torch.bfloat16, transfer=options)

def load_again():
    stored = {}
    for path in Path(sys.argv[1]).glob("*.safetensors"):
        stored |= load_file(path)
    assert all(torch.equal(tensor, stored[name].bfloat16()) for name, tensor in load().state_dict().items())

steps = at_every_step(load, ["threading.py", "concurrent/futures", "transfer/threads.py"], after=load_again)
assert steps > 20, steps
"""


def test_an_interrupt_at_any_step_of_starting_and_awaiting_threads_stops_the_load(forks: Forks, folder: Path) -> None:
    done = forks.run(_INTERRUPTED_WHILE_THREADS_START, folder, Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr[-5000:]


def test_a_lazy_load_returns_before_its_weights_are_read(
    folder: Path, original: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_read = threading.Event()
    real = files.WeightFile.read_into

    def wait(self: files.WeightFile, *rest: Any) -> None:
        may_read.wait(30)
        real(self, *rest)

    monkeypatch.setattr(files.WeightFile, "read_into", wait)
    before = threads()
    model = AutoModelForCausalLM.from_pretrained(folder, lazy=True)
    assert threads() - before
    may_read.set()
    assert same(model, original)
    deadline = time.monotonic() + 30
    while threads() - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not threads() - before


@pytest.mark.usefixtures("nothing_stays")
def test_a_model_that_is_deleted_gives_everything_back(folder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder)
    gc.collect()
    assert maps(folder)
    weight = model.lm_head.weight
    del model
    gc.collect()
    assert maps(folder)  # one weight is still used
    del weight
    gc.collect()
    assert not maps(folder)
