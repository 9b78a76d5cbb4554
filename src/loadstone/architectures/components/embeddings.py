"""From ids to vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, NamedTuple

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.leaves import Embedding
from loadstone.architectures.components.run import Array, ArrayFunctions, Run
from loadstone.architectures.components.splitting import Role
from loadstone.architectures.inputs import Axis
from loadstone.core.records import record


class TextInputs(NamedTuple):
    """What a text is given as."""

    input_ids: Array | None
    """(batch, tokens)."""
    inputs_embeds: Array | None
    """(batch, tokens, width), in place of ids."""
    token_type_ids: Array | None
    """(batch, tokens)."""
    position_ids: Array
    """(batch or 1, tokens)."""


@record
class Embeddings(Component):
    """Token embeddings, plus position and segment embeddings where the architecture has them.

    ``position`` is a table, or :class:`~loadstone.architectures.components.sinusoids.Sinusoids`, which has a vector for
    any position.

    ``positions`` says how position ids come about where none are given: counted from 0 (``"count"``), over the
    tokens that the attention mask lets through (``"mask"``, OPT), or over the tokens that are not padding
    (``"tokens"``, RoBERTa). ``offset`` is added to them: fairseq reserved the first rows of its tables.
    """

    tokens: Part
    position: Part | None = None
    segment: Part | None = None
    norm: Part | None = None
    project: Part | None = None
    """Applied to the token embeddings before positions are added (OPT-350m)."""
    dropout: float = 0.0
    positions: Literal["count", "mask", "tokens"] = "count"
    offset: int = 0
    padding: int | None = None
    segment_from_tokens: bool = False
    """Segment ids are looked up in the token table (GPT-2)."""

    computes_shares: ClassVar[bool] = True

    @property
    def longest_text(self) -> int | None:
        """How many tokens there are position vectors for; None where positions are no vectors."""
        table = None if self.position is None else self.position.component
        if not isinstance(table, Embedding):
            return None
        return table.count - self.offset - (self.positions == "tokens")

    @property
    def shift(self) -> int:
        """In which row of the position table the position 0 is."""
        return 0 if self.positions == "tokens" else self.offset

    @property
    def reads_segments(self) -> bool:
        """Whether ``token_type_ids`` change what comes out."""
        return self.segment is not None or self.segment_from_tokens

    def reads(self) -> Mapping[str, tuple[Axis, ...]]:
        names = ("input_ids", "attention_mask", *(("token_type_ids",) if self.segment is not None else ()))
        return dict.fromkeys(names, (Axis("batch"), Axis("tokens")))

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens, width) of ids, or of what stands for them."""
        x = self._added(run, given)
        if self.norm is not None:
            x = run(self.norm, x)
        return run.dropout(x, self.dropout)

    def _added(self, run: Run, given: Mapping[str, Any]) -> Array:
        """What tokens, segments and positions add up to, before it is normed."""
        inputs = run.read(self, given)
        x, segments = inputs.inputs_embeds, inputs.token_type_ids
        if x is None:
            x = run.lookup(self, self.tokens, "input_ids", inputs.input_ids)
        if self.project is not None:
            x = run(self.project, x)
        if self.segment is not None:
            if segments is None:
                segments = run.xp.zeros_like(inputs.position_ids)
            x = x + run.lookup(self, self.segment, "token_type_ids", segments)
        elif self.segment_from_tokens and segments is not None:
            x = x + run.lookup(self, self.tokens, "token_type_ids", segments)
        if self.position is not None:
            x = x + self._placed(run, inputs.position_ids, x)
        return x

    def _placed(self, run: Run, ids: Array, x: Array) -> Array:
        """The vectors of positions ``ids`` (batch or 1, tokens), in the dtype of ``x``."""
        assert self.position is not None
        if isinstance(self.position.component, Embedding):
            return run.lookup(self, self.position, "position_ids", ids, self.shift)
        return run.xp.astype(run(self.position, ids), x.dtype)

    def roles(self, role: Role | None) -> Iterator[tuple[Part, Role]]:
        yield self.tokens, Role("rows")

    def position_ids(
        self, xp: ArrayFunctions, input_ids: Array | None, padding: Array | None, tokens: int | Array, past: int | Array
    ) -> Array | None:
        """The ids (batch, tokens) of new tokens after ``past`` others, where the caller gives none; None where they
        are simply counted, from :meth:`first_position` on.

        ``padding`` (batch, keys): true where there is a token; None where all are.
        """
        if self.positions == "tokens" and input_ids is not None and self.padding is not None:
            real = xp.astype(input_ids != self.padding, xp.int32)
            return (xp.cumulative_sum(real, axis=1) + past) * real + self.offset
        if self.positions == "mask" and padding is not None:
            real = xp.astype(padding, xp.int32)
            return xp.slice(xp.cumulative_sum(real, axis=1) * real - 1, past, tokens)
        return None

    @property
    def first_position(self) -> int:
        """The position of the first token where positions are counted."""
        return self.offset + 1 if self.positions == "tokens" else 0


@record
class HidingEmbeddings(Embeddings):
    """Embeddings times the root of their width, also where vectors are given in place of ids.

    Where no mask is given and no cache is in use, tokens that are ``padding`` are hidden."""

    computes_shares: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        xp, ids = run.xp, given.get("input_ids")
        if ids is not None and given.get("attention_mask") is None and self.padding is not None:
            if not run.room(*xp.shape(ids)[:2]).is_cached:
                given = {**given, "attention_mask": ids != self.padding}
        x = super().compute(run, given)
        return x * xp.astype(xp.near(xp.asarray([x.shape[-1] ** 0.5]), x), x.dtype)
