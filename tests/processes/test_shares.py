"""Ranks of one machine read a share each of files that are mapped, while the model is made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from frameworks.torch import tiny
from processes import dtensor_loads, shares
from processes.pool import ranks


def cold(folder: Path) -> int:
    """The weights out of the page cache; how many bytes they are."""
    file = folder / "model.safetensors"
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return file.stat().st_size


@pytest.mark.parametrize(
    "keywords", [{"tp_plan": "auto"}, {"distributed_config": {"fsdp_size": 2}}], ids=["tp", "fsdp"]
)
def test_ranks_read_a_share_each_of_what_is_not_cached(tmp_path: Path, keywords: dict[str, Any]) -> None:
    tiny.saved(tiny.llama(), tmp_path)
    nbytes = cold(tmp_path)
    first, second = ranks(2).run(shares.read_ahead, tmp_path, keywords)
    assert first.is_equal and second.is_equal
    assert first.nbytes + second.nbytes == pytest.approx(nbytes, abs=2 * 4096)  # in whole pages
    assert abs(first.nbytes - second.nbytes) <= 4096
    again = ranks(2).run(shares.read_ahead, tmp_path, keywords)
    assert [(each.nbytes, each.is_equal) for each in again] == [(0, True)] * 2, "all is there"


def test_modules_that_pytorch_distributed_are_filled_from_a_cold_file(tmp_path: Path) -> None:
    dtensor_loads.saved(tmp_path)
    cold(tmp_path)
    rows, columns = {"layers.0.weight": ["0"]}, {"layers.1.weight": ["1"]}
    for done in ranks(2).run(dtensor_loads.shards, tmp_path, (2,), rows | columns):
        assert done.viewed and done.copied
