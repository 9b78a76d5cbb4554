"""Packed layers give what dequantized ones give, for every type that a GGUF file can have."""

from __future__ import annotations

import copy
import functools
import pickle
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from loadstone.architectures import components
from loadstone.core.tensors import DType, StoredTensor
from loadstone.frameworks.torch.modeling.leaves import Embedding
from loadstone.frameworks.torch.quantized import ggml_blocks, ggml_compiled
from loadstone.frameworks.torch.quantized.ggml_layers import PackedEmbedding, PackedLinear
from loadstone.quantization.ggml_blocks import WITHOUT_NUMBERS, decode
from loadstone.quantization.ggml_blocks import integers as decoded_integers
from loadstone.quantization.ggml_layouts import LAYOUTS
from loadstone.quantization.ggml_types import TYPES, GgmlType
from loadstone.quantization.gguf_tensor import Arrangement, Below, Blocks, Paired, Sorted, Turned

BLOCKS = [kind for kind in TYPES.values() if kind.dtype is None and kind.name not in WITHOUT_NUMBERS]
COLUMNS = 512


@pytest.fixture(autouse=True, params=["compiled", "in passes"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """All that is promised here holds with the compiled functions, and by PyTorch's operations alone."""
    if request.param == "in passes":
        for name in ("product", "numbers"):
            monkeypatch.setattr(ggml_compiled, name, lambda *_: None)
    return str(request.param)


def raw_of(kind: GgmlType, rows: int) -> np.ndarray:
    """Blocks of chance, the same whenever they are asked for."""
    return _drawn(kind, rows).copy()


@functools.cache
def _drawn(kind: GgmlType, rows: int) -> np.ndarray:
    """Blocks of chance, without those whose numbers are huge, or none."""
    random = np.random.default_rng(3)
    found = np.empty((0, COLUMNS // kind.elements * kind.nbytes), np.uint8)
    while len(found) < rows:
        some = random.integers(0, 256, (4 * rows, found.shape[1]), dtype=np.uint8)
        some[random.random(some.shape) < 0.5] = 0x20  # so that there are enough
        numbers = decode(some, kind)
        found = np.concatenate((found, some[np.isfinite(numbers).all(-1) & (np.abs(numbers).max(-1) < 1e4)]))
    return np.ascontiguousarray(found[:rows])


def linear(kind: GgmlType, rows: int = 96, bias: bool = True, order: torch.Tensor | None = None) -> PackedLinear:
    layer = PackedLinear(nn.Linear(COLUMNS, rows, bias=bias), kind, order)
    layer.weight = nn.Parameter(torch.from_numpy(raw_of(kind, rows)), requires_grad=False)
    return layer


def plain(layer: PackedLinear) -> nn.Linear:
    made = nn.Linear(COLUMNS, layer.out_features, bias=layer.bias is not None)
    numbers = torch.from_numpy(decode(layer.weight.numpy(), layer.kind))
    order = layer.stored_rows
    made.weight = nn.Parameter(numbers if order is None else numbers[order])
    made.bias = layer.bias
    return made


def assert_near(found: torch.Tensor, expected: torch.Tensor, share: float = 1e-5) -> None:
    assert found.shape == expected.shape and found.dtype == expected.dtype
    assert (found - expected).abs().max() <= share * expected.abs().max()


@pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.name)
def test_numbers_are_those_of_the_decoder_bit_for_bit(kind: GgmlType) -> None:
    random = np.random.default_rng(5)
    raw = random.integers(0, 256, (37, COLUMNS // kind.elements * kind.nbytes), dtype=np.uint8)
    expected, found = decode(raw, kind), ggml_blocks.decode(torch.from_numpy(raw), kind).numpy()
    numbers = ~np.isnan(expected)
    assert found.shape == (37, COLUMNS) and np.array_equal(np.isnan(found), ~numbers)
    assert np.array_equal(found[numbers].view(np.uint32), expected[numbers].view(np.uint32))


@pytest.mark.parametrize("name", LAYOUTS)
def test_pytorchs_operations_give_the_decoders_integers(name: str) -> None:
    """As on other devices and under ``torch.compile``."""
    kind = next(kind for kind in TYPES.values() if kind.name == name)
    raw = np.random.default_rng(9).integers(0, 256, (53, kind.nbytes), dtype=np.uint8)
    for stored in filter(None, (LAYOUTS[name].codes, LAYOUTS[name].factors)):
        integers = ggml_blocks._integers_by_pytorch(torch.from_numpy(raw), stored)
        assert np.array_equal(integers.numpy(), decoded_integers(raw, stored))
        assert integers.dtype is (torch.int8 if stored.is_signed else torch.uint8)


@pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.name)
def test_a_packed_linear_layer_equals_the_dequantized_one(kind: GgmlType) -> None:
    layer = linear(kind)
    with torch.no_grad():
        for shape in ((COLUMNS,), (1, COLUMNS), (2, 3, COLUMNS), (40, COLUMNS)):
            x = torch.randn(shape)
            assert_near(layer(x), plain(layer)(x))


@pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.name)
def test_a_packed_table_equals_the_dequantized_one(kind: GgmlType) -> None:
    table = PackedEmbedding(Embedding(components.Embedding(9, COLUMNS, scale=3.0)), kind, None, torch.float32)
    table.weight = nn.Parameter(torch.from_numpy(raw_of(kind, 9)), requires_grad=False)
    ids = torch.tensor([[0, 8, 8], [3, 1, 0]])
    expected = torch.from_numpy(decode(table.weight.numpy(), kind))[ids] * 3
    assert torch.equal(table(ids), expected)
    assert table.bfloat16()(ids).dtype is torch.bfloat16 and table(ids[:0]).shape == (0, 3, COLUMNS)
    with pytest.raises(IndexError):
        table(torch.tensor([9]))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
@pytest.mark.parametrize("tokens", [1, 40])
def test_a_layer_computes_in_the_dtype_of_its_inputs(dtype: torch.dtype, tokens: int) -> None:
    layer = linear(TYPES[3])
    x = torch.randn(tokens, COLUMNS, dtype=dtype) / COLUMNS
    exact = plain(layer).double()(x.double())
    with torch.no_grad():
        found = layer(x)
    assert found.dtype is dtype
    assert (found - exact).abs().max() <= 4 * torch.finfo(dtype).eps * exact.abs().max() + 1e-12


def test_a_large_layer_is_decoded_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    decode = ggml_blocks.decode
    layer = linear(TYPES[8], rows=101)
    x = torch.randn(9, COLUMNS)
    with torch.no_grad():
        whole = layer(x)
        monkeypatch.setattr(ggml_blocks, "_ELEMENTS", 7 * COLUMNS)
        counts: list[int] = []

        def counted(raw: torch.Tensor, kind: GgmlType) -> torch.Tensor:
            counts.append(len(raw))
            return decode(raw, kind)

        monkeypatch.setattr(ggml_blocks, "decode", counted)
        assert_near(layer(x), whole)
    assert counts == [7] * 14 + [3]


def blocks(arrangement: Arrangement | None, rows: int) -> Blocks:
    stored = StoredTensor("x", DType.BFLOAT16, (rows, COLUMNS), Path("x"), 0, rows * COLUMNS // 32 * 34)
    return Blocks(stored, TYPES[8], arrangement)


@pytest.mark.parametrize("arrangement", [None, Paired(8), Sorted(4, 4, 8), Below(2)], ids=repr)
def test_rows_are_found_where_decoding_puts_them(arrangement: Arrangement | None) -> None:
    packed, raw = blocks(arrangement, 96), raw_of(TYPES[8], 96)
    expected = np.empty(arrangement.shape((96, COLUMNS)) if arrangement else (96, COLUMNS), np.float32)
    for box, values in packed.decode(0, raw, ()):
        expected[box] = values
    order = packed.stored_rows()
    numbers = decode(raw, TYPES[8])
    found = numbers if order is None else np.where(order[:, None] < 0, np.float32(0), numbers[order])
    assert np.array_equal(found, expected)
    table = PackedEmbedding(
        Embedding(components.Embedding(len(expected), COLUMNS)),
        TYPES[8],
        None if order is None else torch.from_numpy(order),
        torch.float32,
    )
    table.weight = nn.Parameter(torch.from_numpy(raw), requires_grad=False)
    assert np.array_equal(table(torch.arange(len(expected))).numpy(), expected)


def test_columns_have_no_order_of_rows() -> None:
    assert blocks(Turned(), 96).is_turned and blocks(Turned(), 96).stored_rows() is None


def test_outputs_and_biases_follow_the_order_of_the_model() -> None:
    order = torch.from_numpy(blocks(Paired(8), 96).stored_rows())
    layer = linear(TYPES[8], order=order)
    x = torch.randn(5, COLUMNS)
    with torch.no_grad():
        assert_near(layer(x), plain(layer)(x))


@pytest.mark.parametrize("order", [None, torch.arange(95, -1, -1)], ids=["stored", "turned round"])
def test_gradients_flow_through_a_packed_weight_and_none_to_it(order: torch.Tensor | None) -> None:
    layer = linear(TYPES[2], order=order)
    x = torch.randn(5, COLUMNS, requires_grad=True)
    other = plain(layer)
    layer(x).square().sum().backward()
    found, of_bias = x.grad, layer.bias.grad
    x.grad = layer.bias.grad = None
    other(x).square().sum().backward()
    assert found is not None and x.grad is not None and of_bias is not None
    assert_near(found, x.grad)
    assert_near(of_bias, other.bias.grad)
    assert layer.weight.grad is None and not layer.weight.requires_grad


def test_copies_and_pickles_are_layers_of_their_own() -> None:
    layer, x = linear(TYPES[12]), torch.randn(2, COLUMNS)
    with torch.no_grad():
        for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            assert torch.equal(other(x), layer(x))
            other.weight.zero_()
            assert not torch.equal(other(x), layer(x))


def test_two_threads_get_what_one_gets() -> None:
    layer = linear(TYPES[14])
    inputs = [torch.randn(3, COLUMNS) for _ in range(8)]
    with torch.no_grad():
        expected = [layer(x) for x in inputs]
    found: dict[int, torch.Tensor] = {}

    def run(first: int) -> None:
        with torch.no_grad():
            for number in range(first, 8, 2):
                found[number] = layer(inputs[number])

    threads = [threading.Thread(target=run, args=(first,)) for first in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(found[number], expected[number]) for number in range(8))


def test_a_layer_tells_its_sizes_and_its_type() -> None:
    layer = linear(TYPES[12])
    assert isinstance(layer, nn.Linear) and layer.packed_elements == {"weight": 96 * COLUMNS}
    assert repr(layer) == f"PackedLinear(in_features={COLUMNS}, out_features=96, bias=True, Q4_K)"
    assert layer.half().weight.dtype is torch.uint8 and layer.bias.dtype is torch.float16
