"""Damaged files, hundreds of thousands of them: each is one of our errors, or a load, and nothing else happens."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

import loadstone

FUZZ = Path(__file__).with_name("fuzz.py")
TARGETS = ("safetensors", "header", "pytorch", "msgpack", "hdf5", "keras", "index", "config")
_LONG = {"safetensors": 40_000, "header": 35_000, "pytorch": 40_000, "msgpack": 30_000, "hdf5": 25_000, "keras": 10_000}
_LONG |= {"index": 15_000, "config": 5_000}
BERT = {"vocab_size": 11, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sound files of every kind, small ones."""
    import h5py
    from flax.serialization import msgpack_serialize
    from safetensors.torch import save

    root = tmp_path_factory.mktemp("seeds")
    tensors = {"a.weight": torch.arange(6.0).view(2, 3), "b": torch.ones(4, dtype=torch.int64), "c": torch.ones(0, 2)}
    tensors |= {"d": torch.ones(3, dtype=torch.bfloat16)}

    def put(target: str, name: str, content: bytes) -> None:
        (root / target).mkdir(exist_ok=True)
        (root / target / name).write_bytes(content)

    for target in ("safetensors", "header"):
        put(target, "one", save(tensors, {"format": "pt"}))
    for name, is_zip in (("zip", True), ("legacy", False)):
        buffer = io.BytesIO()
        torch.save(tensors, buffer, _use_new_zipfile_serialization=is_zip)
        put("pytorch", name, buffer.getvalue())
    arrays = {name: tensor.float().numpy() for name, tensor in tensors.items()}
    put("msgpack", "one", msgpack_serialize({"bert": {"dense": {"kernel": arrays["a.weight"], "bias": arrays["b"]}}}))
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["layer_names"] = [b"bert"]
        group = file.create_group("bert")
        group.attrs["weight_names"] = [b"bert/dense/kernel:0", b"bert/dense/bias:0"]
        group.create_dataset("bert/dense/kernel:0", data=arrays["a.weight"])
        group.create_dataset("bert/dense/bias:0", data=arrays["b"])
    put("hdf5", "one", buffer.getvalue())
    inner = io.BytesIO()
    with h5py.File(inner, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=arrays["a.weight"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", inner.getvalue())
    put("keras", "one", buffer.getvalue())
    shards = {"a.weight": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    put("index", "one", json.dumps({"metadata": {"total_size": 56}, "weight_map": shards}).encode())
    put("config", "bert", json.dumps({"model_type": "bert", "architectures": ["BertModel"], **BERT}).encode())
    return root


def work_folder(target: str, folder: Path) -> Path:
    """Where the damaged file lies, with what belongs to it."""
    from safetensors.torch import save_file

    work = folder / target
    work.mkdir()
    if target == "index":
        save_file({"a.weight": torch.ones(2, 3)}, work / "model-00001-of-00002.safetensors")
        save_file({"b": torch.ones(4, dtype=torch.int64)}, work / "model-00002-of-00002.safetensors")
        os.mkfifo(work / "pipe.safetensors")
    if target == "config":
        loadstone.BertModel(loadstone.BertConfig(**BERT)).save_pretrained(work)
    return work


def fuzz(seeds: Path, target: str, folder: Path, seed: int, count: int) -> dict[str, Any]:
    command = [sys.executable, str(FUZZ), str(seeds), str(work_folder(target, folder)), target, str(seed), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, f"{target}, seed {seed}: ended with {done.returncode}\n{done.stderr[-3000:]}"
    report: dict[str, Any] = json.loads(done.stdout)
    assert not report["failures"], json.dumps(report["failures"][:3], indent=1).replace("\\n", "\n")
    return report


@pytest.mark.parametrize("target", TARGETS)
def test_damaged_files_are_refused_or_loaded_and_nothing_else_happens(target: str, seeds: Path, tmp_path: Path) -> None:
    report = fuzz(seeds, target, tmp_path, 0, 500)
    assert report["cases"] == 500 and report["refused"] > 40


@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_two_hundred_thousand_damaged_files(target: str, seeds: Path, tmp_path: Path) -> None:
    assert sum(_LONG.values()) >= 200_000
    report = fuzz(seeds, target, tmp_path, 1, _LONG[target])
    print(report)
    assert report["cases"] == _LONG[target] and report["slowest_s"] < 1


def test_the_watch_sees_what_must_not_happen(tmp_path: Path, seeds: Path) -> None:
    """The harness itself: a reader that opens a file elsewhere, imports, takes memory or time, is caught."""
    script = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(FUZZ.parent)!r})
import fuzz
watch = fuzz.Watch(Path({str(tmp_path)!r}))
watch.on = True
open('/etc/hostname').close()
eval('1 + 1')
import wave
watch.on = False
kinds = {{each.split()[0] for each in watch.seen}}
assert {{'open', 'compile', 'exec', 'import'}} <= kinds, kinds
with fuzz.limited(fuzz.LIMIT_BYTES):
    try:
        bytearray(fuzz.LIMIT_BYTES + (8 << 20))
    except MemoryError:
        print('caught')
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "caught", done.stderr


@pytest.mark.long
@pytest.mark.parametrize("target", ["safetensors", "pytorch", "msgpack", "hdf5"])
def test_inputs_that_reach_new_lines_are_refused_or_loaded_too(target: str, seeds: Path, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="there is a build of atheris for Linux on x86-64 only")
    script = FUZZ.with_name("fuzz_guided.py")
    work = tmp_path / "work"
    work.mkdir()
    command = [sys.executable, str(script), target, str(work), str(seeds), "15000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    kept = [path.name for path in work.iterdir() if path.name.startswith(("crash", "timeout", "oom", "slow"))]
    assert done.returncode == 0 and not kept, f"{kept}\n{done.stderr[-3000:]}"
    assert "stat::number_of_executed_units: 1" in done.stderr, done.stderr[-2000:]
