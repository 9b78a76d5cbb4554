"""Longformer: what is its alone beside :mod:`modal_families.longformer`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import loadstone

from .frameworks import SIDES
from .modal import IN_FRAMEWORKS, Made, note
from .modal_families.longformer import PARITY


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made("LongformerModel", transformers.LongformerConfig(**PARITY.plain), tmp_path_factory.mktemp("longformer"))


@pytest.mark.parametrize("framework", IN_FRAMEWORKS)
@pytest.mark.parametrize("marked", [True, False], ids=["global", "local"])
def test_attentions_are_those_of_transformers(bare: Made, framework: str, marked: bool) -> None:
    """Those that transformers gives for what it has added behind the text are 0, and left out here."""
    given = dict(PARITY.inputs("LongformerModel", bare.model.config))
    if not marked:
        del given["global_attention_mask"]
    expected = bare.expected({**given, "output_attentions": True})
    found: Any = SIDES[framework].call(bare.of(framework), **given, output_attentions=True)
    assert len(found.attentions) == len(expected.attentions) == 2
    for ours, theirs in zip(found.attentions, expected.attentions, strict=True):
        assert ours.shape == theirs.shape
        note("LongformerModel", (ours - theirs).abs().max().item(), "attentions")
    if not marked:
        assert expected.global_attentions is None and getattr(found, "global_attentions", None) is None
        return
    for ours, theirs in zip(found.global_attentions, expected.global_attentions, strict=True):
        assert ours.shape == theirs[:, :, :9].shape and not theirs[:, :, 9:].any()
        note("LongformerModel", (ours - theirs[:, :, :9]).abs().max().item(), "global_attentions")


def test_a_text_without_three_separators_is_told_what_to_do(tmp_path: Path) -> None:
    config = transformers.LongformerConfig(**PARITY.plain)
    each = Made("LongformerForQuestionAnswering", config, tmp_path)
    ids = torch.full((1, 6), 5)
    with pytest.raises(loadstone.errors.ArgumentError, match=r"\[0\] separators .* expected 3 in each"):
        each.of("torch")(input_ids=ids)
    marked = torch.tensor([[1, 0, 0, 0, 0, 0]])
    with pytest.raises(loadstone.errors.ArgumentError, match="global_attention_mask has shape"):
        each.of("torch")(input_ids=ids, global_attention_mask=marked[:, :3])
    each.of("torch")(input_ids=ids, global_attention_mask=marked)


def test_a_window_must_be_even() -> None:
    for window in (3, 0, [4], [4, 5]):
        with pytest.raises(loadstone.errors.InvalidConfig, match="attention_window"):
            loadstone.AutoConfig.for_model("longformer", num_hidden_layers=2, attention_window=window)
