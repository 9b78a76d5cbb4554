"""ALiBi's slopes, against the numbers of their papers and first code, without a framework."""

from __future__ import annotations

import pytest

from loadstone.architectures import registry
from loadstone.architectures.components.base import find
from loadstone.architectures.components.linear_bias import LinearBiasEmbeddings, geometric_slopes
from loadstone.errors import InvalidConfig


def test_slopes_of_a_power_of_two_are_those_of_the_paper() -> None:
    assert geometric_slopes(8) == tuple(2.0**-power for power in range(1, 9))
    assert geometric_slopes(1) == (2**-8,)


def test_more_heads_get_every_other_slope_of_twice_as_many() -> None:
    assert geometric_slopes(6) == pytest.approx([2**-2, 2**-4, 2**-6, 2**-8, 2**-1, 2**-3])
    assert geometric_slopes(3) == pytest.approx([2**-4, 2**-8, 2**-2])
    assert geometric_slopes(3, 4) == pytest.approx([2**-2, 2**-4, 2**-1])


def test_the_last_slope_is_as_the_config_says() -> None:
    """MPT-7B-StoryWriter has 16. Transformers reads the key and takes 8."""
    family = registry.family("mpt")
    config = family.config(n_heads=2, d_model=8, n_layers=1, attn_config={"alibi_bias_max": 16})
    (stem,) = find(family.heads[0].blueprint(config), LinearBiasEmbeddings)
    assert stem.slopes == (2**-8, 2**-16)


def test_no_list_is_as_long_as_a_config_says() -> None:
    with pytest.raises(InvalidConfig, match="number of heads: expected at most 65536, found 2147483647"):
        geometric_slopes(2**31 - 1)
