"""Products of one row in compiled steps: loops over the weight, equal to ``F.linear`` up to roundings."""

import types

import pytest
import torch
import torch.nn.functional as F

from loadstone.frameworks.torch.modeling.one_row import OneRowProducts

INPUTS, OUTPUTS = 48, 33


def compiled(backend, turned=False):
    def step(x, weight, bias):
        with OneRowProducts():
            return F.linear(x, weight.t() if turned else weight, bias)

    # A code object of its own: PyTorch counts compilations by it, and stops after eight.
    own = types.FunctionType(step.__code__.replace(), step.__globals__, "step", None, step.__closure__)
    return torch.compile(own, backend=backend, fullgraph=True, dynamic=False)


@pytest.mark.parametrize("turned", [False, True], ids=["as stored", "turned"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_a_product_of_one_row_is_that_of_linear(dtype, turned):
    torch.manual_seed(0)
    row, weight, bias = (torch.randn(*shape).to(dtype) for shape in ((1, 1, INPUTS), (OUTPUTS, INPUTS), (OUTPUTS,)))
    stored = weight.t().contiguous() if turned else weight
    exact = F.linear(row.double(), weight.double(), bias.double())
    found = compiled("inductor", turned)(row, stored, bias)
    assert found.dtype is dtype and found.shape == exact.shape
    torch.testing.assert_close(found.double(), exact, rtol=torch.finfo(dtype).eps, atol=INPUTS * torch.finfo(dtype).eps)


def test_a_row_that_lies_in_strides_is_read_as_it_lies():
    row, weight = torch.randn(INPUTS, 5)[:, 2].view(1, INPUTS), torch.randn(OUTPUTS, INPUTS)
    torch.testing.assert_close(compiled("eager")(row, weight, None), F.linear(row, weight))


def test_a_weight_that_is_one_row_itself_stays_a_product_of_linear():
    row, weight = torch.randn(INPUTS), torch.randn(INPUTS)
    torch.testing.assert_close(compiled("eager")(row, weight, None), F.linear(row, weight))


@pytest.mark.parametrize(
    ("shape", "dtype", "products"),
    [
        ((1, 1, INPUTS), torch.float32, 0),
        ((2, 1, INPUTS), torch.float32, 1),
        ((1, 1, INPUTS), torch.float64, 1),
        ((0, 1, INPUTS), torch.float32, 1),
    ],
    ids=["one row", "two rows", "float64", "no row"],
)
def test_only_one_row_in_common_dtypes_is_written_so(shape, dtype, products):
    graphs = []

    def keep(graph, inputs):
        graphs.append(graph)
        return graph.forward

    row, weight = torch.randn(*shape, dtype=dtype), torch.randn(OUTPUTS, INPUTS, dtype=dtype)
    torch.testing.assert_close(compiled(keep)(row, weight, None), F.linear(row, weight))
    (graph,) = graphs
    assert sum("linear" in str(node.target) for node in graph.graph.nodes if node.op == "call_function") == products
