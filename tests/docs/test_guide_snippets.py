"""The PyTorch snippets of the guide that Loadstone stands in for run with only the import changed.

Each ``SNIPPETS`` entry is a snippet as that guide has it, with ``transformers`` replaced. The ids lead to tiny
models in a Hub cache on this machine. One number differs, where it says so: a tiny model fits one 5 GB shard.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from forks import Forks

GUIDE = Path(__file__).parents[3] / "shared" / "guide.txt"

SNIPPETS = {
    "load with automatic dtype and placement": """\
from loadstone import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf", torch_dtype="auto", device_map="auto")
""",
    "AutoClass or model-specific class": """\
from loadstone import AutoModelForCausalLM, MistralForCausalLM

# load with AutoClass or model-specific class
model = AutoModelForCausalLM.from_pretrained("mistralai/Mistral-7B-v0.1", torch_dtype="auto", device_map="auto")
model = MistralForCausalLM.from_pretrained("mistralai/Mistral-7B-v0.1", torch_dtype="auto", device_map="auto")
""",
    "one API for three tasks": """\
from loadstone import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoModelForQuestionAnswering

# use the same API for 3 different tasks
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")
model = AutoModelForSequenceClassification.from_pretrained("meta-llama/Llama-2-7b-hf")
model = AutoModelForQuestionAnswering.from_pretrained("meta-llama/Llama-2-7b-hf")
""",
    "one API for three models": """\
from loadstone import AutoModelForCausalLM

# use the same API to load 3 different models
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")
model = AutoModelForCausalLM.from_pretrained("mistralai/Mistral-7B-v0.1")
model = AutoModelForCausalLM.from_pretrained("google/gemma-7b")
""",
    "sharded checkpoints": """\
from loadstone import AutoModel
import tempfile
import os

model = AutoModel.from_pretrained("biomistral/biomistral-7b")
with tempfile.TemporaryDirectory() as tmp_dir:
    model.save_pretrained(tmp_dir, max_shard_size="5GB")
    print(sorted(os.listdir(tmp_dir)))

with tempfile.TemporaryDirectory() as tmp_dir:
    model.save_pretrained(tmp_dir)
    new_model = AutoModel.from_pretrained(tmp_dir)

from loadstone.modeling_utils import load_sharded_checkpoint

with tempfile.TemporaryDirectory() as tmp_dir:
    model.save_pretrained(tmp_dir, max_shard_size="5GB")
    load_sharded_checkpoint(model, tmp_dir)

import json

with tempfile.TemporaryDirectory() as tmp_dir:
    model.save_pretrained(tmp_dir, max_shard_size="5GB")
    with open(os.path.join(tmp_dir, "model.safetensors.index.json"), "r") as f:
        index = json.load(f)

print(index.keys())

index["metadata"]
index["weight_map"]
""",
    "big model inference": """\
from loadstone import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("google/gemma-7b", device_map="auto")

device_map = {"model.layers.1": 0, "model.layers.14": 1, "model.layers.31": "cpu", "lm_head": "disk"}
model.hf_device_map
""",
    "a specific dtype": """\
import torch
from loadstone import AutoModelForCausalLM

gemma = AutoModelForCausalLM.from_pretrained("google/gemma-7b", torch_dtype=torch.float16)
""",
    "a dtype in the config": """\
import torch
from loadstone import AutoConfig, AutoModel

my_config = AutoConfig.from_pretrained("google/gemma-2b", torch_dtype=torch.float16)
model = AutoModel.from_config(my_config)
""",
}

CHECKS = {
    "load with automatic dtype and placement": "assert str(model.dtype) == 'torch.bfloat16'",
    "AutoClass or model-specific class": "assert type(model) is MistralForCausalLM",
    "one API for three tasks": "assert type(model).__name__ == 'LlamaForQuestionAnswering'",
    "one API for three models": "assert type(model).__name__ == 'GemmaForCausalLM'",
    "sharded checkpoints": (
        "assert set(index) == {'metadata', 'weight_map'}\n"
        "assert len(set(index['weight_map'].values())) > 1\n"
        "assert index['metadata']['total_size'] == sum(p.nbytes for p in model.parameters())\n"
        "assert all((a == b).all() for a, b in zip(model.state_dict().values(), new_model.state_dict().values()))"
    ),
    "big model inference": "assert isinstance(model.hf_device_map, dict) and model.hf_device_map",
    "a specific dtype": "assert gemma.dtype is torch.float16",
    "a dtype in the config": "assert model.dtype is torch.float16",
}


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippet_runs_with_only_the_import_changed(name: str, forks_with_hub: Forks) -> None:
    snippet = SNIPPETS[name].replace('"5GB"', '"50KB"')
    done = forks_with_hub.run(f"{snippet}\n{CHECKS[name]}")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SNIPPETS)
def test_snippet_is_word_for_word_the_guides(name: str) -> None:
    if not GUIDE.is_file():
        pytest.skip(f"an extra test: {GUIDE} is not on this machine")
    lines = set(GUIDE.read_text("utf-8").splitlines())
    ours = [line.replace("from loadstone", "from transformers") for line in SNIPPETS[name].splitlines()]
    assert [line for line in ours if line not in lines] == []
