"""One rank's part in one exchange: how it shows itself in the store, waits for the others, and leaves."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence

from loadstone.core.process import this_process
from loadstone.errors import Fault, LoadstoneError, RankFailed, RanksDisagree
from loadstone.frameworks.ranks.group import Ranks
from loadstone.frameworks.ranks.state import Failure, State
from loadstone.transfer.threads import Job

logger = logging.getLogger("loadstone")

_LONGEST_TEXT = 4000
"""Characters of an error that other ranks are told."""
_FIRST_PAUSE_S = 0.0003
"""Between two looks at whether another rank has come; later ones are longer."""
_MOST_FAILURES = 64
"""Of its own that a rank remembers, one after another."""


class Visit:
    """The :class:`~loadstone.frameworks.ranks.group.Exchange` of several ranks.

    In the store each rank has one state, ``<members>/<rank>/state``, and for each step a value that it writes once,
    ``<members>/<rank>/<nonce>/<number>``. Whoever knows a state knows where the values are, and what is left of an
    earlier call is never taken for this one's. Visits of the ranks are one call where they come in the same place since
    a call last succeeded, which it does on all of them together.
    """

    def __init__(self, ranks: Ranks, call: str, patience_s: float) -> None:
        self._store, self._memory, self._pace = ranks.store, ranks.memory, ranks.pace
        self._call, self._patience_s, self._keeps_store = call, patience_s, ranks.keeps_store
        self.rank, self.members = ranks.rank, ranks.members
        self._others = [member for member in ranks.members if member != ranks.rank]
        memory = ranks.memory
        memory.turn += 1
        failures = tuple(memory.failures)
        self._me = State(os.urandom(8).hex(), call, this_process(), memory.epoch, memory.turn, failures)
        self._met: dict[int, State] = {}
        """The states in which the others were seen to be in this exchange."""
        self._beats: dict[int, tuple[int, float]] = {}
        """The last sign of life of each, and when it was first seen."""
        self._gave_up: LoadstoneError | None = None
        self._steps = 0
        self._writing = threading.Lock()
        self._beating = threading.Lock()  # taken as long as it beats
        self._beating.acquire()
        self._beater = Job(self._beat)

    def enter(self) -> None:
        """Show that this rank has come."""
        with self._reached():
            for key in self._memory.stale:
                self._store.delete(key)
            self._memory.stale.clear()
            self._show()
        self._beater.start("loadstone-ranks", daemon=True)

    def gather(self, step: str, value: bytes) -> list[bytes]:
        """See :meth:`loadstone.frameworks.ranks.group.Exchange.gather`."""
        number, self._steps = self._steps, self._steps + 1
        began = time.monotonic()
        look_at, log_at = began + self._pace.look, began + self._pace.log
        found, pause = {self.rank: value}, _FIRST_PAUSE_S
        with self._reached():
            self._store.put(self._value_key(self.rank, number), step.encode() + b"\n" + value)
            while True:
                now = time.monotonic()
                awaited = [other for other in self._others if other not in found]
                for rank in awaited:
                    theirs = self._value(rank, number, now - began, now >= look_at)
                    if theirs is not None:
                        name, _, found[rank] = theirs.partition(b"\n")
                        self._check_step(rank, step, name.decode())
                if len(found) == len(self.members):
                    return [found[member] for member in self.members]
                if now >= look_at:
                    look_at = now + max(self._pace.look, 0.01 * len(self.members))
                if now >= log_at:
                    log_at = float("inf")
                    self._say_who_is_awaited(awaited)
                time.sleep(pause)
                pause = min(pause * 1.5, max(0.05, 0.002 * len(self.members)))

    def check(self) -> None:
        """See :meth:`loadstone.frameworks.ranks.group.Exchange.check`."""
        with self._reached():
            for rank in self._others:
                state = self._look(rank)
                if rank in self._met:
                    self._check_met(rank, state)
                else:
                    self._check_process(rank)

    def leave(self) -> None:
        """After a success. The first of the ranks waits a little for the others, and then removes all keys."""
        self._stop()
        self._memory.epoch, self._memory.turn = self._me.epoch + 1, 0
        self._memory.failures.clear()
        # The process with the store may end as soon as all have come to the end, and the keys with it.
        with contextlib.suppress(RuntimeError):
            if self.rank != self.members[0]:
                self._store.put(self._left_key(self.rank), b"")
            self._store.delete(self._state_key(self.rank))
            if self.rank == self.members[0] and self._all_left(self._pace.linger):
                self._clear()

    def fail(self, error: BaseException) -> None:
        """After an error: tell the others. The last one that leaves removes all keys."""
        self._stop()
        # Without a store the others notice by themselves.
        with contextlib.suppress(RuntimeError):
            self._meet_late()
            self._remember(error)
            self._show()
            self._meet_late()
            if self._all_left(self._pace.linger if self._keeps_store else 0.0):
                self._clear()
            else:
                self._memory.stale += [self._value_key(self.rank, number) for number in range(self._steps)]
        if not isinstance(error, RankFailed | RanksDisagree):
            error.add_note(f"The other ranks of this {self._call} were told, and stop too.")

    def explained(self, error: BaseException) -> BaseException:
        """What this rank raises: for an error of the framework's own, of a collective that another rank's end cut off,
        :class:`RankFailed`; every other error is what it is."""
        if isinstance(error, LoadstoneError) or not isinstance(error, RuntimeError):
            return error
        until = time.monotonic() + 2 * self._pace.look
        while True:
            try:
                self.check()
            except (RankFailed, RanksDisagree) as cause:
                return cause
            if time.monotonic() >= until:
                return error
            time.sleep(0.05)

    # What is in the store.

    def _state_key(self, rank: int) -> str:
        return f"{self._place(rank)}/state"

    def _place(self, rank: int) -> str:
        return f"{'-'.join(map(str, self.members))}/{rank}"

    def _nonce(self, rank: int) -> str:
        return self._me.nonce if rank == self.rank else self._met[rank].nonce

    def _value_key(self, rank: int, number: int) -> str:
        return f"{self._place(rank)}/{self._nonce(rank)}/{number}"

    def _left_key(self, rank: int) -> str:
        return f"{self._place(rank)}/{self._nonce(rank)}/left"

    def _show(self) -> None:
        with self._writing:
            self._me = self._me._replace(beat=self._me.beat + 1)
            self._store.put(self._state_key(self.rank), self._me.encoded())

    def _read(self, rank: int) -> State | None:
        value = self._store.peek(self._state_key(rank))
        return None if value is None else State.decoded(value)

    def _beat(self) -> None:
        while not self._beating.acquire(timeout=self._pace.beat):
            try:
                self._show()
            except RuntimeError:
                return  # the store is gone, which this rank notices when it next needs it

    def _stop(self) -> None:
        if self._beating.locked():
            self._beating.release()
        self._beater.abandon()

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """:class:`RankFailed` where the store cannot be reached: most likely since the process with it has ended."""
        try:
            yield
        except LoadstoneError:
            raise
        except RuntimeError as error:
            until = time.monotonic() + 10 * self._pace.look  # its sockets are closed before the process is gone
            while time.monotonic() < until:
                for rank in self._others:
                    self._check_process(rank)
                time.sleep(0.05)
            raise RankFailed(
                f"{self._call}: the store of the process group cannot be reached: {str(error).splitlines()[0]}. It is "
                "kept by rank 0, or by the process that started the ranks; has that ended?"
            ) from error

    # Looking at the others.

    def _look(self, rank: int) -> State | None:
        """The state of a rank that is in this exchange; None where it has not come.

        Raises :class:`RankFailed` or :class:`RanksDisagree` where it never will, by what it shows.
        """
        state = self._read(rank)
        if (
            state is not None and state.epoch > self._me.epoch
        ):  # of the call that succeeded last this rank has not heard
            self._move(state.epoch, 1)
        if state is None or state.epoch < self._me.epoch or state.turn < self._me.turn:
            return None
        failure = state.failure(self._me.turn)
        if failure is None and state.turn == self._me.turn and state.call == self._call:
            return state
        is_again = state.turn > self._me.turn and state.call == self._call
        if failure is not None and failure.gave_up and (is_again or failure.call != self._call):
            self._move(self._me.epoch, self._me.turn + 1)  # that was a call of the other rank alone
            return self._look(rank)
        if (state.call if failure is None else failure.call) != self._call:
            raise self._other_call(rank, state.call if failure is None else failure.call)
        if failure is None:
            raise RankFailed(f"{self._call}: rank {rank} ({state.process}) has begun it anew.", rank)
        if state.turn == self._me.turn:
            self._met.setdefault(rank, state)  # it was in this exchange, and may have said what is asked for
        raise RankFailed(failure.text, failure.rank)

    def _move(self, epoch: int, turn: int) -> None:
        """Take this visit for another call than it was thought to be."""
        memory = self._memory
        if epoch != memory.epoch:
            memory.failures.clear()
        memory.epoch, memory.turn = epoch, turn
        with self._writing:
            self._me = self._me._replace(epoch=epoch, turn=turn, failures=tuple(memory.failures))
        self._show()

    def _value(self, rank: int, number: int, waited_s: float, is_time: bool) -> bytes | None:
        """What a rank says at a step; None while it may still come to it. Raises what keeps it from coming."""
        if rank in self._met and ((value := self._store.peek(self._value_key(rank, number))) or not is_time):
            return value
        try:
            state = self._look(rank)
            if rank in self._met:
                self._check_met(rank, state)
            elif state is not None:
                self._met[rank] = state
                self._memory.processes[rank] = state.process
            else:
                self._check_absent(rank, waited_s, is_time)
        except (RankFailed, RanksDisagree):
            # It may have come to this step, and left, between the first look and the second.
            value = self._store.peek(self._value_key(rank, number)) if rank in self._met else None
            if value is None:
                raise
            return value
        return self._store.peek(self._value_key(rank, number)) if rank in self._met else None

    def _check_met(self, rank: int, state: State | None) -> None:
        """Whether a rank that has come is still in the exchange, and alive."""
        process = self._met[rank].process
        if state is None or state.nonce != self._met[rank].nonce:
            raise RankFailed(f"{self._call}: rank {rank} ({process}) has left it.", rank)
        beat, since = self._beats.get(rank, (-1, 0.0))
        if state.beat != beat:
            self._beats[rank] = state.beat, time.monotonic()
        elif not process.is_watchable(self._me.process) and time.monotonic() - since > self._pace.silence:
            silence = f"has given no sign of life for {self._pace.silence:.0f} s"
            raise RankFailed(f"{self._call}: rank {rank} ({process}) {silence}.", rank)
        self._check_process(rank)

    def _check_process(self, rank: int) -> None:
        """Whether a rank that was met, in this exchange or before, has ended, where that can be known from here."""
        process = self._memory.processes.get(rank)
        if process is not None and process.is_gone(self._me.process):
            raise RankFailed(f"{self._call}: rank {rank} ({process}) has ended.", rank)

    def _check_absent(self, rank: int, waited_s: float, is_time: bool) -> None:
        """Whether a rank that has not come may still come."""
        if waited_s >= self._patience_s:
            self._gave_up = RankFailed(
                f"{self._call} is for the ranks {_listed(self.members)} together. Rank {rank} has not called it within "
                f"{self._patience_s:.0f} s. Call it on all of them, or, where that rank needs longer, set "
                "LOADSTONE_RANKS_TIMEOUT to more seconds.",
                rank,
            )
            raise self._gave_up
        if is_time:
            self._check_process(rank)

    def _other_call(self, rank: int, call: str) -> RanksDisagree:
        (first, mine), (second, theirs) = sorted({self.rank: self._call, rank: call}.items())
        return RanksDisagree(
            [Fault("what is called", f"{mine}, as on rank {first}", f"{theirs} on rank {second}")],
            hint=f"The ranks {_listed(self.members)} hold one model: they make the same calls in the same order.",
        )

    def _check_step(self, rank: int, mine: str, theirs: str) -> None:
        if mine != theirs:
            raise RanksDisagree([Fault(self._call, f"{mine}, as on rank {self.rank}", f"{theirs} on rank {rank}")])

    def _say_who_is_awaited(self, ranks: Sequence[int]) -> None:
        came = [rank for rank in ranks if rank in self._met]
        not_yet = [rank for rank in ranks if rank not in self._met]
        parts = [f"rank {_listed(not_yet)} to call it"] if not_yet else []
        parts += [f"rank {_listed(came)} to come as far"] if came else []
        logger.warning("%s: rank %d waits for %s.", self._call, self.rank, ", and for ".join(parts))

    # Leaving.

    def _meet_late(self) -> None:
        """Learn of ranks that are in this exchange, or failed in it, and had not been looked at yet."""
        for rank in self._others:
            state = None if rank in self._met else self._read(rank)
            if state is not None and (state.epoch, state.turn) == (self._me.epoch, self._me.turn):
                self._met[rank] = state

    def _remember(self, error: BaseException) -> None:
        """Add how this visit failed to what this rank shows."""
        if isinstance(error, RankFailed):
            rank, text = error.rank, str(error)
        else:
            rank, where = self.rank, f"{self._call}: rank {self.rank} ({self._me.process})"
            text = f"{type(error).__name__}: {str(error)[:_LONGEST_TEXT] or 'no message'}"
            text = f"{where} failed, so that the others stop too. {text}"
        failures = self._memory.failures
        failures.append(Failure(self._me.turn, self._call, rank, text, error is self._gave_up))
        del failures[:-_MOST_FAILURES]
        with self._writing:
            self._me = self._me._replace(failures=tuple(failures))

    def _all_left(self, seconds: float) -> bool:
        """Whether all the others have left, within so many seconds. Those that have not come are not waited for."""
        until, pause = time.monotonic() + seconds, _FIRST_PAUSE_S
        while not all(map(self._has_left, self._met)):
            if time.monotonic() >= until:
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, 0.005)
        return len(self._met) == len(self._others)

    def _has_left(self, rank: int) -> bool:
        if self._store.peek(self._left_key(rank)) is not None:
            return True
        state = self._read(rank)
        if state is None or state.nonce != self._met[rank].nonce or state.failure(state.turn) is not None:
            return True
        return self._met[rank].process.is_gone(self._me.process)

    def _clear(self) -> None:
        """Remove what this call left in the store. A rank that is in its next call by now shows another state."""
        for rank in self.members:
            for number in range(self._steps + 1):
                self._store.delete(self._value_key(rank, number))
            self._store.delete(self._left_key(rank))
            state = self._read(rank)
            if state is not None and state.nonce == self._nonce(rank):
                self._store.delete(self._state_key(rank))


def _listed(ranks: Sequence[int]) -> str:
    return ", ".join(map(str, ranks))
