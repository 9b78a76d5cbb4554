"""``resize_token_embeddings``, as fine-tuning scripts call it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone
from loadstone.errors import ArgumentError, UnknownArgument


@pytest.mark.parametrize("count", [70, 60])
@pytest.mark.parametrize("tied", [True, False])
def test_llama_grows_and_shrinks_and_keeps_its_old_rows(count: int, tied: bool, tmp_path: Path) -> None:
    model = tiny.llama(tie_word_embeddings=tied)
    before = tiny.numbers(model)
    assert model.resize_token_embeddings(count) is model.model.embed_tokens
    assert model.config.vocab_size == count
    assert model.model.embed_tokens.num_embeddings == model.lm_head.out_features == count
    kept = min(count, 64)
    assert torch.equal(model.model.embed_tokens.weight[:kept], before["model.embed_tokens.weight"][:kept])
    assert torch.equal(model.lm_head.weight[:kept], before["lm_head.weight"][:kept])
    assert (model.lm_head.weight is model.model.embed_tokens.weight) == tied
    assert model(tiny.IDS, labels=tiny.IDS).logits.shape == (2, 6, count)
    again = loadstone.LlamaForCausalLM.from_pretrained(tiny.saved(model, tmp_path))
    assert torch.equal(again(tiny.IDS).logits, model(tiny.IDS).logits)


@pytest.mark.parametrize(
    ("class_name", "family", "tied"),
    [("LlamaForCausalLM", "llama", False), ("BertForMaskedLM", "bert", True), ("BertModel", "bert", True)],
)
def test_with_mean_resizing_new_rows_are_the_mean_of_the_old_as_in_transformers(
    class_name: str, family: str, tied: bool, tmp_path: Path
) -> None:
    base = tiny.saved(tiny.model(class_name, family, tie_word_embeddings=tied), tmp_path)
    resized = []
    for library in (loadstone, transformers):
        model = getattr(library, class_name).from_pretrained(base)
        model.resize_token_embeddings(70, mean_resizing=True)
        resized.append({name: tensor for name, tensor in model.state_dict().items() if tensor.shape[:1] == (70,)})
    assert resized[0] and resized[0].keys() == resized[1].keys()
    for name, rows in resized[0].items():
        torch.testing.assert_close(rows, resized[1][name], atol=1e-3, rtol=0, msg=name)


def test_keywords_of_resizing_are_taken_or_refused_by_name() -> None:
    model = tiny.llama()
    assert model.resize_token_embeddings(70, mean_resizing=False).weight.shape == (70, 32)
    with pytest.raises(UnknownArgument, match=r"'mean_resize'\. Did you mean 'mean_resizing'"):
        model.resize_token_embeddings(80, mean_resize=False)
    assert model.config.vocab_size == 70


def test_new_rows_follow_the_familys_scheme() -> None:
    model = tiny.llama(initializer_range=0.5)
    model.resize_token_embeddings(2064)
    new = model.model.embed_tokens.weight[64:]
    assert new.std().item() == pytest.approx(0.5, rel=0.05)
    assert model.lm_head.weight[64:].std().item() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(
    ("class_name", "family", "changes", "biases"),
    [
        ("BertForMaskedLM", "bert", {}, ("cls.predictions.bias", "cls.predictions.decoder.bias")),
        ("BertForMaskedLM", "bert", {"tie_word_embeddings": False}, ("cls.predictions.bias",)),
        ("RobertaForMaskedLM", "roberta", {}, ("lm_head.bias", "lm_head.decoder.bias")),
        ("ElectraForMaskedLM", "electra", {"embedding_size": 24}, ("generator_lm_head.bias",)),
    ],
)
def test_the_biases_of_a_language_head_follow(
    class_name: str, family: str, changes: dict[str, object], biases: tuple[str, ...]
) -> None:
    model = tiny.model(class_name, family, **changes)
    before = tiny.numbers(model)
    model.resize_token_embeddings(67)
    for name in biases:
        assert model.get_parameter(name).shape == (67,)
        assert torch.equal(model.get_parameter(name)[:64], before[name])
        assert not model.get_parameter(name)[64:].any()
    assert model(tiny.IDS).logits.shape[-1] == 67


@pytest.mark.parametrize("family", ["llama", "gpt2", "opt", "gpt_neox", "bert", "mpnet", "modernbert", "distilbert"])
def test_the_bare_model_of_any_family_grows(family: str) -> None:
    from parity.cases import PLAIN

    model = loadstone.AutoModel.from_config(loadstone.AutoConfig.for_model(family, **PLAIN[family])).eval()
    old = model.get_input_embeddings().weight.clone()
    model.resize_token_embeddings(101)
    assert model.get_input_embeddings().weight.shape[0] == 101
    assert torch.equal(model.get_input_embeddings().weight[: len(old)], old)
    assert model(torch.tensor([[100, 5, 6]])).last_hidden_state.isfinite().all()


def test_a_classifier_keeps_its_head_and_the_absence_of_a_pooler() -> None:
    model = tiny.model("BertForTokenClassification", "bert")
    head = model.classifier.weight.clone()
    model.resize_token_embeddings(70)
    assert torch.equal(model.classifier.weight, head)
    assert model.bert.component.pooler is None
    assert model(tiny.IDS).logits.shape == (2, 6, 2)


def test_sizes_round_up_and_an_equal_size_changes_nothing() -> None:
    model = tiny.llama()
    table = model.model.embed_tokens.weight
    assert model.resize_token_embeddings().weight is table
    assert model.resize_token_embeddings(64).weight is table
    assert model.resize_token_embeddings(65, pad_to_multiple_of=16).weight.shape == (80, 32)
    assert model.resize_token_embeddings(pad_to_multiple_of=32).weight.shape == (96, 32)


def test_dtype_trainability_and_hooks_are_kept() -> None:
    model = tiny.llama().bfloat16()
    model.model.embed_tokens.weight.requires_grad_(False)
    seen = []
    model.model.embed_tokens.register_forward_hook(lambda *_: seen.append(1))
    model.resize_token_embeddings(70)
    assert model.model.embed_tokens.weight.dtype == torch.bfloat16
    assert not model.model.embed_tokens.weight.requires_grad
    assert model.lm_head.weight.requires_grad
    model(tiny.IDS)
    assert seen


def test_nonsense_sizes_are_refused() -> None:
    model = tiny.llama()
    for arguments in ((0,), (-3,), (1.5,), (70, 0)):
        with pytest.raises(ArgumentError, match="at least 1"):
            model.resize_token_embeddings(*arguments)
    assert model.config.vocab_size == 64


@pytest.mark.parametrize("count", [np.int64(70), torch.tensor(70)], ids=["numpy", "torch"])
def test_an_integer_of_another_library_is_a_number_of_tokens(count: Any) -> None:
    model = tiny.llama()
    assert model.resize_token_embeddings(count).weight.shape == (70, 32)
    assert type(model.config.vocab_size) is int


@pytest.mark.parametrize("count", [True, 70.5, "70", 0], ids=repr)
def test_what_is_no_number_of_tokens_is_refused(count: Any) -> None:
    with pytest.raises(ArgumentError, match=r"new_num_tokens is .*, expected an integer of at least 1"):
        tiny.llama().resize_token_embeddings(count)
