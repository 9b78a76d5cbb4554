"""Models with a head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from loadstone.architectures.components.base import Component, Part, find
from loadstone.architectures.components.encoder_decoder import EncoderDecoder
from loadstone.architectures.components.queries import vocabulary
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.tasks import Task
from loadstone.core.records import record


@record
class Head(Component):
    """A bare model with what a task needs on top."""

    backbone: Part
    output: Part
    pool: Literal["none", "first", "first_shown", "last", "end", "mean", "mean_of_rest", "pooler"] = "none"
    """Which vector stands for the sequence. ``first_shown``: of the first token that the mask shows; ``last``: of the
    last token that is not padding; ``end``: of the last token that is ``end``; ``mean_of_rest``: the mean of all
    but the first."""
    end: int | None = None
    labels: int = 0
    """How many classes the output tells apart; 0 where the output is over the vocabulary."""

    def compute(self, run: Run, task: Task, out: Any, given: Mapping[str, Any]) -> Sequence[Array]:
        """The fields that a task gives, in its order.

        ``out``: the output of the bare model. ``given``: the arguments of the forward pass by name; with ``choices``,
        how many there are, for a task that has them, and ``padding``, the id that fills rows, where there is one.
        """
        if task.reads == "all":
            read = run(self.output, out, given)
        elif task.reads == "sequence":
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
        if self.pool == "mean_of_rest":
            return xp.mean(x[:, 1:], axis=1)
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
