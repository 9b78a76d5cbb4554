"""What the ranks of one model say to each other: values for all, and an error of one, which then stops them all.

A rank is one of several processes that hold a model together. They talk through the small store of their process group
(PyTorch's or JAX's), not by collectives: a rank that waits looks into the store again and again, so that it notices
within a second when another one fails or ends, whatever the group's own timeout is. ADR 28 says how and why::

    with together(ranks, "load_into") as exchange:   # an error in here is told to the others
        checkpoint = open_checkpoint(folder)
        agree(exchange, lambda: facts_of(checkpoint))   # RanksDisagree, the same on all, before a weight is read
        fill(module)
                                                     # here every rank is done, or every rank raises
"""

from __future__ import annotations

from loadstone.frameworks.ranks.agreement import Facts, agree
from loadstone.frameworks.ranks.group import Alone, Exchange, Memory, Pace, Ranks, Store
from loadstone.frameworks.ranks.node import share_of_node
from loadstone.frameworks.ranks.together import together

__all__ = ["Alone", "Exchange", "Facts", "Memory", "Pace", "Ranks", "Store", "agree", "share_of_node", "together"]
