"""``from_config``: every kind of parameter starts as the reference's does: its mean, its spread, its zeros and ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import loadstone

from .cases import Case
from .reference import Store, auto_class, config_of
from .selections import pairs

_WIDTHS = {
    "hidden_size": 96,
    "n_embd": 96,
    "dim": 96,
    "embedding_size": 64,
    "intermediate_size": 160,
    "ffn_dim": 160,
    "hidden_dim": 160,
    "moe_intermediate_size": 64,
    "vocab_size": 503,
}


def mid_sized(case: Case) -> dict[str, Any]:
    """Changes that make a tiny config large enough to measure its spread."""
    return {key: width for key, width in _WIDTHS.items() if key in case.config}


@pytest.mark.parametrize(
    ("case", "head"),
    pairs(plain_only=True)
    + [p for p in pairs() if p.values[0].variant in ("post_norm_projected", "sinusoidal", "all_biases", "untied")],
)
def test_parameters_start_like_the_references(store: Store, tmp_path: Path, case: Case, head: str) -> None:
    config = config_of(case, head, **mid_sized(case))
    config.save_pretrained(tmp_path)
    name_parameters = store.reference(case, head).named_parameters
    torch.manual_seed(1)
    expected = name_parameters(auto_class(head).from_config(config))
    torch.manual_seed(2)
    ours = auto_class(head, loadstone).from_config(loadstone.AutoConfig.from_pretrained(tmp_path))
    actual = name_parameters(ours)

    assert actual.keys() == expected.keys()
    pairwise = ((name, actual[name].detach(), expected[name].detach()) for name in expected)
    wrong = [fault for entry in pairwise if (fault := difference(*entry))]
    assert wrong == []


def difference(name: str, actual: torch.Tensor, expected: torch.Tensor) -> str:
    """What sets two random tensors apart beyond chance (six standard errors), or nothing."""
    if actual.shape != expected.shape:
        return f"{name}: shape {tuple(actual.shape)}, reference {tuple(expected.shape)}"
    if not expected.is_floating_point() or float(expected.std(correction=0)) == 0:
        same = actual.equal(expected)
        return "" if same else f"{name}: reference is all {float(expected.flatten()[0]):g}, ours is not"
    if not (actual != expected).any():
        return ""  # computed, not drawn
    if expected.dim() > 1 and not (actual == 0).all(-1).equal((expected == 0).all(-1)):
        return f"{name}: other rows are zero"
    count, spread = expected.numel(), float(expected.std())
    drift = abs(float(actual.mean() - expected.mean()))
    if drift > 6 * spread * (2 / count) ** 0.5:
        return f"{name}: mean off by {drift:.3g}"
    ratio = float(actual.std()) / spread
    if abs(ratio - 1) > 6 * (1 / count) ** 0.5:
        return f"{name}: spread is {ratio:.3f} of the reference's"
    # the fourth moment tells a normal distribution (3) from one cut at two sigma (2.4) or a uniform one (1.8)
    if count >= 9000 and abs(kurtosis(actual) - kurtosis(expected)) > 6 * (48 / count) ** 0.5:
        return f"{name}: kurtosis {kurtosis(actual):.2f}, reference {kurtosis(expected):.2f}"
    return ""


def kurtosis(tensor: torch.Tensor) -> float:
    deviation = tensor.double() - tensor.double().mean()
    return float((deviation**4).mean() / (deviation**2).mean() ** 2)


@pytest.mark.parametrize(("case", "head"), pairs("causal_lm", "masked_lm", plain_only=True))
def test_seed_repeats_an_initialization(tmp_path: Path, case: Case, head: str) -> None:
    config_of(case, head).save_pretrained(tmp_path)
    config = loadstone.AutoConfig.from_pretrained(tmp_path)
    states = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        states.append(auto_class(head, loadstone).from_config(config).state_dict())
    assert all(states[0][name].equal(states[1][name]) for name in states[0])
    assert not all(states[0][name].equal(states[2][name]) for name in states[0])
