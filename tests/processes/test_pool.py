"""The pool of ranks that the other tests here run in."""

from __future__ import annotations

from processes.pool import Ranks, ranks
from processes.sums import fail_on, sum_of_ranks


def test_ranks_are_one_group_and_errors_come_back() -> None:
    assert ranks(2).run(sum_of_ranks) == [1, 1]
    good, bad = ranks(2).outcomes(fail_on, 1)
    assert good.value == 0 and isinstance(bad.error, ValueError) and "as asked" in bad.trace
    assert ranks(2).run(sum_of_ranks) == [1, 1]  # and the pool goes on


def test_a_killed_rank_is_gone() -> None:
    with Ranks(2) as pool:
        pool.run(sum_of_ranks)
        pool.kill(1)
        assert pool.outcomes(fail_on, 1)[1].is_gone
