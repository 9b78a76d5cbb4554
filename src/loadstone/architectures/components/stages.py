"""Models whose pictures become smaller and deeper, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Chain, Stack
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.architectures.components.splitting import Role
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record


@record
class Pictures(Component):
    """A stem that reads pictures: parts, one after another, of which the first takes the pixels."""

    steps: tuple[Part, ...]
    channels: int
    size: tuple[int | None, int | None] = (None, None)
    """Height and width that pictures usually have; any will do."""
    known: bool = False
    """Whether a graph must know height and width when it is traced."""
    least: tuple[int, int] = (1, 1)
    """Height and width of the smallest."""

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {"pixel_values": self._axes(*self.size)}

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """What the parts make of ``pixel_values`` (batch, channels, height, width)."""
        x = run.take(given, "pixel_values", self._axes(None, None))
        for step in self.steps:
            x = run(step, x)
        return x

    def _axes(self, height: int | None, width: int | None) -> tuple[Axis, ...]:
        (rows, columns), known = self.least, self.known
        sizes = (Axis("height", height, rows, known), Axis("width", width, columns, known))
        return (Axis("batch"), Axis("channels", self.channels), *sizes)


@record
class Stages(Component):
    """Stages one after another; what each of them takes is one of ``hidden_states``, not what its layers take."""

    stages: tuple[Part, ...]
    shows_first: bool = True
    """Whether what the first takes is among them."""

    def compute(self, run: Run, x: Array) -> Array:
        for index, stage in enumerate(self.stages):
            if index or self.shows_first:
                run.state.add_hidden_state(x)
            x = run(stage, x)
        return x


@record
class StageLayers(Stack):
    """The layers of one stage, one after another."""

    first: int = 0
    """How many layers came before, in other stages."""

    def compute(self, run: Run, x: Array) -> Array:
        for index, part in enumerate(run.blocks(self.layers)):
            x = run.block(part, x, self.first + index)
        return x


@record
class ChannelsLast(Component):
    """What parts that compute with the last axis make of a picture's channels."""

    steps: tuple[Part, ...]

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, channels, height, width) → the same."""
        x = run.xp.permute_dims(x, (0, 2, 3, 1))
        for step in self.steps:
            x = run(step, x)
        return run.xp.permute_dims(x, (0, 3, 1, 2))

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        """Of two linear maps the second takes what the first gives."""
        maps = [step for step in self.steps if isinstance(step.component, Linear)]
        if len(maps) == 2:
            yield maps[0], Role("outputs")
            yield maps[1], Role("inputs")


@record
class ChannelsFirst(Component):
    """What parts that compute with pictures make of places in rows and columns."""

    steps: tuple[Part, ...]

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, rows, columns, width) → the same."""
        x = run.xp.permute_dims(x, (0, 3, 1, 2))
        for step in self.steps:
            x = run(step, x)
        return run.xp.permute_dims(x, (0, 2, 3, 1))


@record
class PictureRows(Component):
    """The places of a picture (batch, channels, height, width) one after another, (batch, places, channels)."""

    def compute(self, run: Run, x: Array) -> Array:
        batch, width = run.xp.shape(x)[:2]
        return run.xp.permute_dims(run.xp.reshape(x, (batch, width, -1)), (0, 2, 1))


@record
class MaxPool(Component):
    """The largest value within each window of (batch, channels, height, width)."""

    kernel: int
    stride: int
    padding: int = 0
    """How far windows reach beyond the edges, where there is nothing."""

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.max_pool(x, self.kernel, self.stride, self.padding)


@record
class MeanPooler(Component):
    """The mean over all of a picture (batch, channels, height, width), of which a norm may be made."""

    norm: Part | None = None
    is_picture: bool = False
    """Whether it is returned as a picture of one pixel."""

    def compute(self, run: Run, x: Array) -> Array:
        xp = run.xp
        batch, width = xp.shape(x)[:2]
        mean = xp.mean(xp.reshape(x, (batch, width, -1)), axis=-1)
        if self.norm is not None:
            mean = run(self.norm, mean)
        return mean[:, :, None, None] if self.is_picture else mean


@record
class Flatten(Component):
    """Each row as one vector."""

    def compute(self, run: Run, x: Array) -> Array:
        return run.xp.reshape(x, (run.xp.shape(x)[0], -1))


@record
class Taken(Component):
    """Leaves what comes by in the state, for a map."""

    def compute(self, run: Run, x: Array) -> Array:
        run.state.taken.append(x)
        return x


@record
class MapsTower(Tower):
    """A tower of stages that leave in the state what their layers give; its output is maps of some of that."""

    chosen: tuple[int, ...] = ()
    """0 is what the first stage takes, 1 what the layers of the first stage give, and so on; ascending."""
    norms: tuple[Part, ...] = ()
    """For each of them, unless there are none at all."""
    beside: tuple[Part, ...] = ()
    """Parts that only lie here."""
    is_grid: bool = False
    """Whether the layers see (batch, rows, columns, width), and else pictures."""
    shows_rows: bool = False
    """Whether hidden states are (batch, places, width), and else pictures."""
    depths: tuple[int, ...] = ()
    """How many layers each stage has, where only the attention of its last is shown."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what the forward pass was given, by name."""
        xp = run.xp
        run.begin(self, given)
        x = run(self.stem, given)
        run.state.taken = [x]
        x = run(self.stack, x)
        taken = run.state.taken
        maps = [taken[number] for number in self.chosen]
        if self.norms:
            maps = [run(norm, each) for norm, each in zip(self.norms, maps, strict=True)]
        out = run.end(x, None, x)
        hidden_states, attentions = out.hidden_states, out.attentions
        if hidden_states is not None:
            rows = tuple(xp.reshape(each, (xp.shape(each)[0], -1, xp.shape(each)[-1])) for each in taken)
            hidden_states = rows if self.shows_rows else tuple(self._picture(xp, each) for each in taken)
        if attentions is not None and self.depths:
            attentions = tuple(attentions[end - 1] for end in accumulate(self.depths))
        pictures = tuple(self._picture(xp, each) for each in maps)
        return run.output("BackboneOutput", feature_maps=pictures, hidden_states=hidden_states, attentions=attentions)

    def _picture(self, xp: ArrayFunctions, x: Array) -> Array:
        return xp.permute_dims(x, (0, 3, 1, 2)) if self.is_grid else x


def mapping(tower: Tower, chosen: tuple[int, ...], **how: Any) -> MapsTower:
    """A tower of :class:`Stages` as one of maps; ``how``: the rest of what a :class:`MapsTower` has."""
    stack = tower.stack.component
    assert isinstance(stack, Stages)
    stages = tuple(Part(name, _leaving(stage)) for name, stage in stack.stages)
    whole = Part(tower.stack.name, Stages(stages))
    return MapsTower(stem=tower.stem, stack=whole, width=tower.width, shows_normed=False, chosen=chosen, **how)


def _leaving(stage: Component) -> Chain:
    """A stage that leaves what its layers give, before anything else becomes of it."""
    assert isinstance(stage, Chain)
    steps: list[Part] = []
    for step in stage.steps:
        steps += (step, Part("", Taken())) if isinstance(step.component, StageLayers) else (step,)
    return Chain(tuple(steps))


@record
class SamePadding(Component):
    """Zeros around a picture, by which a convolution gives a place for every ``stride`` of it, as TensorFlow's do:
    where their number is odd, the last is at the end."""

    kernel: int
    stride: int

    def compute(self, run: Run, x: Array) -> Array:
        xp = run.xp
        for axis in (2, 3):
            total = max(self.kernel - (xp.shape(x)[axis] % self.stride or self.stride), 0)
            before = total // 2
            if total:
                x = xp.pad(x, before, total - before, axis=axis)
        return x


@record
class Layers(Stack):
    """Layers whose outputs are the hidden states."""

    def compute(self, run: Run, x: Array) -> Array:
        for index, part in enumerate(run.blocks(self.layers)):
            if index:
                run.state.add_hidden_state(x)
            x = run.block(part, x, index)
        return x
