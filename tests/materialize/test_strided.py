"""Elements that lie with gaps, in blocks: each goes to its place once, and no block spans more than it may."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.core.tensors import DType, StoredTensor
from loadstone.materialize.strided import strided_blocks
from loadstone.planning.recipes import Piece


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_blocks_bring_each_element_to_its_place(data: Any) -> None:
    whole = tuple(data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=3)))
    starts = [data.draw(st.integers(0, size - 1)) for size in whole]
    stops = [data.draw(st.integers(start + 1, size)) for start, size in zip(starts, whole, strict=True)]
    order = data.draw(st.permutations(range(len(whole))))
    limit = data.draw(st.integers(1, 40))
    values = np.arange(math.prod(whole), dtype=np.float32).reshape(whole)
    box = tuple(map(slice, starts, stops))
    file = np.ascontiguousarray(values.transpose(order)).reshape(-1)
    part = np.arange(file.size).reshape([whole[axis] for axis in order]).transpose(np.argsort(order))[box]
    steps = tuple(step // part.itemsize for step in part.strides)
    first, last = int(part.min()), int(part.max())
    tensor = StoredTensor("w", DType.FLOAT32, part.shape, Path("f"), 4 * first, 4 * (last + 1 - first), steps)
    rows = slice(1, part.shape[0]) if part.shape[0] > 1 and data.draw(st.booleans()) else None
    piece = Piece(tensor, rows, (1, *(slice(1, 1 + size) for size in Piece(tensor, rows).shape)))
    target = np.full((2, *(size + 2 for size in piece.shape)), -1, np.float32)
    blocks = strided_blocks([(0, piece)], [target.shape], 4 * limit)
    filled = 0
    for block in blocks:
        assert block.nbytes <= 4 * limit
        run = file[block.offset // 4 : (block.offset + block.nbytes) // 4]
        taken = np.lib.stride_tricks.as_strided(run, block.shape, [4 * step for step in block.strides])
        assert (target[block.into] == -1).all()
        target[block.into] = taken
        filled += taken.size
    expected = values[box] if rows is None else values[box][rows]
    inside = tuple(slice(1, 1 + size) for size in piece.shape)
    assert (target[(1, *inside)] == expected).all() and filled == expected.size
    assert (target == -1).sum() == target.size - filled
    assert [block.offset for block in blocks] == sorted(block.offset for block in blocks)
