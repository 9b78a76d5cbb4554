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


@pytest.mark.parametrize("framework", IN_FRAMEWORKS)
@pytest.mark.parametrize("marked", [(0, 3, 30), (5,), ()], ids=str)
def test_long_texts_are_read_in_blocks(bare: Made, framework: str, marked: tuple[int, ...]) -> None:
    """As if everything were looked at for each token; a program that is compiled does that where tokens see all."""
    config = transformers.LongformerConfig(**{**PARITY.plain, "max_position_embeddings": 48})
    torch.manual_seed(0)
    model = transformers.LongformerModel(config).eval()
    folder = bare.folder / "long"
    model.save_pretrained(folder)
    ids = torch.randint(4, 37, (2, 43), generator=torch.Generator().manual_seed(3))
    mask = torch.ones_like(ids)
    mask[0, 39:] = mask[1, :2] = 0
    given: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
    if marked:
        given["global_attention_mask"] = torch.zeros_like(ids)
        given["global_attention_mask"][0, list(marked)] = given["global_attention_mask"][1, 7] = 1
    with torch.no_grad():
        expected = model(**given)
    side = SIDES[framework]
    ours = getattr(loadstone, side.prefix + "LongformerModel").from_pretrained(folder)
    if framework == "torch":
        ours.eval()
    for call in (side.call, side.compiled):
        found: Any = call(ours, **given)
        difference = (found.last_hidden_state - expected.last_hidden_state).abs().max().item()
        note("LongformerModel", difference, "last_hidden_state")


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
