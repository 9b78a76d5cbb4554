"""Tiny models of a few kinds, filled with numbers that matter, and folders that hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

import loadstone

LLAMA: dict[str, Any] = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
)
BERT: dict[str, Any] = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=64,
)
GPT2: dict[str, Any] = dict(vocab_size=64, n_embd=32, n_layer=2, n_head=4, n_positions=64)

QUANTIZING: dict[str, Any] = {
    "int8": loadstone.TorchAoConfig("int8"),
    "float8": loadstone.TorchAoConfig("float8"),
    "nf4": loadstone.BitsAndBytesConfig(load_in_4bit=True),
    "fp4": loadstone.BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="fp4"),
    "nf4-double": loadstone.BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_use_double_quant=True),
    "bnb-int8": loadstone.BitsAndBytesConfig(load_in_8bit=True),
}
"""``quantization_config`` of every kind that a CPU makes and that has a stored form."""

IDS = torch.tensor([[5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])


def config(family: str, **changes: Any) -> Any:
    """A config of a family for a model of some thousand numbers."""
    sizes = GPT2 if family == "gpt2" else BERT if family in ("bert", "roberta", "electra", "mpnet") else LLAMA
    return loadstone.AutoConfig.for_model(family, **(sizes | changes))


def model(class_name: str, family: str, seed: int = 0, **changes: Any) -> Any:
    """A model whose every parameter has numbers other than 0 and 1."""
    made = getattr(loadstone, class_name)(config(family, **changes)).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
    return made


def llama(seed: int = 0, **changes: Any) -> Any:
    return model("LlamaForCausalLM", "llama", seed, **changes)


def bert(seed: int = 0, **changes: Any) -> Any:
    return model("BertForMaskedLM", "bert", seed, **changes)


def saved(made: Any, folder: Path, **options: Any) -> Path:
    """The folder that a model was saved into."""
    made.save_pretrained(folder, **options)
    return folder


def numbers(made: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A copy of everything in ``state_dict()``."""
    return {name: tensor.clone() for name, tensor in made.state_dict().items()}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    """Same names, shapes, dtypes and bits."""
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert tensor.dtype == other[name].dtype, name
        assert torch.equal(tensor, other[name]), name
