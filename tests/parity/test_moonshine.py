"""Moonshine: what the tables of :mod:`modal_families` do not say."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig

from .modal import Made
from .modal_families.moonshine import PARITY, sounds


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    config = transformers.MoonshineConfig(**PARITY.plain)
    return Made(PARITY.main, config, tmp_path_factory.mktemp("moonshine"))


def test_what_was_heard_may_be_given_with_the_mask_of_its_samples(made: Made) -> None:
    model, written = made.of("torch"), {"decoder_input_ids": torch.tensor([[1, 5, 6], [1, 7, 8]])}
    with torch.no_grad():
        expected = model(**sounds(), **written).logits
        heard = model.get_encoder()(**sounds())
        found = model(encoder_outputs=heard, attention_mask=sounds()["attention_mask"], **written).logits
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"input_values": torch.zeros(2, 894)}, r"input_values has shape \(2, 894\), expected .*at least 895"),
        ({"attention_mask": torch.ones(2, 8)}, r"attention_mask has shape \(2, 8\), expected \(2, 2700\)"),
    ],
)
def test_sounds_that_do_not_fit_are_named(made: Made, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        made.of("torch")(**{**sounds(), **given}, decoder_input_ids=torch.tensor([[1], [1]]))


def test_heads_that_do_not_divide_the_width_are_named() -> None:
    with pytest.raises(InvalidConfig, match="encoder_num_attention_heads = 7"):
        loadstone.MoonshineConfig(encoder_num_attention_heads=7)
