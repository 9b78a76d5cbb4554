"""What a save takes in memory beside the model, looked at from outside in a fresh process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from forks import Forks

from loadstone.checkpoint import open_checkpoint

MIB = 1 << 20

_MEMORY = """
import sys, threading, time
import numpy as np, torch
from pathlib import Path
from loadstone.architectures.flax_layout import FlaxLeaf
from loadstone.frameworks.torch.save import outgoing_tensor
from loadstone.saving.checkpoint import SaveOptions, in_flax_layout, save_checkpoint

folder, kind, nbytes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
columns = 4000
rows = nbytes * 7 // 10 // 4 // columns
large = torch.arange(rows * columns, dtype=torch.int32).view(rows, columns)
rest = [torch.full((nbytes // 10 // 4,), i, dtype=torch.int32) for i in range(3)]
if kind == "transposed":
    large = large.t()

def write(folder, tensors):
    tensors = [outgoing_tensor(str(i), tensor) for i, tensor in enumerate(tensors)]
    if kind == "msgpack":
        options = SaveOptions(weight_format="msgpack")
        save_checkpoint(folder, in_flax_layout(tensors, {"0": FlaxLeaf("0", True)}), options)
    else:
        save_checkpoint(folder, tensors)

def private():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon"))

write(folder / "small", [large[:2, :2], *rest[:0]])  # everything imported
before, peak, running = private(), [0], True
def watch():
    while running:
        peak.append(private())
        time.sleep(0.001)
thread = threading.Thread(target=watch, daemon=True); thread.start()
write(folder / "new", [large, *rest])
running = False; thread.join()
print(max(peak) - before)
"""


def peak_of(forks: Forks, tmp_path: Path, kind: str, nbytes: int) -> int:
    done = forks.run(_MEMORY, tmp_path, kind, nbytes)
    done.check_returncode()
    stored = open_checkpoint(tmp_path / "new")["0"]
    rows = nbytes * 7 // 10 // 4 // 4000
    whole = np.arange(rows * 4000, dtype=np.int32).reshape(rows, 4000)
    expected = whole if kind == "in a row" else whole.T
    assert stored.shape == expected.shape
    found = open_checkpoint(tmp_path / "new").numpy("0")
    assert np.array_equal(found, expected)
    return int(done.stdout)


@pytest.mark.parametrize("kind", ["in a row", "transposed", "msgpack"])
def test_a_save_takes_less_than_64_mib_beside_the_model(kind: str, forks: Forks, tmp_path: Path) -> None:
    assert peak_of(forks, tmp_path, kind, 150_000_000) < 64 * MIB


@pytest.mark.long
@pytest.mark.parametrize("kind", ["in a row", "transposed", "msgpack"])
def test_a_save_of_a_gigabyte_with_one_tensor_of_700_mb_takes_less_than_64_mib(
    kind: str, forks: Forks, tmp_path: Path
) -> None:
    assert peak_of(forks, tmp_path, kind, 1_000_000_000) < 64 * MIB
