"""Towers: bare models that read one input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part, find
from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.components.run import Run
from loadstone.architectures.rotary import Rotary
from loadstone.core.records import record


@record
class Tower(Component):
    """A bare model: a stem that makes vectors of inputs, layers, and what is applied to what comes out of them."""

    stem: Part
    """:class:`~loadstone.architectures.components.embeddings.Embeddings` or another component that reads inputs, or a
    :class:`~loadstone.architectures.components.layers.Chain` that begins with one."""
    stack: Part
    width: int
    norm: Part | None = None
    """Applied to the last layer's output."""
    pooler: Part | None = None
    shows_normed: bool = True
    """Whether the last of ``hidden_states`` is the norm's output; else it is the last layer's."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what the forward pass was given, by name."""
        run.begin(self, given)
        x = run(self.stem, given)
        if self.rotaries:
            run.state.rotary = run.rotary(self, x)
        x = last = run(self.stack, x)
        if self.norm is not None:
            x = run(self.norm, x)
        pooled = None
        if self.pooler is not None:
            pooled = run(self.pooler, x, *((given,) if self.pooler.component.reads_given else ()))
        return run.end(x, pooled, x if self.shows_normed else last)

    def __post_init__(self) -> None:
        # What every forward pass asks for, found once.
        attentions = tuple(find(self, Attention))
        kinds = dict.fromkeys(attention.mask_kind for attention in attentions if not attention.memory)
        rotaries = dict.fromkeys(attention.rotary for attention in attentions if attention.rotary is not None)
        self.__dict__.update(_mask_kinds=tuple(kinds), _rotaries=tuple(rotaries))

    @property
    def mask_kinds(self) -> tuple[MaskKind, ...]:
        """The masks that the layers use, but for that of the memory."""
        kinds: tuple[MaskKind, ...] = self.__dict__["_mask_kinds"]
        return kinds

    @property
    def is_causal(self) -> bool:
        """Whether each place sees only itself and those before it, so that a cache serves."""
        return all(kind.causal for kind in self.mask_kinds)

    @property
    def rotaries(self) -> tuple[Rotary, ...]:
        """The rotary positions that the layers use."""
        rotaries: tuple[Rotary, ...] = self.__dict__["_rotaries"]
        return rotaries


@record
class Wrapped(Component):
    """A tower one level further down, such as OPT's ``decoder``."""

    inner: Part
    beside: tuple[Part, ...] = ()
    """Parts that only lie here, such as a table that the tower's is tied to (T5's ``shared``)."""

    @property
    def width(self) -> int:
        """The width of what comes out."""
        assert isinstance(self.inner.component, Tower)
        return self.inner.component.width

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        return run(self.inner, given)
