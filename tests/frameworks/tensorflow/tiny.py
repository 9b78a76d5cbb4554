"""Tiny models of a few kinds, filled with numbers that matter, and folders that hold them.

One layer: a second adds nothing but time to be traced where a test does not ask for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import loadstone

LLAMA: dict[str, Any] = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=1,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
)
BERT: dict[str, Any] = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=1,
    num_attention_heads=4,
    max_position_embeddings=64,
)
OPT: dict[str, Any] = dict(
    vocab_size=64, hidden_size=32, ffn_dim=48, num_hidden_layers=1, num_attention_heads=4, max_position_embeddings=64
)
GPT2: dict[str, Any] = dict(vocab_size=64, n_embd=32, n_layer=1, n_head=4, n_positions=64)
MIXTRAL = LLAMA | dict(num_local_experts=4, num_experts_per_tok=2)
SIZES = {"llama": LLAMA, "mixtral": MIXTRAL, "bert": BERT, "roberta": BERT, "opt": OPT, "gpt2": GPT2}

IDS = np.array([[5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])


def config(family: str, **changes: Any) -> Any:
    """A config of a family for a model of some thousand numbers."""
    return loadstone.AutoConfig.for_model(family, **(SIZES[family] | changes))


def model(class_name: str, family: str, seed: int = 0, **changes: Any) -> Any:
    """A model whose every variable has numbers other than 0 and 1."""
    made = getattr(loadstone, class_name)(config(family, **changes))
    rng = np.random.default_rng(seed)
    for variable in made.weights:
        variable.assign(0.2 * rng.standard_normal(variable.shape))
    return made


def llama(seed: int = 0, **changes: Any) -> Any:
    return model("TFLlamaForCausalLM", "llama", seed, **changes)


def bert(seed: int = 0, **changes: Any) -> Any:
    return model("TFBertForSequenceClassification", "bert", seed, num_labels=3, **changes)


def compiled(made: Any, optimizer: Any, **options: Any) -> Any:
    """A model ready to be trained. An optimizer that makes its variables in the first step has that traced twice."""
    made.compile(optimizer, **options)
    made.optimizer.build(made.trainable_variables)
    return made


def saved(made: Any, folder: Path, **options: Any) -> Path:
    """The folder that a model was saved into."""
    made.save_pretrained(folder, **options)
    return folder


def aligned(folder: Path) -> Path:
    """The folder's weight file with its data section at a multiple of 64 bytes, as a reader may lend it."""
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    size = int.from_bytes(whole[:8], "little")
    header = json.dumps(json.loads(whole[8 : 8 + size])).encode()
    header += b" " * (-(8 + len(header)) % 64)
    file.write_bytes(len(header).to_bytes(8, "little") + header + whole[8 + size :])
    return folder


def numbers(made: Any) -> dict[str, Any]:
    """Slot → a copy of its numbers."""
    return {name: np.array(variable.value.numpy()) for name, variable in made.named_weights().items()}


def difference(first: Any, second: Any) -> float:
    """The largest difference of two tensors."""
    return float(np.abs(np.asarray(first, np.float32) - np.asarray(second, np.float32)).max())
