"""The checkpoints that the benchmarks load: real shapes, random numbers, made once and kept outside git."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_CONFIG = "config.json"


class Stored(Protocol):
    """What a checkpoint is made from: its tensors, how many shards they go to, and its ``config.json``."""

    @property
    def name(self) -> str: ...

    @property
    def shards(self) -> int: ...

    @property
    def nbytes(self) -> int:
        """Bytes of all weights in bfloat16."""

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Every stored name with its shape, in layer order."""

    def config(self) -> dict[str, object]: ...


@dataclass(frozen=True)
class Shape:
    """The sizes of a llama, under the names that its ``config.json`` uses."""

    name: str
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    vocab_size: int
    shards: int = 5

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Every stored name with its shape, in layer order."""
        hidden, inner = self.hidden_size, self.intermediate_size
        kv = hidden // self.num_attention_heads * self.num_key_value_heads
        yield "model.embed_tokens.weight", (self.vocab_size, hidden)
        for index in range(self.num_hidden_layers):
            layer = f"model.layers.{index}."
            yield layer + "self_attn.q_proj.weight", (hidden, hidden)
            yield layer + "self_attn.k_proj.weight", (kv, hidden)
            yield layer + "self_attn.v_proj.weight", (kv, hidden)
            yield layer + "self_attn.o_proj.weight", (hidden, hidden)
            yield layer + "mlp.gate_proj.weight", (inner, hidden)
            yield layer + "mlp.up_proj.weight", (inner, hidden)
            yield layer + "mlp.down_proj.weight", (hidden, inner)
            yield layer + "input_layernorm.weight", (hidden,)
            yield layer + "post_attention_layernorm.weight", (hidden,)
        yield "model.norm.weight", (hidden,)
        yield "lm_head.weight", (self.vocab_size, hidden)

    @property
    def nbytes(self) -> int:
        """Bytes of all weights in bfloat16."""
        return nbytes_of(self.tensors())

    def config(self) -> dict[str, object]:
        return {
            "architectures": ["LlamaForCausalLM"],
            "attention_bias": False,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "hidden_act": "silu",
            "hidden_size": self.hidden_size,
            "initializer_range": 0.02,
            "intermediate_size": self.intermediate_size,
            "max_position_embeddings": 2048,
            "model_type": "llama",
            "num_attention_heads": self.num_attention_heads,
            "num_hidden_layers": self.num_hidden_layers,
            "num_key_value_heads": self.num_key_value_heads,
            "rms_norm_eps": 1e-05,
            "rope_scaling": None,
            "rope_theta": 10000.0,
            "tie_word_embeddings": False,
            "torch_dtype": "bfloat16",
            "use_cache": True,
            "vocab_size": self.vocab_size,
        }


TINYLLAMA = Shape("tinyllama-1.1b", 2048, 5632, 22, 32, 4, 32000)
QUICK = Shape("quick-100mb", 512, 1408, 6, 8, 4, 32000)


def nbytes_of(tensors: Iterable[tuple[str, tuple[int, ...]]]) -> int:
    """Bytes of these tensors in bfloat16."""
    return 2 * sum(math.prod(shape) for _, shape in tensors)


def make_checkpoint(shape: Stored, cache: Path) -> Path:
    """A folder with ``shape`` as bfloat16 safetensors shards and their index; made if it is not there yet.

    The numbers come from one seeded generator, so every machine with the same PyTorch gets the same bytes.
    The folder appears under its name only when it is complete.
    """
    folder = cache / f"{shape.name}-bf16-{shape.shards}-shards"
    if (folder / _CONFIG).is_file():
        return folder
    draft = cache / f"{folder.name}.{os.getpid()}.tmp"
    draft.mkdir(parents=True)
    try:
        _write(shape, draft)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    os.sync()  # or the write-back would run through the first timings
    return folder


def _write(shape: Stored, folder: Path) -> None:
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    weight_map: dict[str, str] = {}
    for number, shard in enumerate(_split(shape), start=1):
        file = f"model-{number:05d}-of-{shape.shards:05d}.safetensors"
        tensors = {}
        for name, size in shard:
            tensor = torch.empty(size, dtype=torch.bfloat16).normal_(0.0, 0.02, generator=generator)
            tensors[name] = tensor + 1 if len(size) == 1 else tensor  # a norm's scale lies around 1
        save_file(tensors, str(folder / file), metadata={"format": "pt"})
        weight_map |= dict.fromkeys(tensors, file)
    index = {"metadata": {"total_size": shape.nbytes}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    (folder / "generation_config.json").write_text(json.dumps({"bos_token_id": 1, "eos_token_id": 2}) + "\n")
    (folder / _CONFIG).write_text(json.dumps(shape.config(), indent=2) + "\n")


def _split(shape: Stored) -> list[list[tuple[str, tuple[int, ...]]]]:
    """The tensors in order, cut into ``shape.shards`` parts of about equal bytes."""
    parts: list[list[tuple[str, tuple[int, ...]]]] = [[] for _ in range(shape.shards)]
    begin, nbytes = 0, shape.nbytes
    for name, size in shape.tensors():
        middle = begin + math.prod(size)  # in bytes: half of two bytes an element
        parts[middle * shape.shards // nbytes].append((name, size))
        begin += 2 * math.prod(size)
    return parts
