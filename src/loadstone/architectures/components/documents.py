"""Texts and the pictures of the pages that they are on, read together (arXiv:2204.08387)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from loadstone.architectures.components.attention import distance_buckets
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Chain, Stack
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.masks import Room, see_all
from loadstone.architectures.components.pages import boxes_of
from loadstone.architectures.components.patches import Patches
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import may_be
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_PAGE = 1000
"""How long either side of a page is in the numbers of boxes."""


@record
class Documents(Component):
    """A stem that reads texts, and behind them the patches of pictures, if there are any.

    Positions are three rows, (3, batch, places): which token or which patch it is, its left and its lower end.
    """

    embeddings: Part
    """:class:`~loadstone.architectures.components.pages.PageEmbeddings`."""
    pictures: Part | None = None
    """:class:`~loadstone.architectures.components.patches.Patches` with a token before them."""
    norm: Part | None = None
    """Over the vectors of both, where there is a picture."""
    dropout: float = 0.0

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens and patches, width)."""
        xp, pixels = run.xp, given.get("pixel_values")
        if pixels is not None and self.pictures is None:
            raise ArgumentError("pixel_values are given, and this model reads texts alone (visual_embed is not set).")
        is_text = given.get("input_ids") is not None or given.get("inputs_embeds") is not None
        rows: list[Array] = []
        read: list[Array] = []
        if is_text or pixels is None:
            x = run(self.embeddings, given)
            boxes = boxes_of(run, given, x)
            rows.append(_rows(run, x, xp.arange(xp.shape(x)[1], like=x), boxes[..., 0], boxes[..., 3]))
            read.append(x)
        if self.pictures is not None and pixels is not None:
            x = run(self.pictures, given)
            left, lower = (xp.astype(xp.near(xp.asarray(ends), x), xp.int32)[None] for ends in self._ends())
            rows.append(_rows(run, x, xp.arange(xp.shape(x)[1], like=x), left, lower))
            read.append(x)
            self._see(run, given, read)
        run.state.position_ids = xp.concat(rows, axis=2) if len(rows) > 1 else rows[0]
        x = xp.concat(read, axis=1) if len(read) > 1 else read[0]
        if pixels is not None and self.norm is not None:
            x = run.dropout(run(self.norm, x), self.dropout)
        return x

    def _see(self, run: Run, given: Mapping[str, Any], read: Sequence[Array]) -> None:
        """Leave masks in the state by which all see the patches, and those of the tokens that are no padding."""
        xp, mask, padding = run.xp, given.get("attention_mask"), run.state.padding
        if len(read) == 1:
            return
        if not may_be(read[0].shape[0], read[1].shape[0]):
            raise ArgumentError(
                f"pixel_values are of {read[1].shape[0]} pictures, expected {read[0].shape[0]}: one for each text."
            )
        if mask is not None and len(mask.shape) != 2:
            raise ArgumentError(
                f"attention_mask has shape {tuple(mask.shape)}, expected (batch, tokens), as there are pixel_values: "
                "everything sees their patches."
            )
        if padding is not None:
            shown = xp.astype(xp.zeros_like(read[1][..., 0]), xp.int32) == 0
            padding = run.state.padding = xp.concat((padding, shown), axis=1)
        places = sum(xp.shape(each)[1] for each in read)
        see_all(run, read[0], Room(places, keys=places), None, padding)

    def _ends(self) -> tuple[list[float], list[float]]:
        """The left and the lower end of the token before the patches, which is all of the page, and of each patch."""
        assert self.pictures is not None and isinstance(self.pictures.component, Patches)
        rows, columns = self.pictures.component.grid
        left = [float(_PAGE * column // columns) for _ in range(rows) for column in range(columns)]
        lower = [float(_PAGE * (row + 1) // rows) for row in range(rows) for _ in range(columns)]
        return [1.0, *left], [_PAGE - 1.0, *lower]


def _rows(run: Run, x: Array, *rows: Array) -> Array:
    """Rows (batch or 1, places) or (places,) of numbers as (rows, batch, places) for ``x`` (batch, places, width)."""
    xp = run.xp
    batch, places, _ = xp.shape(x)
    each = (xp.astype(xp.broadcast_to(row, (batch, places)), xp.int32) for row in rows)
    return xp.concat([row[None] for row in each], axis=0)


@record
class PlacedLayers(Stack):
    """Layers with a bias for how far apart places are in what is read, and on the page.

    The numbers of the bias are as they are: no gradient reaches them.
    """

    read: Part | None = None
    """A ``Linear`` of (bins, heads)."""
    across: Part | None = None
    down: Part | None = None
    """The same for distances on the page."""
    farthest: int = 128
    """From which distance on all share a bin."""
    farthest_on_page: int = 256
    scale: float = 1.0

    biases_attention: ClassVar[bool] = True

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width) → the same."""
        if self.read is not None:
            rows = run.state.position_ids
            bias = self._bias(run, self.read, rows[0], self.farthest, x)
            if self.across is not None and self.down is not None:
                bias = bias + self._bias(run, self.across, rows[1], self.farthest_on_page, x)
                bias = bias + self._bias(run, self.down, rows[2], self.farthest_on_page, x)
            run.state.bias = run.xp.stop_gradient(bias * self.scale)
        return super().compute(run, x)

    def _bias(self, run: Run, part: Part, places: Array, farthest: int, x: Array) -> Array:
        """(batch, heads, queries, keys) for ``places`` (batch, places)."""
        assert isinstance(part.component, Linear)
        xp, bins = run.xp, part.component.inputs
        kind = xp.arange(bins, like=x)
        table = run(part, xp.astype(kind[:, None] == kind[None], x.dtype))
        bucket = distance_buckets(xp, places[:, :, None] - places[:, None, :], bins, farthest)
        found = xp.take(table, xp.reshape(bucket, (-1,)), axis=0)
        return xp.permute_dims(xp.reshape(found, (*xp.shape(bucket), part.component.outputs)), (0, 3, 1, 2))


@record
class TextTokens(Chain):
    """Parts applied to the tokens of the text alone, which come before all else that is read."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> Array:  # type: ignore[override]
        """``out``: the output of the tower; ``given``: the arguments of the forward pass."""
        text = given.get("input_ids") if given.get("inputs_embeds") is None else given["inputs_embeds"]
        if text is None:
            raise ArgumentError("Give input_ids or inputs_embeds: the tokens that are to be classified.")
        return super().compute(run, run.xp.slice(out.last_hidden_state, 0, run.xp.shape(text)[1]))
