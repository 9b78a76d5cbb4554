"""Budgets that hold: loads and runs in a real memory control group of half the model's size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny

import loadstone
from loadstone import AutoModelForCausalLM

pytestmark = pytest.mark.long

_IN_GROUP = """
import json, os, sys
folder, group, how = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
import torch, loadstone
loadstone.AutoModelForCausalLM  # all that loading needs is imported, and counts in the group's use
import loadstone.frameworks.torch.adapter
if group:
    with open(group + "/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))
out = {}
try:
    model = loadstone.AutoModelForCausalLM.from_pretrained(folder, **how)
    with torch.no_grad():
        logits = [model(torch.tensor([[5, 6, 7, 8]])).logits for _ in range(3)]
    out["equal"] = all(torch.equal(each, logits[0]) for each in logits)
    out["numbers"] = logits[0].double().sum(-1).flatten().tolist()
    out["disk"] = [name for name, place in model.hf_device_map.items() if place == "disk"]
    if len(sys.argv) > 4:
        model.save_pretrained(sys.argv[4], max_shard_size="50MB")
except loadstone.LoadstoneError as error:
    out["error"] = type(error).__name__ + ": " + str(error)
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 600 MB in float32: far more than PyTorch itself takes."""
    sizes: dict[str, Any] = dict(
        hidden_size=1024, num_attention_heads=8, num_key_value_heads=8, vocab_size=8192, intermediate_size=4096
    )
    made = loadstone.LlamaForCausalLM(tiny.config("llama", num_hidden_layers=8, **sizes))
    return tiny.saved(made, tmp_path_factory.mktemp("budget") / "model", max_shard_size="100MB")


def _root() -> Path:
    for root in (Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")):
        if (root / "cgroup.procs").exists():
            return root
    return Path("/sys/fs/cgroup")


@pytest.fixture
def group() -> Iterator[Path | None]:
    """A memory control group, or None where this machine lets us make none."""
    made = _root() / f"loadstone-test-{uuid.uuid4().hex[:8]}"
    try:
        made.mkdir()
    except OSError:
        yield None
        return
    yield made
    made.rmdir()


def _limit(group: Path, nbytes: int) -> None:
    name = "memory.limit_in_bytes" if (group / "memory.limit_in_bytes").exists() else "memory.max"
    (group / name).write_text(str(nbytes))


def run(folder: Path, group: Path | None, how: dict[str, Any], *more: str, limit_bytes: int) -> dict[str, Any]:
    """What a process that may use only ``limit_bytes`` found; where there are no groups, ``max_memory`` says so."""
    if group is not None:
        _limit(group, limit_bytes)
    else:
        how = {**how, "max_memory": {"cpu": int(0.9 * limit_bytes)}}
    done = subprocess.run(
        [sys.executable, "-c", _IN_GROUP, str(folder), str(group or ""), json.dumps(how), *more],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "2"},
    )
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_half_of_the_models_size_is_enough(folder: Path, group: Path | None, tmp_path: Path) -> None:
    size = loadstone.open_checkpoint(folder).nbytes
    found = run(folder, group, {"device_map": "auto"}, str(tmp_path / "copy"), limit_bytes=size // 2)
    assert found["equal"] and found["disk"]
    model = AutoModelForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        expected = model(torch.tensor([[5, 6, 7, 8]])).logits.double().sum(-1).flatten().tolist()
    assert found["numbers"] == pytest.approx(expected, abs=1e-2)
    tiny.assert_same(AutoModelForCausalLM.from_pretrained(tmp_path / "copy").state_dict(), model.state_dict())


def test_a_cast_through_the_offload_folder_stays_within_it_too(
    folder: Path, group: Path | None, tmp_path: Path
) -> None:
    size = loadstone.open_checkpoint(folder).nbytes
    how = {"device_map": "auto", "torch_dtype": "float64", "offload_folder": str(tmp_path / "offload")}
    found = run(folder, group, how, limit_bytes=size // 2)
    assert found["equal"] and found["disk"]


def test_what_cannot_fit_is_our_error_and_no_kill(folder: Path, group: Path | None) -> None:
    size = loadstone.open_checkpoint(folder).nbytes
    found = run(folder, group, {"device_map": "cpu", "torch_dtype": "float64"}, limit_bytes=size // 2)
    assert found["error"].startswith("DoesNotFit: device_map puts ") and "A map that fits" in found["error"]
    found = run(folder, group, {"torch_dtype": "float64"}, limit_bytes=size // 2)
    assert found["error"].startswith("DoesNotFit")
