"""T5Gemma: what the tables of :mod:`modal_families` do not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import loadstone
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made
from .modal_families.mt5 import texts, written
from .modal_families.t5gemma import MODULE, PARITY


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    names = ("T5GemmaForConditionalGeneration", "T5GemmaForSequenceClassification")
    return {
        name: Made(name, transformers.T5GemmaConfig(**PARITY.plain), tmp_path_factory.mktemp(name)) for name in names
    }


def agree(found: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "framework", ["torch", *(pytest.param(each, marks=pytest.mark.long) for each in FRAMEWORKS[1:])]
)
def test_padding_is_hidden_where_no_mask_is_given(made: dict[str, Made], framework: str) -> None:
    """Of what is read always, of what is written where there is no cache; what is written sees all that is read."""
    ids, written_late = texts()["input_ids"], written()
    written_late[1, 1:3] = 0
    sorting, writing = made["T5GemmaForSequenceClassification"], made["T5GemmaForConditionalGeneration"]
    given = {"input_ids": ids, "decoder_input_ids": written_late}
    with torch.no_grad():
        expected = sorting.model(input_ids=ids).logits, writing.model(**given, use_cache=False).logits
    side, uncached = SIDES[framework], {"use_cache": False} if framework == "torch" else {}
    torch.testing.assert_close(
        side.call(sorting.of(framework), input_ids=ids).logits, expected[0], atol=1e-4, rtol=1e-4
    )
    torch.testing.assert_close(
        side.call(writing.of(framework), **given, **uncached).logits, expected[1], atol=1e-4, rtol=1e-4
    )


def test_vectors_in_place_of_ids_are_scaled_too(made: dict[str, Made]) -> None:
    ours, theirs = (made["T5GemmaForConditionalGeneration"].of("torch"), made["T5GemmaForConditionalGeneration"].model)
    x, y = (torch.randn(2, 5, 24, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))
    given: dict[str, Any] = {"inputs_embeds": x, "decoder_inputs_embeds": y, "logits_to_keep": 2}
    with torch.no_grad():
        found, expected = ours(**given).logits, theirs(**given).logits
    assert found.shape == (2, 2, 97)
    agree(found, expected)


def test_a_decoder_without_an_encoder_is_told_what_it_lacks(made: dict[str, Made]) -> None:
    decoder = made["T5GemmaForConditionalGeneration"].of("torch").get_decoder()
    with pytest.raises(ArgumentError, match="encoder_hidden_states"):
        decoder(input_ids=written())


def test_special_tokens_are_the_decoders_unless_the_whole_says_them() -> None:
    decoder = {**MODULE, "bos_token_id": 5, "pad_token_id": 7, "initializer_range": 0.5}
    config = loadstone.T5GemmaConfig(encoder=MODULE, decoder=decoder, eos_token_id=11)
    assert (config.bos_token_id, config.eos_token_id, config.pad_token_id) == (5, 11, 7)
    assert config.initializer_range == 0.5


@pytest.mark.parametrize("prefix", ["", "Flax"])
def test_the_vocabulary_of_both_towers_grows(made: dict[str, Made], prefix: str, tmp_path: Path) -> None:
    folder, given = made["T5GemmaForConditionalGeneration"].folder, {**texts(), "decoder_input_ids": written()}
    model = getattr(loadstone, f"{prefix}T5GemmaForConditionalGeneration").from_pretrained(folder)
    model.resize_token_embeddings(101)
    model.save_pretrained(tmp_path)
    again = transformers.T5GemmaForConditionalGeneration.from_pretrained(tmp_path).eval()
    assert again.get_input_embeddings().num_embeddings == again.get_output_embeddings().out_features == 101
    with torch.no_grad():
        expected = made["T5GemmaForConditionalGeneration"].model(**given).logits
        agree(again(**given).logits[..., :97], expected)


@pytest.mark.parametrize("keys", [{"decoder": {"layer_types": ["full_attention"]}}, {"encoder": "gemma2"}])
def test_a_tower_that_makes_no_sense_is_named(keys: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig, match=next(iter(keys))):
        loadstone.T5GemmaConfig(**keys)
