"""Bare models, and models with a head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part, find
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.leaves import Embedding
from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.architectures.rotary import Rotary
from loadstone.architectures.tasks import Task
from loadstone.core.records import record
from loadstone.errors import ArgumentError


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

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what the forward pass was given, by name."""
        run.begin(self, given)
        x = run(self.stem, given)
        if self.rotaries:
            run.state.rotary = run.rotary(self, x)
        x = run(self.stack, x)
        if self.norm is not None:
            x = run(self.norm, x)
        return run.end(x, None if self.pooler is None else run(self.pooler, x))

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


@record
class EncoderDecoder(Component):
    """A tower that reads, and one that writes and looks at what was read (arXiv:1706.03762)."""

    encoder: Part
    decoder: Part
    beside: tuple[Part, ...] = ()
    """Parts that only lie here, such as a table that the towers' are tied to (T5's ``shared``)."""
    start: int | None = None
    """The token that a text to be written begins with."""
    padding: int | None = None
    masked: bool = True
    """Whether the input's attention mask is one for the encoder's output, too."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what is read under its plain names, what is written under names that begin with ``decoder_``."""
        encoded = given.get("encoder_outputs")
        if encoded is None:
            reading = {name: value for name, value in given.items() if not name.startswith(_OF_DECODERS)}
            encoded = run(self.encoder, reading)
        writing = {
            name.removeprefix("decoder_"): value for name, value in given.items() if name.startswith(_OF_DECODERS)
        }
        if writing.get("input_ids") is None and writing.get("inputs_embeds") is None:
            raise ArgumentError("Give decoder_input_ids or decoder_inputs_embeds, or labels: what is to be written.")
        writing["encoder_hidden_states"] = encoded[0]
        if self.masked:
            writing["encoder_attention_mask"] = given.get("attention_mask")
        decoded = run(self.decoder, writing)
        return run.output(
            "Seq2SeqModelOutput",
            last_hidden_state=decoded.last_hidden_state,
            past_key_values=decoded.past_key_values,
            decoder_hidden_states=decoded.hidden_states,
            decoder_attentions=decoded.attentions,
            cross_attentions=decoded.cross_attentions,
            encoder_last_hidden_state=encoded[0],
            encoder_hidden_states=getattr(encoded, "hidden_states", None),
            encoder_attentions=getattr(encoded, "attentions", None),
        )

    def shifted(self, run: Run, ids: Array) -> Array:
        """What a decoder reads to write ``ids`` (batch, tokens): these, one place later, after what begins a text."""
        if self.start is None:
            raise ArgumentError("config.decoder_start_token_id is not set, with which a text to be written begins.")
        xp, zeros = run.xp, run.xp.zeros_like(ids)
        read = xp.concat((zeros[:, :1] + self.start, ids[:, :-1]), axis=1)
        return xp.where(read == _IGNORED, zeros + (self.padding or 0), read)


_IGNORED = -100
"""What labels have where nothing is to be predicted."""
_OF_DECODERS = ("decoder_", "past_key_values")
"""How the names of what a decoder is given begin."""


def text_tower(component: Component) -> Tower | None:
    """The tower that reads texts; the first, where there are several."""
    towers = find(component, Tower)
    return next((tower for tower in towers if any(find(tower.stem.component, Embeddings))), None)


def readers(component: Component) -> dict[str, Embeddings]:
    """The stems that read texts, by what the names of their inputs begin with: of an encoder-decoder that of what is
    written by ``"decoder_"``, of all others one by ``""``."""
    pair = next(find(component, EncoderDecoder), None)
    if pair is None:
        stems = {"": next(find(component, Embeddings), None)}
    else:
        stems = {
            prefix: next(find(part.component, Embeddings), None)
            for prefix, part in (("", pair.encoder), ("decoder_", pair.decoder))
        }
    return {prefix: stem for prefix, stem in stems.items() if stem is not None}


def writer(component: Component) -> Tower | None:
    """The tower that reads in one direction, so that a cache saves a new token from all before it; None without one."""
    return next((tower for tower in find(component, Tower) if tower.is_causal), None)


def vocabulary(component: Component) -> int | None:
    """How many tokens the table has that a model looks up texts in; None where it reads no texts."""
    embeddings = next(find(component, Embeddings), None)
    table = None if embeddings is None else embeddings.tokens.component
    return table.count if isinstance(table, Embedding) else None


@record
class Head(Component):
    """A bare model with what a task needs on top."""

    backbone: Part
    output: Part
    pool: Literal["none", "first", "first_shown", "last", "end", "mean", "pooler"] = "none"
    """Which vector stands for the sequence. ``first_shown``: of the first token that the mask shows; ``last``: of the
    last token that is not padding; ``end``: of the last token that is ``end``."""
    end: int | None = None
    labels: int = 0
    """How many classes the output tells apart; 0 where the output is over the vocabulary."""

    def compute(self, run: Run, task: Task, out: Any, given: Mapping[str, Any]) -> Sequence[Array]:
        """The fields that a task gives, in its order.

        ``out``: the output of the bare model. ``given``: the arguments of the forward pass by name; with ``choices``,
        how many there are, for a task that has them, and ``padding``, the id that fills rows, where there is one.
        """
        if task.reads == "sequence":
            read = run(self.output, self._pooled(run, out, given))
        elif task.reads == "both":
            both: Sequence[Array] = run(self.output, out.last_hidden_state, self._pooled(run, out, given))
            return both
        else:
            read = run(self.output, _kept(run, out.last_hidden_state, given.get("logits_to_keep")))
        if task.per_choice:
            read = run.xp.reshape(read, (-1, given["choices"]))
        return run.xp.unstack(read, len(task.gives)) if task.splits else (read,)

    def given_to_body(self, run: Run, task: Task, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The arguments of what is below the head: where it is to write and is given no text for it, what the task says
        that this is made of."""
        if not task.writes or given.get(task.writes) is None:
            return given
        if given.get("decoder_input_ids") is not None or given.get("decoder_inputs_embeds") is not None:
            return given
        pair = next(find(self.backbone.component, EncoderDecoder))
        return {**given, "decoder_input_ids": pair.shifted(run, given[task.writes])}

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        tokens = vocabulary(self.backbone.component)
        if not self.labels and tokens is not None:
            yield self.output, Role("rows", tokens)

    def _pooled(self, run: Run, out: Any, given: Mapping[str, Any]) -> Array:
        """The vector (batch, width) that stands for each sequence."""
        xp, x, mask = run.xp, out.last_hidden_state, given.get("attention_mask")
        ids, padding = given.get("input_ids"), given.get("padding")
        if self.pool == "pooler":
            return out.pooler_output
        if self.pool == "first_shown" and mask is not None:
            return xp.at_rows(x, xp.argmax(mask, axis=-1))
        if self.pool in ("first", "first_shown"):
            return x[:, 0]
        if self.pool == "end":
            places = xp.arange(xp.shape(ids)[1], like=ids) * xp.astype(ids == self.end, xp.int32)
            return xp.at_rows(x, xp.argmax(places, axis=-1))
        if self.pool == "mean" and mask is not None:
            shares = xp.astype(mask, x.dtype)[..., None]
            return xp.sum(x * shares, axis=1, keepdims=False) / xp.sum(shares, axis=1, keepdims=False)
        if self.pool == "mean":
            return xp.mean(x, axis=1)
        if ids is None or padding is None:
            return x[:, -1]
        places = xp.arange(xp.shape(x)[1], like=x) * xp.astype(ids != padding, xp.int32)
        return xp.at_rows(x, xp.argmax(places, axis=-1))


def _kept(run: Run, x: Array, keep: int | Array | None) -> Array:
    """The last ``keep`` hidden states, or those at its indices; all for 0 and None."""
    if isinstance(keep, int | None):
        return x[:, -keep:] if keep else x
    return run.xp.take(x, keep, axis=1)


def like(new: Component, old: Component) -> Component:
    """``new`` without a pooler if ``old`` has none: ``add_pooling_layer=False``, or a head that needs none."""
    if isinstance(new, Tower) and isinstance(old, Tower) and old.pooler is None:
        return replace(new, pooler=None)
    return new
