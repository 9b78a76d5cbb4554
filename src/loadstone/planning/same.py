"""Whether stored tensors hold the same values, as far as their names, files and shapes tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loadstone.core.tensors import StoredTensor
from loadstone.planning.recipes import Piece

Same = Callable[[StoredTensor, StoredTensor], bool]
"""Whether two stored tensors hold the same values."""


def lie_in_one_place(one: StoredTensor, other: StoredTensor) -> bool:
    """Whether two names stand for the same bytes of the same file, as in what ``torch.save`` writes of a tie."""
    return one[1:] == other[1:]


def hold_same(copy: Sequence[Piece], source: Sequence[Piece] | None, same: Same) -> bool:
    """Whether what is stored under a tied slot's own name is what fills the slot that it is tied to."""
    if source is None or len(copy) != len(source):
        return False
    return all(
        one.tensor is other.tensor
        or (one.shape == other.shape and (one.rows, one.into) == (other.rows, other.into) and same(one[0], other[0]))
        for one, other in zip(copy, source, strict=True)
    )
