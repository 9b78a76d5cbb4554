"""Loads models onto a mesh of eight CPU devices and prints what it found, as JSON. Run by ``test_sharding.py``."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
from flax import nnx
from jax.sharding import Mesh, PartitionSpec

import loadstone
from loadstone.errors import ArgumentError

IDS = np.array([[5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16]])


def mesh(*sizes: int, names: tuple[str, ...] = ("model",)) -> Mesh:
    return Mesh(np.array(jax.devices()).reshape(sizes), names)


def logits(model: Any) -> Any:
    return np.asarray(model(IDS).logits)


def error(act: Callable[[], Any]) -> str:
    try:
        act()
    except ArgumentError as found:
        return str(found)
    return "no error"


def gradients(model: Any) -> list[Any]:
    return [np.asarray(each) for each in jax.tree.leaves(nnx.grad(lambda m: m(IDS, labels=IDS).loss)(model))]


def facts(folder: Path, placed: Any) -> dict[str, Any]:
    """A model on a mesh beside the same one on one device."""
    alone = loadstone.FlaxAutoModelForCausalLM.from_pretrained(folder)
    spread = loadstone.FlaxAutoModelForCausalLM.from_pretrained(folder, sharding=placed)
    held: dict[str, int] = {}
    for leaf in {id(each): each for each in jax.tree.leaves(spread)}.values():
        for shard in leaf.addressable_shards:
            held[str(shard.device)] = held.get(str(shard.device), 0) + shard.data.nbytes
    with tempfile.TemporaryDirectory() as again:
        spread.save_pretrained(again)
        kept = loadstone.FlaxAutoModelForCausalLM.from_pretrained(again)
        same = all(np.array_equal(*pair) for pair in zip(jax.tree.leaves(kept), jax.tree.leaves(alone), strict=True))
    return {
        "difference": float(np.abs(logits(alone) - logits(spread)).max()),
        "saved_alike": same,
        "read": dict(spread.about.nbytes_by_device),
        "held": held,
        "total": alone.get_memory_footprint(),
        "device": spread.load_report.device,
        "specs": {name: str(tuple(slot.sharding.spec)) for name, slot in named(spread).items()},
    }


def same_text(alone: Any, spread: Any) -> bool:
    """Whether a model on a mesh generates what the same one on one device does."""
    return bool(np.array_equal(alone.generate(IDS, max_new_tokens=4), spread.generate(IDS, max_new_tokens=4)))


def named(model: Any) -> dict[str, Any]:
    return {".".join(map(str, path)): slot for path, slot in nnx.to_flat_state(nnx.state(model, nnx.Param))}


def main(folder: Path) -> None:
    llama, experts, bert = folder / "llama", folder / "experts", folder / "bert"
    load = loadstone.FlaxAutoModelForCausalLM.from_pretrained
    alone, spread = load(llama), load(llama, sharding=mesh(8))
    gradient_pairs = zip(gradients(alone), gradients(spread), strict=True)
    classifier = loadstone.FlaxBertForSequenceClassification.from_pretrained(bert, sharding=mesh(8))
    half = load(llama, sharding=mesh(8), dtype="bfloat16")
    found = {
        "tensor_parallel": facts(llama, mesh(8)),
        "two_axes": facts(llama, mesh(2, 4, names=("data", "model"))),
        "explicit_axes": facts(llama, jax.make_mesh((8,), ("model",))),
        "experts": facts(experts, mesh(8)),
        "rules": facts(
            llama,
            (
                mesh(4, 2, names=("x", "y")),
                {r"_proj\.weight$": PartitionSpec("y", "x"), r"norm": PartitionSpec(), ".": PartitionSpec("x")},
            ),
        ),
        "uneven_rule": error(lambda: load(llama, sharding=(mesh(8), {"lm_head": PartitionSpec(None, None, "model")}))),
        "unknown_axis": error(lambda: load(llama, sharding=(mesh(8), {"norm": PartitionSpec("pipe")}))),
        "same_text": same_text(alone, spread),
        "gradients": max(float(np.abs(one - other).max()) for one, other in gradient_pairs),
        "new_parts": str(classifier.classifier.weight.sharding.is_fully_replicated),
        "new_part_devices": len(classifier.classifier.weight.devices()),
        "half": [str(half.dtype), dict(half.about.nbytes_by_device)],
        "resize": error(lambda: spread.resize_token_embeddings(65)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
