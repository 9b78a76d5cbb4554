"""Attention to what is near, and of a few places to everything, and of everything to these (arXiv:2004.05150)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, ClassVar, Literal

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.masks import MaskKind
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.splitting import Role, Section
from loadstone.architectures.inputs import Axis, may_be
from loadstone.architectures.task import Task
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_EVERYTHING = MaskKind(causal=False)
_LOWEST = -3e38
_FEW_BLOCKS = 4
_SEPARATORS = 3
"""How many a text has that consists of a question and what it is about."""


@record
class LongEmbeddings(Embeddings):
    """Embeddings that leave in the state who sees what is near, and who sees everything."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens, width).

        ``global_attention_mask`` (batch, tokens): 1 for those that see everything, and that everything sees.
        """
        x = super().compute(run, given)
        xp, state, mask = run.xp, run.state, given.get("attention_mask")
        if mask is not None and len(mask.shape) != 2:
            raise ArgumentError(
                f"attention_mask has shape {tuple(mask.shape)}, expected (batch, tokens): a window says who sees whom."
            )
        if given.get("global_attention_mask") is not None:
            asked = run.take(given, "global_attention_mask", (Axis("batch"), Axis("tokens")))
            if not all(may_be(found, size) for found, size in zip(asked.shape, x.shape[:2], strict=True)):
                raise ArgumentError(
                    f"global_attention_mask has shape {tuple(asked.shape)}, expected {tuple(x.shape[:2])}: one number "
                    "for each token."
                )
            marked = xp.astype(xp.near(asked, x), xp.bool_)
            if state.padding is not None:
                marked = marked & state.padding
            _leave_everywhere(run, marked)
        for kind in state.kinds:
            blocks = _blocks(run, x, kind.window)
            seen = _seen(run, x, kind.window) if blocks is None else _seen_in_blocks(run, x, kind.window or 0, blocks)
            state.masks[kind] = run.mask(seen)
        if state.padding is not None:
            shown = state.padding[:, None, None]
            state.masks[_EVERYTHING] = run.mask(shown | ~xp.any(shown, axis=-1, keepdims=True))
        return x


def _leave_everywhere(run: Run, marked: Array) -> None:
    """Leave which tokens see everything, (batch, tokens), in the state; nothing where none is known to."""
    numbers, places = run.numbers(marked), None
    if numbers is not None:
        most = int(numbers.sum(axis=1).max())
        if not most:
            return
        places = run.xp.slice(_marked_first(run, marked), 0, most)
    run.state.everywhere = marked, places


def _marked_first(run: Run, marked: Array) -> Array:
    """The places (batch, tokens) of a row, those that are marked first, each in their order."""
    xp = run.xp
    tokens = xp.shape(marked)[1]
    place = xp.arange(tokens, like=marked)
    return xp.argsort(place[None] + (1 - xp.astype(marked, place.dtype)) * tokens, axis=-1)


def _blocks(run: Run, x: Array, window: int | None) -> int | None:
    """Into how many blocks of ``window`` tokens each row of ``x`` (batch, tokens, width) is cut, so that a block sees
    itself and its neighbors, and what everything sees; None where texts are short, or too little is known."""
    tokens, everywhere = run.known(run.xp.shape(x)[1]), run.state.everywhere
    is_known = isinstance(tokens, int) and (everywhere is None or everywhere[1] is not None)
    if not is_known or tokens is None or not window or tokens <= _FEW_BLOCKS * window:
        return None
    return -(-tokens // window)


def _around(run: Run, x: Array, window: int, blocks: int) -> Array:
    """Of each block of ``x`` (batch, tokens, …) that and its neighbors, (batch, blocks, 3 · window, …)."""
    xp = run.xp
    batch, tokens, *rest = xp.shape(x)
    x = xp.pad(x, window, (blocks + 1) * window - tokens, axis=1)
    x = xp.reshape(x, (batch, blocks + 2, window, *rest))
    return xp.concat([x[:, start : start + blocks] for start in range(3)], axis=2)


def _seen_in_blocks(run: Run, x: Array, window: int, blocks: int) -> Array:
    """The same as :func:`_seen` for blocks, (batch · blocks, 1, window, places that everything sees and those around
    the block)."""
    xp, state, tokens = run.xp, run.state, run.xp.shape(x)[1]
    local = xp.zeros_like(x[..., 0]) == 0
    if state.padding is not None:
        local = local & state.padding
    if state.everywhere is not None:
        local = local & ~state.everywhere[0]
    key = _around(run, xp.arange(tokens, like=x)[None], window, blocks)
    query = xp.reshape(xp.arange(blocks * window, like=x), (1, blocks, window))
    near = xp.abs(query[..., None] - key[:, :, None]) <= window
    seen = near & _around(run, local, window, blocks)[:, :, None]
    if state.everywhere is not None:
        marked, places = state.everywhere
        used = xp.at_places(marked, places)[:, None, None] | (seen[..., :1] & ~seen[..., :1])
        seen = xp.concat((used, seen), axis=-1)
    seen = seen | ~xp.any(seen, axis=-1, keepdims=True)
    return xp.reshape(seen, (-1, 1, window, seen.shape[-1]))


def _seen(run: Run, x: Array, window: int | None) -> Array:
    """True where a place of ``x`` (batch, tokens, width) sees another, (batch or 1, 1, tokens, tokens): those near it,
    and those that everything sees. One that would see nothing sees all, so that no output is NaN."""
    xp, state = run.xp, run.state
    place = xp.arange(xp.shape(x)[1], like=x)
    seen = (xp.abs(place[:, None] - place[None]) <= (window or 0))[None, None]
    if state.everywhere is not None:
        seen = seen | state.everywhere[0][:, None, None]
    if state.padding is not None:
        seen = seen & state.padding[:, None, None]
    return seen | ~xp.any(seen, axis=-1, keepdims=True)


@record
class LongAttention(Attention):
    """Attention to a window, and with maps of their own, of the places that see everything.

    Weights that are shown are those of the places that everything sees, one after another, then those of the window: of
    what is so far before a place, up to what is so far behind it.
    """

    everywhere: tuple[Part, ...] = field(kw_only=True)
    """What makes queries, keys and values for places that see everything."""

    computes_shares: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self._whole  # a traced graph could not

    @cached_property
    def _whole(self) -> Attention:
        """The same without a window."""
        return Attention(
            self.heads,
            self.kv_heads,
            self.head_dim,
            projections=(),
            output=None,
            scale=self.scale,
            causal=False,
            dropout=self.dropout,
            index=self.index,
        )

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, tokens, width) → the same; 0 for padding, before the output's map."""
        xp, state = run.xp, run.state
        made = self._project(run, x)
        weights = self._weights(run, made, _seen(run, x, self.window)) if run.shows_attention else None
        if weights is not None:
            out = _joined(run, weights @ made[2])
            run.show(self, self._by_distance(run, weights), everywhere=False)
        else:
            blocks = _blocks(run, x, self.window)
            out = run.attend(self, *made) if blocks is None else self._in_blocks(run, made, blocks)
        if state.everywhere is not None:
            marked = state.everywhere[0]
            out = xp.where(marked[..., None], self._of_everything(run, x, shows=weights is not None), out)
        if state.padding is not None:
            out = out * xp.astype(state.padding, out.dtype)[..., None]
        return out if self.output is None else run(self.output, out)

    def _in_blocks(self, run: Run, made: tuple[Array, ...], blocks: int) -> Array:
        """What :meth:`compute` makes of queries, keys and values (batch, heads, tokens, head_dim), block by block."""
        xp, window, everywhere = run.xp, self.window or 0, run.state.everywhere
        query, *others = (xp.permute_dims(each, (0, 2, 1, 3)) for each in made)
        batch, tokens, heads, dim = xp.shape(query)
        query = xp.reshape(xp.pad(query, 0, blocks * window - tokens, axis=1), (-1, window, heads, dim))
        seen = []
        for each in others:
            around = _around(run, each, window, blocks)
            if everywhere is not None:
                every = xp.at_places(each, everywhere[1])[:, None]
                shape = xp.shape(every)
                every = xp.broadcast_to(every, (batch, blocks, *shape[2:]))
                around = xp.concat((every, around), axis=2)
            seen.append(xp.reshape(around, (-1, around.shape[2], heads, dim)))
        out = run.attend(self, *(xp.permute_dims(each, (0, 2, 1, 3)) for each in (query, *seen)))
        return xp.slice(xp.reshape(out, (batch, blocks * window, out.shape[-1])), 0, tokens)

    def _of_everything(self, run: Run, x: Array, *, shows: bool) -> Array:
        """What places that see everything make of it, (batch, tokens, heads · head_dim); of others anything."""
        xp, (marked, places) = run.xp, run.state.everywhere
        x_of_query = x if shows or places is None else xp.at_places(x, places)
        each = zip(self.everywhere, (x_of_query, x, x), strict=True)
        made = tuple(self._by_head(run, run(part, given)) for part, given in each)
        if shows:
            padding = run.state.padding
            seen = (xp.zeros_like(x[..., 0]) == 0 if padding is None else padding)[:, None, None]
            weights = self._weights(run, made, seen | ~xp.any(seen, axis=-1, keepdims=True))
            by_query = xp.at_places(xp.permute_dims(weights, (0, 2, 1, 3)), self._places(run)[0])
            run.show(self, self._used(run, xp.permute_dims(by_query, (0, 2, 3, 1))), everywhere=True)
            return _joined(run, weights @ made[2])
        out = run.attend(self._whole, *made)
        if places is None:
            return out
        number = xp.cumulative_sum(xp.astype(marked, places.dtype), axis=1) - 1
        return xp.at_places(out, xp.clip(number, min=0))

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield from super().roles(role)
        yield from ((part, Role("outputs", self.heads, (Section(self.heads),))) for part in self.everywhere)

    def _by_head(self, run: Run, x: Array) -> Array:
        xp = run.xp
        batch, tokens, _ = xp.shape(x)
        return xp.permute_dims(xp.reshape(x, (batch, tokens, -1, self.head_dim)), (0, 2, 1, 3))

    def _weights(self, run: Run, made: tuple[Array, ...], seen: Array) -> Array:
        """(batch, heads, queries, keys) of queries, keys and values."""
        xp, (query, key, value) = run.xp, made
        scores = xp.astype(query @ xp.permute_dims(key, (0, 1, 3, 2)), xp.float32) * self.scale
        weights = xp.astype(xp.softmax(xp.where(seen, scores, _LOWEST)), value.dtype)
        return run.dropout(weights, self.dropout)

    def _places(self, run: Run) -> tuple[Array, Array]:
        """Where the places are that see everything, and which of these numbers (batch, most of a row) mean one."""
        xp, (marked, places) = run.xp, run.state.everywhere
        if places is None:
            most = run.size(xp.max(xp.sum(xp.astype(marked, xp.int32), axis=1, keepdims=False)))
            places = xp.slice(_marked_first(run, marked), 0, most)
        return places, xp.at_places(marked, places)

    def _used(self, run: Run, weights: Array) -> Array:
        """Weights (…, most of a row) without those that mean no place."""
        return weights * run.xp.astype(self._places(run)[1], weights.dtype)[:, None, None]

    def _by_distance(self, run: Run, weights: Array) -> Array:
        """Weights (batch, heads, queries, keys) as they are shown; 0 for places that see everything."""
        xp, state, window = run.xp, run.state, self.window or 0
        if state.padding is not None:
            weights = weights * xp.astype(state.padding, weights.dtype)[:, None, :, None]
        near = weights
        if state.everywhere is not None:
            local = xp.astype(~state.everywhere[0], weights.dtype)
            weights = weights * local[:, None, :, None]
            near = weights * local[:, None, None]
        tokens = xp.shape(weights)[2]
        place = xp.arange(tokens, like=weights)[:, None] + xp.arange(2 * window + 1, like=weights)[None] - window
        there = xp.astype((place >= 0) & (place < tokens), weights.dtype)
        within = xp.clip(xp.where(place < tokens, place, 0 * place), min=0)
        found = xp.at_places(xp.permute_dims(near, (2, 3, 0, 1)), within)
        near = xp.permute_dims(found, (2, 3, 0, 1)) * there
        if state.everywhere is None:
            return near
        by_key = xp.at_places(xp.permute_dims(weights, (0, 3, 1, 2)), self._places(run)[0])
        return xp.concat((self._used(run, xp.permute_dims(by_key, (0, 2, 3, 1))), near), axis=-1)


def _joined(run: Run, x: Array) -> Array:
    """(batch, heads, tokens, head_dim) → (batch, tokens, heads · head_dim)."""
    xp = run.xp
    batch, _, tokens, _ = xp.shape(x)
    return xp.reshape(xp.permute_dims(x, (0, 2, 1, 3)), (batch, tokens, x.shape[1] * x.shape[3]))


@record
class LongHead(Head):
    """A head that knows which tokens see everything where nobody says it: the first, those of a question, or those of
    what a question may be answered with."""

    attends: Literal["first", "question", "answer"] = "first"
    separator: int | None = None
    """The token behind a question, and at both ends of what follows."""

    computes_shares: ClassVar[bool] = True

    def given_to_body(self, run: Run, task: Task, given: Mapping[str, Any]) -> Mapping[str, Any]:
        given, xp, ids = super().given_to_body(run, task, given), run.xp, given.get("input_ids")
        text = given.get("inputs_embeds") if ids is None else ids
        if given.get("global_attention_mask") is not None or text is None:
            return given
        if self.attends == "first":
            first = xp.zeros_like(text if ids is not None else text[..., 0]) == 0
            place = xp.arange(xp.shape(text)[1], like=text)[None]
            return {**given, "global_attention_mask": xp.astype(first & (place == 0), xp.int32)}
        if ids is None:
            raise ArgumentError(
                "Give global_attention_mask: where the question ends cannot be told from inputs_embeds."
            )
        place = xp.arange(xp.shape(ids)[1], like=ids)[None]
        ends = xp.astype(ids == self.separator, xp.int32)
        self._check(run, xp.sum(ends, axis=1, keepdims=False))
        end = xp.astype(xp.argmax(ends, axis=-1), place.dtype)[:, None]
        marked = place < end if self.attends == "question" else place > end + 1
        return {**given, "global_attention_mask": xp.astype(marked, xp.int32)}

    def _check(self, run: Run, counts: Array) -> None:
        numbers = run.numbers(counts)
        if numbers is not None and (numbers != _SEPARATORS).any():
            raise ArgumentError(
                f"The rows of input_ids have {numbers.tolist()} separators (sep_token_id {self.separator}), expected "
                f"{_SEPARATORS} in each: one behind the question and one at both ends of what follows. For other texts "
                "give global_attention_mask."
            )
