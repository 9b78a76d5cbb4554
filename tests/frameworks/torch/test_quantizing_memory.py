"""What weights in fewer bits take in private memory, looked at from outside in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from peaks import WATCHING
from quantization.compressing import a_model

_PROBE = """
import json, sys
import torch, loadstone
from loadstone.frameworks.torch.quantized.libraries import torchao as torchao_weights
torchao_weights._ELEMENTS = 1 << 16  # what the library needs for some rows is no part of the promise that is held here
configs = {"int8": loadstone.TorchAoConfig("int8"), "nf4": loadstone.BitsAndBytesConfig(load_in_4bit=True)}

def load(folder):
    return loadstone.AutoModelForCausalLM.from_pretrained(folder, quantization_config=configs[sys.argv[3]])

load(sys.argv[1])  # everything imported

with Peak() as peak:
    model = load(sys.argv[2])
plain = sum(p.nbytes for p in (model.model.embed_tokens.weight, model.lm_head.weight))
print(json.dumps({"peak": peak.added, "quantized": model.get_memory_footprint() - plain}))
"""

_LIBRARIES_BYTES = 24 << 20
"""For threads and the like, whatever the size of the model."""
_BITSANDBYTES_BYTES = 20
"""For each number of the weight that bitsandbytes quantizes on the CPU: it makes several copies of a whole weight."""


def model(is_mixture: bool, **sizes: Any) -> Any:
    class_name, family = ("MixtralForCausalLM", "mixtral") if is_mixture else ("LlamaForCausalLM", "llama")
    return tiny.model(class_name, family, **sizes).to(torch.bfloat16)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("name", "is_mixture"), [("int8", False), ("nf4", False), ("int8", True)])
def test_the_model_is_never_in_memory_in_full_precision(name: str, is_mixture: bool, tmp_path: Path) -> None:
    small = tiny.saved(model(is_mixture, hidden_size=64, intermediate_size=128), tmp_path / "small")
    inner = 512 if is_mixture else 2048
    large = model(is_mixture, hidden_size=512, intermediate_size=inner, num_hidden_layers=8)
    block = sum(parameter.nbytes for parameter in large.model.layers[0].parameters())
    largest = max(parameter.numel() for parameter in large.model.layers[0].parameters())
    folder = tiny.saved(large, tmp_path / "large")
    del large
    done = subprocess.run(
        [sys.executable, "-c", WATCHING + _PROBE, str(small), str(folder), name],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    allowed = 1.15 * found["quantized"] + block + _LIBRARIES_BYTES
    allowed += _BITSANDBYTES_BYTES * largest if name == "nf4" else 0
    assert allowed < found["quantized"] + 8 * block  # what it would take if all layers were there in bfloat16 too
    assert found["peak"] <= allowed


_RUNNING = """
import json, sys
import torch, loadstone

def run(folder):
    model = loadstone.AutoModelForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        model(torch.arange(16)[None])
    return model

run(sys.argv[1])  # everything imported
with Peak() as peak:
    model = run(sys.argv[2])
print(json.dumps({"peak": peak.added, "elements": model.num_parameters()}))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_runs_packed_is_unpacked_some_rows_at_a_time(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    for folder, sizes in (
        (small, dict(hidden_size=64, intermediate_size=128)),
        (large, dict(hidden_size=512, intermediate_size=2048, num_hidden_layers=16)),
    ):
        plain = tiny.saved(tiny.llama(**sizes).to(torch.bfloat16), tmp_path / f"{folder.name}-plain")
        a_model(plain, folder, "packed int4", torch.bfloat16)
    done = subprocess.run(
        [sys.executable, "-c", WATCHING + _RUNNING, str(small), str(large)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["elements"] > 60_000_000  # of 2 bytes in bfloat16
    assert found["peak"] <= 2 * _LIBRARIES_BYTES
