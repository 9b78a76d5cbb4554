"""Models with a head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal, TypeAlias

from loadstone.architectures.components.base import Component, Part, find
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.frame_lengths import FrameLengths
from loadstone.architectures.components.queries import vocabulary
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.tasks import Task
from loadstone.core.records import record
from loadstone.errors import ArgumentError

Pool: TypeAlias = Literal[
    "none", "first", "first_shown", "last", "after_last", "end", "mean", "mean_of_rest", "first_and_rest", "pooler"
]


@record
class Head(Component):
    """A bare model with what a task needs on top."""

    backbone: Part
    output: Part
    pool: Pool = "none"
    """Which vector stands for the sequence. ``first_shown``: of the first token that the mask shows; ``last``: of the
    last token that is not padding; ``after_last``: of the place after it, or the last that there is; ``end``: of the
    last token that is one of ``end``; ``mean_of_rest``: the mean of all but the first ``skipped``; ``first_and_rest``:
    the first, and beside it the mean of the rest."""
    labels: int = 0
    """How many classes the output tells apart; 0 where the output is over the vocabulary."""
    end: tuple[int, ...] = ()
    """The tokens that a text may end with."""
    layers: Part | None = None
    """What makes one of all hidden states, such as a :class:`~loadstone.architectures.components.layer_sum.LayerSum`;
    without it the last is read."""
    project: Part | None = None
    """Applied to each hidden state before one vector is made of them."""
    skipped: int = 1
    """How many hidden states are not of the rest."""
    frames: FrameLengths | None = None
    """How many hidden states there are of a sound, whose ``attention_mask`` is for its samples."""
    mask: str = "attention_mask"
    """The argument that says which hidden states are not of padding."""

    computes_shares: ClassVar[bool] = True

    sees_all: bool = False
    """Whether the output reads all hidden states, which are shown only where they are asked for."""

    def parts(self) -> tuple[Part, ...]:
        """As transformers registers them: what has no level of its own is before all that has one."""
        parts = (self.layers, self.backbone, self.project, self.output)
        return tuple(part for part in parts if part is not None)

    def compute(self, run: Run, task: Task, out: Any, given: Mapping[str, Any]) -> Sequence[Array]:
        """The fields that a task gives, in its order; for one that reads frames then what its loss is told besides.

        ``out``: the output of the bare model. ``given``: the arguments of the forward pass by name; with ``choices``,
        how many there are, for a task that has them, and ``padding``, the id that fills rows, where there is one.
        """
        if task.reads == "all":
            made = run(self.output, out, given)
            return made if self.output.component.gives_several else (made,)
        x = out.last_hidden_state if self.layers is None else run(self.layers, out.hidden_states)
        if self.project is not None:
            x = run(self.project, x)
        if self.frames is not None and given.get("attention_mask") is not None:
            given = {**given, "attention_mask": self.frames.shown(run, given["attention_mask"], run.xp.shape(x)[1])}
        if task.reads == "frames":
            fields: Sequence[Array] = run(self.output, x, given.get("attention_mask"))
            return fields
        if task.reads == "sequence":
            read = run(self.output, self._pooled(run, x, out, given))
        elif task.reads == "both":
            both: Sequence[Array] = run(self.output, x, self._pooled(run, x, out, given))
            return both
        else:
            read = run(self.output, _kept(run, x, given.get("logits_to_keep")))
        if task.per_choice:
            read = run.xp.reshape(read, (-1, given["choices"]))
        return run.xp.unstack(read, len(task.gives)) if task.splits else (read,)

    def given_to_body(self, run: Run, task: Task, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The arguments of what is below the head: where it is to write and is given no text for it, what the task says
        that this is made of; and all hidden states are asked for where they are read."""
        if self.layers is not None or self.sees_all:
            given = {**given, "output_hidden_states": True}
        if not task.writes or given.get(task.writes) is None:
            return given
        if given.get("decoder_input_ids") is not None or given.get("decoder_inputs_embeds") is not None:
            return given
        pair = next(find(self.backbone.component, EncoderDecoder), None)
        if pair is None:
            return given
        return {**given, "decoder_input_ids": pair.shifted(run, task.writes, given[task.writes])}

    def kept(self, task: Task, out: Any, are_asked_for: bool) -> dict[str, Any]:
        """The fields of the bare model's output that the whole one's has too; whether hidden states are asked for."""
        hidden = () if are_asked_for or not self.sees_all else ("hidden_states",)
        return {name: getattr(out, name) for name in task.kept if name not in hidden}

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        tokens = vocabulary(self.backbone.component)
        if not self.labels and tokens is not None:
            yield self.output, Role("rows", tokens)

    def _pooled(self, run: Run, x: Array, out: Any, given: Mapping[str, Any]) -> Array:
        """The vector (batch, width) that stands for each sequence of hidden states ``x``."""
        xp, mask = run.xp, given.get(self.mask)
        ids, padding = given.get("input_ids"), given.get("padding")
        if self.pool == "pooler":
            return out.pooler_output
        if self.pool == "first_shown" and mask is not None:
            return xp.at_rows(x, xp.argmax(mask, axis=-1))
        if self.pool in ("first", "first_shown"):
            return x[:, 0]
        if self.pool == "end":
            places = self._ends(run, ids, x)
            found = xp.any(places > 0, axis=-1, keepdims=True)
            return xp.where(found, xp.at_rows(x, xp.argmax(places, axis=-1)), float("nan"))
        if self.pool == "mean" and mask is not None:
            shares = xp.astype(mask, x.dtype)[..., None]
            return xp.sum(x * shares, axis=1, keepdims=False) / xp.sum(shares, axis=1, keepdims=False)
        if self.pool == "mean_of_rest":
            return xp.mean(x[:, self.skipped :], axis=1)
        if self.pool == "first_and_rest":
            return xp.concat((x[:, 0], xp.mean(x[:, self.skipped :], axis=1)), axis=-1)
        if self.pool == "mean":
            return xp.mean(x, axis=1)
        if ids is None or padding is None:
            return x[:, -1]
        places = xp.arange(xp.shape(ids)[1], like=x) * xp.astype(ids != padding, xp.int32)
        last = xp.argmax(places, axis=-1)
        if self.pool == "after_last":
            end = xp.shape(x)[1] - 1
            last = xp.where(last < end, last + 1, last * 0 + end)
        return xp.at_rows(x, last)

    def _ends(self, run: Run, ids: Array | None, x: Array) -> Array:
        """The place of each token of ``ids`` (batch, tokens) that ends a text, counted from 1; 0 for all others.

        :class:`ArgumentError` where ``x`` (batch, tokens, width) has no vector for each of them.
        """
        if ids is None:
            raise ArgumentError("Give input_ids: where a text ends cannot be told from inputs_embeds.")
        if not all(None in pair or pair[0] == pair[1] for pair in zip(ids.shape, x.shape[:2], strict=True)):
            raise ArgumentError(
                f"decoder_input_ids or decoder_inputs_embeds are for {tuple(x.shape[:2])} tokens, expected "
                f"{tuple(ids.shape)}, as input_ids: what is written in the place of their last end is classified."
            )
        xp = run.xp
        is_end = ids == self.end[0]
        for token in self.end[1:]:
            is_end = is_end | (ids == token)
        return (xp.arange(xp.shape(ids)[1], like=ids) + 1) * xp.astype(is_end, xp.int32)


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


@record
class TwoClassifiers(Component):
    """A classifier over the class token, and one over the token that learns from a teacher."""

    own: Part
    taught: Part

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Any) -> tuple[Array, Array, Array]:
        """Logits (batch, labels): the mean of both, and each alone. ``out``: the output of the tower."""
        own, taught = (run(part, out.last_hidden_state[:, place]) for place, part in enumerate((self.own, self.taught)))
        return (own + taught) / 2, own, taught
