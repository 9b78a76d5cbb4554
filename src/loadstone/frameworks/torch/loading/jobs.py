"""Slots that get memory of their own: what is to be made, and what was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from loadstone.planning.recipes import Piece


class Job(NamedTuple):
    """A slot to make."""

    name: str
    pieces: Sequence[Piece]
    shape: tuple[int, ...]
    dtype: torch.dtype


class Copied(NamedTuple):
    """What was made, and how many bytes of it are the file's own pages."""

    tensors: dict[str, Tensor]
    stitched_bytes: int
