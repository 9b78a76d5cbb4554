"""Tensors without values: what transformers' functions make of them is what they make of real ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from loadstone.core.slices import row_major
from loadstone.frameworks.torch.bridge.located import Located, NotTracked, stacked

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "stack": lambda a, b: torch.stack([a, b]),
    "stack inside": lambda a, b: torch.stack([a, b], dim=1),
    "cat rows": lambda a, b: torch.cat([a, b]),
    "cat columns": lambda a, b: torch.cat([a, b], dim=-1),
    "stacks beside each other": lambda a, b: torch.cat([torch.stack([a, b]), torch.stack([b, a])], dim=1),
    "chunk": lambda a, b: torch.chunk(a, 3)[1].contiguous(),
    "uneven chunk": lambda a, b: torch.chunk(a, 4, dim=0)[-1],
    "chunk columns": lambda a, b: torch.chunk(torch.cat([a, b], 1), 2, dim=1)[1],
    "split": lambda a, b: torch.split(a, [1, 3, 2], dim=0)[1],
    "split method": lambda a, b: a.split(4)[1],
    "transpose": lambda a, b: torch.transpose(a, 0, 1).contiguous(),
    "t": lambda a, b: a.t(),
    "permute": lambda a, b: torch.stack([a, b]).permute(2, 0, 1),
    "unbind": lambda a, b: torch.stack([a, b]).unbind(0)[1],
    "squeeze": lambda a, b: a[None].squeeze(0) if not isinstance(a, Located) else a.unsqueeze(0).squeeze(0),
    "select": lambda a, b: a[2],
    "slice": lambda a, b: a[1:5, 2:],
    "flatten": lambda a, b: a.reshape(6, 2, 4).flatten(1),
    "rotary": lambda a, b: a.view(3, 2, 1, 8).transpose(1, 2).reshape(6, 8),
    "rotary of heads": lambda a, b: torch.cat([a, b]).narrow(0, 0, 6).reshape(6, 8),
    "halves": lambda a, b: a.reshape(2, 3, 8).transpose(0, 1).reshape(6, 8).contiguous(),
    "interleaved columns": lambda a, b: a.reshape(6, 4, 2).transpose(1, 2).reshape(6, 8),
    "as one row": lambda a, b: a.reshape(-1),
    "convolution as a matrix": lambda a, b: a.reshape(6, 2, 2, 2).reshape(6, -1),
}


def real(tensor: Located) -> Tensor:
    """The values, taken from where they are said to lie. The sources are tensors here."""
    made = torch.full(tuple(tensor.shape), -1.0)
    for block in tensor.blocks:
        made[block.into] = block.source.as_strided(block.sizes, block.strides, block.start)
    return made


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_say_where_every_element_comes_from(name: str) -> None:
    a, b = torch.arange(48.0).view(6, 8), torch.arange(48.0, 96.0).view(6, 8)
    expected = FUNCTIONS[name](a, b)
    found = FUNCTIONS[name](*(Located.whole(each, each.shape, each.dtype, None) for each in (a, b)))
    assert isinstance(found, Located)
    assert tuple(found.shape) == tuple(expected.shape)
    assert torch.equal(real(found), expected)


def test_what_is_stored_in_columns_is_followed_too() -> None:
    a = torch.arange(48.0).view(8, 6)
    located = Located.whole(a, (6, 8), a.dtype, (1, 6))
    assert torch.equal(real(located[2:5].transpose(0, 1)), a.t()[2:5].t())


def test_many_of_one_shape_are_stacked_at_once() -> None:
    parts = [torch.full((2, 3), float(number)) for number in range(5)]
    found = stacked(parts, (2, 3), torch.float32)
    assert torch.equal(real(found), torch.stack(parts))
    assert torch.equal(real(torch.cat([found, found], dim=1)), torch.cat([torch.stack(parts)] * 2, dim=1))


@pytest.mark.parametrize(
    "function", [lambda a: a + 1, lambda a: a.sum(), lambda a: a.tolist(), lambda a: a[a > 0], lambda a: a[::2]]
)
def test_what_computes_with_values_is_not_followed(function: Callable[[Tensor], Any]) -> None:
    a = torch.arange(48.0).view(6, 8)
    with pytest.raises(NotTracked):
        function(Located.whole(a, a.shape, a.dtype, None))


def test_what_cannot_be_put_together_is_an_error() -> None:
    a, b = (Located.whole(torch.empty(s), s, torch.float32, row_major(s)) for s in ((6, 8), (6, 7)))
    for function in (lambda: torch.cat([a, b]), lambda: a.reshape(5, 9), lambda: torch.split(a, [1, 2])):
        with pytest.raises(ValueError, match="Located"):
            function()
