"""What layers in the middle of a tower say of a picture, as maps for another model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Part
from loadstone.architectures.components.layers import Stack
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.core.records import record


@record
class TakingStack(Stack):
    """The layers, one after another. What lies between some of them goes to the state."""

    taken: tuple[int, ...] = ()
    """0 is what the first layer takes, 1 what comes out of it, and so on; ascending."""

    def compute(self, run: Run, x: Array) -> Array:
        run.state.taken = [x] if 0 in self.taken else []
        for index, part in enumerate(run.blocks(self.layers), start=1):
            run.state.add_hidden_state(x)
            x = run.block(part, x, index - 1)
            if index in self.taken:
                run.state.taken.append(x)
        return x


@record
class FeatureTower(Tower):
    """A tower of a :class:`TakingStack`, whose output is maps of what is taken."""

    normed: tuple[bool, ...] = ()
    """For each map, whether the tower's norm is applied to it."""
    tokens: int = 1
    """How many vectors stand before those of the patches."""
    is_grid: bool = True
    """Whether maps are (batch, width, rows, columns); else they are (batch, places, width)."""
    keeps_tokens: bool = False
    """Whether those that are not have the tokens, too."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what the forward pass was given, by name."""
        run.begin(self, given)
        x = run(self.stem, given)
        if self.rotaries:
            run.state.rotary = run.rotary(self, x)
        x = run(self.stack, x)
        assert self.norm is not None
        maps = []
        for taken, normed in zip(run.state.taken, self.normed, strict=True):
            maps.append(self._map(run, run(self.norm, taken) if normed else taken))
        out = run.end(x, None, x)
        return run.output(
            "BackboneOutput", feature_maps=tuple(maps), hidden_states=out.hidden_states, attentions=out.attentions
        )

    def _map(self, run: Run, x: Array) -> Array:
        if not self.is_grid:
            return x if self.keeps_tokens else x[:, self.tokens :]
        batch, _, width = run.xp.shape(x)
        return run.xp.reshape(run.xp.permute_dims(x[:, self.tokens :], (0, 2, 1)), (batch, width, *run.state.grid))


def taking(tower: Tower, taken: tuple[int, ...], **how: Any) -> FeatureTower:
    """A tower whose output is maps of what is ``taken``; ``how``: the rest of what a :class:`FeatureTower` has."""
    stack = tower.stack.component
    assert isinstance(stack, Stack)
    return FeatureTower(
        stem=tower.stem,
        stack=Part(tower.stack.name, TakingStack(stack.layers, taken)),
        width=tower.width,
        norm=tower.norm,
        shows_normed=False,
        **how,
    )
