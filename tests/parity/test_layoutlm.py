"""LayoutLM and LayoutLM 3: what is theirs alone beside the tables in :mod:`modal_families`."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers

from loadstone.errors import ArgumentError

from .modal import IN_FRAMEWORKS, Made
from .modal_families import layoutlm, layoutlmv3


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Made:
    config = transformers.LayoutLMConfig(**layoutlm.PARITY.plain)
    return Made("LayoutLMModel", config, tmp_path_factory.mktemp("layoutlm"))


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Made:
    config = transformers.LayoutLMv3Config(**layoutlmv3.PARITY.plain)
    return Made("LayoutLMv3Model", config, tmp_path_factory.mktemp("layoutlmv3"))


def given(each: Made, *names: str) -> dict[str, Any]:
    made = layoutlmv3.inputs(each.class_name, each.model.config)
    return {name: made[name] for name in names}


@pytest.mark.parametrize("framework", IN_FRAMEWORKS)
@pytest.mark.parametrize("names", [("input_ids", "attention_mask"), ("pixel_values",), ("input_ids", "pixel_values")])
def test_texts_and_pictures_may_come_alone(third: Made, names: tuple[str, ...], framework: str) -> None:
    third.check(given(third, *names), "last_hidden_state", frameworks=(framework,))


def test_boxes_that_a_model_has_no_vectors_for_are_named(first: Made, third: Made) -> None:
    texts = {"input_ids": torch.full((2, 9), 5)}
    for each in (first, third):
        model, boxes = each.of("torch"), layoutlm.boxes()
        for wrong, match in (
            (boxes[:, :4], r"bbox has shape \(2, 4, 4\), expected \(2, 9, 4\)"),
            (boxes[..., :3], r"bbox has shape \(2, 9, 3\)"),
            (boxes + 24, "bbox has .*, and this model has embeddings for 0 to 23"),
            (boxes.float(), "bbox is torch.float32, expected integers"),
        ):
            with pytest.raises(ArgumentError, match=match):
                model(**texts, bbox=wrong)
    with pytest.raises(ArgumentError, match="bbox has a height of -"):
        first.of("torch")(**texts, bbox=layoutlm.boxes().flip(-1))


def test_what_does_not_fit_a_picture_is_named(third: Made) -> None:
    model, pictures = third.of("torch"), given(third, "pixel_values")
    with pytest.raises(ArgumentError, match="pixel_values are of 2 pictures, expected 1"):
        model(input_ids=torch.full((1, 9), 5), **pictures)
    with pytest.raises(ArgumentError, match=r"attention_mask has shape \(2, 1, 9, 9\)"):
        model(input_ids=torch.full((2, 9), 5), attention_mask=torch.ones(2, 1, 9, 9, dtype=torch.bool), **pictures)
    with pytest.raises(ArgumentError, match="input_ids"):
        model()
