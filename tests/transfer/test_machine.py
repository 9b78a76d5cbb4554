"""What is free, as the kernel writes it down."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from loadstone.transfer.machine import accelerator_bytes, available_bytes, cores, may_have_other_accelerators

MIB = 1 << 20
HOST = 1000 * MIB


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc"
    (folder / "self").mkdir(parents=True)
    (folder / "meminfo").write_text(f"MemTotal: 9999999 kB\nMemFree: 1 kB\nMemAvailable: {HOST >> 10} kB\n")
    return folder


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    return tmp_path / "cgroup"


def v2(folder: Path, limit: int | str, used: int, files: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon {used - files}\nactive_file {files // 2}\ninactive_file {files // 2}\n")


def v1(folder: Path, limit: int, used: int, files: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.limit_in_bytes").write_text(f"{limit}\n")
    (folder / "memory.usage_in_bytes").write_text(f"{used}\n")
    lines = [f"active_file {7 * MIB}", f"total_active_file {files}", "total_inactive_file 0"]
    (folder / "memory.stat").write_text("\n".join(lines) + "\n")


def test_without_groups_it_is_what_the_system_has(proc: Path, groups: Path) -> None:
    assert available_bytes(proc, groups) == HOST


def test_version_2_limits_and_pages_of_files_count_as_free(proc: Path, groups: Path) -> None:
    (proc / "self" / "cgroup").write_text("0::/job\n")
    v2(groups / "job", limit=300 * MIB, used=100 * MIB, files=40 * MIB)
    assert available_bytes(proc, groups) == 240 * MIB


def test_the_tightest_of_all_groups_around_counts(proc: Path, groups: Path) -> None:
    (proc / "self" / "cgroup").write_text("0::/slice/job/step\n")
    v2(groups / "slice", limit=200 * MIB, used=150 * MIB)
    v2(groups / "slice" / "job", limit="max", used=MIB)
    v2(groups / "slice" / "job" / "step", limit=90 * MIB, used=MIB)
    assert available_bytes(proc, groups) == 50 * MIB


def test_a_container_sees_its_own_group_as_the_root(proc: Path, groups: Path) -> None:
    (proc / "self" / "cgroup").write_text("0::/host/path/not/to/be/seen\n")
    v2(groups, limit=300 * MIB, used=100 * MIB)
    assert available_bytes(proc, groups) == 200 * MIB


def test_version_1_with_all_controllers(proc: Path, groups: Path) -> None:
    (proc / "self" / "cgroup").write_text("12:cpu,cpuacct:/x\n7:memory:/docker/abc\n1:name=systemd:/docker/abc\n")
    v1(groups / "memory" / "docker" / "abc", limit=500 * MIB, used=450 * MIB, files=30 * MIB)
    v1(groups / "memory", limit=(1 << 63) - 4096, used=600 * MIB)
    assert available_bytes(proc, groups) == 80 * MIB


def test_a_full_group_leaves_nothing_and_nothing_negative(proc: Path, groups: Path) -> None:
    (proc / "self" / "cgroup").write_text("0::/job\n")
    v2(groups / "job", limit=100 * MIB, used=101 * MIB)
    assert available_bytes(proc, groups) == 0


def test_what_the_kernel_would_not_write_is_passed_over(proc: Path, groups: Path) -> None:
    (proc / "self" / "cgroup").write_text("0::/../../job\n")
    (groups / "job").mkdir(parents=True)
    (groups / "job" / "memory.max").write_bytes(b"\xff\xfe")
    (groups / "job" / "memory.current").write_text("")
    assert available_bytes(proc, groups) == HOST


def test_this_machine_has_something_to_give() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
    assert available_bytes() > 64 * MIB


def test_accelerators_are_asked_for_without_a_framework() -> None:
    code = (
        "import sys; from loadstone.transfer.machine import accelerator_bytes; print(accelerator_bytes());"
        "assert not {'torch', 'jax', 'tensorflow'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(accelerator_bytes()) or accelerator_bytes(), "free memory may move on a real one"


def test_hidden_accelerators_are_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert accelerator_bytes() == {}


@pytest.mark.parametrize(
    ("node", "expected"), [("nvidia0", True), ("dri/renderD128", True), ("kfd", True), ("tty", False)]
)
def test_device_nodes_tell_of_accelerators_that_the_driver_says_nothing_of(
    node: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    (tmp_path / node).parent.mkdir(exist_ok=True)
    (tmp_path / node).touch()
    assert may_have_other_accelerators(tmp_path) is expected
