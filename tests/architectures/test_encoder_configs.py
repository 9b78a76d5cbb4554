"""Configs of encoders that contradict themselves, or ask for what is not computed, are refused by the key."""

from __future__ import annotations

from typing import Any

import pytest

import loadstone
from loadstone.errors import InvalidConfig

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("albert", {"num_hidden_groups": 13}, "num_hidden_groups.*at most 12.*13"),
    ("albert", {"inner_group_num": 10**9}, "inner_group_num.*at most 833.*1000000000"),
    ("albert", {"is_decoder": True}, "is_decoder"),
    ("convbert", {"conv_kernel_size": 8}, "conv_kernel_size.*odd.*8"),
    ("convbert", {"conv_kernel_size": 2001}, "conv_kernel_size.*1024.*2001"),
    ("convbert", {"num_groups": 5}, "hidden_size.*num_groups = 5.*768"),
    ("convbert", {"hidden_size": 770}, "hidden_size.*twice the heads that attend = 12.*770"),
    ("convbert", {"summary_type": "mean"}, "summary_type.*'mean'"),
    ("fnet", {"is_decoder": True}, "is_decoder"),
    ("mobilebert", {"embedding_size": 512}, "embedding_size.*below hidden_size, 512.*512"),
    ("mobilebert", {"num_feedforward_networks": 10**9}, "num_feedforward_networks.*at most 1000"),
    ("mobilebert", {"key_query_shared_bottleneck": False}, "intra_bottleneck_size.*512.*128"),
    ("mobilebert", {"normalization_type": "batch"}, "normalization_type.*'batch'"),
    ("rembert", {"output_embedding_size": 0}, "output_embedding_size.*0"),
]


@pytest.mark.parametrize(
    ("family", "changes", "said"), WRONG, ids=[f"{family}-{next(iter(changes))}" for family, changes, _ in WRONG]
)
def test_a_config_that_cannot_be_computed_names_key_expected_and_found(
    family: str, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidConfig, match=said):
        loadstone.AutoConfig.for_model(family, **changes)
