"""The best cut, against all cuts there are."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, pairwise

import pytest
from timing import takes_about

from loadstone.planning.split import CPU, DISK, STRATEGIES, Bin, Block, Place, Strategy, split

SEEDS = range(60)


def every_cut(blocks: Sequence[Block], bins: Sequence[Bin]) -> Iterator[list[Sequence[Block]]]:
    """Every way to give each bin a run of neighbors, possibly an empty one."""
    for inner in combinations_with_replacement(range(len(blocks) + 1), len(bins) - 1):
        yield [blocks[start:end] for start, end in pairwise((0, *inner, len(blocks)))]


def fits(run: Sequence[Block], bin: Bin) -> bool:
    if not run or bin.capacity is None:
        return True
    largest = max(block.nbytes for block in run)
    return sum(block.nbytes + block.cache_bytes for block in run) + largest <= bin.capacity


def cost(runs: Sequence[Sequence[Block]], bins: Sequence[Bin], strategy: Strategy) -> tuple[float, ...]:
    """The objective as the documentation states it, written without regard to how it is reached."""
    used = [sum(block.nbytes for block in run) for run in runs]
    accelerated = [i for i, bin in enumerate(bins) if isinstance(bin.place, int)]
    on = {place: sum(n for n, bin in zip(used, bins, strict=True) if bin.place == place) for place in (CPU, DISK)}
    slow = (on[DISK], on[CPU] if accelerated else 0)
    crossings = sum(1 for run in runs if run) - 1

    def balance(indices: Sequence[int]) -> float:
        return sum(used[i] ** 2 / (bins[i].capacity or 1) for i in indices)

    if strategy == "sequential":
        return (*slow, *(-n for n in used))
    if strategy == "auto":
        return (*slow, crossings, balance(accelerated))
    if strategy == "balanced":
        return (*slow, balance(accelerated), crossings)
    first = used[accelerated[0]] if accelerated else 0
    return (*slow, first, balance(accelerated[1:]), crossings)


def runs_of(places: Sequence[Place], blocks: Sequence[Block], bins: Sequence[Bin]) -> list[Sequence[Block]]:
    return [[b for b, at in zip(blocks, places, strict=True) if at == bin.place] for bin in bins]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_other_cut_is_better(seed: int, strategy: Strategy) -> None:
    random_ = random.Random(seed)
    blocks = [Block(random_.randrange(1, 30), random_.choice((0, 0, 3))) for _ in range(random_.randrange(1, 9))]
    bins = [Bin(number, random_.randrange(1, 120)) for number in range(random_.randrange(0, 4))]
    bins += [Bin(CPU, random_.randrange(0, 100))] * random_.randrange(2) + [Bin(DISK, random_.choice((None, 60)))]
    possible = [
        runs for runs in every_cut(blocks, bins) if all(fits(run, bin) for run, bin in zip(runs, bins, strict=True))
    ]
    found = split(blocks, bins, strategy)
    if not possible:
        assert found is None
        return
    assert found is not None
    order = {bin.place: i for i, bin in enumerate(bins)}
    assert [order[place] for place in found] == sorted(order[place] for place in found), "runs of neighbors, in order"
    best = min(cost(runs, bins, strategy) for runs in possible)
    assert cost(runs_of(found, blocks, bins), bins, strategy) == pytest.approx(best)


def test_some_seeds_fit_and_some_do_not() -> None:
    """Else the test above would say less than it seems to."""
    fitting = [split([Block(40)], [Bin(0, size), Bin(DISK, 60)], "auto") for size in (100, 10)]
    assert fitting == [[0], None]


def test_better_than_first_fit_where_devices_differ() -> None:
    """First-fit fills the small device with what little fits there, and then misses the room on the large one."""
    blocks = [Block(10), Block(10), Block(30), Block(30), Block(30)]
    bins = [Bin(0, 35), Bin(1, 125), Bin(DISK, None)]
    assert split(blocks, bins, "auto") == [0, 0, 1, 1, 1]
    wide_last = [Block(10), Block(10), Block(10), Block(50)]
    # The first device must leave the 50 to the second, which has no room for a small block beside it.
    assert split(wide_last, [Bin(0, 200), Bin(1, 100)], "auto") == [0, 0, 0, 0]
    assert split(wide_last, [Bin(0, 40), Bin(1, 100)], "auto") == [0, 0, 0, 1]
    assert split(wide_last, [Bin(0, 39), Bin(1, 100)], "auto") is None


def test_equal_inputs_give_equal_answers() -> None:
    blocks = [Block(7)] * 30
    bins = [Bin(0, 100), Bin(1, 100), Bin(CPU, 60), Bin(DISK, None)]
    assert len({tuple(split(list(blocks), list(bins), "balanced") or ()) for _ in range(5)}) == 1


def test_a_thousand_blocks_on_eight_devices_take_little_time() -> None:
    blocks = [Block(400_000_000 + i) for i in range(1000)]
    bins = [*(Bin(number, 40_000_000_000) for number in range(8)), Bin(CPU, 64_000_000_000), Bin(DISK, None)]
    with takes_about(1):
        found = split(blocks, bins, "auto")
    assert found is not None and found.count(DISK) == 1000 - 8 * 98 - 158
