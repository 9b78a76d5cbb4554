"""FSDP of every family: each rank's shards, what a pass gives, and for some kinds what a step of training makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import sharded_families
from processes.pool import ranks

QUICK = ("llama", "bert", "vit")
TRAINED = ("llama", "mixtral", "gpt2", "bert", "t5", "vit", "whisper", "clip")
"""A decoder, experts, transposed weights, an encoder, two stacks, pictures, sounds, two towers with a scalar."""


@pytest.mark.parametrize(
    "family",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in sharded_families.families()],
)
def test_a_family_over_two_ranks_of_fsdp(family: str, tmp_path: Path) -> None:
    sharded_families.save(family, tmp_path)
    ranks(2).run(sharded_families.compare, tmp_path, family in TRAINED)
