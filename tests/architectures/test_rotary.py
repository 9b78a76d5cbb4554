"""Rotary frequencies: the numbers of transformers for any config, and a refusal of what cannot be computed."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from loadstone.architectures.rotary import make_rotary
from loadstone.errors import InvalidConfig


def theirs(
    keys: dict[str, Any], head_dim: int, theta: float, positions: int, length: int | None
) -> tuple[torch.Tensor, float]:
    import transformers
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    config = transformers.LlamaConfig(
        hidden_size=2 * head_dim, num_attention_heads=2, head_dim=head_dim, max_position_embeddings=positions
    )
    config.rope_parameters = {"rope_type": "default", "rope_theta": theta, **keys}
    if keys.get("rope_type", "default") == "default":
        exponents = torch.arange(0, head_dim, 2, dtype=torch.int64).float() / head_dim
        return 1.0 / theta**exponents, 1.0
    frequencies, factor = ROPE_INIT_FUNCTIONS[keys["rope_type"]](config, torch.device("cpu"), seq_len=length)
    return frequencies, float(factor)


FACTOR = st.floats(1.0, 64.0)


@st.composite
def scalings(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    """A scaling and a head dimension that it fits."""
    dim = 2 * draw(st.integers(2, 32))
    kind = draw(st.sampled_from(["default", "linear", "dynamic", "yarn", "llama3", "longrope"]))
    keys: dict[str, Any] = {"rope_type": kind}
    if kind in ("linear", "dynamic", "llama3", "yarn"):
        keys["factor"] = draw(FACTOR)
    if kind == "yarn":
        keys["original_max_position_embeddings"] = draw(st.integers(64, 8192))
        if draw(st.booleans()):
            keys |= {"beta_fast": draw(st.floats(8, 64)), "beta_slow": draw(st.floats(0.5, 4))}
        if draw(st.booleans()):
            keys["truncate"] = draw(st.booleans())
        keys |= draw(st.sampled_from([{}, {"attention_factor": 0.7}, {"mscale": 1.0, "mscale_all_dim": 0.5}]))
    if kind == "llama3":
        low = draw(st.floats(0.5, 2))
        keys |= {"low_freq_factor": low, "high_freq_factor": low + draw(st.floats(0.5, 4))}
        keys["original_max_position_embeddings"] = draw(st.integers(64, 8192))
    if kind == "longrope":
        numbers = st.lists(st.floats(1, 64), min_size=dim // 2, max_size=dim // 2)
        keys |= {"short_factor": draw(numbers), "long_factor": draw(numbers)}
        keys["original_max_position_embeddings"] = draw(st.integers(64, 2048))
    return keys, dim


@settings(max_examples=300, deadline=None)
@given(scaled=scalings(), theta=st.floats(10, 5e6), positions=st.integers(4096, 131072), length=st.integers(1, 200000))
def test_frequencies_are_those_of_transformers(
    scaled: tuple[dict[str, Any], int], theta: float, positions: int, length: int
) -> None:
    keys, dim = scaled
    ours = make_rotary(head_dim=dim, theta=theta, max_position=positions, scaling=keys)
    frequencies, factor = ours.frequencies(length)
    expected, expected_factor = theirs(keys, dim, theta, positions, length)
    assert len(frequencies) == dim // 2
    torch.testing.assert_close(torch.tensor(frequencies), expected, rtol=3e-5, atol=1e-12)
    assert math.isclose(factor, expected_factor, rel_tol=1e-6)


def test_only_dynamic_and_longrope_look_at_the_length() -> None:
    for kind, keys in {"linear": {"factor": 2.0}, "yarn": {"factor": 2.0}, "dynamic": {"factor": 2.0}}.items():
        rotary = make_rotary(head_dim=8, theta=1e4, max_position=64, scaling={"rope_type": kind, **keys})
        assert (rotary.frequencies(1000) != rotary.frequencies()) == rotary.depends_on_length == (kind == "dynamic")
        assert rotary.frequencies(64) == rotary.frequencies()


@pytest.mark.parametrize(
    ("scaling", "message"),
    [
        ({"rope_type": "spiral"}, "found 'spiral'"),
        ({"rope_type": ["linear"]}, r"rope_type'.*found \['linear'\]"),
        ({"rope_type": "linear"}, "rope_scaling.factor': expected a number, found nothing"),
        ({"type": "linear", "factor": "8"}, "rope_scaling.factor': expected a number above 0, found '8'"),
        ({"type": "linear", "factor": 0}, "found 0"),
        ({"type": "linear", "factor": float("nan")}, "found nan"),
        ({"type": "linear", "factor": True}, "found True"),
        ({"type": "yarn", "factor": 2.0, "beta_fast": {}}, "beta_fast"),
        ({"type": "yarn", "factor": 2.0, "mscale": [1]}, "mscale"),
        ({"type": "yarn", "factor": 2.0, "truncate": "no"}, "truncate"),
        ({"type": "yarn", "factor": 2.0, "original_max_position_embeddings": -4}, "original_max_position"),
        ({"type": "llama3", "factor": 8.0, "low_freq_factor": 4, "high_freq_factor": 4}, "more than low_freq_factor"),
        ({"type": "longrope", "short_factor": [1.0], "long_factor": [1.0] * 4}, "short_factor': expected 4 numbers"),
        ({"type": "longrope", "short_factor": 3, "long_factor": [1.0] * 4}, "short_factor"),
        ({"type": "longrope", "short_factor": [1, 1, 1, "x"], "long_factor": [1.0] * 4}, "short_factor"),
    ],
)  # fmt: skip
def test_a_scaling_that_cannot_be_computed_is_refused_by_key(scaling: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        make_rotary(head_dim=8, theta=1e4, max_position=64, scaling=scaling)


@pytest.mark.parametrize(
    "changes",
    [
        {"theta": 0},
        {"theta": -1.0},
        {"theta": 1.0},
        {"partial": 0.0},
        {"partial": 1.5},
        {"head_dim": 7},
        {"head_dim": 1 << 20},
    ],
    ids=str,
)
def test_a_base_share_or_size_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig):
        make_rotary(**(dict(head_dim=8, theta=1e4, max_position=64) | changes))


def test_keys_that_say_nothing_here_are_left_out() -> None:
    plain = make_rotary(head_dim=8, theta=1e4, max_position=64, scaling={"type": "linear", "factor": 2.0})
    more = make_rotary(
        head_dim=8, theta=1e4, max_position=64, scaling={"type": "linear", "factor": 2.0, "note": {"a": []}}
    )
    assert plain == more and hash(plain) == hash(more)
