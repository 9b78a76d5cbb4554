"""transformers' ``EncoderDecoderCache``, given to a decoder of ours."""

from __future__ import annotations

from pathlib import Path

import torch
import transformers
from frameworks.torch import tiny

import loadstone

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
