"""Tiny checkpoints with a tokenizer, as the commands meet them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from typer.testing import CliRunner

from loadstone.cli.app import app

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "mat", "where", "is", "?", "."]
SIZES = {
    "vocab_size": len(WORDS),
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "max_position_embeddings": 24,
    "pad_token_id": 0,
}


def write_tokenizer(folder: Path) -> None:
    """A tokenizer of whole words, with BERT's special tokens around a text or a pair."""
    tokenizer = Tokenizer(models.WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(WORDS[:5])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    # What a file asks for itself must not leak into a batch.
    tokenizer.enable_padding(length=20)
    tokenizer.enable_truncation(4)
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    (folder / "tokenizer_config.json").write_text(json.dumps({**special, "model_max_length": 10**30}))


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function: the name of a class in transformers → a folder with a tiny random model of that class."""
    made: dict[str, Path] = {}

    def make(class_name: str) -> Path:
        if class_name not in made:
            import torch
            import transformers

            torch.manual_seed(0)
            model_class = getattr(transformers, class_name)
            sizes = dict(SIZES)
            if class_name.startswith("Llama"):
                sizes |= {"bos_token_id": 2, "eos_token_id": 3}
            folder = tmp_path_factory.mktemp(class_name)
            labels = {"id2label": {0: "calm", 1: "glad", 2: "cross"}} if "Classification" in class_name else {}
            model_class(model_class.config_class(**sizes, **labels)).save_pretrained(folder)
            write_tokenizer(folder)
            made[class_name] = folder
        return made[class_name]

    return make


def loadstone(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in this process, where its libraries are loaded already; an error that is not ours passes through."""
    done = CliRunner().invoke(
        app, [*map(str, arguments)], env={"COLUMNS": "100", **environment}, catch_exceptions=False
    )
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def loadstone_process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command, in a process of its own, its output piped."""
    return subprocess.run(
        [sys.executable, "-m", "loadstone.cli", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "COLUMNS": "100", **environment},
    )
