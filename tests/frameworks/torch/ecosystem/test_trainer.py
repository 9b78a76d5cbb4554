"""transformers' ``Trainer`` on models of ours and of transformers: the same numbers, and checkpoints that both load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny
from frameworks.torch.ecosystem.words import tokenizer
from safetensors.torch import load_file

import loadstone

STEPS = 4
CHECKPOINT = f"checkpoint-{STEPS}"


@pytest.fixture(scope="module", params=[True, False], ids=["tied", "untied"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tiny.llama(tie_word_embeddings=request.param), tmp_path_factory.mktemp("base"))


def texts(count: int, seed: int = 0) -> list[dict[str, Any]]:
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.randint(3, 64, (8,), generator=generator).tolist() for _ in range(count)]
    return [{"input_ids": row, "attention_mask": [1] * 8, "labels": row} for row in rows]


def arguments(folder: Path, cls: Any = transformers.TrainingArguments, **more: Any) -> Any:
    given: dict[str, Any] = {"max_steps": STEPS, "per_device_train_batch_size": 2, "logging_steps": 1, "seed": 1}
    quiet = {"use_cpu": True, "report_to": [], "disable_tqdm": True}
    return cls(str(folder), **given | quiet | {"learning_rate": 1e-2} | more)


def trained(library: Any, base: Path, folder: Path, **more: Any) -> transformers.Trainer:
    model = library.AutoModelForCausalLM.from_pretrained(base)
    resumed = more.pop("resume_from_checkpoint", None)
    trainer = transformers.Trainer(
        model, arguments(folder, **more), train_dataset=texts(16), eval_dataset=texts(4, seed=1)
    )
    trainer.train(resume_from_checkpoint=resumed)
    return trainer


def losses(trainer: transformers.Trainer) -> list[float]:
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "checkpointing": {"gradient_checkpointing": True},
    "bfloat16": {"bf16": True},
    "accumulated": {"gradient_accumulation_steps": 2},
    "best": {"eval_strategy": "steps", "eval_steps": 2, "save_steps": 2, "load_best_model_at_end": True},
}


@pytest.mark.parametrize(
    "way", ["plain", *(pytest.param(way, marks=pytest.mark.long) for way in WAYS if way != "plain")]
)
def test_training_gives_the_numbers_that_it_gives_on_transformers(way: str, base: Path, tmp_path: Path) -> None:
    ours = trained(loadstone, base, tmp_path / "ours", **WAYS[way])
    theirs = trained(transformers, base, tmp_path / "theirs", **WAYS[way])
    assert losses(ours) == losses(theirs) and len(losses(ours)) == STEPS
    assert ours.evaluate()["eval_loss"] == theirs.evaluate()["eval_loss"]
    predicted, expected = ours.predict(texts(4)), theirs.predict(texts(4))
    assert (predicted.predictions == expected.predictions).all() and predicted.label_ids.shape == (4, 8)
    folders = [tmp_path / name / CHECKPOINT for name in ("ours", "theirs")]
    assert {file.name for file in folders[0].iterdir()} == {file.name for file in folders[1].iterdir()}
    tiny.assert_same(*(load_file(folder / "model.safetensors") for folder in folders))
    kinds = [json.loads((folder / "config.json").read_text())["architectures"] for folder in folders]
    assert kinds == [["LlamaForCausalLM"]] * 2
    for library in (loadstone, transformers):
        again = library.AutoModelForCausalLM.from_pretrained(folders[0])
        assert torch.equal(
            again(tiny.IDS).logits, library.AutoModelForCausalLM.from_pretrained(folders[1])(tiny.IDS).logits
        )


@pytest.mark.parametrize(
    "checkpointing", [False, pytest.param(True, marks=pytest.mark.long)], ids=["", "checkpointing"]
)
def test_a_resumed_run_ends_with_the_same_bits(base: Path, checkpointing: bool, tmp_path: Path) -> None:
    more = {"save_steps": 2, "gradient_checkpointing": checkpointing}
    whole = trained(loadstone, base, tmp_path / "whole", **more)
    half = tmp_path / "whole" / "checkpoint-2"
    rest = trained(loadstone, base, tmp_path / "rest", resume_from_checkpoint=str(half), **more)
    assert losses(rest) == losses(whole)
    tiny.assert_same(tiny.numbers(rest.model), tiny.numbers(whole.model))
    tied = whole.model.config.tie_word_embeddings
    assert (rest.model.lm_head.weight is rest.model.model.embed_tokens.weight) == tied
    optimizers = [torch.load(tmp_path / name / CHECKPOINT / "optimizer.pt") for name in ("whole", "rest")]
    for index, state in optimizers[0]["state"].items():
        assert all(torch.equal(value, optimizers[1]["state"][index][name]) for name, value in state.items())


@pytest.mark.long
def test_a_run_of_transformers_goes_on_with_ours(base: Path, tmp_path: Path) -> None:
    theirs = trained(transformers, base, tmp_path / "theirs", save_steps=2)
    half = str(tmp_path / "theirs" / "checkpoint-2")
    ours = trained(loadstone, base, tmp_path / "ours", save_steps=2, resume_from_checkpoint=half)
    assert losses(ours) == losses(theirs)


LABELLED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "AutoModelForSequenceClassification": ("bert", {"labels": 1}, ["labels"]),
    "AutoModelForTokenClassification": ("bert", {"labels": [0, 1] * 4}, ["labels"]),
    "AutoModelForMaskedLM": ("bert", {"labels": [5] * 8}, ["labels"]),
    "AutoModelForQuestionAnswering": (
        "bert",
        {"start_positions": 1, "end_positions": 2},
        ["start_positions", "end_positions"],
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("auto", LABELLED)
def test_labels_are_found_and_losses_equal(auto: str, tmp_path: Path) -> None:
    family, labels, names = LABELLED[auto]
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    cls = getattr(loadstone, auto).from_config(tiny.config(family)).__class__.__name__
    base = tiny.saved(tiny.model(cls, family, **still), tmp_path / "base")
    rows = [{name: row[name] for name in ("input_ids", "attention_mask")} | labels for row in texts(8)]
    results = []
    for library in (loadstone, transformers):
        model = getattr(library, auto).from_pretrained(base)
        trainer = transformers.Trainer(
            model, arguments(tmp_path / library.__name__), train_dataset=rows, eval_dataset=rows
        )
        assert trainer.label_names == names
        trainer.train()
        results.append([*losses(trainer), trainer.evaluate()["eval_loss"]])
    torch.testing.assert_close(*results, atol=1e-5, rtol=1e-5)


@pytest.mark.long
def test_the_collators_of_transformers_feed_our_models(tmp_path: Path) -> None:
    rows = [{"input_ids": row["input_ids"][:length]} for row, length in zip(texts(8), [8, 5] * 4, strict=True)]
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    bert, llama = tiny.saved(tiny.bert(**still), tmp_path / "bert"), tiny.saved(tiny.llama(), tmp_path / "llama")
    for base, auto, options in (
        (bert, "AutoModelForMaskedLM", {"mlm_probability": 0.5, "seed": 0}),
        (llama, "AutoModelForCausalLM", {"mlm": False}),
    ):
        seen = []
        for library in (loadstone, transformers):
            trainer = transformers.Trainer(
                getattr(library, auto).from_pretrained(base),
                arguments(tmp_path / "run"),
                train_dataset=rows,
                data_collator=transformers.DataCollatorForLanguageModeling(tokenizer(), **options),
                processing_class=tokenizer(),
            )
            trainer.train()
            seen.append(losses(trainer))
        torch.testing.assert_close(*seen, atol=1e-5, rtol=1e-5)
        assert (tmp_path / "run" / CHECKPOINT / "tokenizer.json").exists()


@pytest.mark.long
def test_seq2seq_trainer_predicts_with_generate(tmp_path: Path) -> None:
    sizes = dict(vocab_size=64, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, dropout_rate=0.0)
    torch.manual_seed(0)
    made = loadstone.T5ForConditionalGeneration(
        loadstone.AutoConfig.for_model("t5", **sizes, decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)
    )
    base = tiny.saved(made, tmp_path / "base")
    rows = [{"input_ids": row["input_ids"], "labels": row["input_ids"][:4]} for row in texts(8)]
    results = []
    for library in (loadstone, transformers):
        model = library.AutoModelForSeq2SeqLM.from_pretrained(base)
        trainer = transformers.Seq2SeqTrainer(
            model,
            arguments(
                tmp_path / library.__name__,
                transformers.Seq2SeqTrainingArguments,
                predict_with_generate=True,
                generation_max_length=7,
                generation_num_beams=2,
            ),
            train_dataset=rows,
            eval_dataset=rows,
            data_collator=transformers.DataCollatorForSeq2Seq(tokenizer(), model=model),
            processing_class=tokenizer(),
        )
        trainer.train()
        predicted = trainer.predict(rows)
        results.append((losses(trainer), predicted.predictions.tolist(), predicted.metrics["test_loss"]))
    assert results[0][1] == results[1][1]
    torch.testing.assert_close([*results[0][0], results[0][2]], [*results[1][0], results[1][2]], atol=1e-5, rtol=1e-5)
