"""What layers in the middle of a tower say of a picture, as maps for another model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Chain, Stack
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.core.records import record
from loadstone.errors import ArgumentError

MAPS = "feature_maps"
"""What a backbone's output has them under."""


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
class FeaturePyramid(Component):
    """Maps of one size become maps of several, each in a way of its own; the last becomes half as large."""

    levels: tuple[Part, ...]
    """For each map: (batch, width, rows, columns) → the same in another size."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, maps: Sequence[Array]) -> tuple[Array, ...]:
        """``maps``, each (batch, width, rows, columns); :class:`ArgumentError` where half of one is nothing."""
        rows, columns = run.xp.shape(maps[-1])[2:]
        if any(isinstance(size, int) and size < 2 for size in (rows, columns)):
            raise ArgumentError(
                f"pixel_values has {rows} × {columns} patches, expected at least 2 × 2: one of the maps that are made "
                "of them is half as large."
            )
        return tuple(run(level, each) for level, each in zip(self.levels, maps, strict=True))


@record
class Backbone(Tower):
    """A tower of a :class:`TakingStack`, whose output is maps of what is taken."""

    normed: tuple[bool, ...] = ()
    """For each map, whether the tower's norm is applied to it; without any it is to none."""
    pyramid: Part | None = None
    """A :class:`FeaturePyramid`, of the maps."""
    tokens: int = 1
    """How many vectors stand before those of the patches."""
    is_grid: bool = True
    """Whether maps are (batch, width, rows, columns); else they are (batch, places, width)."""
    keeps_tokens: bool = False
    """Whether those that are not have the tokens, too."""
    is_inner: bool = False
    """Whether its output has besides all that a tower's has, for a larger model."""
    shows_class: bool = False
    """Whether the output has the first token of each, ``cls_tokens``, beside the maps."""
    output: str = "BackboneOutput"
    """The class of the output, in :mod:`loadstone.frameworks.outputs`."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what the forward pass was given, by name."""
        out, vectors = super().compute(run, given), run.state.taken
        if self.norm is not None and self.normed:
            pairs = zip(vectors, self.normed, strict=True)
            vectors = [run(self.norm, taken) if normed else taken for taken, normed in pairs]
        maps = tuple(self._map(run, each) for each in vectors)
        if self.pyramid is not None:
            maps = run(self.pyramid, maps)
        if self.is_inner:
            out[MAPS] = maps
            return out
        fields = {"feature_maps": maps, "hidden_states": out.hidden_states, "attentions": out.attentions}
        if self.shows_class:
            fields["cls_tokens"] = tuple(each[:, 0] for each in vectors)
        return run.output(self.output, **fields)

    def _map(self, run: Run, x: Array) -> Array:
        if not self.is_grid:
            return x if self.keeps_tokens else x[:, self.tokens :]
        batch, _, width = run.xp.shape(x)
        return run.xp.reshape(run.xp.permute_dims(x[:, self.tokens :], (0, 2, 1)), (batch, width, *run.state.grid))


def taking(tower: Tower, taken: tuple[int, ...], **how: Any) -> Backbone:
    """A tower whose output is maps of what is ``taken``; ``how``: the rest of what a :class:`Backbone` has."""
    return Backbone(
        stem=tower.stem,
        stack=Part(tower.stack.name, _taking(tower.stack.component, taken)),
        width=tower.width,
        norm=tower.norm,
        shows_normed=False,
        **how,
    )


def _taking(stack: Component, taken: tuple[int, ...]) -> Component:
    """A stack of layers, or a chain that ends with one, as one of which something is ``taken``."""
    if isinstance(stack, Chain):
        *before, last = stack.steps
        return Chain((*before, Part(last.name, _taking(last.component, taken))))
    assert isinstance(stack, Stack)
    return TakingStack(stack.layers, taken)
