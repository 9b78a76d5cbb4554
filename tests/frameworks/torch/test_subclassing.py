"""Models of one's own: derived from a class with a head, or from a family's abstract class."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from frameworks.torch import tiny
from torch import Tensor, nn

import loadstone
from loadstone.errors import ArgumentError, MissingTensors, UnknownArgument


class Scored(loadstone.LlamaForCausalLM):
    """A language model with a value head, as reinforcement learning uses."""

    optional_parts = (("value",),)

    def __init__(self, config: Any, scale: float = 1.0) -> None:
        super().__init__(config)
        self.scale = scale
        self.value = nn.Linear(config.hidden_size, 1)

    def values(self, ids: Tensor) -> Tensor:
        return self.scale * self.value(self.model(ids).last_hidden_state)[..., 0]


class Pair(loadstone.BertPreTrainedModel):
    """A cross encoder with a head and a constant of its own."""

    optional_parts: ClassVar = (("head",), ("bert.pooler",))

    def __init__(self, config: Any, *, labels: int = 3) -> None:
        super().__init__(config)
        self.bert = loadstone.BertModel(config)
        self.head = nn.Sequential(nn.Linear(config.hidden_size, 8), nn.Tanh(), nn.Linear(8, labels))
        self.post_init()

    def forward(self, input_ids: Tensor) -> Tensor:
        return self.head(self.bert(input_ids).pooler_output)


class Undeclared(loadstone.BertPreTrainedModel):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.bert = loadstone.BertModel(config, add_pooling_layer=False)
        self.classifier = nn.Linear(config.hidden_size, 2)


def test_a_class_with_a_head_can_be_extended_and_loaded(tmp_path: Path) -> None:
    base = tiny.llama()
    model = Scored.from_pretrained(tiny.saved(base, tmp_path / "base"), scale=2.0)
    assert isinstance(model, Scored) and model.scale == 2.0
    assert torch.equal(model(tiny.IDS).logits, base(tiny.IDS).logits)
    assert set(model.load_report.initialized) == {"value.weight", "value.bias"}
    assert model.value.weight.abs().sum() > 0
    assert model.generate(tiny.IDS, max_new_tokens=2).shape == (2, 8)
    again = Scored.from_pretrained(tiny.saved(model, tmp_path / "own"), scale=2.0)
    assert not again.load_report.initialized
    assert torch.equal(again.values(tiny.IDS), model.values(tiny.IDS))


@pytest.mark.parametrize("class_name", ["BertForMaskedLM", "BertModel"])
def test_a_class_on_a_familys_parts_loads_with_and_without_the_prefix(class_name: str, tmp_path: Path) -> None:
    base = tiny.model(class_name, "bert")
    model = Pair.from_pretrained(tiny.saved(base, tmp_path), labels=5)
    inner = base.bert if class_name == "BertForMaskedLM" else base
    expected = inner(tiny.IDS).last_hidden_state
    assert torch.equal(model.bert(tiny.IDS).last_hidden_state, expected)
    assert model(tiny.IDS).shape == (2, 5)
    fresh = {name.split(".")[0] for name in model.load_report.initialized}
    assert fresh == ({"head", "bert"} if class_name == "BertForMaskedLM" else {"head"})
    assert all(model.get_parameter(name).isfinite().all() for name in model.load_report.initialized)


def test_a_class_on_a_familys_parts_does_what_all_models_do(tmp_path: Path) -> None:
    model = Pair(tiny.config("bert"))
    assert model.base_model is model.bert
    assert model.get_input_embeddings() is model.bert.embeddings.word_embeddings
    model.gradient_checkpointing_enable()
    assert model.bert.gradient_checkpointing and model.is_gradient_checkpointing
    assert model.resize_token_embeddings(70).weight.shape == (70, 32)
    assert model.config.vocab_size == 70
    model.eval()
    again = Pair.from_pretrained(tiny.saved(model, tmp_path))
    assert torch.equal(again(tiny.IDS), model(tiny.IDS))


def test_a_slot_that_nobody_declares_optional_is_missing(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path)
    with pytest.raises(MissingTensors) as caught:
        Undeclared.from_pretrained(folder)
    assert [fault.where for fault in caught.value.faults] == ["classifier.weight", "classifier.bias"]
    assert "(2, 32)" in str(caught.value)


def test_keywords_reach_the_class_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.llama(), tmp_path)
    with pytest.raises(UnknownArgument, match="scael"):
        Scored.from_pretrained(folder, scael=2.0)
    for own in ("component", "self"):
        with pytest.raises((UnknownArgument, TypeError), match=own):
            Scored.from_pretrained(folder, **{own: 1})


def test_fresh_numbers_of_a_strange_module_leave_loaded_ones_alone() -> None:
    from loadstone.frameworks.torch.modeling.initialize import initialize

    model = nn.Module()
    model.linear = nn.Linear(4, 4)
    model.norm = nn.BatchNorm1d(4)
    model.attention = nn.MultiheadAttention(4, 2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(7.0)
    model.norm.running_mean.fill_(7.0)
    initialize(model, {"linear.bias", "norm.weight", "attention.in_proj_weight"})
    assert (model.linear.weight == 7).all() and (model.linear.bias != 7).all()
    assert (model.norm.weight == 1).all() and (model.norm.bias == 7).all() and (model.norm.running_mean == 7).all()
    assert (model.attention.in_proj_weight != 7).all() and model.attention.in_proj_weight.std() > 0
    assert (model.attention.out_proj.bias == 7).all() and (model.attention.in_proj_bias == 7).all()


def test_abstract_classes_say_that_they_have_no_parts(tmp_path: Path) -> None:
    folder = tiny.saved(tiny.bert(), tmp_path)
    for cls in (loadstone.PreTrainedModel, loadstone.BertPreTrainedModel):
        with pytest.raises(ArgumentError, match=f"{cls.__name__} is the base class of models"):
            cls.from_pretrained(folder)
