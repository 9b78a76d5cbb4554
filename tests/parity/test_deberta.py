"""The DeBERTa families: what is theirs alone beside the tables in :mod:`modal_families`."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.architectures.components.disentangled import DistanceLayers

from .modal import IN_FRAMEWORKS, Made
from .modal_families import deberta, deberta_v2

NEWER = transformers.models.deberta_v2.modeling_deberta_v2


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Made:
    config = transformers.DebertaV2Config(**deberta_v2.PARITY.plain)
    return Made("DebertaV2ForSequenceClassification", config, tmp_path_factory.mktemp("deberta"))


@pytest.mark.parametrize("framework", IN_FRAMEWORKS)
def test_several_numbers_for_a_text_are_the_shares_of_its_classes(classifier: Made, framework: str) -> None:
    given = {**deberta_v2.PARITY.inputs("DebertaV2Model", classifier.model.config)}
    shares = torch.tensor([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]])
    classifier.check({**given, "labels": shares}, "loss", frameworks=(framework,))


@pytest.mark.parametrize(("buckets", "longest"), [(256, 512), (32, 128), (5, 100), (4, 8)])
def test_buckets_are_those_of_transformers_up_to_the_last(buckets: int, longest: int) -> None:
    far = torch.arange(2000)
    expected = NEWER.make_log_bucket_position(far, buckets, longest).long().clamp(max=buckets)
    starts = torch.tensor(DistanceLayers((), buckets=buckets, longest=longest).starts)
    assert (far.clamp(max=buckets // 2) + (far[:, None] >= starts).sum(1)).equal(expected)


def test_what_files_of_pretraining_have_besides_is_left(tmp_path: Path) -> None:
    """DeBERTa 3 was trained to tell which tokens are replaced; its files have that head, and unused positions."""
    config = transformers.DebertaV2Config(**deberta_v2.PARITY.plain, legacy=False)
    transformers.DebertaV2ForMaskedLM(config).save_pretrained(tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    head = {f"mask_predictions.{part}.weight": torch.zeros(16) for part in ("dense", "LayerNorm", "classifier")}
    stored |= {**head, "deberta.embeddings.position_embeddings.weight": torch.zeros(22, 16)}
    save_file(stored, tmp_path / "model.safetensors", {"format": "pt"})
    model = loadstone.DebertaV2ForMaskedLM.from_pretrained(tmp_path)
    assert not model.load_report.unused and not model.load_report.initialized


@pytest.mark.parametrize(
    ("family", "keys"),
    [
        ("deberta-v2", {"pos_att_type": "c2p|p2p"}),
        ("deberta-v2", {"position_buckets": 300, "max_relative_positions": 100}),
        ("deberta-v2", {"position_buckets": 1 << 30}),
        ("deberta-v2", {"conv_kernel_size": 4}),
        ("deberta-v2", {"conv_kernel_size": 3, "conv_groups": 7}),
        ("deberta-v2", {"attention_head_size": 3}),
        ("deberta", {"talking_head": True}),
        ("deberta", {"embedding_size": 12, "legacy": False}),
        ("deberta", {"pooler_hidden_size": 12}),
    ],
)
def test_what_is_not_computed_is_refused(family: str, keys: dict[str, object]) -> None:
    plain = {"deberta": deberta, "deberta-v2": deberta_v2}[family].PARITY.plain
    with pytest.raises(loadstone.errors.InvalidConfig, match=rf"config key '({'|'.join(keys)})'"):
        loadstone.AutoConfig.for_model(family, **(dict(plain) | keys))
