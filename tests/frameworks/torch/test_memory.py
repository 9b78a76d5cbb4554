"""What a load takes in private memory, measured from outside in fresh processes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from forks import Forks
from frameworks.torch import tiny
from peaks import WATCHING

import loadstone

MB = 1_000_000
_PROBE = """
import json, sys
import torch, loadstone
loadstone.AutoModelForCausalLM.from_pretrained(sys.argv[1], torch_dtype="auto")  # everything imported, pools made

with Peak() as peak:
    model = loadstone.AutoModelForCausalLM.from_pretrained(sys.argv[2], torch_dtype=sys.argv[3])
after = private()
result = sum(p.nbytes for p in model.parameters())
maps = [line.split() for line in open("/proc/self/maps")]
ranges = [[int(end, 16) for end in row[0].split("-")] for row in maps if row[-1].startswith(sys.argv[2])]
inside = sum(any(a <= p.data_ptr() < b for a, b in ranges) for p in model.parameters())
count = len(list(model.parameters()))
print(json.dumps(dict(grown=after - peak.before, peak=peak.added, result=result, inside=inside, count=count)))
"""

_SAVING_PROBE = """
import json, sys, threading, time
import torch, loadstone
small = loadstone.AutoModelForCausalLM.from_pretrained(sys.argv[1], torch_dtype="auto")
small.save_pretrained(sys.argv[3] + "-small")  # everything imported

def private():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon"))

model = loadstone.AutoModelForCausalLM.from_pretrained(
    sys.argv[2], torch_dtype="auto", device_map="disk", max_memory={"cpu": "60MB"}
)
ids = torch.tensor([[1, 2, 3]])
with torch.no_grad():
    expected = model(ids).logits
before, peak, running = private(), [0], True
def watch():
    while running:
        peak.append(private())
        time.sleep(0.001)
thread = threading.Thread(target=watch); thread.start()
model.save_pretrained(sys.argv[3], max_shard_size="40MB")
running = False; thread.join()
with torch.no_grad():
    same = bool(model(ids).logits.equal(expected))
print(json.dumps({"peak": max(peak) - before, "same": same}))
"""


def measured(forks: Forks, small: Path, folder: Path, dtype: str) -> dict[str, Any]:
    done = forks.run(WATCHING + _PROBE, small, folder, dtype)
    done.check_returncode()
    numbers: dict[str, Any] = json.loads(done.stdout)
    return numbers


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny model, and two of 100 MB in bfloat16: one plain, one with experts."""
    root = tmp_path_factory.mktemp("memory")
    sizes: dict[str, Any] = dict(hidden_size=512, num_attention_heads=8, num_key_value_heads=8, vocab_size=8192)
    plain = loadstone.LlamaConfig(**(tiny.LLAMA | sizes | dict(intermediate_size=3072, num_hidden_layers=7)))
    moe = loadstone.MixtralConfig(
        **(tiny.LLAMA | sizes | dict(intermediate_size=1024, num_hidden_layers=3, num_local_experts=8))
    )
    return {
        "tiny": tiny.saved(tiny.llama().bfloat16(), root / "tiny"),
        "plain": tiny.saved(loadstone.AutoModelForCausalLM.from_config(plain, torch_dtype="bfloat16"), root / "plain"),
        "experts": tiny.saved(
            loadstone.AutoModelForCausalLM.from_config(moe, torch_dtype="bfloat16"), root / "experts"
        ),
    }


def test_weights_kept_as_stored_take_no_private_memory_and_lie_in_the_mapped_file(
    forks: Forks, folders: dict[str, Path]
) -> None:
    found = measured(forks, folders["tiny"], folders["plain"], "auto")
    assert found["result"] > 90 * MB
    assert found["peak"] < 30 * MB
    assert found["inside"] == found["count"]


def test_a_cast_to_float32_takes_the_result_and_little_more(forks: Forks, folders: dict[str, Path]) -> None:
    found = measured(forks, folders["tiny"], folders["plain"], "float32")
    assert found["result"] > 180 * MB
    assert found["peak"] < found["result"] + 64 * MB


def test_stacked_experts_are_pages_of_the_mapped_file_too(forks: Forks, folders: dict[str, Path]) -> None:
    found = measured(forks, folders["tiny"], folders["experts"], "auto")
    assert found["result"] > 90 * MB
    assert found["peak"] < 30 * MB
    # Where a stack begins in the middle of a page, its first page is a copy.
    assert found["inside"] >= found["count"] - 6


def test_stacked_experts_that_are_cast_take_their_own_size(forks: Forks, folders: dict[str, Path]) -> None:
    found = measured(forks, folders["tiny"], folders["experts"], "float32")
    assert found["result"] > 180 * MB
    assert found["peak"] < found["result"] + 64 * MB


def test_a_parameter_reads_what_the_file_holds(folders: dict[str, Path]) -> None:
    model = loadstone.AutoModelForCausalLM.from_pretrained(folders["plain"], torch_dtype="auto")
    stored = loadstone.open_checkpoint(folders["plain"])["model.layers.3.mlp.up_proj.weight"]
    with open(stored.file, "rb") as file:
        file.seek(stored.offset)
        raw = torch.frombuffer(bytearray(file.read(stored.nbytes)), dtype=torch.bfloat16).view(stored.shape)
    assert torch.equal(model.model.layers[3].mlp.up_proj.weight, raw)


@pytest.mark.parametrize("onto_itself", [False, True])
def test_saving_what_is_on_the_disk_takes_next_to_nothing(
    forks: Forks, folders: dict[str, Path], tmp_path: Path, onto_itself: bool
) -> None:
    source = shutil.copytree(folders["plain"], tmp_path / "source")
    target = source if onto_itself else tmp_path / "target"
    done = forks.run(_SAVING_PROBE, folders["tiny"], source, target)
    done.check_returncode()
    found = json.loads(done.stdout)
    assert found["same"], "the model goes on after it was saved"
    assert found["peak"] < 64 * MB  # four blocks, and what it takes to read them
    tiny.assert_same(
        loadstone.AutoModelForCausalLM.from_pretrained(target, torch_dtype="auto").state_dict(),
        loadstone.AutoModelForCausalLM.from_pretrained(folders["plain"], torch_dtype="auto").state_dict(),
    )
