"""Losses and their gradients equal the reference's, for every head that takes labels."""

from __future__ import annotations

import copy

import pytest
import torch

from .cases import Case
from .labels import PROBLEMS, WITH_LOSS, targets
from .reference import LABELS, Store, assert_close, config_of, make_inputs
from .selections import EVERY_HEAD, pairs


@pytest.mark.parametrize("padding", ["none", "right"])
@pytest.mark.parametrize(("case", "head"), pairs(*WITH_LOSS, plain_only=True))
def test_loss_equals_the_reference(store: Store, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding, head=head)
    inputs |= targets(case, head, inputs)
    with torch.no_grad():
        loss = store.ours(case, head)(**inputs).loss
    assert_close(loss, store.reference(case, head)(**inputs).loss, "loss", 1e-5)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(("case", "head"), pairs("sequence_classification", plain_only=True, families=EVERY_HEAD))
def test_sequence_loss_follows_the_problem_type(store: Store, case: Case, head: str, problem: str) -> None:
    changes, labels = PROBLEMS[problem]
    inputs = make_inputs(case, "right", head=head) | {"labels": labels}
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


@pytest.mark.parametrize("memory", ["plain", "checkpointing"])
@pytest.mark.parametrize(("case", "head"), pairs("causal_lm", "masked_lm", plain_only=True))
def test_gradients_equal_the_reference(store: Store, case: Case, head: str, memory: str) -> None:
    changes = without_dropout(case, head)
    reference = store.reference(case, head, **changes)
    theirs = copy.deepcopy(reference.model)
    ours = copy.deepcopy(store.ours(case, head, **changes)).train()
    inputs = make_inputs(case, "right", head=head)
    inputs |= targets(case, head, inputs)
    theirs(**inputs).loss.backward()
    if memory == "checkpointing":
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
    inputs = make_inputs(case, head=head)
    for training in (True, False):
        model.train(training)
        with torch.no_grad():
            first, second = model(**inputs).logits, model(**inputs).logits
        assert first.equal(second) != (drops and training)
