"""Where words lie on a page, as a part of what they are (arXiv:1912.13318)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.leaves import Embedding
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import Axis, may_be
from loadstone.core.records import record
from loadstone.errors import ArgumentError

BOXES = (Axis("batch"), Axis("tokens"), Axis("corners", 4))
"""The axes of ``bbox``: left, upper, right and lower end of each token."""


@record
class PageEmbeddings(Embeddings):
    """Embeddings with vectors for where a token begins and ends on its page, and how large it is."""

    left_right: Part = field(kw_only=True)
    upper_lower: Part = field(kw_only=True)
    height: Part = field(kw_only=True)
    wide: Part = field(kw_only=True)

    computes_shares: ClassVar[bool] = True

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        return {**super().reads(), "bbox": BOXES}

    def _added(self, run: Run, given: Mapping[str, Any]) -> Array:
        x = super()._added(run, given)
        for vectors in self._on_page(run, boxes_of(run, given, x)):
            x = x + vectors
        return x

    def _on_page(self, run: Run, boxes: Array) -> list[Array]:
        """The vectors of left, upper, right and lower ends, heights and widths of ``boxes`` (batch, tokens, 4)."""
        left, upper, right, lower = (boxes[..., corner] for corner in range(4))
        height, width = self._sizes(run, lower - upper, right - left)
        self._check(run, ("", boxes), ("a height of ", height), ("a width of ", width))
        pairs = (
            *((self.left_right, left), (self.upper_lower, upper), (self.left_right, right), (self.upper_lower, lower)),
            *((self.height, height), (self.wide, width)),
        )
        return [run(part, ids) for part, ids in pairs]

    def _sizes(self, run: Run, *sizes: Array) -> tuple[Array, ...]:
        """Heights and widths as they are looked up."""
        return sizes

    def _check(self, run: Run, *looked_up: tuple[str, Array]) -> None:
        """:class:`ArgumentError` for what there are no vectors for, where that is known."""
        table = self.left_right.component
        assert isinstance(table, Embedding)
        for what, ids in looked_up:
            numbers = run.numbers(ids)
            if numbers is None or not numbers.size or 0 <= numbers.min() <= numbers.max() < table.count:
                continue
            found = numbers.min() if numbers.min() < 0 else numbers.max()
            raise ArgumentError(
                f"bbox has {what}{found}, and this model has embeddings for 0 to {table.count - 1}: left, upper, right "
                "and lower ends in thousandths of the page."
            )


@record
class JoinedPageEmbeddings(PageEmbeddings):
    """The same with these vectors one after another, as wide as the model in all; sizes beyond the table are its last,
    and those below 0 its first (arXiv:2204.08387)."""

    computes_shares: ClassVar[bool] = True

    def _on_page(self, run: Run, boxes: Array) -> list[Array]:
        return [run.xp.concat(super()._on_page(run, boxes), axis=-1)]

    def _sizes(self, run: Run, *sizes: Array) -> tuple[Array, ...]:
        table = self.height.component
        assert isinstance(table, Embedding)
        return tuple(run.xp.clip(size, min=0, max=table.count - 1) for size in sizes)


def boxes_of(run: Run, given: Mapping[str, Any], x: Array) -> Array:
    """Where the tokens of ``x`` (batch, tokens, width) lie, (batch, tokens, 4): at the corner of the page where that is
    not given. :class:`ArgumentError` for boxes of other tokens."""
    xp = run.xp
    if given.get("bbox") is None:
        batch, tokens, _ = xp.shape(x)
        return xp.astype(xp.broadcast_to(xp.zeros_like(x[..., :1]), (batch, tokens, 4)), xp.int32)
    boxes = run.take(given, "bbox", BOXES)
    if not all(may_be(found, size) for found, size in zip(boxes.shape[:2], x.shape[:2], strict=True)):
        raise ArgumentError(f"bbox has shape {tuple(boxes.shape)}, expected {(*x.shape[:2], 4)}: a box for each token.")
    return boxes
