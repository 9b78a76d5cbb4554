"""What a forward pass makes of its arguments: masks, positions, padding without a mask, unknown keywords."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers
from frameworks.torch import tiny

import loadstone
from loadstone.architectures.components.masks import row_segments
from loadstone.errors import ArgumentError, UnknownArgument
from loadstone.frameworks.torch.modeling.array_functions import xp

PACKED = torch.tensor([[0, 1, 2, 0, 1, 2]])
SAID = Callable[[], list[str]]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> SAID:
    """What Loadstone has written into the log."""
    caplog.set_level(logging.WARNING, "loadstone")
    return lambda: [record.message for record in caplog.records if record.name == "loadstone"]


def moe(**changes: Any) -> Any:
    return tiny.model("MixtralForCausalLM", "mixtral", num_local_experts=4, **changes)


# Packed rows ----------------------------------------------------------------------------------------


def test_positions_that_only_count_leave_the_fast_kernels_their_causal_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    flags: list[bool] = []
    attention = torch.nn.functional.scaled_dot_product_attention

    def noted(*args: Any, **given: Any) -> torch.Tensor:
        flags.append(given["is_causal"])
        return attention(*args, **given)

    monkeypatch.setattr("torch.nn.functional.scaled_dot_product_attention", noted)
    model = tiny.model("LlamaForCausalLM", "llama")
    for positions, is_causal in ((torch.arange(3, 9)[None], True), (PACKED, False)):
        model(tiny.IDS, position_ids=positions, use_cache=False)
        assert set(flags) == {is_causal}
        flags.clear()


def test_a_position_that_jumps_begins_a_text_too() -> None:
    assert row_segments(xp, torch.tensor([[0, 1, 5, 6, 2]])).tolist() == [[0, 0, 1, 1, 2]]


def test_a_compiled_pass_keeps_texts_apart_in_one_graph() -> None:
    """What the positions are is not known while compiling; the same graph serves rows of one text."""
    model = tiny.model("MistralForCausalLM", "mistral", sliding_window=2)
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    with torch.no_grad():
        for positions in (PACKED, torch.arange(6)[None]):
            expected = model(tiny.IDS, position_ids=positions, use_cache=False).logits
            actual = compiled(tiny.IDS, position_ids=positions, use_cache=False).logits
            assert torch.allclose(actual, expected, atol=1e-6)


@pytest.mark.parametrize("positions", [None, PACKED[0]], ids=["counted", "packed"])
def test_a_pass_under_vmap_is_what_it_is_row_by_row(positions: torch.Tensor | None) -> None:
    """As for a gradient of each example: there nothing may look at values."""
    model = tiny.llama(pad_token_id=0)

    def logits(ids: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = model(ids[None], position_ids=None if positions is None else positions[None]).logits
        return result

    with torch.no_grad():
        model.config.use_cache = False
        together = torch.func.vmap(logits)(tiny.IDS)
        assert torch.allclose(together, torch.stack([logits(ids) for ids in tiny.IDS]), atol=1e-5)


def test_texts_that_see_each_other_because_of_a_cache_are_named_once(said: SAID) -> None:
    model = tiny.llama()
    for _ in range(2):
        model(tiny.IDS, position_ids=PACKED)
    assert len(said()) == 1
    assert "use_cache=False" in said()[0]


def test_generate_says_nothing_of_packed_rows_or_padding(said: SAID) -> None:
    ids = torch.tensor([[0, 0, 5, 6], [7, 8, 9, 10]])
    tiny.llama(pad_token_id=0).generate(ids, max_new_tokens=2)
    assert said() == []


# Padding without a mask -----------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["left", "right"])
def test_padding_without_a_mask_is_named_once_and_changes_nothing(said: SAID, place: str) -> None:
    ids = tiny.IDS.clone()
    ids[0, : 2 if place == "left" else None][-2:] = 3
    model = tiny.bert(pad_token_id=3)
    with torch.no_grad():
        outputs = [model(ids).logits for _ in range(2)]
        assert torch.equal(outputs[0], model(ids, attention_mask=torch.ones_like(ids)).logits)
    assert len(said()) == 1
    assert "pad_token_id 3" in said()[0]


def test_a_padding_token_that_ends_texts_too_is_said_to_be_perhaps_none(said: SAID) -> None:
    ids = tiny.IDS.clone()
    ids[:, -1] = 3
    tiny.llama(pad_token_id=3, eos_token_id=[2, 3])(ids)
    assert "also eos_token_id" in said()[0]


def test_no_padding_or_a_mask_or_a_single_token_says_nothing(said: SAID) -> None:
    model = tiny.llama(pad_token_id=5)
    ids = tiny.IDS.clone()
    model(ids, attention_mask=torch.ones_like(ids))
    model(ids[:1, :1])
    model(ids + 1)
    assert said() == []


def test_a_classifier_of_vectors_says_that_it_cannot_tell_padding(said: SAID) -> None:
    model = tiny.model("LlamaForSequenceClassification", "llama", pad_token_id=3)
    vectors = model.get_input_embeddings()(tiny.IDS)
    for _ in range(2):
        model(inputs_embeds=vectors)
    assert ["inputs_embeds" in message for message in said()] == [True]


# Masks that are ready ---------------------------------------------------------------------------------


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_booleans_and_numbers_say_the_same_in_a_ready_made_mask(attention: str) -> None:
    model = tiny.llama()
    model.set_attn_implementation(attention)
    seen = torch.ones(6, 6, dtype=torch.bool).tril()[None, None].repeat(2, 1, 1, 1)
    numbers = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)
    with torch.no_grad():
        plain = model(tiny.IDS).logits
        for mask in (seen, numbers, seen[:1]):
            assert torch.allclose(model(tiny.IDS, attention_mask=mask).logits, plain, atol=1e-6)


def test_a_ready_made_mask_of_whole_numbers_could_mean_two_things() -> None:
    with pytest.raises(ArgumentError, match="int64"):
        tiny.llama()(tiny.IDS, attention_mask=torch.ones(2, 1, 6, 6, dtype=torch.long))


@pytest.mark.parametrize("shape", [(2, 1, 6, 5), (3, 1, 6, 6), (2, 1, 4, 6)])
def test_a_ready_made_mask_that_does_not_fit_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ArgumentError, match=r"expected \(2 or 1, heads or 1, 6, 6\)"):
        tiny.llama()(tiny.IDS, attention_mask=torch.ones(shape, dtype=torch.bool))


# Keywords ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("class_name", "family"),
    [("BertModel", "bert"), ("LlamaForCausalLM", "llama"), ("RobertaForTokenClassification", "roberta")],
)
def test_an_unknown_keyword_is_named_with_its_neighbor(class_name: str, family: str) -> None:
    with pytest.raises(UnknownArgument, match=r"'atention_mask'.*'attention_mask'"):
        tiny.model(class_name, family)(tiny.IDS, atention_mask=torch.ones_like(tiny.IDS))


@pytest.mark.parametrize(
    "keyword",
    [
        {"head_mask": torch.ones(2, 4)},
        {"encoder_hidden_states": torch.ones(2, 6, 32)},
        {"output_router_logits": True},
        {"cu_seq_lens_q": torch.tensor([0, 3, 6])},
    ],
    ids=lambda keyword: next(iter(keyword)),
)
def test_what_is_not_computed_is_refused(keyword: dict[str, Any]) -> None:
    with pytest.raises(UnknownArgument, match=next(iter(keyword))):
        tiny.llama()(tiny.IDS, **keyword)


def test_what_changes_nothing_is_taken() -> None:
    model = tiny.llama()
    others = dict(
        cache_position=torch.arange(6), head_mask=None, encoder_hidden_states=None, output_router_logits=False
    )
    flattened = dict(cu_seq_lens_q=torch.tensor([0, 3, 6]), max_length_q=3, position_ids=PACKED, use_cache=False)
    with torch.no_grad():
        assert torch.equal(model(tiny.IDS, **others).logits, model(tiny.IDS).logits)
        expected = model(tiny.IDS, position_ids=PACKED, use_cache=False).logits
        assert torch.equal(model(tiny.IDS, **flattened).logits, expected)


def test_the_signature_still_names_every_argument() -> None:
    parameters = inspect.signature(loadstone.BertForMaskedLM.forward).parameters
    assert {"input_ids", "labels", "num_items_in_batch"} < set(parameters)


# The loss of several batches -----------------------------------------------------------------------------


@pytest.mark.parametrize(("class_name", "family"), [("LlamaForCausalLM", "llama"), ("BertForMaskedLM", "bert")])
def test_num_items_in_batch_divides_the_sum_over_tokens(class_name: str, family: str) -> None:
    model = tiny.model(class_name, family)
    labels = tiny.IDS.clone()
    labels[0, 3:] = -100
    counted = int((labels if family == "bert" else labels[:, 1:]).ne(-100).sum())
    with torch.no_grad():
        mean = model(tiny.IDS, labels=labels).loss
        for items in (40, torch.tensor(40)):
            loss = model(tiny.IDS, labels=labels, num_items_in_batch=items).loss
            assert torch.allclose(loss, mean * counted / 40)


def test_a_head_whose_loss_is_a_mean_says_that_it_takes_no_count() -> None:
    model = tiny.model("BertForSequenceClassification", "bert")
    assert not model.accepts_loss_kwargs
    with pytest.raises(UnknownArgument, match="num_items_in_batch"):
        model(tiny.IDS, labels=torch.tensor([0, 1]), num_items_in_batch=2)


class _OwnForward(loadstone.LlamaForCausalLM):
    """A user's class with a forward pass that takes no count."""

    def forward(self, input_ids: Any = None, labels: Any = None) -> Any:
        return super().forward(input_ids, labels=labels)


def test_whether_a_count_may_be_given_follows_the_class_and_may_be_set() -> None:
    model = tiny.llama()
    assert model.accepts_loss_kwargs
    assert not _OwnForward(tiny.config("llama")).accepts_loss_kwargs
    model.accepts_loss_kwargs = False
    assert not model.accepts_loss_kwargs


def test_transformers_trainer_weighs_tokens_of_unequal_batches_alike(tmp_path: Any) -> None:
    """Two batches, one with many labeled tokens and one with few: their gradients add up to one mean over tokens."""
    rows = [{"input_ids": ids, "labels": ids.clone()} for ids in tiny.IDS]
    rows[1]["labels"][2:] = -100
    model = tiny.llama()
    labels = torch.stack([row["labels"] for row in rows])
    model(tiny.IDS, labels=labels).loss.backward()
    before = {name: p.detach() - p.grad for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    arguments = transformers.TrainingArguments(
        str(tmp_path),
        max_steps=1,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=2,
        max_grad_norm=0.0,
        learning_rate=1.0,
        lr_scheduler_type="constant",
        optim="sgd",
        report_to=[],
        use_cpu=True,
        save_strategy="no",
        disable_tqdm=True,
    )
    transformers.Trainer(model, arguments, train_dataset=rows).train()
    for name, parameter in model.named_parameters():
        assert torch.allclose(parameter, before[name], atol=1e-5), name


# Experts ------------------------------------------------------------------------------------------------


def test_router_logits_come_from_layers_in_other_places_too(tmp_path: Any) -> None:
    """Layers that are read from the disk when they are needed leave what their routers say in the same list."""
    model = moe()
    folder = tiny.saved(model, tmp_path / "model")
    places = {"model.embed_tokens": "cpu", "model.layers.0": "cpu", "model.layers.1": "disk"}
    places |= {"model.norm": "cpu", "lm_head": "cpu"}
    spread = loadstone.MixtralForCausalLM.from_pretrained(
        folder, device_map=places, offload_folder=str(tmp_path / "offloaded")
    )
    with torch.no_grad():
        expected, actual = (each(tiny.IDS, labels=tiny.IDS, output_router_logits=True) for each in (model, spread))
    assert len(actual.router_logits) == 2
    assert torch.allclose(actual.loss, expected.loss)


def test_generate_does_not_collect_router_logits(monkeypatch: pytest.MonkeyPatch) -> None:
    model = moe(output_router_logits=True)
    seen = []
    model.model.register_forward_hook(lambda module, inputs, out: seen.append(out.router_logits))
    model.generate(tiny.IDS, max_new_tokens=2)
    assert seen == [None, None]


def test_a_classifier_with_experts_has_no_loss_of_its_routers() -> None:
    model = tiny.model("MixtralForSequenceClassification", "mixtral", num_local_experts=4, pad_token_id=0)
    with pytest.raises(UnknownArgument, match="output_router_logits"):
        model(tiny.IDS, output_router_logits=True)


# Arguments of another kind ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"input_ids": [[5, 6, 7]]},
        {"input_ids": torch.tensor([[5, 6, 7]], dtype=torch.uint8)},
        {"attention_mask": [[1, 1, 1]]},
        {"labels": [[5, 6, 7]]},
        {"past_key_values": ((torch.ones(1, 2, 3, 8), torch.ones(1, 2, 3, 8)),)},
    ],
    ids=["list", "bytes", "mask", "labels", "tuples"],
)
def test_arguments_that_are_no_tensors_or_of_another_dtype_are_named(given: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=rf"^{next(iter(given))} is .*, expected"):
        tiny.llama()(**{"input_ids": torch.tensor([[5, 6, 7]])} | given)


def test_labels_of_a_classifier_that_are_no_tensor_are_named() -> None:
    with pytest.raises(ArgumentError, match=r"^labels is a list, expected a tensor"):
        tiny.model("BertForSequenceClassification", "bert")(tiny.IDS, labels=[0, 1])


@pytest.mark.parametrize("use_cache", [False, True])
def test_positions_of_one_row_are_those_of_all(use_cache: bool) -> None:
    model = tiny.llama()
    with torch.no_grad():
        expected = model(tiny.IDS, position_ids=PACKED[:1], use_cache=use_cache).logits
        assert torch.equal(model(tiny.IDS, position_ids=PACKED[0], use_cache=use_cache).logits, expected)
