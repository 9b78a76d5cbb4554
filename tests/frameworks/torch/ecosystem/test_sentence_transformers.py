"""sentence-transformers with an encoder of ours in its module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from frameworks.torch import tiny
from frameworks.torch.ecosystem.words import text, tokenizer

import loadstone

pytestmark = pytest.mark.long

TEXTS = [text(number, 3 + number) for number in range(5)]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    folder = tiny.saved(tiny.model("BertModel", "bert", **still), tmp_path / "base")
    tokenizer(pairs=True).save_pretrained(folder)
    return folder


def embedder(base: Path, is_ours: bool) -> Any:
    from sentence_transformers import SentenceTransformer

    made = SentenceTransformer(str(base), device="cpu")
    if is_ours:
        made[0].model = loadstone.AutoModel.from_pretrained(base)
        assert made.transformers_model is made[0].model
    return made


def test_texts_lie_where_they_do_with_transformers(base: Path, tmp_path: Path) -> None:
    ours, theirs = embedder(base, True), embedder(base, False)
    expected = torch.from_numpy(theirs.encode(TEXTS))
    torch.testing.assert_close(torch.from_numpy(ours.encode(TEXTS)), expected, atol=1e-5, rtol=1e-5)
    ours.save(str(tmp_path / "saved"))
    torch.testing.assert_close(
        torch.from_numpy(embedder(tmp_path / "saved", False).encode(TEXTS)), expected, atol=1e-5, rtol=1e-5
    )


def test_its_trainer_gives_the_same_losses(base: Path, tmp_path: Path) -> None:
    import datasets
    from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments, losses

    pairs = [{"anchor": text(number), "positive": text(number + 1)} for number in range(8)]
    seen = []
    for is_ours in (True, False):
        model = embedder(base, is_ours)
        trainer = SentenceTransformerTrainer(
            model,
            SentenceTransformerTrainingArguments(
                str(tmp_path / str(is_ours)),
                max_steps=3,
                per_device_train_batch_size=4,
                logging_steps=1,
                learning_rate=1e-2,
                seed=1,
                use_cpu=True,
                report_to=[],
                disable_tqdm=True,
            ),
            train_dataset=datasets.Dataset.from_list(pairs),
            loss=losses.MultipleNegativesRankingLoss(model),
        )
        trainer.train()
        seen.append([entry["loss"] for entry in trainer.state.log_history if "loss" in entry])
    torch.testing.assert_close(*seen, atol=1e-5, rtol=1e-5)
