"""Made the checkpoints in this folder, with Transformers 4.57.1, the last release that wrote Flax and TensorFlow.

Run it where that is installed, once with each framework::

    pip install transformers==4.57.1 flax==0.12.8 jax==0.10.2        python make.py flax
    pip install transformers==4.57.1 tensorflow-cpu==2.21.0 tf-keras==2.21.0        python make.py tf

Each folder holds ``config.json``, the weights in one file or in shards, and ``expected.npz``: ``input_ids``, and the
``output`` that the model gave for them where it was made, in float32. All weights are random, norms and biases too.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
import transformers

Config = transformers.PretrainedConfig
HERE = Path(__file__).parent
BERT = transformers.BertConfig(
    vocab_size=20,
    hidden_size=8,
    num_hidden_layers=1,
    num_attention_heads=2,
    intermediate_size=12,
    max_position_embeddings=8,
)
GPT2 = transformers.GPT2Config(
    vocab_size=20, n_positions=8, n_embd=8, n_layer=1, n_head=2, bos_token_id=1, eos_token_id=2, pad_token_id=0
)
LLAMA = transformers.LlamaConfig(
    vocab_size=20,
    hidden_size=8,
    num_hidden_layers=1,
    num_attention_heads=2,
    num_key_value_heads=1,
    intermediate_size=12,
    max_position_embeddings=8,
    pad_token_id=0,
)
IDS = np.array([[3, 7, 1, 9, 4], [11, 2, 5, 5, 19]])
CASES = {
    "bert": ("BertForMaskedLM", BERT, "5GB"),
    "bert-sharded": ("BertForMaskedLM", BERT, "2KB"),
    "gpt2": ("GPT2LMHeadModel", GPT2, "5GB"),
    "gpt2-sharded": ("GPT2LMHeadModel", GPT2, "2KB"),
    "llama-bfloat16": ("LlamaForCausalLM", LLAMA, "5GB"),
}


def make_flax(folder: Path, name: str, config: Config, size: str, rng: np.random.Generator) -> None:
    import jax
    import jax.numpy as jnp

    model = getattr(transformers, f"Flax{name}")(config, input_shape=(1, 4))
    dtype = jnp.bfloat16 if "bfloat16" in folder.name else jnp.float32
    params = jax.tree_util.tree_map(lambda old: jnp.asarray(0.4 * rng.standard_normal(old.shape), dtype), model.params)
    model.save_pretrained(folder, params=params, max_shard_size=size)
    wide = jax.tree_util.tree_map(lambda old: old.astype(jnp.float32), params)
    np.savez(folder / "expected.npz", input_ids=IDS, output=model(IDS, params=wide)[0])


def make_tf(folder: Path, name: str, config: Config, size: str, rng: np.random.Generator) -> None:
    model = getattr(transformers, f"TF{name}")(config)
    model.build_in_name_scope()
    for variable in model.weights:
        variable.assign(0.4 * rng.standard_normal(variable.shape))
    model.save_pretrained(folder, safe_serialization=False, max_shard_size=size)
    np.savez(folder / "expected.npz", input_ids=IDS, output=model(IDS)[0].numpy())


if __name__ == "__main__":
    framework = sys.argv[1]
    for case, (name, config, size) in CASES.items():
        if hasattr(transformers, f"{'TF' if framework == 'tf' else 'Flax'}{name}"):
            folder = HERE / f"{framework}-{case}"
            folder.mkdir(exist_ok=True)
            make = make_tf if framework == "tf" else make_flax
            make(folder, name, config, size, np.random.default_rng(0))
