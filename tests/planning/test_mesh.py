"""What a rank holds of each slot, against NumPy's own cutting of whole arrays; hand-made plans, no files."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.core.naming import Naming
from loadstone.core.slices import Box, shape_of
from loadstone.core.tensors import DType, Slot, StoredTensor, TensorSlice
from loadstone.errors import ArgumentError
from loadstone.planning.match import LoadPlan, match
from loadstone.planning.mesh import Cut, LocalSlot, chunk, coordinate, local_plan, local_slot
from loadstone.planning.recipes import Piece, Stack, Stored, Tied
from loadstone.quantization.packed import PackedTensor
from loadstone.quantization.scaled import Scaled

Array = np.ndarray
FILE = Path("model.safetensors")


class Files:
    """Float32 tensors one after another in a file that is an array."""

    def __init__(self) -> None:
        self.values = np.zeros(0, np.float32)
        self.stored: dict[str, StoredTensor] = {}

    def add(self, name: str, array: Array, turned: bool = False) -> StoredTensor:
        """``turned``: the file has a matrix by columns."""
        flat = np.ascontiguousarray(array.T if turned else array, np.float32).reshape(-1)
        strides = (1, array.shape[0]) if turned else None
        tensor = StoredTensor(name, DType.FLOAT32, array.shape, FILE, 4 * self.values.size, 4 * flat.size, strides)
        self.values = np.concatenate([self.values, flat])
        self.stored[name] = tensor
        return tensor

    def view(self, tensor: StoredTensor) -> Array:
        """The values that it says are its own, and not one byte more."""
        assert tensor.offset % 4 == tensor.nbytes % 4 == 0
        flat = self.values[tensor.offset // 4 : (tensor.offset + tensor.nbytes) // 4]
        if tensor.strides is None:
            return flat.reshape(tensor.shape)
        last = sum((size - 1) * step for size, step in zip(tensor.shape, tensor.strides, strict=True))
        assert last == flat.size - 1
        return np.lib.stride_tricks.as_strided(flat, tensor.shape, [4 * step for step in tensor.strides])

    def made(self, recipe: object, shape: tuple[int, ...]) -> Array:
        """What a recipe fills a slot of that shape with; each element once."""
        assert isinstance(recipe, Stored)
        out, count = np.full(shape, np.nan, np.float32), 0
        for piece in recipe.pieces:
            values = self.view(piece.tensor)
            values = values if piece.rows is None else values[piece.rows]
            out[(*(piece.into or ()), ...)] = values
            count += values.size
        assert count == out.size and not np.isnan(out).any()
        return out


def numbers(*shape: int) -> Array:
    return np.arange(1, 1 + math.prod(shape), dtype=np.float32).reshape(shape)


def plan_of(name: str, shape: tuple[int, ...], pieces: object) -> LoadPlan:
    return LoadPlan({name: Stored(pieces)}, (), (), slots=(Slot(name, shape),))  # type: ignore[arg-type]


def cut_by_numpy(array: Array, cut: Cut) -> Array:
    """The same by PyTorch's rule, another way: lists of indices."""
    places = np.arange(array.shape[cut.dimension])
    if isinstance(cut.sections, int):
        step = -(-len(places) // cut.sections)
        sections = [places[at * step : (at + 1) * step] for at in range(cut.sections)]
    else:
        sections = np.split(places, np.cumsum(cut.sections)[:-1])
    kept = []
    for section in sections:
        step = -(-len(section) // cut.parts)
        kept += section[cut.number * step : (cut.number + 1) * step].tolist()
    return np.take(array, kept, cut.dimension)


@pytest.mark.parametrize(
    ("shape", "cuts"),
    [
        ((8, 4), [Cut(0, 2, 1)]),
        ((8, 4), [Cut(1, 2, 1)]),
        ((7, 4), [Cut(0, 4, 3)]),  # one row
        ((5, 4), [Cut(0, 4, 3)]),  # none
        ((5, 3), [Cut(1, 2, 1), Cut(0, 2, 0)]),
        ((12, 4), [Cut(0, 2, 1), Cut(0, 3, 2)]),
        ((12, 4), [Cut(0, 2, 1, sections=2), Cut(0, 3, 0)]),
        ((11, 4), [Cut(0, 2, 1, sections=3)]),
        ((10, 4), [Cut(0, 2, 1, sections=(6, 2, 2))]),  # queries, keys and values as one
        ((10, 4), [Cut(0, 2, 1, sections=(6, 2, 2)), Cut(1, 2, 0, sections=2)]),
        ((6,), [Cut(0, 4, 1)]),
        ((3, 4, 5), [Cut(2, 2, 1), Cut(0, 2, 0)]),
        ((1, 6), [Cut(1, 2, 1)]),
        ((4, 0), [Cut(0, 2, 1)]),
    ],
)
def test_a_rank_has_what_chunks_of_the_whole_leave_it(shape: tuple[int, ...], cuts: list[Cut]) -> None:
    whole = numbers(*shape)
    expected = whole
    for cut in cuts:
        expected = cut_by_numpy(expected, cut)
    slot = local_slot(shape, cuts)
    assert slot.shape == expected.shape
    found = np.zeros(slot.shape, np.float32)
    for share in slot.shares:
        found[share.local] = whole[share.whole]
    assert (found == expected).all()
    for turned in (False, True) if len(shape) == 2 else (False,):
        files = Files()
        tensor = files.add("w", whole, turned)
        plan = local_plan(plan_of("w", shape, (Piece(tensor),)), {"w": slot})
        assert plan.slots[0].shape == slot.shape
        assert (files.made(plan.recipes["w"], slot.shape) == expected).all()


def test_rows_of_a_tensor_lie_in_one_row_of_bytes_and_columns_have_strides() -> None:
    files = Files()
    plan = plan_of("w", (8, 4), (Piece(files.add("w", numbers(8, 4))),))
    (rows,) = _pieces(local_plan(plan, {"w": local_slot((8, 4), [Cut(0, 4, 1)])}))
    assert rows.into is None and (rows.tensor.strides, rows.tensor.offset, rows.tensor.nbytes) == (None, 32, 32)
    (columns,) = _pieces(local_plan(plan, {"w": local_slot((8, 4), [Cut(1, 4, 1)])}))
    assert columns.tensor.strides == (4, 1) and columns.into is None and columns.tensor.shape == (8, 1)


def test_what_is_whole_stays_the_very_recipe() -> None:
    files = Files()
    plan = plan_of("w", (8, 4), (Piece(files.add("w", numbers(8, 4))),))
    for local in ({}, {"w": local_slot((8, 4), [])}, {"w": local_slot((8, 4), [Cut(0, 1, 0)])}):
        assert local_plan(plan, local).recipes["w"] is plan.recipes["w"]


def test_rows_of_a_fused_tensor_and_several_put_together_are_cut_too() -> None:
    files = Files()
    fused = files.add("qkv", numbers(12, 4))
    rows = plan_of("k", (4, 4), (Piece(fused, slice(4, 8)),))
    local = local_slot((4, 4), [Cut(0, 2, 1)])
    assert (files.made(local_plan(rows, {"k": local}).recipes["k"], (2, 4)) == numbers(12, 4)[6:8]).all()
    one, two = files.add("one", numbers(3, 4)), files.add("two", 100 + numbers(5, 4))
    both = (Piece(one, None, (slice(0, 3),)), Piece(two, None, (slice(3, 8),)))
    whole = np.concatenate([numbers(3, 4), 100 + numbers(5, 4)])
    for cuts in ([Cut(0, 2, 0)], [Cut(0, 2, 1)], [Cut(1, 2, 1)], [Cut(0, 4, 3), Cut(1, 3, 2)]):
        expected = whole
        for cut in cuts:
            expected = cut_by_numpy(expected, cut)
        recipe = local_plan(plan_of("w", (8, 4), both), {"w": local_slot((8, 4), cuts)}).recipes["w"]
        assert (files.made(recipe, expected.shape) == expected).all()


@pytest.mark.parametrize("dimension", [0, 1, 2])
def test_stacked_experts_go_by_experts_or_inside_each(dimension: int) -> None:
    files = Files()
    gates = [files.add(f"{expert}.gate", 100 * expert + numbers(2, 6)) for expert in range(4)]
    ups = [files.add(f"{expert}.up", 50 + 100 * expert + numbers(2, 6)) for expert in range(4)]
    whole = np.stack([np.concatenate([files.view(g), files.view(u)]) for g, u in zip(gates, ups, strict=True)])
    places: tuple[Box, ...] = tuple((expert, slice(start, start + 2)) for start in (0, 2) for expert in range(4))
    stack = Stack(tuple(gates + ups), places)
    for index in range(2):
        cut = Cut(dimension, 2, index, sections=2 if dimension == 1 else 1)  # half of the gates, half of the ups
        expected = cut_by_numpy(whole, cut)
        recipe = local_plan(plan_of("w", whole.shape, stack), {"w": local_slot(whole.shape, [cut])}).recipes["w"]
        assert (files.made(recipe, expected.shape) == expected).all()


def test_ties_stay_ties_and_slots_that_are_not_named_stay_whole() -> None:
    files = Files()
    table = files.add("a", numbers(6, 2))
    files.add("c", numbers(2))
    held = {"a": table, "c": files.stored["c"]}
    plan = match([Slot("a", (6, 2)), Slot("b", (6, 2)), Slot("c", (2,))], held, Naming(tied={"b": "a"}))
    slot = local_slot((6, 2), [Cut(0, 2, 1)])
    local = local_plan(plan, {"a": slot, "b": slot})
    assert local.recipes["b"] == Tied("a") and [slot.shape for slot in local.slots] == [(3, 2), (3, 2), (2,)]
    assert local.recipes["c"] is plan.recipes["c"]
    assert (files.made(local.recipes["a"], (3, 2)) == numbers(6, 2)[3:]).all()


def test_of_an_empty_part_no_byte_is_named() -> None:
    files = Files()
    plan = plan_of("w", (2, 4), (Piece(files.add("w", numbers(2, 4))),))
    for cuts, shape in (([Cut(0, 4, 3)], (0, 4)), ([Cut(1, 8, 7)], (2, 0))):
        local = local_slot((2, 4), cuts)
        assert local == LocalSlot(shape, ())
        (piece,) = _pieces(local_plan(plan, {"w": local}))
        assert (piece.tensor.nbytes, piece.tensor.shape, piece.rows, piece.into) == (0, shape, None, None)


def _scaled(shape: tuple[int, ...]) -> StoredTensor:
    """An int8 weight with a scale for each two rows."""
    weight = StoredTensor("w", DType.INT8, shape, FILE, 0, math.prod(shape))
    scale = StoredTensor("w_scale", DType.FLOAT32, (shape[0] // 2, 1), FILE, 1000, 2 * shape[0])
    packing = Scaled(weight, scale, (2, shape[1]), "test")
    return StoredTensor("w", DType.FLOAT32, shape, FILE, 0, weight.nbytes, packing=packing)


@pytest.mark.parametrize("cut", [Cut(0, 2, 1), Cut(0, 4, 2), Cut(1, 3, 1)])
def test_of_packed_tensors_a_rank_decodes_its_part(cut: Cut) -> None:
    whole = _scaled((8, 6))
    codes = np.arange(48, dtype=np.int8).reshape(8, 6)
    scales = np.array([1, 2, 3, 4], np.float32)
    expected = cut_by_numpy(codes * np.repeat(scales, 2)[:, None], cut)
    (piece,) = _pieces(local_plan(plan_of("w", (8, 6), (Piece(whole),)), {"w": local_slot((8, 6), [cut])}))
    packing = piece.tensor.packing
    assert packing is not None and piece.tensor.shape == expected.shape and packing.kind == "test"
    assert packing.parts == whole.packing.parts and hash(packing) == hash(packing)  # type: ignore[union-attr]
    found = np.full(expected.shape, np.nan, np.float32)
    for first in range(0, packing.rows, 4):
        rows = codes[first : first + 4].view(np.uint8)
        for box, values in packing.decode(first, rows, [scales.view(np.uint8)]):
            assert shape_of(box) == values.shape
            found[box] = values
    assert (found == expected).all()


def test_what_stays_packed_is_not_cut_and_all_such_slots_are_named() -> None:
    tensor = _scaled((8, 6))
    assert tensor.packing is not None
    kept = tensor._replace(packing=PackedTensor(tensor.packing, "{}", "w."))
    plan = plan_of("w", (8, 6), (Piece(kept),))
    assert local_plan(plan, {"w": local_slot((8, 6), [])}).recipes["w"] is plan.recipes["w"]
    with pytest.raises(ArgumentError, match=r"^w are kept as they are packed.*dequantize=True"):
        local_plan(plan, {"w": local_slot((8, 6), [Cut(0, 2, 0)])})


def test_a_tensor_in_slices_is_cut_where_it_is_stored() -> None:
    files = Files()
    low, high = files.add("low", numbers(3, 2)), files.add("high", 50 + numbers(5, 2))
    parts = (TensorSlice(low, (slice(0, 3), slice(0, 2))), TensorSlice(high, (slice(3, 8), slice(0, 2))))
    whole = StoredTensor("w", DType.FLOAT32, (8, 2), FILE, 0, 64, slices=parts)
    plan = match([Slot("w", (8, 2))], {"w": whole}, Naming())
    local = local_plan(plan, {"w": local_slot((8, 2), [Cut(0, 2, 0)])})
    expected = np.concatenate([numbers(3, 2), 50 + numbers(1, 2)])
    assert (files.made(local.recipes["w"], (4, 2)) == expected).all()


def test_coordinates_run_as_ranks_do() -> None:
    assert [coordinate((2, 3), rank) for rank in range(6)] == list(itertools.product(range(2), range(3)))
    assert coordinate((4,), 3) == (3,) and chunk(0, 2, 1) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.lists(st.integers(0, 7), min_size=1, max_size=3),
    mesh=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(1, 3)), max_size=3),
)
def test_the_ranks_of_a_mesh_hold_each_element_once(shape: list[int], mesh: list[tuple[int, int, int]]) -> None:
    held = np.zeros(shape, np.int64)
    for place in itertools.product(*(range(parts) for _, parts, _ in mesh)):
        cuts = [
            Cut(dimension % len(shape), parts, index, sections)
            for (dimension, parts, sections), index in zip(mesh, place, strict=True)
        ]
        slot = local_slot(shape, cuts)
        assert sum(math.prod(shape_of(share.whole)) for share in slot.shares) == math.prod(slot.shape)
        for share in slot.shares:
            held[share.whole] += 1
    assert (held == 1).all()


def _pieces(plan: LoadPlan) -> list[Piece]:
    recipe = plan.recipes["w"]
    assert isinstance(recipe, Stored)
    return list(recipe.pieces)
