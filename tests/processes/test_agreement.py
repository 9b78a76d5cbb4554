"""Ranks that hold one model succeed together or fail together, soon and with a name, and leave nothing behind."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from processes import exchanges
from processes.pool import Ranks, ranks
from torch import distributed

from loadstone.core.process import Process, this_process
from loadstone.frameworks.ranks import Memory, together
from loadstone.frameworks.ranks import Ranks as Ranks_
from loadstone.frameworks.torch.distributed.ranks import TorchStore

SOON_S = 5.0


def test_every_rank_gets_what_all_say_and_no_key_stays() -> None:
    found = ranks(2).run(exchanges.gathered, 20)
    assert found[0] == found[1] == [[f"0:{each}".encode(), f"1:{each}".encode()] for each in range(20)]


def test_ranks_that_agree_go_on() -> None:
    same = {"files": {"model.safetensors": "10 bytes"}, "commit": {"": "abc"}}
    for outcome in ranks(2).run(exchanges.with_facts, [same, same]):
        assert outcome.kind == "" and outcome.left == []


def test_what_differs_is_the_same_error_on_all_and_says_who_has_what() -> None:
    facts = [
        {"file sizes": {"a.safetensors": "10 bytes", "b.safetensors": "5 bytes"}, "commit": {"": "abc"}},
        {"file sizes": {"a.safetensors": "12 bytes"}, "commit": {"": "abc"}},
    ]
    first, second = ranks(2).run(exchanges.with_facts, facts)
    assert first.kind == second.kind == "RanksDisagree" and first.text == second.text
    assert "file sizes, a.safetensors: expected 10 bytes as on rank 0, found 12 bytes on rank 1" in first.text
    assert "file sizes, b.safetensors: expected 5 bytes as on rank 0, found nothing on rank 1" in first.text
    assert "commit" not in first.text
    assert first.left == second.left == []


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("when", ["early", "midway", "late"])
def test_an_error_of_one_rank_stops_the_other_with_its_text(rank: int, when: str) -> None:
    outcomes = ranks(2).run(exchanges.fail_at, rank, when)
    failed, other = outcomes[rank], outcomes[1 - rank]
    assert failed.kind == "FileNotFoundError" and "The other ranks of this load were told, and stop too." in failed.text
    assert other.kind == "RankFailed" and other.rank == rank and f"rank {rank} (process" in other.text
    assert "FileNotFoundError: model.safetensors: lm_head.weight is not there" in other.text
    assert max(failed.seconds, other.seconds) < SOON_S
    assert failed.left == other.left == []


LONG = pytest.mark.long


@pytest.mark.parametrize(
    ("count", "rank", "when"),
    [
        (2, 1, "midway"),
        *(pytest.param(3, *each, marks=LONG) for each in ((0, "midway"), (0, "late"), (2, "early"), (2, "late"))),
    ],
)
def test_a_killed_rank_stops_the_others(count: int, rank: int, when: str) -> None:
    """Rank 0 keeps the store."""
    with Ranks(count) as pool:
        pool.run(exchanges.gathered, 1)
        outcomes = pool.outcomes(exchanges.die_at, rank, when)
        assert outcomes[rank].is_gone
        for outcome in [outcome for other, outcome in enumerate(outcomes) if other != rank]:
            assert outcome.value.kind == "RankFailed" and outcome.value.rank == rank, outcome
            assert "has ended" in outcome.value.text
            assert outcome.value.seconds < SOON_S and outcome.value.left == []


def test_a_rank_that_does_not_call_is_given_up() -> None:
    outcome, _ = ranks(2).run(exchanges.only_on, 0, 1.0)
    assert outcome.kind == "RankFailed" and outcome.rank == 1 and outcome.seconds < SOON_S
    assert "save is for the ranks 0, 1 together. Rank 1 has not called it within 1 s." in outcome.text
    assert ranks(2).run(exchanges.gathered, 1)[0] == [[b"0:0", b"1:0"]]  # and the next call works


@pytest.mark.parametrize("seconds", ["0.3", "soon"])
def test_the_environment_says_how_long_a_rank_is_waited_for(seconds: str) -> None:
    """What is no number is said in the log, and ignored."""
    outcome, _ = ranks(2).run(exchanges.only_on_by_environment, 0, seconds)
    assert outcome.kind == "RankFailed" and outcome.seconds < SOON_S
    assert ranks(2).run(exchanges.with_facts, [{}, {}])[0].kind == ""


@pytest.mark.long
def test_a_rank_that_has_ended_before_it_called_is_not_waited_for() -> None:
    with Ranks(2) as pool:
        pool.run(exchanges.gathered, 1)
        pool.start(exchanges.only_on, 0, 1800.0)
        pool.kill(1)
        outcome = pool.finish()[0].value
        assert outcome.kind == "RankFailed" and outcome.rank == 1 and outcome.seconds < SOON_S


def test_different_calls_are_an_error_on_both() -> None:
    first, second = ranks(2).run(exchanges.different_calls)
    assert first.kind == second.kind == "RanksDisagree" and first.text == second.text
    assert "expected load, as on rank 0, found save on rank 1" in first.text
    assert max(first.seconds, second.seconds) < SOON_S and first.left == second.left == []


@pytest.mark.parametrize("rank", [0, 1])
def test_an_error_that_is_over_does_not_stop_the_next_call(rank: int) -> None:
    outcomes = ranks(2).run(exchanges.fail_then_succeed, rank)
    assert outcomes[rank] == ["ValueError", "", "ValueError", ""]
    assert outcomes[1 - rank] == ["RankFailed", "", "RankFailed", ""]


def test_a_rank_elsewhere_that_gives_no_sign_of_life_is_given_up() -> None:
    outcome, _ = ranks(2).run(exchanges.silent, 1)
    assert outcome.kind == "RankFailed" and "has given no sign of life for 1 s" in outcome.text
    assert outcome.seconds < SOON_S


def test_the_log_says_for_whom_a_rank_waits() -> None:
    waiting, late = ranks(2).run(exchanges.said_while_waiting, 1)
    assert waiting == ["load: rank 0 waits for rank 1 to call it.", "load: rank 0 waits for rank 1 to come as far."]
    assert late == []


@pytest.mark.long
def test_ranks_of_two_meshes_do_not_hear_each_other() -> None:
    found = ranks(4).run(exchanges.of_its_half, 20)
    assert found[0] == found[1] == [[f"0:{each}".encode(), f"1:{each}".encode()] for each in range(20)]
    assert found[2] == found[3] == [[f"2:{each}".encode(), f"3:{each}".encode()] for each in range(20)]


def test_threads_of_one_rank_take_turns() -> None:
    assert ranks(2).run(exchanges.from_threads) == [4, 4]


def test_a_process_is_told_apart_from_a_later_one_of_its_number() -> None:
    here = this_process()
    assert not here.is_gone(here)
    assert here._replace(start="1").is_gone(here)
    assert here._replace(pid=2**22 + 1).is_gone(here)
    assert not here._replace(machine="elsewhere", pid=2**22 + 1).is_gone(here)


@pytest.mark.parametrize("kind", ["file", "hash", "tcp"])
def test_messages_in_each_of_pytorchs_stores(kind: str, tmp_path: Path) -> None:
    store = {
        "file": lambda: distributed.FileStore(str(tmp_path / "store"), 1),
        "hash": distributed.HashStore,
        "tcp": lambda: distributed.TCPStore("127.0.0.1", 0, 1, True),
    }[kind]()
    messages, before = TorchStore(store), store.num_keys()
    assert messages.peek("a") is None
    for value in (b"", b"-", bytes(range(256)), bytes(100_000)):
        messages.put("a/b", value)
        assert messages.peek("a/b") == value and messages.peek("a") is None
    messages.delete("a/b")
    messages.delete("a/b")
    assert messages.peek("a/b") is None and store.num_keys() == before


def test_ranks_that_are_threads_exchange_through_a_store_in_memory() -> None:
    """As PyTorch's own tests have them."""
    store, found = TorchStore(distributed.HashStore()), {}

    def rank(number: int) -> None:
        for each in range(5):
            with together(Ranks_(store, (0, 1), number, memories[number]), "load") as exchange:
                found[number, each] = exchange.gather("step", f"{number}:{each}".encode())

    memories = [Memory(), Memory()]
    threads = [threading.Thread(target=rank, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == {
        (number, each): [f"0:{each}".encode(), f"1:{each}".encode()] for number in (0, 1) for each in range(5)
    }


def test_on_a_mesh_of_one_rank_there_is_nobody_to_wait_for() -> None:
    assert ranks(2).run(exchanges.alone) == [True, True]


def test_without_proc_nobody_can_be_watched(tmp_path: Path) -> None:
    bare = this_process(tmp_path)
    assert bare == Process(bare.host, bare.pid) and not bare.is_watchable(bare) and not bare.is_gone(bare)
