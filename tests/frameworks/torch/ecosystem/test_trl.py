"""TRL's trainers on models and tokenizers of ours and of transformers: the same losses, with and without adapters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import peft
import pytest
import torch
import transformers
from frameworks.torch import tiny
from frameworks.torch.ecosystem.words import text, tokenizer

import loadstone

pytestmark = pytest.mark.long

SETTINGS: dict[str, Any] = dict(
    max_steps=3,
    per_device_train_batch_size=2,
    logging_steps=1,
    seed=1,
    learning_rate=1e-2,
    use_cpu=True,
    bf16=False,
    report_to=[],
    disable_tqdm=True,
)
TEXTS = [{"text": text(number)} for number in range(8)]
PREFERENCES = [
    {"prompt": text(number), "chosen": " " + text(number + 1), "rejected": " " + text(number + 2)}
    for number in range(8)
]


def lengths(completions: list[str], **others: object) -> list[float]:
    return [float(len(set(completion))) for completion in completions]


def trainer(method: str, model: Any, words: Any, folder: Path, adapter: peft.LoraConfig | None) -> Any:
    import datasets
    import trl

    shared = {"processing_class": words, "peft_config": adapter}
    pairs = datasets.Dataset.from_list(PREFERENCES)
    if method == "sft":
        given = trl.SFTConfig(str(folder), max_length=16, **SETTINGS)
        return trl.SFTTrainer(model, given, train_dataset=datasets.Dataset.from_list(TEXTS), **shared)
    if method == "dpo":
        return trl.DPOTrainer(model, args=trl.DPOConfig(str(folder), **SETTINGS), train_dataset=pairs, **shared)
    if method == "reward":
        given = trl.RewardConfig(str(folder), **SETTINGS)
        return trl.RewardTrainer(model, given, train_dataset=pairs.remove_columns("prompt"), **shared)
    given = trl.GRPOConfig(str(folder), max_completion_length=6, num_generations=2, **SETTINGS)
    prompts = pairs.select_columns(["prompt"])
    return trl.GRPOTrainer(model, reward_funcs=lengths, args=given, train_dataset=prompts, **shared)


@pytest.mark.parametrize("adapted", [False, True], ids=["whole", "lora"])
@pytest.mark.parametrize("method", ["sft", "dpo", "reward", "grpo"])
def test_losses_are_those_on_transformers(method: str, adapted: bool, tmp_path: Path) -> None:
    name, auto = ("LlamaForCausalLM", "AutoModelForCausalLM")
    if method == "reward":
        name, auto = ("LlamaForSequenceClassification", "AutoModelForSequenceClassification")
    labels = {"num_labels": 1} if method == "reward" else {}
    base = tiny.saved(tiny.model(name, "llama", pad_token_id=0, eos_token_id=2, **labels), tmp_path / "base")
    task = "SEQ_CLS" if method == "reward" else "CAUSAL_LM"
    tokenizer().save_pretrained(base)
    losses, folders = [], []
    for library in (loadstone, transformers):
        adapter = peft.LoraConfig(r=4, task_type=task, target_modules="all-linear") if adapted else None
        model, folder = getattr(library, auto).from_pretrained(base), tmp_path / library.__name__
        words = library.AutoTokenizer.from_pretrained(base)
        torch.manual_seed(0)
        made = trainer(method, model, words, folder, adapter)
        made.train()
        losses.append([entry["loss"] for entry in made.state.log_history if "loss" in entry])
        folders.append(folder / "checkpoint-3")
    assert losses[0] == losses[1] and len(losses[0]) == 3
    assert {file.name for file in folders[0].iterdir()} == {file.name for file in folders[1].iterdir()}
