"""Where ranks exchange bytes: a process group, and a collective in which nobody waits for a rank that has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, distributed
from torch.distributed import ProcessGroup

from loadstone.frameworks.ranks import Exchange

_LOOK_S = 0.5
"""Between two looks at whether the ranks that are awaited still live."""


class Meeting(NamedTuple):
    """Where ranks exchange bytes."""

    group: ProcessGroup | None
    """None for the one of all processes."""
    rank: int
    """This one's number in it."""
    size: int
    device: torch.device
    """Of the messages: one that the group can send from."""
    check: Callable[[], None]
    """Raises where another rank has failed."""


@contextmanager
def meeting_of(members: Sequence[int], device_type: str, exchange: Exchange) -> Iterator[Meeting]:
    """One of these ranks (which of all processes they are, in order): each of them calls it."""
    everybody = len(members) == distributed.get_world_size()
    group = None if everybody else distributed.new_group(list(members), use_local_synchronization=True)
    try:
        device = torch.device(device_type)
        yield Meeting(group, members.index(exchange.rank), len(members), device, exchange.check)
    finally:
        if group is not None:
            distributed.destroy_process_group(group)


def all_to_all(received: Tensor, sent: Tensor, sizes_in: list[int], sizes_out: list[int], meeting: Meeting) -> None:
    """The collective; a rank that fails or ends meanwhile is noticed at once, whatever the group's timeout is."""
    work = distributed.all_to_all_single(received, sent, sizes_in, sizes_out, group=meeting.group, async_op=True)
    assert work is not None
    look_at, pause_s = time.monotonic() + _LOOK_S, 0.0001
    while not work.is_completed():
        if time.monotonic() >= look_at:
            meeting.check()
            look_at = time.monotonic() + _LOOK_S
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.005)
    work.wait()
