"""``nnx.tabulate``: every module of a model with what it is called with."""

from __future__ import annotations

from typing import Any

import pytest

import loadstone

SIZES: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
T5 = {"vocab_size": 64, "d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4}
T5 |= {"decoder_start_token_id": 0}
MODELS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "FlaxLlamaForCausalLM": ("llama", SIZES, ("model/layers/1/self_attn/q_proj", "model/norm", "lm_head")),
    "FlaxMixtralForCausalLM": ("mixtral", SIZES | {"num_local_experts": 4, "num_key_value_heads": 2}, ("lm_head",)),
    "FlaxBertForMaskedLM": ("bert", SIZES, ("bert/encoder/layer/1/attention/self/query", "cls/predictions/decoder")),
    "FlaxMambaForCausalLM": ("mamba", {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2}, ("lm_head",)),
    "FlaxT5ForConditionalGeneration": ("t5", T5, ("encoder/block/1/layer/0/SelfAttention/q", "lm_head")),
}


QUICK = ("FlaxLlamaForCausalLM", "FlaxBertForMaskedLM")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in MODELS]
)
def test_a_model_is_tabulated_and_runs_afterwards(name: str) -> None:
    import jax.numpy as jnp
    import numpy as np
    from flax import nnx

    family, config, paths = MODELS[name]
    model = getattr(loadstone, name)(loadstone.AutoConfig.for_model(family, **config))
    given = {"input_ids": jnp.arange(4, 16).reshape(2, 6)}
    if family == "t5":
        given["decoder_input_ids"] = given["input_ids"]
    before = model(**given).logits
    table = nnx.tabulate(model, **given, console_kwargs={"width": 240})
    assert [path for path in paths if path not in table] == []
    assert "float32" in table and "Total Parameters" in table
    np.testing.assert_array_equal(np.asarray(model(**given).logits), np.asarray(before))
