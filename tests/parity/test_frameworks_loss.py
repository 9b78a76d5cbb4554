"""Losses in Flax and TensorFlow equal PyTorch's, for every head that takes labels."""

from __future__ import annotations

from .cases import Case
from .frameworks import SIDES, TORCH, Models, in_frameworks
from .labels import PROBLEMS, WITH_LOSS, targets
from .reference import assert_close, make_inputs
from .selections import EVERY_HEAD, KINDS, crossed, pairs

PADDED = crossed(pairs("causal_lm", "masked_lm", plain_only=True, families=set(KINDS) - set(EVERY_HEAD)), ["right"])
PADDED += crossed(pairs(*WITH_LOSS, plain_only=True, families=EVERY_HEAD), ["none", "right"])


@in_frameworks(PADDED, "padding")
def test_loss_equals_pytorch(models: Models, framework: str, case: Case, head: str, padding: str) -> None:
    inputs = make_inputs(case, padding, head=head)
    inputs |= targets(case, head, inputs)
    expected = TORCH.call(models.torch(case, head), **inputs).loss
    actual = SIDES[framework].call(models.of(framework, case, head), **inputs).loss
    assert_close(actual, expected, "loss", 1e-5)


@in_frameworks(pairs("sequence_classification", plain_only=True, families=EVERY_HEAD), problem=tuple(PROBLEMS))
def test_sequence_loss_follows_the_problem_type(
    models: Models, framework: str, case: Case, head: str, problem: str
) -> None:
    changes, labels = PROBLEMS[problem]
    inputs = make_inputs(case, "right", head=head) | {"labels": labels}
    model = models.of(framework, case, head, **changes)
    before = model.config.to_dict()
    expected = TORCH.call(models.torch(case, head, **changes), **inputs)
    actual = SIDES[framework].call(model, **inputs)
    assert_close(actual.logits, expected.logits, "logits")
    assert_close(actual.loss, expected.loss, "loss", 1e-5)
    assert model.config.to_dict() == before, "a kind of problem that was guessed from labels must not stick"
