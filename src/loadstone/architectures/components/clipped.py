"""Numbers that are kept within limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.core.records import record


@record
class Clipped(Component):
    """What a part says, no value of it further from 0 than a limit (queries, keys and values of OLMo, MPT, DBRX)."""

    body: Part
    limit: float

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.clip(run(self.body, x), min=-self.limit, max=self.limit)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        if role is not None:
            yield self.body, role
