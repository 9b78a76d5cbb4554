"""Which ranks are on one machine, and so have one page cache."""

from __future__ import annotations

import os
import socket

from loadstone.frameworks.ranks.group import Exchange


def share_of_node(exchange: Exchange) -> tuple[int, int] | None:
    """Which share this rank has of what all ranks do, and of how many: where all are on this machine, as far as
    ``torchrun`` says; else None."""
    members = exchange.members
    if len(members) == 1 or os.environ.get("LOCAL_WORLD_SIZE") != str(len(members)):
        return None
    return members.index(exchange.rank), len(members)


def node_name(rank: int) -> str:
    """The same on ranks that share a page cache: by the host, and what ``torchrun`` says of ranks for each node."""
    each = os.environ.get("LOCAL_WORLD_SIZE", "")
    return f"{socket.gethostname()} {rank // int(each) if each.isdigit() and int(each) else ''}"
