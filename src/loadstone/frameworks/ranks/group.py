"""Who holds one model together, where they leave messages for each other, and what they can do there."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from loadstone.core.process import Process
from loadstone.core.records import record
from loadstone.frameworks.ranks.state import Failure


class Store(Protocol):
    """Short messages under names, which every rank can write and read. Nothing here waits for another rank.

    Each may raise RuntimeError: the store cannot be reached any more.
    """

    def put(self, key: str, value: bytes, /) -> None:
        """Write one, over what was there."""
        ...

    def peek(self, key: str, /) -> bytes | None:
        """Read one; None where there is none."""
        ...

    def delete(self, key: str, /) -> None:
        """Remove one, if it is there."""
        ...


class Pace(NamedTuple):
    """How often ranks look at each other, and how long they wait, in seconds."""

    look: float = 0.2
    """Between two looks at whether those that are awaited still live."""
    beat: float = 5.0
    """Between two signs of life."""
    silence: float = 60.0
    """Without a sign of life, after which a rank on another machine counts as ended."""
    log: float = 10.0
    """After which a line in the log says who is awaited."""
    linger: float = 3.0
    """For which a rank waits at most until the others have read what they need: after a success the first of them, to
    remove all keys; after an error the one that keeps the store."""


PACE = Pace()


@dataclass
class Memory:
    """What a rank remembers from one exchange to the next."""

    processes: dict[int, Process] = field(default_factory=dict)
    """Of the other ranks that it has met."""
    epoch: int = 0
    """How many calls have succeeded."""
    turn: int = 0
    """How many calls it has begun since then."""
    failures: list[Failure] = field(default_factory=list)
    """How these failed, for ranks that come to them later."""
    stale: list[str] = field(default_factory=list)
    """Keys of its own that others may not have read when it left."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held during an exchange: threads of one rank have theirs one after another."""
    current: tuple[int, Exchange] | None = None
    """The thread, and the exchange that it is in."""


@record
class Ranks:
    """The ranks that hold one model, and which of them this is."""

    store: Store
    members: tuple[int, ...]
    """What they are called in the process group, ascending."""
    rank: int
    """This one's number."""
    memory: Memory
    keeps_store: bool = False
    """Whether the store ends with this process, so that it had better not end before the others have read."""
    pace: Pace = PACE

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.members)


class Exchange(Protocol):
    """What ranks do together: see :func:`loadstone.frameworks.ranks.together.together`."""

    @property
    def rank(self) -> int:
        """This rank's number in the process group."""
        ...

    @property
    def members(self) -> tuple[int, ...]:
        """The numbers of all of them, ascending."""
        ...

    def gather(self, step: str, value: bytes, /) -> list[bytes]:
        """The ``value`` of every rank, in the order of ``members``; waits until all have come to this step.

        Raises :class:`RankFailed` as soon as one of them cannot come to it any more.
        """
        ...

    def check(self) -> None:
        """:class:`RankFailed` if another rank has failed or ended. Waits for nobody; for long work of one's own."""
        ...


class Alone:
    """The exchange of a single process."""

    rank = 0
    members = (0,)

    def gather(self, step: str, value: bytes) -> list[bytes]:
        """Its own value."""
        return [value]

    def check(self) -> None:
        """Nobody else can fail."""
