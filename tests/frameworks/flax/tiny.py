"""Tiny models of a few kinds, filled with numbers that matter, and folders that hold them.

One layer: a second adds nothing but time to be compiled where a test does not ask for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx

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
GPT2: dict[str, Any] = dict(vocab_size=64, n_embd=32, n_layer=1, n_head=4, n_positions=64)
MIXTRAL = LLAMA | dict(num_local_experts=4, num_experts_per_tok=2)
PHI3 = LLAMA | dict(original_max_position_embeddings=8, pad_token_id=0)
SIZES = {"llama": LLAMA, "phi3": PHI3, "mixtral": MIXTRAL, "bert": BERT, "roberta": BERT, "gpt2": GPT2}

IDS = np.array([[5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])


def config(family: str, **changes: Any) -> Any:
    """A config of a family for a model of some thousand numbers."""
    return loadstone.AutoConfig.for_model(family, **(SIZES[family] | changes))


def model(class_name: str, family: str, seed: int = 0, **changes: Any) -> Any:
    """A model whose every parameter has numbers other than 0 and 1."""
    made = getattr(loadstone, class_name)(config(family, **changes), seed=None)
    rng = np.random.default_rng(seed)

    def numbers(slot: Any) -> Any:
        return jnp.asarray(0.2 * rng.standard_normal(slot.shape), jnp.float32)

    structure, state = nnx.split(made)
    flat = nnx.to_flat_state(state)
    filled = nnx.from_flat_state([(path, nnx.Param(numbers(slot))) for path, slot in flat])
    return nnx.merge(structure, filled)


def llama(seed: int = 0, **changes: Any) -> Any:
    return model("FlaxLlamaForCausalLM", "llama", seed, **changes)


def bert(seed: int = 0, **changes: Any) -> Any:
    return model("FlaxBertForMaskedLM", "bert", seed, **changes)


def saved(made: Any, folder: Path, **options: Any) -> Path:
    """The folder that a model was saved into."""
    made.save_pretrained(folder, **options)
    return folder


def numbers(made: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Every parameter by its slot's name, a shared one under its first."""
    flat = nnx.to_flat_state(nnx.state(made, nnx.Param))
    return {".".join(map(str, path)): np.asarray(slot[...]) for path, slot in flat}


def assert_same(one: Any, other: Any) -> None:
    """Same names, shapes, dtypes and bits."""
    first, second = numbers(one), numbers(other)
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert array.dtype == second[name].dtype, name
        assert array.tobytes() == second[name].tobytes(), name


def close(one: Any, other: Any, tolerance: float = 1e-5) -> bool:
    """Whether two arrays have one shape and nearly the same numbers."""
    one, other = np.asarray(one), np.asarray(other)
    return one.shape == other.shape and bool(np.max(np.abs(one - other)) <= tolerance)
