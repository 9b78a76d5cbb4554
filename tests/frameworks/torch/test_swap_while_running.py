"""Other weights for a model that others run meanwhile: each result is one checkpoint's; half a swap is no model."""

from __future__ import annotations

import contextlib
import copy
import errno
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from forks import Forks
from frameworks.torch import tiny

from loadstone import AutoModel, AutoModelForCausalLM, DynamicCache
from loadstone.errors import (
    ArgumentError,
    ConfigError,
    CorruptCheckpoint,
    LoadstoneError,
    WeightsIncomplete,
)
from loadstone.frameworks.torch.loading import copies

BOTH_WAYS = pytest.mark.parametrize("in_place", [False, True], ids=["beside", "in place"])


@pytest.fixture
def a(tmp_path: Path) -> Path:
    return tiny.saved(tiny.llama(1, tie_word_embeddings=False), tmp_path / "a")


@pytest.fixture
def b(tmp_path: Path) -> Path:
    return tiny.saved(tiny.llama(2, tie_word_embeddings=False), tmp_path / "b")


@pytest.fixture
def model(a: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(a)


@torch.no_grad()
def logits(model: Any) -> torch.Tensor:
    return model(tiny.IDS).logits


def logits_of(folder: Path) -> torch.Tensor:
    return logits(AutoModelForCausalLM.from_pretrained(folder))


# While others run the model --------------------------------------------------------------------------


@contextlib.contextmanager
def running(work: Callable[[], object], count: int = 3) -> Iterator[list[Any]]:
    """What ``work`` gives, again and again in several threads, until the block ends."""
    results: list[Any] = []
    stop = threading.Event()

    def again() -> None:
        while not stop.is_set():
            try:
                results.append(work())
            except LoadstoneError as error:
                results.append(error)

    workers = [threading.Thread(target=again) for _ in range(count)]
    for each in workers:
        each.start()
    try:
        yield results
    finally:
        stop.set()
        for each in workers:
            each.join()


def swapped_while(results: list[Any], count: int, swap: Callable[[int], object]) -> None:
    """Swap again and again, ten times at least, until there are so many results."""
    deadline, number = time.monotonic() + 120, 0
    while len(results) < count or number < 10:
        assert time.monotonic() < deadline
        swap(number)
        number += 1


@BOTH_WAYS
def test_each_of_two_hundred_forward_passes_is_one_checkpoints(in_place: bool, model: Any, a: Path, b: Path) -> None:
    known = [logits_of(a), logits_of(b)]
    with running(lambda: logits(model)) as results:
        swapped_while(results, 200, lambda number: model.swap_weights((b, a)[number % 2], in_place=in_place))
    which = [next((i for i, each in enumerate(known) if torch.equal(result, each)), None) for result in results]
    assert set(which) == {0, 1}


def test_each_text_is_one_checkpoints(model: Any, a: Path, b: Path) -> None:
    def text(model: Any) -> list[list[int]]:
        written: list[list[int]] = model.generate(
            tiny.IDS, max_new_tokens=12, do_sample=False, eos_token_id=[]
        ).tolist()
        return written

    known = [text(AutoModelForCausalLM.from_pretrained(folder)) for folder in (a, b)]
    assert known[0] != known[1]
    with running(lambda: text(model), count=2) as results:
        swapped_while(results, 10, lambda number: model.swap_weights((b, a)[number % 2]))
    assert all(result in known for result in results)


def test_the_bare_model_inside_is_waited_for_too(model: Any, a: Path, b: Path) -> None:
    with torch.no_grad():
        known = [AutoModel.from_pretrained(folder)(tiny.IDS).last_hidden_state for folder in (a, b)]

        def hidden() -> torch.Tensor:
            with torch.no_grad():
                return model.model(tiny.IDS).last_hidden_state

        with running(hidden) as results:
            swapped_while(results, 60, lambda number: model.swap_weights((b, a)[number % 2], in_place=True))
    assert all(any(torch.equal(result, each) for each in known) for result in results)


def test_a_swap_waits_for_what_holds_the_weights(model: Any, a: Path, b: Path) -> None:
    swapping = threading.Thread(target=model.swap_weights, args=(b,))
    with model.hold_weights() as version:
        swapping.start()
        time.sleep(0.2)
        assert torch.equal(logits(model), logits_of(a))  # what holds them may run, though a swap waits
        assert version == model.weights_version == 0 and swapping.is_alive()
    swapping.join(30)
    assert model.weights_version == 1


def test_a_swap_by_what_runs_the_model_is_an_error_and_no_deadlock(model: Any, a: Path, b: Path) -> None:
    with model.hold_weights(), pytest.raises(ArgumentError, match="called by what runs with the model's weights"):
        model.swap_weights(b)
    model.register_forward_hook(lambda *_: model.swap_weights(b))
    with pytest.raises(ArgumentError, match="called by what runs"):
        logits(model)
    model._forward_hooks.clear()
    assert torch.equal(logits(model), logits_of(a)) and model.weights_version == 0
    model.swap_weights(b)


def test_an_error_in_a_forward_pass_lets_go_of_the_weights(model: Any, b: Path) -> None:
    with pytest.raises(LoadstoneError):
        model(torch.tensor([[10_000]]))
    model.swap_weights(b)


def test_a_cache_of_other_weights_is_refused_unless_it_is_allowed(model: Any, b: Path) -> None:
    with torch.no_grad():
        old = model(tiny.IDS).past_key_values
        empty = DynamicCache()
        model.swap_weights(b)
        with pytest.raises(ArgumentError, match="filled with version 0 of the weights, and the model has version 1"):
            model(tiny.IDS[:, -1:], past_key_values=old)
        with pytest.raises(ArgumentError, match="filled with version 0"):
            model.generate(torch.cat((tiny.IDS, tiny.IDS), 1), past_key_values=old, max_new_tokens=2)
        old.weights_version = model.weights_version
        model(tiny.IDS[:, -1:], past_key_values=old)
        model(tiny.IDS, past_key_values=empty)
        assert empty.weights_version == 1


def test_a_copy_has_a_gate_of_its_own_and_the_version(model: Any, b: Path) -> None:
    model.swap_weights(b)
    for each in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        with model.hold_weights():
            each.swap_weights(b)
        assert (model.weights_version, each.weights_version) == (1, 2)


# What fails halfway, in place -------------------------------------------------------------------------


def test_a_model_that_got_half_of_its_weights_refuses_until_it_has_all(
    model: Any, a: Path, b: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    logits(compiled)
    real = copies.copy_into

    def half(jobs: Any, tensors: Any, *rest: Any) -> None:
        real(jobs[: len(jobs) // 2], tensors[: len(jobs) // 2], *rest)
        raise CorruptCheckpoint([], hint="the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(copies, "copy_into", half)
        with pytest.raises(WeightsIncomplete, match=r"(?s)some weights of one checkpoint.*the disk is gone"):
            model.swap_weights(b, in_place=True)
    assert model.weights_version == 0
    copied = pickle.loads(pickle.dumps(model))
    for use in (
        lambda: model(tiny.IDS),
        lambda: model.generate(tiny.IDS),
        lambda: model.model(tiny.IDS),
        lambda: model.save_pretrained(tmp_path / "saved"),
        lambda: copied(tiny.IDS),
    ):
        with pytest.raises(WeightsIncomplete, match="runs again when swap_weights has succeeded"):
            use()
    with pytest.raises(
        (WeightsIncomplete, torch._dynamo.exc.TorchDynamoException), match=r"WeightsIncomplete|succeeded"
    ):
        compiled(tiny.IDS)
    assert not (tmp_path / "saved").exists()
    with pytest.raises(ConfigError):
        model.swap_weights(tmp_path)  # a swap that never begins heals nothing
    with pytest.raises(WeightsIncomplete):
        model(tiny.IDS)
    for folder, in_place in ((b, True), (a, False)):
        model.swap_weights(folder, in_place=in_place)
        assert torch.equal(logits(model), logits_of(folder))
        assert torch.equal(logits(compiled), logits_of(folder))


def test_who_waits_for_a_swap_that_fails_halfway_is_refused(
    model: Any, b: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*rest: Any) -> None:
        time.sleep(0.3)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with running(lambda: logits(model)) as results:
        while not results:
            time.sleep(0.01)
        monkeypatch.setattr(copies, "copy_into", slow)
        with pytest.raises(WeightsIncomplete, match="Input/output error"):
            model.swap_weights(b, in_place=True)
        done = len(results)
        while len(results) < done + 3:
            time.sleep(0.01)
    assert all(isinstance(each, WeightsIncomplete) for each in results[done + 3 :])
    assert isinstance(results[-1], WeightsIncomplete)


_INTERRUPTED = """
import signal, sys, time
import torch
from loadstone import AutoModelForCausalLM
from loadstone.errors import WeightsIncomplete

folders, in_place = sys.argv[1:3], sys.argv[3] == "True"
ids = torch.arange(1, 9)[None]

@torch.no_grad()
def logits(model):
    return model(ids).logits

known = [logits(AutoModelForCausalLM.from_pretrained(folder)) for folder in folders]
model = AutoModelForCausalLM.from_pretrained(folders[0])

def interrupt(number, frame):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, interrupt)
durations_s = []
for number in range(6):
    started = time.perf_counter()
    model.swap_weights(folders[number % 2], in_place=in_place)
    durations_s.append(time.perf_counter() - started)
interrupted = []
for step in range(30):
    model.swap_weights(folders[0], in_place=in_place)  # which none before keeps from its turn
    assert torch.equal(logits(model), known[0])
    try:
        signal.setitimer(signal.ITIMER_REAL, min(durations_s) * (step + 0.5) / 30)
        model.swap_weights(folders[1], in_place=in_place)
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert torch.equal(logits(model), known[1])
    except KeyboardInterrupt as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        interrupted.append(error)  # with all that its frames hold
        try:
            found = logits(model)
            assert any(torch.equal(found, each) for each in known)
        except WeightsIncomplete:
            assert in_place
assert len(interrupted) >= 5, len(interrupted)
"""


@pytest.mark.long
@BOTH_WAYS
def test_an_interrupt_at_any_moment_leaves_one_of_the_two_and_the_way_free(
    in_place: bool, forks: Forks, a: Path, b: Path
) -> None:
    done = forks.run(_INTERRUPTED, a, b, in_place)
    assert done.returncode == 0, done.stderr[-3000:]
