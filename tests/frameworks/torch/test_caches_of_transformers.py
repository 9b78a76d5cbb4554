"""transformers' caches, given to decoders of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone
from loadstone.errors import InvalidConfig

SIZES = dict(vocab_size=64, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, dropout_rate=0.0)


def test_a_text_goes_on_from_what_transformers_model_wrote_and_read(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = loadstone.AutoConfig.for_model("t5", **SIZES, decoder_start_token_id=0, pad_token_id=0)
    base = tiny.saved(loadstone.T5ForConditionalGeneration(config), tmp_path)
    ours = loadstone.T5ForConditionalGeneration.from_pretrained(base)
    theirs = transformers.T5ForConditionalGeneration.from_pretrained(base)
    written = torch.tensor([[0, 3, 4, 6], [0, 5, 7, 8]])
    with torch.no_grad():
        expected = theirs(input_ids=tiny.IDS, decoder_input_ids=written).logits[:, 2:]
        begun = theirs(input_ids=tiny.IDS, decoder_input_ids=written[:, :2], use_cache=True)
        unread = torch.zeros_like(begun.encoder_last_hidden_state)  # what was read is in the cache
        out = ours(encoder_outputs=(unread,), decoder_input_ids=written[:, 2:], past_key_values=begun.past_key_values)
    torch.testing.assert_close(out.logits, expected, atol=1e-5, rtol=1e-5)
    assert out.past_key_values.get_seq_length() == 4


WINDOWED: dict[str, Any] = {"sliding_window": 4}


@pytest.mark.parametrize(
    ("name", "family", "changes"),
    [
        ("LlamaForCausalLM", "llama", {}),
        ("GPT2LMHeadModel", "gpt2", {}),
        ("MistralForCausalLM", "mistral", WINDOWED),
        ("Gemma2ForCausalLM", "gemma2", WINDOWED | {"head_dim": 8}),
    ],
)
def test_a_cache_made_of_our_config_keeps_what_its_layers_look_at(
    name: str, family: str, changes: dict[str, Any]
) -> None:
    model = tiny.model(name, family, **changes)
    cache: Any = transformers.DynamicCache(config=model.config)
    with torch.no_grad():
        whole = model(tiny.IDS).logits
        steps = [model(tiny.IDS[:, place : place + 1], past_key_values=cache).logits for place in range(6)]
    torch.testing.assert_close(torch.cat(steps, dim=1), whole, atol=1e-4, rtol=1e-4)
    if changes:
        assert cache.layers[0].keys.shape[2] == WINDOWED["sliding_window"] - 1, "no more than the window is kept"


def test_layers_of_other_sizes_are_refused() -> None:
    with pytest.raises(InvalidConfig, match=r"per_layer_config.*all layers have the same sizes"):
        loadstone.LlamaConfig(per_layer_config={"0": {"hidden_size": 8}})
    assert "per_layer_config" not in loadstone.LlamaConfig(per_layer_config={}).to_dict()
