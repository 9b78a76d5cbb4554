"""Packed experts give what dequantized ones give, and decode those that tokens go to."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from loadstone.architectures import components
from loadstone.core.tensors import DType, StoredTensor
from loadstone.frameworks.torch.modeling.leaves import Experts
from loadstone.frameworks.torch.quantized import ggml_blocks
from loadstone.frameworks.torch.quantized.ggml_experts import PackedExperts
from loadstone.planning.packed_experts import ExpertBlocks, experts_of
from loadstone.planning.recipes import Piece, Stored
from loadstone.quantization.ggml_blocks import WITHOUT_NUMBERS
from loadstone.quantization.ggml_types import TYPES, GgmlType
from loadstone.quantization.gguf_tensor import Blocks
from loadstone.quantization.packed import PackedTensor

from .test_ggml_layers import assert_near, raw_of, way  # noqa: F401

COUNT, WIDTH, INNER = 3, 512, 512  # as wide as `raw_of` makes rows
FILE = Path("x.gguf")
Q8_0, Q4_0, Q4_K = TYPES[8], TYPES[2], TYPES[12]
BLOCKS = [kind for kind in TYPES.values() if kind.dtype is None and kind.name not in WITHOUT_NUMBERS]


def stack(kind: GgmlType, offset: int, rows: int = INNER, count: int = COUNT) -> StoredTensor:
    """A tensor of a GGUF file: one expert's matrix after the other."""
    nbytes = count * rows * WIDTH // kind.elements * kind.nbytes
    stored = StoredTensor("x", DType.BFLOAT16, (count, rows, WIDTH), FILE, offset, nbytes)
    return stored._replace(packing=PackedTensor(Blocks(stored, kind), "", ""))


def side_by_side(gates: StoredTensor, ups: StoredTensor) -> Stored:
    rows = gates.shape[1]
    places = (slice(0, rows), slice(rows, rows + ups.shape[1]))
    return Stored(
        tuple(Piece(each, None, (slice(0, COUNT), place)) for each, place in zip((gates, ups), places, strict=True))
    )


def filled(blocks: ExpertBlocks, memory: torch.Tensor) -> nn.Parameter:
    """The slot's bytes out of a file's."""
    view = blocks.view()
    if view is None:
        made = torch.empty(blocks.count, blocks.expert_bytes, dtype=torch.uint8)
        for piece in blocks.pieces():
            tensor = piece.tensor
            made[piece.into] = memory[tensor.offset : tensor.offset + tensor.nbytes]
        return nn.Parameter(made.view(blocks.shape), requires_grad=False)
    assert view.strides is not None and view.offset + view.nbytes <= len(memory)
    return nn.Parameter(memory[view.offset :].as_strided(view.shape, view.strides), requires_grad=False)


def component() -> components.Experts:
    return components.Experts(COUNT, WIDTH, INNER, "silu")


def rows_of(kind: GgmlType) -> torch.Tensor:
    """Of all experts. Every so many rows are the same: a prime number, so that no two experts are."""
    some = raw_of(kind, 97)
    return torch.from_numpy(np.resize(some, (COUNT * INNER, some.shape[1])))


def pair(gate: GgmlType, up: GgmlType, down: GgmlType, swapped: bool = False) -> tuple[PackedExperts, Experts]:
    """Packed experts over one file, and the same with plain weights."""
    raw = {name: rows_of(kind) for name, kind in zip(("g", "u", "d"), (gate, up, down), strict=True)}
    at, offsets = 7, {}  # a file begins with something else
    for name in ("u", "d", "g") if swapped else ("g", "d", "u"):
        offsets[name] = at
        at += raw[name].numel() + 32
    memory = torch.zeros(at, dtype=torch.uint8)
    for name, each in raw.items():
        memory[offsets[name] : offsets[name] + each.numel()] = each.flatten()
    slots = {
        "gate_up_proj": experts_of(side_by_side(stack(gate, offsets["g"]), stack(up, offsets["u"]))),
        "down_proj": experts_of(Stored((Piece(stack(down, offsets["d"])),))),
    }
    found = {name: each for name, each in slots.items() if each is not None}
    assert len(found) == 2
    packed = PackedExperts(Experts(component()), found)
    for name, blocks in found.items():
        packed._parameters[name] = filled(blocks, memory)
    numbers = {
        name: ggml_blocks.decode(each, kind).view(COUNT, INNER, WIDTH)
        for (name, each), kind in zip(raw.items(), (gate, up, down), strict=True)
    }
    plain = Experts(component())
    # Numbers of chance may be large: what comes out of the activation should not be infinite.
    plain.gate_up_proj = nn.Parameter(torch.cat((numbers["g"], numbers["u"]), 1))
    plain.down_proj = nn.Parameter(numbers["d"])
    return packed, plain


def inputs(tokens: int, dtype: torch.dtype = torch.float32, top_k: int = 2) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(tokens)
    x = torch.randn(tokens, WIDTH, generator=generator) / WIDTH
    chosen = torch.stack([torch.randperm(COUNT, generator=generator)[:top_k] for _ in range(tokens)])
    return x.to(dtype), chosen, torch.rand(tokens, top_k, generator=generator).to(dtype)


@pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.name)
def test_packed_experts_equal_dequantized_ones(kind: GgmlType) -> None:
    packed, plain = pair(kind, kind, kind)
    with torch.no_grad():
        for tokens in (1, 30):
            assert_near(packed(*inputs(tokens)), plain(*inputs(tokens)), 1e-4)


@pytest.mark.parametrize(
    ("gate", "up", "swapped"), [(Q8_0, Q8_0, True), (Q8_0, Q4_K, False), (Q4_K, Q4_0, True)], ids=str
)
def test_gates_and_ups_may_be_of_two_types_and_in_any_order(gate: GgmlType, up: GgmlType, swapped: bool) -> None:
    packed, plain = pair(gate, up, Q4_0, swapped)
    with torch.no_grad():
        assert_near(packed(*inputs(9)), plain(*inputs(9)), 1e-4)


def test_gates_and_ups_in_two_places_of_a_file_are_one_view_of_it() -> None:
    packed, _ = pair(Q8_0, Q8_0, Q8_0)
    assert packed.gate_up_proj.shape == (COUNT, 2, INNER, WIDTH // 32 * 34)
    assert packed.down_proj.shape == (COUNT, INNER, WIDTH // 32 * 34)
    assert packed.gate_up_proj.untyped_storage().data_ptr() == packed.down_proj.untyped_storage().data_ptr()


def test_experts_one_by_one_at_equal_distances_are_one_view_and_at_others_are_put_together() -> None:
    def matrices(offsets: tuple[int, ...]) -> Stored:
        places = [(expert, slice(0, INNER)) for expert in range(COUNT)]
        tensors = [stack(Q8_0, offset, count=1) for offset in offsets]
        each = [tensor._replace(shape=(INNER, WIDTH)) for tensor in tensors]
        kept = [
            tensor._replace(packing=PackedTensor(Blocks(tensor._replace(packing=None), Q8_0), "", ""))
            for tensor in each
        ]
        return Stored(tuple(Piece(tensor, None, place) for tensor, place in zip(kept, places, strict=True)))

    found = experts_of(matrices((100, 1_000_100, 2_000_100)))
    assert found is not None and (view := found.view()) is not None
    assert (view.offset, view.strides) == (100, (1_000_000, WIDTH // 32 * 34, 1))
    for offsets in ((100, 1_000_100, 2_000_132), (2_000_100, 1_000_100, 100)):
        found = experts_of(matrices(offsets))
        assert found is not None and found.view() is None and found.offsets == (offsets,)
        assert [piece.tensor.offset for piece in found.pieces()] == list(offsets)


def test_experts_of_two_types_in_one_part_and_other_recipes_are_none() -> None:
    one, other = stack(Q8_0, 0), stack(Q4_0, 0)
    halves = (Piece(one, None, (slice(0, 3), slice(0, INNER))), Piece(other, None, (slice(3, 6), slice(0, INNER))))
    assert experts_of(Stored(halves)) is None
    assert experts_of(Stored((Piece(one._replace(packing=None)),))) is None
    assert experts_of(Stored((Piece(one, slice(0, 2)),))) is None
    plain = side_by_side(one, stack(Q8_0, 0)._replace(packing=None))
    assert experts_of(plain) is None


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    counts: list[int] = []
    decode = ggml_blocks.decode

    def counting(raw: torch.Tensor, kind: GgmlType) -> torch.Tensor:
        counts.append(len(raw))
        return decode(raw, kind)

    monkeypatch.setattr(ggml_blocks, "decode", counting)
    return counts


def test_experts_that_no_token_goes_to_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    packed, _ = pair(Q8_0, Q8_0, Q8_0)
    counts = counted(monkeypatch)
    x, _, weights = inputs(9, top_k=1)
    with torch.no_grad():
        packed(x, torch.ones(9, 1, dtype=torch.long), weights)
    assert sum(counts) == 3 * INNER


def test_a_matrix_is_decoded_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    packed, _ = pair(Q8_0, Q8_0, Q8_0)
    with torch.no_grad():
        whole = packed(*inputs(40))
        monkeypatch.setattr(ggml_blocks, "_ELEMENTS", 7 * WIDTH)
        counts = counted(monkeypatch)
        assert_near(packed(*inputs(40)), whole)
    assert set(counts) == {7, INNER % 7}


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
@pytest.mark.parametrize("tokens", [1, 40])
def test_experts_compute_in_the_dtype_of_their_inputs(dtype: torch.dtype, tokens: int) -> None:
    packed, plain = pair(Q8_0, Q8_0, Q8_0)
    x, chosen, weights = inputs(tokens, dtype)
    with torch.no_grad():
        for expert in range(COUNT):
            exact = x.double() @ plain.gate_up_proj[expert].double().t()
            found = packed.product("gate_up_proj", expert, x)
            assert found.dtype is dtype
            assert (found - exact).abs().max() <= 4 * torch.finfo(dtype).eps * exact.abs().max() + 1e-12
        assert packed(x, chosen, weights).dtype is dtype


def test_gradients_flow_through_packed_experts_and_none_to_them() -> None:
    packed, plain = pair(Q4_0, Q4_K, Q8_0)
    x, chosen, weights = inputs(5)
    grads = []
    for experts in (packed, plain):
        own = [each.clone().requires_grad_() for each in (x, weights)]
        experts(own[0], chosen, own[1]).sum().backward()
        grads.append([each.grad for each in own])
    for found, expected in zip(*grads, strict=True):
        assert found is not None and expected is not None
        assert_near(found, expected, 1e-4)
    assert packed.gate_up_proj.grad is None and not packed.gate_up_proj.requires_grad


def test_copies_and_pickles_are_experts_of_their_own_without_what_lies_between_them() -> None:
    packed, _ = pair(Q8_0, Q8_0, Q8_0)
    footprint = sum(each.nbytes for each in packed.parameters())
    written = pickle.dumps(packed)
    assert len(written) < 1.01 * footprint + 10_000
    others: list[Any] = [copy.deepcopy(packed), pickle.loads(written)]
    with torch.no_grad():
        for other in others:
            assert torch.equal(other(*inputs(3)), packed(*inputs(3)))
            other.gate_up_proj.zero_()
            assert not torch.equal(other(*inputs(3)), packed(*inputs(3)))


def test_experts_tell_their_sizes_and_their_types() -> None:
    packed, _ = pair(Q8_0, Q4_0, Q4_K)
    assert packed.packed_elements == {"gate_up_proj": 2 * COUNT * INNER * WIDTH, "down_proj": COUNT * INNER * WIDTH}
    assert repr(packed) == "PackedExperts(3 experts, 512 → 512, gate_up_proj Q8_0 and Q4_0, down_proj Q4_K)"
    assert packed.half().gate_up_proj.dtype is torch.uint8
