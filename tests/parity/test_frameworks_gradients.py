"""The gradient of the loss for each slot agrees in the three frameworks."""

from __future__ import annotations

import pytest

from .cases import Case
from .frameworks import SIDES, TORCH, Models, in_frameworks
from .labels import targets
from .reference import assert_close, make_inputs
from .selections import KINDS, LAYOUTS, pairs

# A program takes seconds to compile; the quick run has those of the families whose files differ.
PLAIN_LMS = [
    pytest.param(*each.values, id=each.id, marks=() if each.values[0].family in LAYOUTS else pytest.mark.long)
    for each in pairs("causal_lm", "masked_lm", plain_only=True, families=KINDS)
]


@in_frameworks(PLAIN_LMS)
def test_gradient_of_each_slot_equals_pytorch(models: Models, framework: str, case: Case, head: str) -> None:
    """Within 1e-4 of the largest number in the slot's gradient, or of 1 where that is less."""
    tied = models.store.reference(case, head).tied
    inputs = make_inputs(case, "right")
    inputs |= targets(case, head, inputs)
    expected = TORCH.gradients(models.torch(case, head), inputs)
    actual = SIDES[framework].gradients(models.of(framework, case, head), inputs)
    actual = {tied.get(name, name): gradient for name, gradient in actual.items()}
    reached = {name for name, gradient in expected.items() if gradient.any()}
    assert reached <= set(actual)
    assert [name for name in actual.keys() - reached if actual[name].any()] == []
    for name in reached:
        scale = max(1.0, float(expected[name].abs().max()))
        assert_close(actual[name], expected[name], name, 1e-4 * scale)
