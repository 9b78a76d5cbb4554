"""Outputs and caches as PyTorch's own tools see them: trees to take apart, mappings to go through."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import accelerate.utils
import pytest
import torch
from frameworks.torch import tiny
from torch.utils import _pytree as pytree

import loadstone
from loadstone.frameworks.outputs import CausalLMOutput, ModelOutput

EXPORTED = [
    ("llama", "LlamaModel"),
    ("llama", "LlamaForCausalLM"),
    ("llama", "LlamaForSequenceClassification"),
    ("bert", "BertModel"),
    ("bert", "BertForMaskedLM"),
    ("bert", "BertForSequenceClassification"),
    ("bert", "BertForTokenClassification"),
    ("bert", "BertForQuestionAnswering"),
    ("gpt2", "GPT2LMHeadModel"),
    ("mixtral", "MixtralForCausalLM"),
]


def assert_same_output(actual: Any, expected: Any) -> None:
    assert type(actual) is type(expected) and actual.keys() == expected.keys()
    for one, other in zip(pytree.tree_leaves(actual), pytree.tree_leaves(expected), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("family", "class_name"), EXPORTED, ids=[name for _, name in EXPORTED])
def test_an_exported_model_gives_the_same_output_for_other_ids(family: str, class_name: str) -> None:
    model = tiny.model(class_name, family, pad_token_id=0)
    exported = torch.export.export(model, (tiny.IDS,), {"output_hidden_states": True})
    other = tiny.IDS.flip(0, 1)
    with torch.no_grad():
        actual = exported.module()(other, output_hidden_states=True)
        assert_same_output(actual, model(other, output_hidden_states=True))


def test_a_program_that_takes_a_cache_is_saved_and_goes_on_where_it_ends() -> None:
    model, (first, rest) = tiny.llama(), tiny.IDS.split([4, 2], dim=1)
    given = {"input_ids": rest, "past_key_values": model(first).past_key_values}
    file = io.BytesIO()
    torch.export.save(torch.export.export(model, (), given), file)
    file.seek(0)
    output = torch.export.load(file).module()(input_ids=rest, past_key_values=model(first).past_key_values)
    torch.testing.assert_close(output.logits, model(tiny.IDS).logits[:, 4:], atol=1e-5, rtol=1e-4)
    assert output.past_key_values.get_seq_length() == 6


def test_trees_name_what_an_output_holds_and_leave_out_what_is_not_set() -> None:
    output = tiny.llama()(tiny.IDS)
    paths = [pytree.keystr(path) for path, _ in pytree.tree_flatten_with_path(output)[0]]
    caches = [f".past_key_values.{kind}_cache[{layer}]" for kind in ("key", "value") for layer in (0, 1)]
    assert paths == [".logits", *caches]
    wide = pytree.tree_map(torch.Tensor.double, output)
    assert isinstance(wide, CausalLMOutput) and wide.logits.dtype is torch.float64 and wide.loss is None
    assert wide.past_key_values.get_seq_length() == 6


def test_vmap_returns_outputs() -> None:
    model = tiny.llama()
    each = torch.vmap(lambda ids: model(ids[None], use_cache=False))(tiny.IDS)
    torch.testing.assert_close(each.logits[:, 0], model(tiny.IDS).logits, atol=1e-5, rtol=1e-4)


def test_accelerate_brings_an_output_to_float32_as_it_does_transformers() -> None:
    model = tiny.llama().bfloat16()
    output = accelerate.utils.convert_outputs_to_fp32(model.forward)(tiny.IDS)
    assert type(output) is CausalLMOutput and output.logits.dtype is output["logits"].dtype is torch.float32
    assert torch.equal(output.logits, model(tiny.IDS).logits.float())


def test_outputs_of_a_class_that_a_models_own_code_defines_are_trees_too() -> None:
    @dataclass
    class Scored(ModelOutput):
        scores: Any = None
        notes: Any = None

    class Model(loadstone.PreTrainedModel):
        config_class = loadstone.LlamaConfig

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.scale = torch.nn.Parameter(torch.ones(2))

        def forward(self, x: torch.Tensor) -> Scored:
            return Scored(scores=self.scale * x)

    model = Model(tiny.config("llama"))
    exported = torch.export.export(model, (torch.zeros(2),))
    output = exported.module()(torch.ones(2))
    assert type(output) is Scored and torch.equal(output.scores, torch.ones(2))


def test_an_output_is_a_dict_of_the_fields_that_are_set() -> None:
    output = tiny.bert()(tiny.IDS)
    assert isinstance(output, dict) and dict(output) == dict(**output) == {"logits": output.logits}
    assert (output | {"more": 1}).keys() == ({"more": 1} | output).keys() == {"logits", "more"}
    made = type(output)((name, value) for name, value in output.items())  # as PyTorch puts dicts together again
    assert type(made) is type(output) and made.logits is made["logits"] is output.logits
    made.loss = torch.zeros(())
    assert list(made) == ["logits", "loss"] and made.to_tuple() == (made.loss, made.logits)
    made.loss = None
    assert "loss" not in made and len(made) == 1
    with pytest.raises(TypeError, match="keeps its fields: set one to None"):
        made.pop("logits")


def test_accelerate_takes_outputs_apart_and_puts_them_together() -> None:
    output = tiny.bert()(tiny.IDS)
    both = accelerate.utils.operations.concatenate([output, output])
    half = accelerate.utils.recursively_apply(torch.Tensor.half, output)
    assert type(both) is type(half) is type(output)
    assert both.logits.shape == (4, 6, 64) and half.logits.dtype is torch.float16
