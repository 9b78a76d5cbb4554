"""Each framework has every array function that components are written against."""

from __future__ import annotations

import importlib

import pytest

from loadstone.architectures.components.run import ArrayFunctions

MODULES = ("torch.modeling", "flax", "tensorflow")
NAMES = {name for name in {*vars(ArrayFunctions), *ArrayFunctions.__annotations__} if not name.startswith("_")}


@pytest.mark.parametrize("where", MODULES)
def test_a_framework_has_all_of_them(where: str) -> None:
    module = importlib.import_module(f"loadstone.frameworks.{where}.array_functions")
    assert {name for name in NAMES if not hasattr(module, name)} == set()


@pytest.mark.parametrize("where", MODULES)
def test_they_do_what_the_standard_says(where: str) -> None:
    """A few that frameworks spell in ways of their own."""
    xp = importlib.import_module(f"loadstone.frameworks.{where}.array_functions").xp
    x = xp.asarray([3.0, 1.0, 2.0])
    assert [float(each) for each in xp.split(x, (1, 2))[1]] == [1.0, 2.0]
    assert [int(each) for each in xp.top_k(x, 2)[1]] == [0, 2]
    assert [float(each) for each in xp.clip(x, min=1.5, max=2.5)] == [2.5, 1.5, 2.0]
    assert [float(each) for each in xp.cumulative_sum(x[None], axis=1)[0]] == [3.0, 4.0, 6.0]
    assert [float(each) for each in xp.slice(x[None], 1, 2)[0]] == [1.0, 2.0]
    assert float(xp.sum(xp.softmax(x), axis=-1, keepdims=False)) == pytest.approx(1.0)
    assert bool(xp.any(x > 2.5, axis=-1, keepdims=False))
    assert tuple(xp.shape(xp.permute_dims(x[None, :, None], (1, 0, 2)))) == (3, 1, 1)
