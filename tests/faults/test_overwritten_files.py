"""A script that writes over the file that it loaded from: harmless where the weights are no views of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from forks import Forks
from frameworks.torch import tiny

_TORCH = """
import torch
from torch import nn
model = loadstone.LlamaForCausalLM.from_pretrained(folder, transfer=transfer)
before = {name: value.clone() for name, value in model.state_dict().items()}
torch.save(model.state_dict(), path)
stored = torch.load(path, weights_only=True)
assert all(torch.equal(stored[name], value) for name, value in before.items())
with torch.device("meta"):
    net = nn.ModuleDict({"lm_head": nn.Linear(32, 64, bias=False)})
loadstone.load_into(net, folder, strict=False, transfer=transfer)
torch.save(net.state_dict(), path)
assert torch.equal(net["lm_head"].weight, before["lm_head.weight"])
"""
_ARRAYS = """
import numpy as np
model = loadstone.{prefix}LlamaForCausalLM.from_pretrained(folder, transfer=transfer)
before = {{name: np.array(value) for name, value in weights(model).items()}}
open(path, "wb").close()
assert all(np.array_equal(value, before[name]) for name, value in weights(model).items())
"""
_FLAX = """
from loadstone.frameworks.flax.tree import value_of, variables
def weights(model):
    return {name: value_of(variable) for name, variable in variables(model)}
""" + _ARRAYS.format(prefix="Flax")
_TENSORFLOW = """
def weights(model):
    return {name: variable.value for name, variable in model.named_weights().items()}
""" + _ARRAYS.format(prefix="TF")


@pytest.mark.parametrize(
    ("script", "name"),
    [
        pytest.param(_TORCH, "pytorch_model.bin", id="torch"),
        pytest.param(_FLAX, "pytorch_model.bin", id="flax"),
        pytest.param(_TENSORFLOW, "model.safetensors", id="tensorflow"),
    ],
)
def test_weights_that_were_read_and_not_mapped_outlive_their_file(
    script: str, name: str, forks: Forks, tmp_path: Path
) -> None:
    """In a process of its own, which the kernel would end."""
    tiny.saved(tiny.llama(), tmp_path, safe_serialization=name.endswith("safetensors"))
    begin = (
        "import loadstone\n"
        f"folder, path = {str(tmp_path)!r}, {str(tmp_path / name)!r}\n"
        "transfer = loadstone.transfer_options(read='buffered')\n"
    )
    done = forks.run(begin + script)
    assert done.returncode == 0, done.stderr[-3000:]
