"""The walks over a model tell what PyTorch's own tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from loadstone.architectures import components
from loadstone.frameworks.torch.loading.module_walk import modules_of, parameters_of
from loadstone.frameworks.torch.modeling.leaves import linear


class Nested(nn.Module):
    """Tied parameters, one module under two names, an empty place, a lone parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.first = nn.Linear(2, 2)
        self.again = self.first
        self.none = None
        self.register_module("empty", None)
        self.register_parameter("missing", None)
        self.list = nn.ModuleList([nn.Linear(2, 2, bias=False), nn.Sequential(nn.ReLU(), nn.LayerNorm(2))])
        self.list[0].weight = self.first.weight
        self.register_buffer("buffer", torch.zeros(1))


class Renaming(nn.Linear):
    """A module that calls what is in it by other names, as wrappers do."""

    def named_modules(self, memo: Any = None, prefix: str = "", remove_duplicate: bool = True) -> Iterator[Any]:
        yield f"{prefix}.own", self


@pytest.mark.parametrize("model", [Nested(), nn.Linear(2, 2), nn.Sequential(), nn.Sequential(Renaming(2, 2))])
def test_modules_and_parameters_are_those_that_pytorch_tells(model: nn.Module) -> None:
    assert modules_of(model) == list(model.named_modules(remove_duplicate=False))
    told = list(model.named_parameters(remove_duplicate=False))
    found = parameters_of(model)
    assert [name for name, _ in found] == [name for name, _ in told]
    assert all(one is other for (_, one), (_, other) in zip(found, told, strict=True))


@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_map_has_every_attribute_of_pytorchs_own(bias: bool) -> None:
    ours, theirs = linear(components.Linear(3, 2, bias)), nn.Linear(3, 2, bias)
    assert type(ours) is nn.Linear
    assert vars(ours).keys() - {"component"} == vars(theirs).keys()
    assert (ours.in_features, ours.out_features, repr(ours)) == (3, 2, repr(theirs))
    assert ours._parameters.keys() == theirs._parameters.keys()
    assert ours.weight.shape == theirs.weight.shape and ours.weight.requires_grad
