"""Folders of sentence-transformers, small and written by hand, so that no test need import it to have one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from cli.conftest import SIZES, WORDS, write_tokenizer

MODES = ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")
TEXTS = ["the cat sat", "the cat sat on the mat .", "where is the mat ?"]
IDS = np.array([[2, 5, 6, 3, 0, 0, 0], [2, 5, 6, 7, 8, 9, 3], [2, 10, 11, 5, 3, 0, 0]])
MASK = np.array([[1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0]])
LEFT = {"input_ids": np.array([np.roll(row, sum(row == 0)) for row in IDS]), "attention_mask": MASK[:, ::-1].copy()}
RIGHT = {"input_ids": IDS, "attention_mask": MASK}
Module = tuple[str, Mapping[str, Any], Mapping[str, np.ndarray]]


def pooling(*modes: str, width: int = 16, **keys: Any) -> Module:
    """As newer files have it."""
    return "Pooling", {"embedding_dimension": width, "pooling_mode": list(modes), "include_prompt": True, **keys}, {}


def dense(inputs: int, outputs: int, bias: bool = True, activation: str = "activation.Tanh", **keys: Any) -> Module:
    """With random weights."""
    rng = np.random.default_rng(inputs)
    weights = {"linear.weight": rng.normal(0, 0.3, (outputs, inputs)).astype(np.float32)}
    if bias:
        weights["linear.bias"] = rng.normal(0, 0.3, (outputs,)).astype(np.float32)
    config = {"in_features": inputs, "out_features": outputs, "bias": bias}
    return "Dense", {**config, "activation_function": f"torch.nn.modules.{activation}", **keys}, weights


NORMALIZE: Module = ("Normalize", {}, {})


def encoder(folder: Path, class_name: str = "BertModel", **keys: Any) -> Path:
    """A folder with an encoder of transformers and its tokenizer."""
    import torch
    import transformers

    torch.manual_seed(0)
    model_class = getattr(transformers, class_name)
    model_class(model_class.config_class(**{**SIZES, "num_hidden_layers": 2, **keys})).save_pretrained(folder)
    write_tokenizer(folder)
    return folder


def add_modules(
    folder: Path, modules: Sequence[Module], settings: Mapping[str, Any] | None = None, **first: Any
) -> Path:
    """``modules.json``, and a folder for each module after the encoder. ``first``: ``sentence_bert_config.json``."""
    from safetensors.numpy import save_file

    listed = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
    for index, (kind, config, weights) in enumerate(modules, 1):
        path = f"{index}_{kind}"
        home = "sparse_encoder.models" if kind == "SpladePooling" else "models"
        listed.append({"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.{home}.{kind}"})
        (folder / path).mkdir()
        if config:
            (folder / path / "config.json").write_text(json.dumps(config))
        if weights:
            save_file(dict(weights), folder / path / "model.safetensors")
    (folder / "modules.json").write_text(json.dumps(listed))
    if first:
        (folder / "sentence_bert_config.json").write_text(json.dumps(first))
    if settings is not None:
        (folder / "config_sentence_transformers.json").write_text(json.dumps(settings))
    return folder


def pooled(states: np.ndarray, mask: np.ndarray, mode: str) -> np.ndarray:
    """What a way to pool says, text by text: of the states (tokens, width) that the mask shows."""
    rows = []
    for x, shown in zip(states, mask, strict=True):
        seen = x[shown == 1]
        weights = np.arange(1, len(seen) + 1)[:, None]
        rows.append(
            {
                "cls": seen[0],
                "max": seen.max(0),
                "mean": seen.mean(0),
                "mean_sqrt_len_tokens": seen.sum(0) / len(seen) ** 0.5,
                "weightedmean": (seen * weights).sum(0) / weights.sum(),
                "lasttoken": seen[-1],
            }[mode]
        )
    return np.stack(rows)


assert len(WORDS) == SIZES["vocab_size"]
