"""Ranks that fail at random places and times: every call succeeds on all ranks or on none, and hears of itself only."""

from __future__ import annotations

import random
import threading
import time

import pytest
from torch import distributed

from loadstone.errors import RankFailed
from loadstone.frameworks.ranks import Memory, Pace, Ranks, together
from loadstone.frameworks.torch.distributed.ranks import TorchStore

CALLS = 12
PACE = Pace(look=0.02, linger=0.5)


class Trial:
    """Some ranks, which are threads, make the same calls; some of them fail in some."""

    def __init__(self, seed: int, count: int) -> None:
        chance = random.Random(seed)
        self.seed, self.count = seed, count
        self.fails = [
            [chance.choice(["early", "midway", "late", *[""] * 9]) for _ in range(count)] for _ in range(CALLS)
        ]
        self.memory = distributed.HashStore()
        self.store = TorchStore(self.memory)
        self.found: dict[tuple[int, int], object] = {}

    def run(self) -> None:
        threads = [threading.Thread(target=self._rank, args=(rank,), daemon=True) for rank in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    def _rank(self, rank: int) -> None:
        chance = random.Random(self.seed * 100 + rank)
        ranks = Ranks(self.store, tuple(range(self.count)), rank, Memory(), rank == 0, PACE)
        for call in range(CALLS):
            time.sleep(chance.choice([0, 0, chance.random() * 0.05]))
            try:
                self.found[call, rank] = self._call(ranks, call, chance)
            except (RankFailed, ZeroDivisionError) as error:
                self.found[call, rank] = error

    def _call(self, ranks: Ranks, call: int, chance: random.Random) -> list[list[bytes]]:
        said = []
        with together(ranks, "load" if call % 3 else "save", 20) as exchange:
            for step in ("early", "midway", "late"):
                if self.fails[call][ranks.rank] == step:
                    raise ZeroDivisionError(f"of call {call}")
                if step != "late":
                    said.append(exchange.gather(step, f"{call} {step}".encode()))
                time.sleep(chance.choice([0, 0, chance.random() * 0.03]))
        return said


@pytest.mark.parametrize(
    ("seed", "count"),
    [(0, 2), (1, 3), *(pytest.param(seed, 2 + seed % 4, marks=pytest.mark.long) for seed in range(2, 30))],
)
def test_all_ranks_come_to_the_same_in_every_call(seed: int, count: int) -> None:
    trial = Trial(seed, count)
    trial.run()
    for (call, rank), found in sorted(trial.found.items()):
        if not any(trial.fails[call]):
            assert found == [[f"{call} {step}".encode()] * count for step in ("early", "midway")], (call, rank)
        elif isinstance(found, RankFailed):
            assert f"ZeroDivisionError: of call {call}" in str(found)
        else:
            assert isinstance(found, ZeroDivisionError) and trial.fails[call][rank], (call, rank, found)
    assert len(trial.found) == CALLS * count and trial.memory.num_keys() == 0
