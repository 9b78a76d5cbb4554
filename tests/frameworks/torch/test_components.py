"""A component that says what it computes is all that PyTorch needs of it."""

from __future__ import annotations

import copy
import pickle

import torch

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record
from loadstone.frameworks.torch.modeling.build import build, built_class


@record
class Gain(Component):
    """One that no other file knows of, as a family may bring it."""

    inner: Part
    by: float

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.tanh(run(self.inner, x)) * self.by


def made() -> torch.nn.Module:
    module = build(Gain(Part("proj", Linear(3, 3)), 2.0))
    assert isinstance(module, torch.nn.Module)
    torch.nn.init.eye_(module.proj.weight)
    torch.nn.init.zeros_(module.proj.bias)
    return module


def test_it_computes_under_a_class_of_its_own_name() -> None:
    module, x = made(), torch.tensor([[0.0, 1.0, -1.0]])
    assert torch.allclose(module(x), 2 * torch.tanh(x))
    assert type(module).__name__ == "Gain" and type(module) is built_class(Gain)
    assert list(module.state_dict()) == ["proj.weight", "proj.bias"]


def test_copies_and_pickles_compute_the_same() -> None:
    module, x = made(), torch.ones(2, 3)
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert type(other) is type(module) and torch.equal(other(x), module(x))
        assert other.proj is not module.proj
    module.proj.register_forward_hook(lambda module, inputs, output: output * 0)
    assert module(x).eq(0).all(), "hooks on parts are heard"


def test_whatever_stands_in_for_a_part_is_called_with_its_input_alone() -> None:
    module, x = made(), torch.ones(1, 3)
    module.proj = torch.nn.Identity()
    assert torch.allclose(module(x), 2 * torch.tanh(x))
