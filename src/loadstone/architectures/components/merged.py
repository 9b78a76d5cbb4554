"""A tower that reads texts in which the vectors of another one stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.grids import GridPatches, places
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.inputs import may_be
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_SHIFT = "position_shift"
"""What the cache keeps of pictures: how far positions are beyond what counting tokens gives, (batch, 1)."""


class Mark(NamedTuple):
    """A token in whose place a vector of another tower stands."""

    token: int
    values: str
    """The input that the tower reads, (patches, numbers)."""
    grids: str
    """The input that says how its patches lie, (pictures, 3): time, height and width of each."""


@record
class Marked(Component):
    """The stem of a text's tower: token embeddings, and at marked tokens the vectors that are given for them.

    Positions count in three rows, for time, height and width. For text these are the same. A picture has its own
    beyond where the text is, and takes as many as its longer side.
    """

    embeddings: Part
    marks: tuple[Mark, ...]
    side: int
    """So many patches in height and width make one vector."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens, width); leaves positions (batch or 1, tokens) or (3, batch, tokens) in the state.

        Under the name of a mark's ``values`` lie vectors (1, vectors, width), in the order of the marked tokens.
        """
        ids, positions = given.get("input_ids"), given.get("position_ids")
        packed = None
        if positions is not None:
            _check_positions(positions, given.get("inputs_embeds") if ids is None else ids)
            packed = positions[0] if len(positions.shape) == 3 and positions.shape[0] == 4 else None
        x = run(self.embeddings, {**given, "position_ids": packed})
        present = [mark for mark in self.marks if given.get(mark.values) is not None]
        for mark in present:
            x = _placed(run, x, ids == mark.token, given[mark.values])
        if positions is not None:
            run.state.position_ids = positions[-3:] if len(positions.shape) == 3 else positions
        elif present:
            run.state.position_ids = self._positions(run, ids, {mark: given[mark.grids] for mark in present})
        elif (shift := run.state.recall(0, _SHIFT)) is not None:
            run.state.position_ids = run.state.position_ids + shift
        return x

    def _positions(self, run: Run, ids: Array, grids: Mapping[Mark, Array]) -> Array:
        """The positions (3, batch, tokens) of tokens among which there are pictures.

        Where the state says how many tokens were counted before each, -1 for padding; the cache gets the shift.
        """
        xp, state = run.xp, run.state
        counted = xp.astype(state.position_ids, xp.int32) + xp.zeros_like(xp.astype(ids, xp.int32))
        real = counted >= 0
        steps = xp.astype(real, xp.int32)
        within = [xp.zeros_like(counted)] * 3
        for mark, each in grids.items():
            marked = (ids == mark.token) & real
            merged = xp.concat((each[:, :1], each[:, 1:] // self.side), axis=1)
            place = places(xp, merged, _order(run, ids == mark.token))
            # All tokens of a picture are where it began; its last one makes the step past it.
            step = xp.where(place.is_last, place.size, xp.zeros_like(place.size))
            shape = xp.shape(ids)
            steps = xp.where(marked, xp.reshape(step, shape), steps)
            own = (place.time, place.row, place.column)
            within = [xp.where(marked, xp.reshape(new, shape), old) for new, old in zip(own, within, strict=True)]
        count = xp.sum(xp.astype(real, xp.int32), axis=1, keepdims=True)
        before = xp.max(counted, axis=1, keepdims=True) + 1 - count
        shift = state.recall(0, _SHIFT)
        begin = before if shift is None else before + shift
        reached = begin + xp.cumulative_sum(steps, axis=1) - steps
        rows = [xp.where(real, reached + each, xp.zeros_like(reached))[None] for each in within]
        positions = xp.concat(rows, axis=0)
        highest = xp.max(xp.max(positions, axis=2, keepdims=True), axis=0, keepdims=False)
        state.store(0, _SHIFT, highest + 1 - before - count)
        return positions


@record
class Merged(Component):
    """A tower that reads texts, and one whose vectors it reads in place of marked tokens."""

    tower: Part
    """It reads patches, ``pixel_values``, with their ``grids``; its pooler gives the vectors."""
    language: Part
    """A :class:`Tower` whose stem is :class:`Marked`."""

    gives_several: ClassVar[bool] = True

    @property
    def width(self) -> int:
        """The width of what comes out."""
        assert isinstance(self.language.component, Tower)
        return self.language.component.width

    @property
    def stem(self) -> Marked:
        """What puts the vectors among the tokens."""
        assert isinstance(self.language.component, Tower)
        stem = self.language.component.stem.component
        assert isinstance(stem, Marked)
        return stem

    @property
    def patches(self) -> GridPatches:
        """What reads the pictures."""
        assert isinstance(self.tower.component, Tower)
        stem = self.tower.component.stem.component
        assert isinstance(stem, GridPatches)
        return stem

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what the forward pass was given, by name."""
        self.check(given, lambda name: run.numbers(given.get(name)))
        vectors = {}
        for mark in self.stem.marks:
            if given.get(mark.values) is not None:
                read = {"pixel_values": given[mark.values], "grids": given[mark.grids]}
                vectors[mark.values] = run(self.tower, read).pooler_output
        return run(self.language, {**given, **vectors})

    def check(self, given: Mapping[str, Any], numbers: Callable[[str], Any]) -> None:
        """:class:`ArgumentError` for pictures that do not fit their grids, or the marked tokens.

        ``numbers`` gives an input's numbers on the host, by its name; None where they are not known.
        """
        for mark in self.stem.marks:
            values, grids = given.get(mark.values), given.get(mark.grids)
            if values is None and grids is None:
                continue
            if values is None or grids is None:
                raise ArgumentError(f"Give {mark.values} and {mark.grids} together: patches, and how they lie.")
            if given.get("input_ids") is None:
                raise ArgumentError(f"{mark.values} needs input_ids, whose tokens {mark.token} say where pictures are.")
            _check_shape(mark.values, values, (None, self.patches.numbers), "(patches of all pictures, {})")
            _check_shape(mark.grids, grids, (None, 3), "(pictures, {}): time, height, width")
            known, ids = numbers(mark.grids), numbers("input_ids")
            if known is not None:
                self._check_grids(mark, known, values.shape[0])
            if known is not None and ids is not None:
                tokens, vectors = int((ids == mark.token).sum()), int(known.prod(axis=1).sum()) // self.stem.side**2
                if tokens != vectors:
                    raise ArgumentError(
                        f"input_ids has {tokens} tokens {mark.token}, and {mark.values} gives {vectors} vectors, one "
                        f"for {self.stem.side} × {self.stem.side} patches: each takes the place of one token."
                    )

    def copies(self, ids: Any, given: Mapping[str, Any], times: int) -> dict[str, list[int]]:
        """Input of pictures → where along its first axis those lie that ``times`` copies of each text read, in order.

        ``ids`` (batch, tokens); ``given``: the grids among others, by name; on the host.
        """
        copied: dict[str, list[int]] = {}
        for mark in self.stem.marks:
            if mark.grids not in given:
                continue
            patches = given[mark.grids].prod(axis=1).tolist()
            begins = [sum(patches[:picture]) for picture in range(len(patches))]
            pictures, read = copied.setdefault(mark.grids, []), 0
            for vectors in (ids == mark.token).sum(axis=1).tolist():
                first, end = read, sum(patches[:read]) + vectors * self.stem.side**2
                while read < len(patches) and begins[read] < end:
                    read += 1
                pictures += list(range(first, read)) * times
            copied[mark.values] = [begins[each] + patch for each in pictures for patch in range(patches[each])]
        return copied

    def _check_grids(self, mark: Mark, grids: Any, patches: int | None) -> None:
        side = self.stem.side
        if grids.dtype.kind not in "iu":
            raise ArgumentError(f"{mark.grids} is {grids.dtype}, expected integers.")
        if (grids < 1).any() or (grids[:, 1:] % side).any():
            raise ArgumentError(
                f"{mark.grids} is {grids.tolist()}, expected heights and widths that are multiples of {side}, and no "
                "time of 0."
            )
        total = int(grids.prod(axis=1).sum())
        if patches not in (None, total):
            raise ArgumentError(f"{mark.values} has {patches} patches, and {mark.grids} says {total}.")


def _check_positions(positions: Array, texts: Array | None) -> None:
    """:class:`ArgumentError` for position ids of another shape than those of ``texts`` (batch, tokens, …)."""
    if texts is None:
        return  # which is an error of its own
    batch, tokens = tuple(texts.shape)[:2]
    shape = tuple(positions.shape)
    fits = len(shape) in (2, 3) and may_be(shape[-1], tokens) and (shape[-2] == 1 or may_be(shape[-2], batch))
    if not fits or (len(shape) == 3 and shape[0] not in (3, 4)):
        text = f"({batch}, {tokens})"
        expected = f"{text}, or 3 of these, for time, height and width, or 4, with those of the text first"
        raise ArgumentError(f"position_ids has shape {shape}, expected {expected}.")


def _check_shape(name: str, array: Any, expected: tuple[int | None, int], shown: str) -> None:
    shape = tuple(array.shape)
    if len(shape) != 2 or shape[1] not in (None, expected[1]):
        raise ArgumentError(f"{name} has shape {shape}, expected {shown.format(expected[1])}.")


def _order(run: Run, marked: Array) -> Array:
    """Of each token the number of the last marked one up to it, row after row; (batch · tokens,)."""
    xp = run.xp
    count = xp.cumulative_sum(xp.astype(xp.reshape(marked, (-1,)), xp.int32), axis=0)
    return xp.clip(count - 1, min=0)


def _placed(run: Run, x: Array, marked: Array, vectors: Array) -> Array:
    """``x`` (batch, tokens, width) with the ``vectors`` (1, vectors, width) at the ``marked`` tokens, in order."""
    xp = run.xp
    found = xp.reshape(xp.take(vectors[0], _order(run, marked), axis=0), xp.shape(x))
    return xp.where(marked[..., None], xp.astype(found, x.dtype), x)
