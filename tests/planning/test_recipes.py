"""Pieces of tensors that lie in several slices, against NumPy."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loadstone.checkpoint.layouts import in_runs, reordered
from loadstone.core.naming import Fused, Naming, StackedExperts
from loadstone.core.slices import ByteRange
from loadstone.core.tensors import DType, Slot, StoredTensor
from loadstone.planning.match import match
from loadstone.planning.recipes import Piece, Stack, Stored

NAMES = {"whole.weight": (6, 5), "e.0.up": (4, 5), "e.1.up": (4, 5), "q.weight": (2, 5), "k.weight": (3, 5)}

GAP = 200


def stored(name: str, shape: tuple[int, ...], cut: int, offset: int, is_transposed: bool) -> StoredTensor:
    """Elements numbered from ``offset`` on, one byte each, at that byte of the file; a second run after a gap."""
    file_shape = shape[::-1] if is_transposed else shape
    elements = shape[0] * shape[1]
    whole = ByteRange(offset, offset + elements)
    first, rest = ByteRange(offset, offset + cut), ByteRange(offset + cut, whole.stop).shift(GAP)
    runs = [first, rest] if 0 < cut < elements else [whole]
    tensor = in_runs(name, DType.UINT8, file_shape, Path("f"), runs)
    return reordered(tensor, (1, 0)) if is_transposed else tensor


def filled(recipe: Stored, shape: tuple[int, ...], memory: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What a framework's room does with a recipe."""
    slot = np.zeros(shape, np.uint8)
    for tensor, rows, into in recipe.pieces:
        assert not tensor.slices
        strides = tensor.strides or tuple(np.zeros(tensor.shape, np.uint8).strides)
        view = np.lib.stride_tricks.as_strided(memory[tensor.offset :], tensor.shape, strides)
        view = view if rows is None else view[rows]
        slot[... if into is None else into] = view
    return slot


@given(st.integers(0, 30), st.booleans())
def test_stretches_fill_whole_slots_rows_of_slots_and_stacks_as_one_row_of_bytes_does(
    cut: int, is_transposed: bool
) -> None:
    slots = [
        Slot("whole.weight", (6, 5)),
        Slot("e.up", (2, 4, 5)),
        Slot("qk.weight", (5, 5)),
        Slot("a.weight", (2, 5)),
        Slot("b.weight", (4, 5)),
    ]
    naming = Naming(
        experts=(StackedExperts("e.up", ("e.{}.up",)),),
        fused=(Fused("qk", ("q", "k")), Fused("whole", ("a", "b"))),
    )
    memory = np.zeros(2 * GAP, np.uint8)
    held, expected = {}, {}
    for index, (name, shape) in enumerate(NAMES.items()):
        tensor = stored(name, shape, cut, 30 * index, is_transposed)
        numbers = np.arange(1, shape[0] * shape[1] + 1, dtype=np.uint8) + 31 * index
        held[name] = tensor
        expected[name] = numbers.reshape(shape[::-1]).T if is_transposed else numbers.reshape(shape)
        first = min(cut, numbers.size) if 0 < cut < numbers.size else numbers.size
        memory[30 * index : 30 * index + first] = numbers[:first]
        memory[30 * index + first + GAP : 30 * index + GAP + numbers.size] = numbers[first:]
    recipes = match(slots, held, naming).recipes
    joined = {
        "whole.weight": expected["whole.weight"],
        "e.up": np.stack([expected["e.0.up"], expected["e.1.up"]]),
        "qk.weight": np.concatenate([expected["q.weight"], expected["k.weight"]]),
        "a.weight": expected["whole.weight"][:2],
        "b.weight": expected["whole.weight"][2:],
    }
    for slot in slots:
        recipe = recipes[slot.name]
        assert isinstance(recipe, Stored)
        assert np.array_equal(filled(recipe, slot.shape, memory), joined[slot.name]), slot.name


def test_a_tensor_in_one_row_is_its_own_only_piece() -> None:
    piece = Piece(StoredTensor("a", DType.FLOAT32, (2, 2), Path("f"), 0, 16), rows=slice(1, 2))
    assert piece.spread() == (piece,)


def a_stack(count: int = 3) -> tuple[Stack, tuple[Piece, ...]]:
    tensors = tuple(StoredTensor(f"e.{i}", DType.UINT8, (2, 5), Path("f"), 10 * i, 10) for i in range(count))
    places = tuple((i, slice(0, 2)) for i in range(count))
    return Stack(tensors, places), tuple(Piece(t, None, p) for t, p in zip(tensors, places, strict=True))


def test_a_stack_is_the_sequence_of_its_pieces() -> None:
    stack, pieces = a_stack()
    assert tuple(stack) == pieces == tuple(stack)  # more than once
    assert all(type(piece) is Piece for piece in stack)
    assert len(stack) == 3 and stack
    assert (stack[0], stack[-1]) == (pieces[0], pieces[-1])
    assert stack[1:] == pieces[1:]
    assert stack == pieces and pieces == stack
    assert stack != pieces[1:]
    assert pieces[1] in stack
    assert repr(stack) == repr(pieces)  # which names the folder of what is offloaded
    assert str(Stored(stack)) == str(Stored(pieces)) == "3 tensors from e.0 on, put together"


def test_a_stack_can_be_pickled() -> None:
    stack, _ = a_stack()
    assert pickle.loads(pickle.dumps(Stored(stack))) == Stored(stack)


def test_a_recipe_tells_its_tensors_whether_or_not_they_are_stacked() -> None:
    stack, pieces = a_stack()
    assert list(Stored(stack).tensors) == list(Stored(pieces).tensors) == [piece.tensor for piece in pieces]
