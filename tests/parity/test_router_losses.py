"""What the routers of experts are asked for: their logits, and the loss that keeps experts equally busy."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch

from .cases import Case
from .frameworks import SIDES, TORCH, Models, in_frameworks
from .reference import Store, assert_close, kept, make_inputs
from .selections import pairs

EXPERTS = ("mixtral", "qwen3_moe")
LMS = [p for p in pairs("causal_lm") if p.values[0].family in EXPERTS]
PLAIN = [p for p in LMS if p.values[0].variant == "plain"]
WEIGHT = {"router_aux_loss_coef": 0.5}


def labeled(case: Case, padding: str) -> dict[str, Any]:
    """Inputs with labels that no padding token is to predict."""
    inputs = make_inputs(case, padding)
    labels = torch.where(kept(inputs), inputs["input_ids"], -100)
    labels[:, 1:][~kept(inputs)[:, :-1]] = -100
    return inputs | {"labels": labels}


@pytest.mark.parametrize("padding", ["none", "left", "right"])
@pytest.mark.parametrize(("case", "head"), LMS)
def test_losses_and_router_logits_equal_the_reference(store: Store, case: Case, head: str, padding: str) -> None:
    inputs = labeled(case, padding) | {"output_router_logits": True}
    expected = store.reference(case, head, **WEIGHT)(**inputs)
    with torch.no_grad():
        ours = store.ours(case, head, **WEIGHT)(**inputs)
    assert_close(ours.aux_loss, expected.aux_loss, "aux_loss", 1e-5)
    assert_close(ours.loss, expected.loss, "loss", 1e-5)
    keep = kept(inputs).flatten()
    assert len(ours.router_logits) == len(expected.router_logits)
    for ours_logits, expected_logits in zip(ours.router_logits, expected.router_logits, strict=True):
        assert_close(ours_logits[keep], expected_logits[keep], "router_logits")


@pytest.mark.parametrize(("case", "head"), PLAIN)
def test_the_config_asks_for_them_and_the_tuple_has_the_references_order(store: Store, case: Case, head: str) -> None:
    changes = WEIGHT | {"output_router_logits": True}
    inputs = labeled(case, "right") | {"output_hidden_states": True, "use_cache": False}
    expected = store.reference(case, head, **changes)
    with torch.no_grad():
        ours = store.ours(case, head, **changes)(**inputs)
        as_tuple = store.ours(case, head, **changes)(**inputs, return_dict=False)
        without = store.ours(case, head, **changes)(**inputs, output_router_logits=False)
    assert [*ours.keys()] == [*expected(**inputs).keys()]
    assert_close(ours.loss, expected(**inputs).loss, "loss", 1e-5)
    assert [type(value) for value in as_tuple] == [type(value) for value in expected(**inputs, return_dict=False)]
    assert_close(as_tuple[1], ours.aux_loss, "aux_loss", 0.0)
    assert_close(without.loss, ours.loss - 0.5 * ours.aux_loss, "the loss without", 1e-5)


@pytest.mark.parametrize(("case", "head"), [p for p in pairs("base", plain_only=True) if p.values[0].family in EXPERTS])
def test_the_bare_model_has_the_same_fields_as_the_reference(store: Store, case: Case, head: str) -> None:
    inputs = make_inputs(case) | {"output_router_logits": True}
    with torch.no_grad():
        assert [*store.ours(case, head)(**inputs)] == [*store.reference(case, head)(**inputs)]


@pytest.mark.parametrize("checkpointing", [False, True], ids=["plain", "checkpointing"])
@pytest.mark.parametrize(("case", "head"), PLAIN)
def test_gradients_of_the_whole_loss_equal_the_reference(
    store: Store, case: Case, head: str, checkpointing: bool
) -> None:
    reference = store.reference(case, head, **WEIGHT)
    inputs = labeled(case, "right") | {"output_router_logits": True}
    gradients = []
    for model in (copy.deepcopy(store.ours(case, head, **WEIGHT)), copy.deepcopy(reference.model)):
        model.train()
        if checkpointing:
            model.gradient_checkpointing_enable()
        out = model(**inputs)
        assert len(out.router_logits) == 2
        out.loss.backward()
        gradients.append({name: p.grad for name, p in reference.named_parameters(model).items()})
    for name, expected in gradients[1].items():
        assert_close(gradients[0][name], expected, f"gradient of {name}", 1e-5)


@in_frameworks(PLAIN, padding=("none", "left"))
def test_losses_and_router_logits_equal_pytorchs(
    models: Models, framework: str, case: Case, head: str, padding: str
) -> None:
    changes = WEIGHT | {"output_router_logits": True}
    inputs = labeled(case, padding)
    expected = TORCH.call(models.torch(case, head, **changes), **inputs)
    actual = SIDES[framework].call(models.of(framework, case, head, **changes), **inputs)
    assert list(vars(actual)) == [name for name in vars(expected) if name != "past_key_values"]
    assert_close(actual.aux_loss, expected.aux_loss, "aux_loss", 1e-5)
    assert_close(actual.loss, expected.loss, "loss", 1e-5)
    for actual_logits, expected_logits in zip(actual.router_logits, expected.router_logits, strict=True):
        assert_close(actual_logits, expected_logits, "router_logits")


@in_frameworks([p for p in PLAIN if p.values[0].family == "mixtral"])
def test_a_later_step_of_a_cached_decoding_counts_its_own_tokens(
    models: Models, framework: str, case: Case, head: str
) -> None:
    """The mask has a column for every token so far, the routers have seen the new ones."""
    inputs = make_inputs(case, "left")
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    side, model = SIDES[framework], models.of(framework, case, head)
    past = side.cache(model, *ids.shape)
    for start, end in ((0, 2), (2, ids.shape[1])):
        expected = TORCH.call(
            models.torch(case, head), input_ids=ids[:, :end], attention_mask=mask[:, :end], output_router_logits=True
        )
        out = side.compiled(
            model,
            input_ids=ids[:, start:end],
            attention_mask=mask[:, :end],
            past_key_values=past,
            output_router_logits=True,
        )
        past = out.past_key_values
    counted = mask[:, start:end].float().flatten()
    odds = torch.cat([each.view(*ids.shape, -1)[:, start:end].flatten(0, 1) for each in expected.router_logits])
    odds, counted = odds.softmax(-1), counted.repeat(len(expected.router_logits))
    chosen = torch.zeros_like(odds).scatter(1, odds.topk(2).indices, 1.0)
    balance = ((counted @ chosen) * (counted @ odds)).sum() * odds.shape[-1] / counted.sum() ** 2
    assert_close(out.aux_loss, balance, "aux_loss", 1e-4)
