"""T5 from GGUF files, whose layers stand in two stacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
import transformers

import loadstone

from .reference import fill

SIZES = {"vocab_size": 64, "d_model": 32, "d_kv": 7, "d_ff": 48, "num_layers": 2, "num_heads": 4, "dropout_rate": 0.0}


def write(model: Any, path: Path, *, tied: bool) -> None:
    """As llama.cpp's converter does; the names are those of the ``gguf`` package."""
    config, writer = model.config, gguf.GGUFWriter(path, "t5")
    writer.add_context_length(512)
    writer.add_embedding_length(config.d_model)
    writer.add_feed_forward_length(config.d_ff)
    writer.add_block_count(config.num_layers)
    writer.add_head_count(config.num_heads)
    writer.add_key_length(config.d_kv)
    writer.add_relative_attn_buckets_count(config.relative_attention_num_buckets)
    writer.add_layer_norm_eps(config.layer_norm_epsilon)
    writer.add_decoder_start_token_id(0)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.T5, config.num_layers)
    left_out = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", *(("lm_head.weight",) if tied else ()))
    for name, tensor in model.state_dict().items():
        if name not in left_out:
            writer.add_tensor(names.get_name(name, try_suffixes=(".weight",)), np.ascontiguousarray(tensor.numpy()))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.mark.parametrize(("network", "tied"), [("relu", True), ("gated-gelu", False)])
def test_a_file_computes_what_its_checkpoint_did(tmp_path: Path, network: str, tied: bool) -> None:
    config = transformers.T5Config(
        **SIZES, feed_forward_proj=network, tie_word_embeddings=tied, decoder_start_token_id=0
    )
    reference = transformers.T5ForConditionalGeneration(config).eval()
    fill(reference, 1, norms_at=1.0)
    write(reference, tmp_path / "model.gguf", tied=tied)
    model = loadstone.AutoModelForSeq2SeqLM.from_pretrained(tmp_path, gguf_file="model.gguf").eval()
    given = {"input_ids": torch.arange(2, 20).view(2, 9), "decoder_input_ids": torch.arange(5, 13).view(2, 4)}
    with torch.no_grad():
        assert torch.equal(model(**given).logits, reference(**given).logits)
    assert model.config.decoder_start_token_id == 0 and model.config.scale_decoder_outputs is tied
