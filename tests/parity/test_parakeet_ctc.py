"""Parakeet CTC: what the tables of :mod:`modal_families` do not say."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig, UnknownArgument

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made
from .modal_families.parakeet_ctc import PARITY, sounds


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    config = transformers.ParakeetCTCConfig(**PARITY.plain)
    return Made(PARITY.main, config, tmp_path_factory.mktemp("parakeet"))


def test_auto_classes_give_what_those_of_transformers_give(made: Made) -> None:
    for auto in (loadstone.AutoModel, loadstone.AutoModelForCTC):
        assert isinstance(auto.from_pretrained(made.folder), loadstone.ParakeetForCTC)
    encoder = loadstone.AutoModel.from_config(made.of("torch").config.encoder_config)
    assert isinstance(encoder, loadstone.ParakeetEncoder)


def test_the_encoder_of_a_larger_model_loads_by_itself(made: Made) -> None:
    encoder, heard = loadstone.ParakeetEncoder.from_pretrained(made.folder).eval(), sounds(8)
    with torch.no_grad():
        assert encoder(**heard)[0].equal(made.of("torch").encoder(**heard)[0])


def test_without_a_mask_all_frames_count_for_the_loss(made: Made) -> None:
    """Transformers needs a mask for that."""
    heard, labels = sounds(8)["input_features"], torch.tensor([[3, 4], [5, -100]])
    with torch.no_grad():
        found = made.of("torch")(heard, labels=labels)
        expected = made.model(heard, attention_mask=torch.ones(2, 21, dtype=torch.int64), labels=labels)
    torch.testing.assert_close(found.logits, expected.logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.loss, expected.loss, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("is_padded", [True, False])
def test_texts_are_read_off_frames_in_three_frameworks(made: Made, is_padded: bool) -> None:
    heard = sounds(8) if is_padded else {"input_features": sounds(8)["input_features"]}
    expected = made.model.generate(**heard)
    assert (expected == 96).any() == is_padded, "padding that says nothing of this test"
    for framework in FRAMEWORKS:
        assert SIDES[framework].generate(made.of(framework), **heard) == expected.tolist(), framework


def test_what_is_read_off_comes_with_what_a_pass_shows(made: Made) -> None:
    asked = {**sounds(8), "return_dict_in_generate": True, "output_hidden_states": True, "output_attentions": True}
    found, expected = made.of("torch").generate(**asked), made.model.generate(**asked)
    assert list(found) == list(expected)
    assert found.sequences.equal(expected.sequences) and not found.logits.requires_grad
    torch.testing.assert_close(found.hidden_states, expected.hidden_states, atol=1e-4, rtol=1e-4)
    assert made.of("torch").can_generate() and made.model.can_generate()
    with pytest.raises(UnknownArgument, match="max_new_tokens"):
        made.of("torch").generate(**sounds(8), max_new_tokens=3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"input_features": torch.zeros(2, 21, 7)}, r"input_features has shape \(2, 21, 7\), expected .*8"),
        ({"attention_mask": torch.ones(2, 6)}, r"attention_mask has shape \(2, 6\), expected \(2, 21\)"),
    ],
)
def test_sounds_that_do_not_fit_are_named(made: Made, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        made.of("torch")(**{**sounds(8), **given})


@pytest.mark.parametrize(
    "keys",
    [
        {"hidden_size": 9, "num_attention_heads": 3},
        {"conv_kernel_size": 4},
        {"subsampling_factor": 1},
        {"subsampling_factor": 1 << 30},
        {"num_mel_bins": 1, "subsampling_conv_kernel_size": 6},
    ],
    ids=lambda keys: next(iter(keys)),
)
def test_an_encoder_that_makes_no_sense_is_named(keys: dict[str, int]) -> None:
    with pytest.raises(InvalidConfig, match=f"encoder_config.{next(iter(keys))}"):
        loadstone.ParakeetCTCConfig(encoder_config=keys)
