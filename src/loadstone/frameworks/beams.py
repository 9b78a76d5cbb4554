"""Beam search: the likeliest texts, of several that are written at a time. One step for all frameworks.

A row of a batch is a prompt with its beams, the texts that go on. Beside them each keeps the best texts that are
complete; it is done when no beam can become better than the worst of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from loadstone.architectures.components.run import Array, ArrayFunctions
from loadstone.core.records import record
from loadstone.errors import ArgumentError
from loadstone.frameworks.decoding import BeamOptions, Decoding
from loadstone.frameworks.generation_values import on_host
from loadstone.frameworks.logit_edits import Edit, edited
from loadstone.frameworks.sampling import Filters, filtered

_NEVER = -1.0e9
"""Added to the score of what is out of the running. As in transformers."""


@record
class Search:
    """What a step depends on beside arrays. Sizes are not in it, so that one program may serve all."""

    beams: int
    stops_early: bool
    """Whether a row is done with as many complete texts as it has beams."""
    ends: tuple[int, ...]
    filters: Filters = Filters()

    @property
    def candidates(self) -> int:
        """How many continuations are looked at: so many that enough are left if all others end."""
        return max(2, 1 + len(self.ends)) * self.beams


class Beams(NamedTuple):
    """What a search has found so far, for each row of the batch."""

    texts: Array
    """(batch, beams, longest)."""
    parents: Array
    """(batch, beams, longest - prompt): of which row's logits each new token was chosen; -1 where none is yet."""
    scores: Array
    """(batch, beams): the sum of the log-probabilities, the best first."""
    done: Array
    """(batch, beams, longest): the best complete texts."""
    done_parents: Array
    """The same as of the texts that go on."""
    done_scores: Array
    """(batch, beams): by length, the best first."""
    is_done: Array
    """(batch, beams), bool: whether there is such a text."""
    improves: Array
    """(batch, 1), bool: whether a beam may still become better than a complete text."""


class At(NamedTuple):
    """Where a step is."""

    length: Any
    """How many tokens the texts have before it."""
    new: Any
    """How many of them are new."""
    over: Any
    """What the score of a text that is complete with this step is divided by."""
    over_running: Any
    """What that of the best beam is divided by, to be compared."""


class Found(NamedTuple):
    """The texts that a step looks at, (batch, candidates, …)."""

    texts: Array
    parents: Array
    scores: Array
    beams: Array
    """(batch, candidates): which beam each goes on from."""
    tokens: Array
    """(batch, candidates): what is added to it."""


class Step(NamedTuple):
    """What a step gives."""

    beams: Beams
    parents: Array
    """(batch · beams,): the row that each beam goes on from."""
    tokens: Array
    """(batch · beams,): what is added to it."""
    goes_on: Array
    """bool ()."""


Pick = Callable[[Array, int], tuple[Array, Array]]
"""From sums (batch, beams · vocab) some, and where they are: the largest, or drawn by what they say."""


def begin(prompts: np.ndarray, beams: int, longest: int, filler: int) -> Beams:
    """Before the first step. ``prompts`` (batch, tokens); ``filler`` is what complete texts are filled up with."""
    batch, shape, prompt = len(prompts), (len(prompts), beams), prompts.shape[1]
    texts = np.full((*shape, longest), filler, np.int32)
    texts[:, :, :prompt] = prompts[:, None]
    parents = np.full((*shape, longest - prompt), -1, np.int32)
    scores, worst = np.zeros(shape, np.float32), np.full(shape, _NEVER, np.float32)
    scores[:, 1:] = _NEVER  # the beams are all alike: only the first is continued
    return Beams(texts, parents, scores, texts, parents, worst, np.zeros(shape, bool), np.ones((batch, 1), bool))


def at(options: BeamOptions, length: int, prompt: int, longest: int) -> At:
    """The numbers of the step after ``length`` tokens, of which the ``prompt`` has so many."""
    penalty, new = options.length_penalty, length + 1 - prompt
    hoped = longest - prompt if options.early_stopping == "never" and penalty > 0 else new
    return At(np.int32(length), np.int32(new - 1), np.float32(new**penalty), np.float32(hoped**penalty))


def scored(xp: ArrayFunctions, filters: Filters, logits: Array, edits: tuple[Edit, ...]) -> Array:
    """Log-probabilities (batch · beams, vocab) of the next tokens, after the rules."""
    return filtered(xp, edited(xp, xp.log_softmax(logits), edits), filters)


def found(xp: ArrayFunctions, search: Search, beams: Beams, said: Array, where: At, pick: Pick | None = None) -> Found:
    """The candidates: the best continuations of all beams, or those that are picked. ``said``: see :func:`scored`."""
    count, vocab = search.beams, xp.shape(said)[-1]
    sums = xp.reshape(said, (-1, count, vocab)) + beams.scores[..., None]
    scores, places = (pick or xp.top_k)(xp.reshape(sums, (-1, count * vocab)), search.candidates)
    came, tokens = xp.astype(places // vocab, xp.int32), xp.astype(places % vocab, xp.int32)
    rows = came + xp.arange(xp.shape(came)[0], like=came)[:, None] * count
    return Found(
        _with(xp, xp.at_places(beams.texts, came), where.length, tokens),
        _with(xp, xp.at_places(beams.parents, came), where.new, rows),
        scores,
        came,
        tokens,
    )


def _with(xp: ArrayFunctions, rows: Array, place: Array | int, values: Array) -> Array:
    """``rows`` (batch, candidates, places) with ``values`` (batch, candidates) at one place."""
    return xp.where(xp.arange(xp.shape(rows)[2], like=values) == place, values[..., None], rows)


def ended(xp: ArrayFunctions, search: Search, found: Found, where: At) -> Array:
    """Which candidates are complete, bool (batch, candidates): by their last token, or their length."""
    ends = (found.tokens < 0) | (where.length + 1 >= xp.shape(found.texts)[2])
    for end in search.ends:
        ends = ends | (found.tokens == end)
    return ends


def settled(xp: ArrayFunctions, search: Search, beams: Beams, found: Found, ends: Array, where: At) -> Step:
    """What becomes of the candidates, of which some are complete: bool (batch, candidates)."""
    count = search.beams
    scores, order = xp.top_k(found.scores + xp.where(ends, _NEVER, 0.0), count)
    chosen = xp.at_places(found.beams, order)
    first = xp.arange(xp.shape(chosen)[0], like=chosen)[:, None] * count

    done = _complete(xp, search, beams, found, ends, where)
    worst = xp.where(done.is_done, done.done_scores[:, -1:], _NEVER)
    improves = beams.improves & xp.any(scores[:, :1] / where.over_running > worst, axis=1, keepdims=True)
    goes_on = _any(xp, improves) & _any(xp, ~ends)
    if search.stops_early:
        goes_on = goes_on & _any(xp, ~done.is_done)
    after = done._replace(
        texts=xp.at_places(found.texts, order),
        parents=xp.at_places(found.parents, order),
        scores=scores,
        improves=improves,
    )
    added = xp.at_places(found.tokens, order)
    return Step(after, xp.reshape(chosen + first, (-1,)), xp.reshape(added, (-1,)), goes_on)


def _complete(xp: ArrayFunctions, search: Search, beams: Beams, found: Found, ends: Array, where: At) -> Beams:
    """The best complete texts, with those that have become so."""
    counted = ends & (xp.arange(search.candidates, like=found.tokens) < search.beams)
    final = found.scores / where.over
    if search.stops_early:
        final = final + xp.where(xp.any(~beams.is_done, axis=1, keepdims=True), 0.0, _NEVER)
    final = final + xp.where(beams.improves, 0.0, _NEVER)
    final = final + xp.where(counted, 0.0, _NEVER)
    best, order = xp.top_k(xp.concat((beams.done_scores, final), axis=1), search.beams)
    return beams._replace(
        done=xp.at_places(xp.concat((beams.done, found.texts), axis=1), order),
        done_parents=xp.at_places(xp.concat((beams.done_parents, found.parents), axis=1), order),
        done_scores=best,
        is_done=xp.at_places(xp.concat((beams.is_done, counted), axis=1), order),
    )


def _any(xp: ArrayFunctions, values: Array) -> Array:
    return xp.any(xp.reshape(values, (-1,)), axis=0, keepdims=False)


class Writer(Protocol):
    """Texts that are being written, (rows, tokens)."""

    def logits(self) -> Array:
        """Of the next token, (rows, vocab) in float32."""

    def append(self, tokens: Array, parents: Array) -> None:
        """Each row is what the row ``parents`` (rows,) of it was, with one of ``tokens`` (rows,) after it."""


class Searched(NamedTuple):
    """What a search has found, on the host."""

    texts: np.ndarray
    """(batch · returned, tokens)."""
    scores: np.ndarray
    """(batch · returned,)."""
    parents: np.ndarray
    """(batch · returned, new tokens): of which row's logits each was chosen; -1 behind the end of a text."""


TakeStep = Callable[[Search, Beams, Array, At], Step]
"""One token more for every beam, whose logits are (batch · beams, vocab)."""


def searched(
    how: Decoding, prompts: np.ndarray, writer: Writer, begun: Callable[[Beams], Beams], take: TakeStep
) -> Searched:
    """The best texts.

    ``prompts`` (batch, tokens), of which ``writer`` has one row a beam. ``begun`` makes the framework's arrays, and
    ``take`` is a step in it, of :func:`scored`, :func:`found` and :func:`settled`.
    """
    assert how.beams is not None
    options, prompt = how.beams, prompts.shape[1]
    longest = prompt + how.new_tokens
    search = Search(options.beams, options.early_stopping is True, how.ends, how.filters)
    beams = begun(begin(prompts, options.beams, longest, how.filler))
    for length in range(prompt, longest):
        logits = writer.logits()
        vocab = int(logits.shape[-1])
        if search.candidates > search.beams * vocab:
            raise ArgumentError(f"Beam search with {len(how.ends)} end tokens needs a vocabulary of more than {vocab}.")
        beams, parents, tokens, goes_on = take(search, beams, logits, at(options, length, prompt, longest))
        if not bool(goes_on):
            break
        writer.append(tokens, parents)
    if length + 1 == longest:
        how.report_cut()
    texts, scores, rows = (
        np.asarray(on_host(array))[:, : how.returned] for array in (beams.done, beams.done_scores, beams.done_parents)
    )
    new = int((rows >= 0).sum(axis=2).max())
    return Searched(
        texts.reshape(-1, longest)[:, : prompt + new], scores.reshape(-1), rows.reshape(-1, rows.shape[2])[:, :new]
    )
