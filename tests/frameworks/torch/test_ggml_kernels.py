"""The compiled functions of packed layers: which there are, when they serve, and that nothing is lost without them."""

from __future__ import annotations

import builtins
import functools
import platform
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from frameworks.torch.test_ggml_layers import COLUMNS, assert_near, linear, plain, raw_of

from loadstone.frameworks.torch.quantized import ggml_blocks, ggml_compiled, ggml_kernels
from loadstone.frameworks.torch.quantized import llvm_ir as llvm_code
from loadstone.quantization.ggml_blocks import decode
from loadstone.quantization.ggml_types import TYPES, GgmlType

COMMON = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]
KINDS = [kind for kind in TYPES.values() if kind.name in COMMON]
Q4_1 = TYPES[3]


def packed(kind: GgmlType, rows: int) -> torch.Tensor:
    return torch.from_numpy(raw_of(kind, rows))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_common_types_have_compiled_functions_that_give_the_decoders_numbers_bit_for_bit(kind: GgmlType) -> None:
    raw = np.random.default_rng(7).integers(0, 256, (41, COLUMNS // kind.elements * kind.nbytes), dtype=np.uint8)
    expected, made = decode(raw, kind), ggml_compiled.numbers(torch.from_numpy(raw), kind)
    assert made is not None
    found, numbers = made.numpy(), ~np.isnan(expected)
    assert np.array_equal(found[numbers].view(np.uint32), expected[numbers].view(np.uint32))
    assert np.array_equal(np.isnan(found), ~numbers)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("tokens", [1, 3])
def test_products_are_those_of_the_numbers_within_float32_sums(kind: GgmlType, tokens: int) -> None:
    raw, x = packed(kind, 37), torch.randn(tokens, COLUMNS)
    weights = torch.from_numpy(decode(raw.numpy(), kind)).double()
    found = ggml_compiled.product(raw, kind, x)
    assert found is not None and found.shape == (tokens, 37) and found.dtype is torch.float32
    # Sixty-four lanes add eight numbers each, and then one another: some fifteen roundings of what is summed.
    allowed = 16 * torch.finfo(torch.float32).eps * (x.double().abs() @ weights.abs().T)
    assert ((found - x.double() @ weights.T).abs() <= allowed).all()


def test_a_row_without_numbers_spoils_its_own_product_only() -> None:
    raw, x = packed(Q4_1, 5), torch.randn(1, COLUMNS)
    expected = ggml_compiled.product(raw, Q4_1, x)
    raw[2, :2] = torch.tensor([0, 0x7E], dtype=torch.uint8)  # the scale of a block is no number
    found = ggml_compiled.product(raw, Q4_1, x)
    assert found is not None and expected is not None
    assert found[0].isnan().tolist() == [False, False, True, False, False]
    assert torch.equal(found[0, [0, 1, 3, 4]], expected[0, [0, 1, 3, 4]])


def test_nothing_is_written_beyond_the_output_and_nothing_read_beyond_the_rows() -> None:
    """Rows that end where memory ends: a page that may not be touched comes after them."""
    script = """
import ctypes, mmap, sys, torch
from loadstone.frameworks.torch.quantized import ggml_compiled
from loadstone.quantization.ggml_types import TYPES
libc = ctypes.CDLL(None, use_errno=True)
memory = mmap.mmap(-1, 64 * mmap.PAGESIZE)
base, end = ctypes.addressof(ctypes.c_char.from_buffer(memory)), 63 * mmap.PAGESIZE
assert not libc.mprotect(ctypes.c_void_p(base + end), mmap.PAGESIZE, 0)
for kind in TYPES.values():
    if kind.name in sys.argv[1].split(","):
        count = 3 * 512 // kind.elements * kind.nbytes
        raw = torch.frombuffer(memory, dtype=torch.uint8, count=count, offset=end - count).view(3, -1)
        assert (ggml_compiled.product(raw, kind, torch.ones(1, 512)) == 0).all()
        assert (ggml_compiled.numbers(raw, kind) == 0).all()
print("whole")
"""
    done = subprocess.run([sys.executable, "-c", script, ",".join(COMMON)], capture_output=True, text=True, timeout=300)
    assert done.stdout == "whole\n", done.stderr


@pytest.mark.parametrize(
    ("raw", "x"),
    [
        (packed(Q4_1, 4), torch.randn(5, COLUMNS)),  # many tokens
        (packed(Q4_1, 4), torch.randn(0, COLUMNS)),
        (packed(Q4_1, 4)[:0], torch.randn(1, COLUMNS)),
        (packed(Q4_1, 4), torch.randn(1, COLUMNS).double()),
        (packed(Q4_1, 4), torch.randn(COLUMNS, 1).T.expand(2, -1).T.reshape(2, -1)[:, ::2]),
        (packed(Q4_1, 4), torch.randn(1, COLUMNS - 32)),  # inputs of another count
        (packed(Q4_1, 4)[:, :-1].contiguous(), torch.randn(1, COLUMNS)),  # half a block
        (packed(Q4_1, 4)[:, 20:], torch.randn(1, COLUMNS - 32)),  # rows with something between
        (packed(Q4_1, 4).view(torch.int8), torch.randn(1, COLUMNS)),
        (packed(Q4_1, 4).to("meta"), torch.randn(1, COLUMNS)),
        (packed(Q4_1, 4), torch.randn(1, COLUMNS).to("meta")),
    ],
)
def test_what_a_compiled_function_cannot_read_is_left_to_others(raw: torch.Tensor, x: torch.Tensor) -> None:
    assert ggml_compiled.product(raw, Q4_1, x) is None


def test_inputs_of_a_wrong_size_are_refused_as_by_any_linear_layer() -> None:
    with torch.no_grad(), pytest.raises(RuntimeError, match="cannot be multiplied"):
        linear(Q4_1)(torch.randn(1, COLUMNS - 32))


def test_layers_are_mapped_and_traced_as_they_are_without_compiled_functions() -> None:
    layer, x = linear(Q4_1), torch.randn(3, COLUMNS)
    with torch.no_grad():
        assert_near(torch.vmap(layer)(x), layer(x))
        assert_near(torch.compile(layer, backend="eager")(x), layer(x))


def test_many_threads_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = linear(Q4_1, rows=101), torch.randn(2, COLUMNS)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    with torch.no_grad():
        alone = layer(x)
        monkeypatch.setattr(torch, "get_num_threads", lambda: 7)
        monkeypatch.setattr(ggml_compiled, "_SHARE", COLUMNS)
        started = threading.active_count()
        assert torch.equal(layer(x), alone)
        assert threading.active_count() > started


def test_a_forked_process_has_threads_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    script = """
import os, sys, torch
from loadstone.frameworks.torch.quantized import ggml_compiled
from loadstone.quantization.ggml_types import TYPES
torch.get_num_threads = lambda: 4
ggml_compiled._SHARE = 1
raw, x = torch.zeros(64, 20, dtype=torch.uint8), torch.ones(1, 32)
ggml_compiled.product(raw, TYPES[3], x)
child = os.fork()
if not child:
    os._exit(0 if (ggml_compiled.product(raw, TYPES[3], x) == 0).all() else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=300).returncode == 0


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has compiled nothing yet."""
    for name in ("product", "numbers"):
        function: Any = getattr(ggml_kernels, name)
        monkeypatch.setattr(ggml_kernels, name, functools.cache(function.__wrapped__))
    monkeypatch.setattr(llvm_code, "_is_possible", functools.cache(llvm_code._is_possible.__wrapped__))


def test_compiled_for_a_processor_without_avx_512_they_give_the_same(
    monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    for name in features:
        features[name] = features[name] and not name.startswith(("avx512", "avx10", "amx"))
    monkeypatch.setattr(llvm, "get_host_cpu_features", lambda: features)
    monkeypatch.setattr(llvm, "get_host_cpu_name", lambda: "haswell")
    for kind in (Q4_1, TYPES[8], TYPES[14]):
        test_common_types_have_compiled_functions_that_give_the_decoders_numbers_bit_for_bit(kind)
        test_products_are_those_of_the_numbers_within_float32_sums(kind, 3)


def without_llvmlite(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refusing(name: str, *arguments: Any, **options: Any) -> Any:
        if name.partition(".")[0] == "llvmlite":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refusing)


def an_old_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    import llvmlite.binding as llvm

    monkeypatch.setattr(llvm, "get_host_cpu_features", lambda: {"avx2": True, "f16c": False})


def another_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")


def an_old_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    import llvmlite.binding as llvm

    monkeypatch.setattr(llvm, "llvm_version_info", (15, 0, 7))


@pytest.mark.parametrize("change", [without_llvmlite, an_old_processor, another_processor, an_old_llvm])
@pytest.mark.usefixtures("fresh")
def test_a_layer_computes_the_same_where_nothing_can_be_compiled(change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = linear(Q4_1), torch.randn(1, COLUMNS)
    change(monkeypatch)
    assert ggml_compiled.product(layer.weight.detach(), Q4_1, x) is None
    with torch.no_grad():
        assert_near(layer(x), plain(layer)(x))
    assert ggml_blocks.decode(layer.weight.detach(), Q4_1).shape == (96, COLUMNS)


def test_a_system_that_lets_nothing_run_what_it_wrote_gets_the_same_numbers() -> None:
    """As systemd's ``MemoryDenyWriteExecute=`` has it; LLVM would end the process there."""
    script = """
import ctypes, sys, torch
from loadstone.frameworks.torch.quantized import ggml_blocks, ggml_compiled
from loadstone.quantization.ggml_types import TYPES
prctl = ctypes.CDLL(None).prctl
prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
if prctl(65, 1, 0, 0, 0):
    sys.exit("the kernel knows no PR_SET_MDWE")
raw = torch.zeros(64, 20, dtype=torch.uint8)
assert ggml_compiled.product(raw, TYPES[3], torch.ones(1, 32)) is None
assert (ggml_blocks.decode(raw, TYPES[3]) == 0).all()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    if "knows no" in done.stderr:
        pytest.skip("Linux can deny it from 6.3 on")
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("fresh")
def test_threads_that_need_a_function_at_once_all_get_one() -> None:
    raw, x = packed(Q4_1, 9), torch.randn(1, COLUMNS)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(ggml_compiled.product(raw, Q4_1, x))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(each is not None and torch.equal(each, found[0]) for each in found)


_RESIDENT = """
import torch
from pathlib import Path
from loadstone.frameworks.torch.quantized import ggml_compiled
from loadstone.quantization.ggml_types import TYPES

def resident_bytes():
    return next(int(line.split()[1]) << 10 for line in open("/proc/self/status") if line.startswith("VmRSS:"))

raw, x = torch.zeros(4, 20, dtype=torch.uint8), torch.ones(1, 32)
before = resident_bytes()
assert ggml_compiled.product(raw, TYPES[3], x) is not None and ggml_compiled.numbers(raw, TYPES[3]) is not None
print(resident_bytes() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="Linux says there which pages a process has")
def test_the_compiler_leaves_no_memory_behind_but_what_it_made() -> None:
    done = subprocess.run([sys.executable, "-c", _RESIDENT], check=True, capture_output=True, text=True, timeout=300)
    assert int(done.stdout) < 16e6


def test_importing_packed_layers_imports_no_compiler() -> None:
    script = "import sys, loadstone.frameworks.torch.quantized.ggml_weights; sys.exit('llvmlite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=300).returncode == 0
