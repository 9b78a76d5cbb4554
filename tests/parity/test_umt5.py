"""UMT5: what the tables of :mod:`modal_families` do not say. Each layer computes a bias of its own, so that the second
asks where the new tokens are when the first has put their keys into the cache."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

import loadstone

from .modal import Made
from .modal_families.mt5 import SIZES, texts, written


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    config = transformers.UMT5Config(**SIZES)
    return Made("UMT5ForConditionalGeneration", config, tmp_path_factory.mktemp("umt5"))


def test_steps_with_a_static_cache_write_the_same(made: Made) -> None:
    model, how = made.of("torch"), {"max_new_tokens": 6, "do_sample": False}
    expected = model.generate(**texts(), use_cache=False, **how)
    assert torch.equal(model.generate(**texts(), cache_implementation="static", **how), expected)


def test_layers_that_are_called_alone_know_where_their_tokens_are(made: Made) -> None:
    blocks, cache = made.of("torch").decoder.block, loadstone.DynamicCache()
    x = torch.randn(2, 4, 24, generator=torch.Generator().manual_seed(3))

    def through(part: torch.Tensor, **how: Any) -> torch.Tensor:
        with torch.no_grad():
            how["encoder_hidden_states"] = x
            return blocks[1](blocks[0](part, **how), **how)

    steps = [through(x[:, :3], past_key_values=cache), through(x[:, 3:], past_key_values=cache)]
    torch.testing.assert_close(torch.cat(steps, dim=1), through(x), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("is_tied", [True, False])
def test_only_a_tied_head_is_scaled(made: Made, is_tied: bool, tmp_path: Path) -> None:
    """As in the training code (logits_via_embedding) and in transformers 4. transformers 5.23 takes every file for tied
    and scales what Google's files say is not."""
    values: dict[str, Any] = json.loads((made.folder / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**values, "tie_word_embeddings": is_tied}))
    (tmp_path / "model.safetensors").symlink_to(made.folder / "model.safetensors")
    model = loadstone.UMT5ForConditionalGeneration.from_pretrained(tmp_path)
    inputs = {**texts(), "decoder_input_ids": written()}
    with torch.no_grad():
        found, expected = model(**inputs).logits, made.model(**inputs).logits
    torch.testing.assert_close(found, expected if is_tied else expected * 24**0.5, atol=1e-4, rtol=1e-4)
