"""Losses and their gradients equal the reference's, for every head that takes labels."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch

from .cases import Case, pairs
from .reference import LABELS, Store, assert_close, config_of, kept, make_inputs


def token_labels(inputs: dict[str, torch.Tensor], classes: int) -> torch.Tensor:
    """A class for each token; padding and every third token are ignored (-100)."""
    ids = inputs["input_ids"]
    labels = (ids * 7 + 3) % classes
    skipped = torch.arange(ids.shape[1]) % 3 == 2
    return labels.masked_fill(~kept(inputs) | skipped, -100)


def targets(case: Case, head: str, inputs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    if head in ("causal_lm", "masked_lm"):
        return {"labels": token_labels(inputs, case.vocab)}
    if head == "token_classification":
        return {"labels": token_labels(inputs, LABELS)}
    if head == "sequence_classification":
        return {"labels": torch.tensor([2, 0, 1])}
    # the last row's end lies outside the text and is ignored
    return {"start_positions": torch.tensor([1, 3, 5]), "end_positions": torch.tensor([4, 3, 500])}


WITH_LOSS = ("causal_lm", "masked_lm", "token_classification", "sequence_classification", "question_answering")


@pytest.mark.parametrize("padding", ["none", "right"])
@pytest.mark.parametrize(("case", "head"), pairs(*WITH_LOSS, plain_only=True))
def test_loss_equals_the_reference(store: Store, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding)
    inputs |= targets(case, head, inputs)
    with torch.no_grad():
        loss = store.ours(case, head)(**inputs).loss
    assert_close(loss, store.reference(case, head)(**inputs).loss, "loss", 1e-5)


PROBLEMS: dict[str, tuple[dict[str, Any], torch.Tensor]] = {
    "regression": ({"num_labels": 1}, torch.tensor([0.5, -1.0, 2.0])),
    "regression_of_three": ({"problem_type": "regression"}, torch.tensor([[0.5, -1.0, 2.0]] * 3)),
    "single_label": ({"problem_type": "single_label_classification"}, torch.tensor([0, 2, 2])),
    "multi_label": (
        {"problem_type": "multi_label_classification"},
        torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0]]),
    ),
    "multi_label_by_float_labels": ({}, torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0]])),
}


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(("case", "head"), pairs("sequence_classification", plain_only=True))
def test_sequence_loss_follows_the_problem_type(store: Store, case: Case, head: str, problem: str) -> None:
    changes, labels = PROBLEMS[problem]
    inputs = make_inputs(case, "right") | {"labels": labels}
    expected = store.reference(case, head, **changes)(**inputs)
    with torch.no_grad():
        ours = store.ours(case, head, **changes)(**inputs)
    assert_close(ours.logits, expected.logits, "logits")
    assert_close(ours.loss, expected.loss, "loss", 1e-5)


def test_guessed_problem_type_does_not_stick(store: Store) -> None:
    """Integer labels after float labels: each call is judged by its own labels, and the config is left alone."""
    case, head = next(p.values for p in pairs("sequence_classification", plain_only=True))
    model, inputs = store.ours(case, head), make_inputs(case, "right")
    before = model.config.to_dict()
    with torch.no_grad():
        model(**inputs, labels=torch.rand(3, LABELS))
        loss = model(**inputs, labels=torch.tensor([0, 1, 2])).loss
        expected = torch.nn.functional.cross_entropy(model(**inputs).logits, torch.tensor([0, 1, 2]))
    assert_close(loss, expected, "loss", 1e-6)
    assert model.config.to_dict() == before


def without_dropout(case: Case, head: str) -> dict[str, float]:
    """Changes to the config that turn every dropout off, so that train() is deterministic."""
    values = config_of(case, head).to_dict()
    return {key: 0.0 for key, value in values.items() if "drop" in key and isinstance(value, float) and value > 0}


@pytest.mark.parametrize("checkpointing", [False, True], ids=["plain", "checkpointing"])
@pytest.mark.parametrize(("case", "head"), pairs("causal_lm", "masked_lm"))
def test_gradients_equal_the_reference(store: Store, case: Case, head: str, checkpointing: bool) -> None:
    changes = without_dropout(case, head)
    reference = store.reference(case, head, **changes)
    theirs = copy.deepcopy(reference.model)
    ours = copy.deepcopy(store.ours(case, head, **changes)).train()
    inputs = make_inputs(case, "right")
    inputs |= targets(case, head, inputs)
    theirs(**inputs).loss.backward()
    if checkpointing:
        ours.gradient_checkpointing_enable()
    ours(**inputs).loss.backward()

    expected = {name: p.grad for name, p in reference.named_parameters(theirs).items()}
    actual = {name: p.grad for name, p in reference.named_parameters(ours).items()}
    assert set(actual) == set(expected)
    for name, gradient in expected.items():
        found = actual[name]
        if gradient is None:  # a parameter that the loss does not reach
            assert found is None or not found.any(), name
            continue
        assert found is not None, f"{name} has no gradient"
        assert_close(found, gradient, name, 1e-4 * max(1.0, float(gradient.abs().max())))


@pytest.mark.parametrize(("case", "head"), pairs("causal_lm", "masked_lm", plain_only=True))
def test_dropout_works_in_train_only(store: Store, case: Case, head: str) -> None:
    """With the family's own dropout: train() is random where the config drops anything, eval() never is."""
    elsewhere = ("classifier", "summary", "qa_", "seq_classif")  # dropout of other heads
    drops = any(not key.startswith(elsewhere) for key in without_dropout(case, head))
    model = copy.deepcopy(store.ours(case, head))
    inputs = make_inputs(case)
    for training in (True, False):
        model.train(training)
        with torch.no_grad():
            first, second = model(**inputs).logits, model(**inputs).logits
        assert first.equal(second) != (drops and training)
