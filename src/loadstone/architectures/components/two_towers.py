"""Two towers that meet: pictures and texts as vectors of one space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.core.records import record
from loadstone.errors import ArgumentError


@record
class TwoTowers(Component):
    """A tower that reads texts and one that reads pictures, compared by the angles between what they say
    (arXiv:2103.00020)."""

    text: Part
    vision: Part
    vision_projection: Part | None
    """Into the common space; None where the tower's pooled vectors are in it."""
    text_projection: Part | None
    scale: Part
    """A ``Weight`` () or (1,): the logarithm of what cosines are multiplied by."""
    bias: Part | None = None
    """A ``Weight`` (1,), added to the product (SigLIP, arXiv:2303.15343)."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """How well each of the texts fits each of the pictures, (texts, pictures) and (pictures, texts)."""
        seen, read = self.get_image_features(run, given), self.get_text_features(run, given)
        images, texts = _unit(run, seen.pooler_output), _unit(run, read.pooler_output)
        xp = run.xp
        beside = xp.near(xp.permute_dims(images, (1, 0)), texts)
        logits = texts @ beside * xp.exp(xp.near(run.weight(self.scale), texts))
        if self.bias is not None:
            logits = logits + xp.near(run.weight(self.bias), texts)
        return run.output(
            "ContrastiveOutput",
            logits_per_image=xp.permute_dims(logits, (1, 0)),
            logits_per_text=logits,
            text_embeds=texts,
            image_embeds=images,
            text_model_output=read,
            vision_model_output=seen,
        )

    def get_text_features(self, run: Run, given: Mapping[str, Any]) -> Any:
        """The output of the tower that reads texts, whose pooled vectors are in the common space."""
        out = run(self.text, given)
        if self.text_projection is not None:
            out.pooler_output = run(self.text_projection, out.pooler_output)
        return out

    def get_image_features(self, run: Run, given: Mapping[str, Any]) -> Any:
        """The output of the tower that reads pictures, whose pooled vectors are in the common space."""
        out = run(self.vision, given)
        if self.vision_projection is not None:
            out.pooler_output = run(self.vision_projection, out.pooler_output)
        return out


def _unit(run: Run, x: Array) -> Array:
    """Vectors (batch, width) of length 1."""
    return x / run.xp.sqrt(run.xp.sum(x * x, axis=-1, keepdims=True))


@record
class PartPass(Component):
    """A pass that computes with some of a component's parts: one of its methods, by name."""

    whole: Component
    method: str

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        return getattr(self.whole, self.method)(run, given)


@record
class EndPooler(Component):
    """The hidden state of the token that ends each text; without ``end`` of the token with the highest id."""

    end: int | None
    reads_given: ClassVar[bool] = True

    def compute(self, run: Run, x: Array, given: Mapping[str, Any]) -> Array:
        """(batch, width) of ``x`` (batch, tokens, width); the ids (batch, tokens) are in ``given``."""
        xp, ids = run.xp, given.get("input_ids")
        if ids is None:
            raise ArgumentError("Give input_ids: they say where each text ends.")
        if self.end is not None:
            tokens = xp.shape(ids)[1]
            # The first of several: padding may have the same id.
            ids = (tokens - xp.astype(xp.arange(tokens, like=ids), xp.int32)) * xp.astype(ids == self.end, xp.int32)
        return xp.at_rows(x, xp.argmax(ids, axis=-1))


@record
class FirstPooler(Component):
    """``norm(first place)``, or that itself."""

    norm: Part | None = None

    def compute(self, run: Run, x: Array) -> Array:
        return x[:, 0] if self.norm is None else run(self.norm, x[:, 0])


@record
class LastPooler(Component):
    """``project(last place)``, padding or not."""

    project: Part

    def compute(self, run: Run, x: Array) -> Array:
        return run(self.project, x[:, -1])
