"""Fresh numbers after the family's scheme: what each kind of leaf starts with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from loadstone.architectures.components.leaves import Conv, Embedding, Experts, LayerNorm, Linear, RMSNorm, Weight
from loadstone.architectures.initial import Uniform, initial, sinusoids, sinusoids_in_halves


def made(leaf: Any, name: str = "weight", seed: int = 0) -> np.ndarray[Any, Any]:
    slot = next(slot for slot in leaf.own_slots() if slot.name == name)
    array = initial(leaf, name, slot.shape, np.random.default_rng(seed))
    assert array.shape == slot.shape and array.dtype == np.float32
    return array


@pytest.mark.parametrize(
    "leaf",
    [Linear(300, 400, std=0.5), Linear(300, 400, std=0.5, transposed=True), Conv(40, 80, (5, 7), std=0.5)],
)
def test_a_linear_map_is_normal_with_the_family_s_standard_deviation_and_has_no_bias_yet(leaf: Any) -> None:
    weight = made(leaf)
    assert abs(weight.mean()) < 0.01 and weight.std() == pytest.approx(0.5, rel=0.02)
    assert np.abs(weight).max() > 4 * 0.5
    assert not made(leaf, "bias").any()


def test_a_cut_off_map_has_nothing_beyond_the_cutoff_and_piles_nothing_up_at_it() -> None:
    weight = made(Linear(300, 400, std=0.5, cutoff=2.0))
    assert np.abs(weight).max() <= 1.0
    assert (np.abs(weight) > 0.999).mean() < 0.001


def test_the_padding_row_of_a_table_is_zero_where_the_family_has_it_so() -> None:
    assert not made(Embedding(10, 8, padding=3))[3].any()
    assert made(Embedding(10, 8, padding=3, zero_padding=False))[3].any()
    assert made(Embedding(10, 8, padding=3))[2].any()


def test_a_sinusoidal_table_holds_sines_and_cosines() -> None:
    table = made(Embedding(50, 6, initial=sinusoids))
    np.testing.assert_allclose(table[7, 0::2], np.sin(7 / 10000 ** (np.array([0, 2, 4]) / 6)), atol=1e-6)
    np.testing.assert_allclose(table[7, 1::2], np.cos(7 / 10000 ** (np.array([0, 2, 4]) / 6)), atol=1e-6)
    halves = made(Embedding(50, 5, initial=sinusoids_in_halves))
    np.testing.assert_allclose(halves[7, :3], np.sin(7 / 10000 ** (np.array([0, 2, 4]) / 5)), atol=1e-6)
    np.testing.assert_allclose(halves[7, 3:], np.cos(7 / 10000 ** (np.array([0, 2]) / 5)), atol=1e-6)


@pytest.mark.parametrize(("leaf", "gain"), [(RMSNorm(5), 1.0), (RMSNorm(5, offset=1.0), 0.0), (LayerNorm(5), 1.0)])
def test_a_norm_leaves_its_input_s_scale_alone(leaf: Any, gain: float) -> None:
    np.testing.assert_array_equal(made(leaf), np.full(5, gain))


def test_biases_are_zero() -> None:
    assert not made(LayerNorm(5), "bias").any()
    assert not made(Weight((5,)), "").any()


def test_a_lone_array_is_normal_around_its_value() -> None:
    table = made(Weight((200, 300), std=0.5, value=3.0), "")
    assert table.mean() == pytest.approx(3.0, abs=0.01) and table.std() == pytest.approx(0.5, rel=0.02)
    assert float(made(Weight((), value=2.6592), "")) == pytest.approx(2.6592)
    assert not made(Weight((3, 4)), "").any()


def test_experts_are_normal_and_one_seed_gives_one_result() -> None:
    leaf = Experts(count=4, width=50, inner=60, activation="silu", std=0.1)
    for name in ("gate_up_proj", "down_proj"):
        assert made(leaf, name).std() == pytest.approx(0.1, rel=0.02)
        np.testing.assert_array_equal(made(leaf, name), made(leaf, name))
        assert (made(leaf, name) != made(leaf, name, seed=1)).all()


def test_a_leaf_may_say_itself_what_it_starts_with() -> None:
    values = Uniform(-0.5, 2.0)
    leaves = (Linear(30, 40, initial=values), Conv(6, 8, (5,), initial=values), Weight((30, 40), initial=values))
    for leaf in leaves:
        made_of = initial(leaf, leaf.own_slots()[0].name, leaf.own_slots()[0].shape, np.random.default_rng(0))
        assert made_of.dtype == np.float32 and -0.5 <= made_of.min() < -0.4 and 1.9 < made_of.max() < 2.0
    assert not made(leaves[0], "bias").any() and not made(leaves[1], "bias").any()
    assert made(Linear(30, 40, initial_bias=Uniform(3.0, 3.0)), "bias").tolist() == [3.0] * 40
