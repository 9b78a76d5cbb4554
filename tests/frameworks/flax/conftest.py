"""What the tests of the Flax room share."""

from __future__ import annotations

from typing import Any

import pytest

from loadstone.frameworks.flax.heads import Bare


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shape of the input ids of each pass that was traced or run step by step, in order."""
    seen: list[tuple[int, ...]] = []
    plain = Bare.forward

    def counted(self: Any, inputs: Any, options: Any) -> Any:
        seen.append(inputs["input_ids"].shape)
        return plain(self, inputs, options)

    monkeypatch.setattr(Bare, "forward", counted)
    return seen
