"""Towers: bare models that read one input."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import CacheEntry, Component, Part, find
from loadstone.architectures.components.encoder_decoder import Encoded
from loadstone.architectures.components.layers import Layer
from loadstone.architectures.components.masks import MaskKind, see_memory
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

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what the forward pass was given, by name."""
        run.begin(self, given)
        if (memory := given.get("encoder_hidden_states")) is not None:
            see_memory(run, memory, given.get("encoder_attention_mask"))
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
        # A traced graph could not.
        _ = self.skips, self.layer_of, self.mask_kinds, self.is_causal, self.states
        _ = self.rotary_layer_types

    @cached_property
    def skips(self) -> bool:
        """Whether a layer may be left out while training, so that a cache would lack it."""
        return any(layer.skip for layer in find(self, Layer))

    @cached_property
    def mask_kinds(self) -> tuple[MaskKind, ...]:
        """The masks that the layers use, but for that of the memory."""
        return tuple(self.layer_of)

    @cached_property
    def layer_of(self) -> Mapping[MaskKind, int]:
        """Each of these masks → a layer of the cache that uses it."""
        return {each.mask_kind: each.index for each in find(self, Attention) if not each.memory}

    @cached_property
    def is_causal(self) -> bool:
        """Whether each place sees only itself and those before it, so that a cache serves."""
        return all(kind.causal for kind in self.mask_kinds) and bool(self.mask_kinds or self.states)

    @cached_property
    def states(self) -> tuple[tuple[int, str, CacheEntry], ...]:
        """What layers keep in the cache that does not grow with the text: (layer, name, array for one text)."""
        mixers = (each for each in find(self, Component) if not isinstance(each, Attention))
        kept = ((mixer, mixer.keeps(1, 1)) for mixer in mixers)
        return tuple((each.index, name, array) for each, arrays in kept for name, array in arrays.items())  # type: ignore[attr-defined]

    @cached_property
    def rotaries(self) -> tuple[Rotary, ...]:
        """The rotary positions that the layers use, but for those that files hold."""
        used = dict.fromkeys(each.rotary for each in find(self, Attention) if each.rotary is not None)
        return tuple(rotary for rotary in used if not rotary.stored)

    @cached_property
    def rotary_layer_types(self) -> tuple[str, ...]:
        """For which layers each of these is, by the names in configs."""
        windows = {each.rotary: each.window for each in reversed([*find(self, Attention)])}
        return tuple("full_attention" if windows[rotary] is None else "sliding_attention" for rotary in self.rotaries)


@record
class Wrapped(Component):
    """A tower one level further down, such as OPT's ``decoder``."""

    inner: Part
    beside: tuple[Part, ...] = ()
    """Parts that only lie here, such as a table that the tower's is tied to (T5's ``shared``)."""
    encoded: Literal["", "memory", "output"] = ""
    """What ``encoder_outputs`` are to it: nothing; what it looks at, of another tower; or what it would say itself."""

    gives_several: ClassVar[bool] = True

    @property
    def width(self) -> int:
        """The width of what comes out."""
        assert isinstance(self.inner.component, Tower)
        return self.inner.component.width

    def parts(self) -> tuple[Part, ...]:
        return (*self.beside, self.inner)

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        encoded = given.get("encoder_outputs") if self.encoded else None
        if encoded is None:
            return run(self.inner, given)
        encoded = as_output(run, encoded)
        if self.encoded == "output":
            return encoded
        return run(self.inner, {**given, "encoder_hidden_states": encoded.last_hidden_state})


def as_output(run: Run, encoded: Any) -> Any:
    """What an encoder has said, as its output: that itself, its first fields as a tuple, or the last hidden state."""
    encoded = Encoded.of((encoded,) if hasattr(encoded, "shape") else encoded)
    return run.output("BaseModelOutput", **encoded._asdict())
