"""Which pixels of a picture a prompt means (CLIPSeg, arXiv:2112.10003)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.feature_maps import MAPS
from loadstone.architectures.components.layers import Stack
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.two_towers import TwoTowers
from loadstone.architectures.inputs import Axis, may_be
from loadstone.core.records import record
from loadstone.errors import ArgumentError

_PIXELS = (Axis("batch"), Axis("channels"), Axis("height", known=True), Axis("width", known=True))


class Prompted(NamedTuple):
    """What towers say of pictures, and of what is looked for in them."""

    seen: Any
    """The output of the tower that read the pictures."""
    read: tuple[Array, ...]
    """Its hidden states that a decoder reads, in that order, each (batch, 1 + patches, width)."""
    condition: Array
    """(batch, width): what is looked for, in the common space."""


@record
class PromptedTowers(TwoTowers):
    """Two towers, of which that for pictures is a :class:`~loadstone.architectures.components.feature_maps.Backbone`.

    No gradient goes back into them.
    """

    read: tuple[int, ...] = ()
    """Which of the hidden states that are taken a decoder reads, in that order."""
    width: int = 0
    """How wide vectors in the common space are."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Prompted:
        """``given``: the arguments of the pass. ``conditional_embeddings`` count before ``input_ids``, and these before
        ``conditional_pixel_values``."""
        stop, out = run.xp.stop_gradient, self.get_image_features(run, given)
        read = tuple(stop(out[MAPS][index]) for index in self.read)
        seen = run.output(
            "BaseModelOutput",
            last_hidden_state=stop(out.last_hidden_state),
            pooler_output=stop(out.pooler_output),
            hidden_states=None if out.hidden_states is None else tuple(map(stop, out.hidden_states)),
            attentions=out.attentions,
        )
        return Prompted(seen, read, self._condition(run, given))

    def _condition(self, run: Run, given: Mapping[str, Any]) -> Array:
        names = ("conditional_embeddings", "input_ids", "conditional_pixel_values")
        name = next((each for each in names if given.get(each) is not None), None)
        if name is None:
            raise ArgumentError("Give input_ids, conditional_pixel_values or conditional_embeddings: what to look for.")
        prompts, pictures = given[name].shape[0], given["pixel_values"].shape[0]
        if not may_be(prompts, pictures):
            raise ArgumentError(f"{name} has {prompts} rows, expected {pictures}, one for each picture.")
        if name == "conditional_embeddings":
            return run.take(given, name, (Axis("batch"), Axis("width", self.width)))
        if name == "input_ids":
            out = self.get_text_features(run, {key: value for key, value in given.items() if key != "pixel_values"})
        else:
            out = self.get_image_features(run, {"pixel_values": run.take(given, name, _PIXELS)})
        return run.xp.stop_gradient(out.pooler_output)


@record
class FilmStem(Component):
    """What a decoder's layers read: hidden states made narrower, and what the prompt makes of them (feature-wise linear
    modulation, arXiv:1709.07871)."""

    multiply: Part
    add: Part
    reduces: tuple[Part, ...]

    def compute(self, run: Run, given: Mapping[str, Any]) -> tuple[Sequence[Array], Array, Array]:
        """Of what is ``prompted``: for each layer (batch, 1 + patches, width); factors and terms (batch, 1, width)."""
        prompted = given["prompted"]
        reduced = [run(part, x) for part, x in zip(self.reduces, prompted.read, strict=True)]
        return reduced, run(self.multiply, prompted.condition)[:, None], run(self.add, prompted.condition)[:, None]


@record
class FilmStack(Stack):
    """Layers each of which reads a hidden state beside what the last one says; one of them is told the prompt."""

    told: int = 0

    def compute(self, run: Run, given: tuple[Sequence[Array], Array, Array]) -> Array:
        """``given``: what a :class:`FilmStem` makes."""
        reduced, factor, term = given
        said = None
        for index, (part, beside) in enumerate(zip(run.blocks(self.layers), reduced, strict=True)):
            x = beside if said is None else beside + said
            if index == self.told:
                x = factor * x + term
            run.state.add_hidden_state(x if said is None else said)  # what layers say, not what the next one reads
            said = run.block(part, x, index)
        return said


@record
class MaskDecoder(Component):
    """From hidden states of patches to a number for each pixel."""

    tower: Part
    """A :class:`~loadstone.architectures.components.towers.Tower` of a :class:`FilmStem` and a :class:`FilmStack`."""
    larger: Part
    """(batch, width, rows, columns) → (batch, 1, height, width)."""
    patch: tuple[int, ...]
    """Height and width of the patches."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, given: tuple[Prompted, Array]) -> Any:
        """``given``: what was said of pictures (batch, channels, height, width), and these."""
        prompted, pixels = given
        xp, (height, across) = run.xp, run.xp.shape(pixels)[2:]
        out = run(self.tower, {"prompted": prompted})
        batch, _, width = xp.shape(out.last_hidden_state)
        grid = (height // self.patch[0], across // self.patch[1])
        x = xp.reshape(xp.permute_dims(out.last_hidden_state[:, 1:], (0, 2, 1)), (batch, width, *grid))
        return run.output(
            "MaskDecoderOutput",
            logits=run(self.larger, x)[:, 0],
            hidden_states=out.hidden_states,
            attentions=out.attentions,
        )


@record
class PromptedMasks(Component):
    """What :class:`PromptedTowers` and a :class:`MaskDecoder` say."""

    towers: Part
    decoder: Part

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """The output of the tower that read the pictures, to which all else is added."""
        pixels = run.take(given, "pixel_values", _PIXELS)
        prompted = run(self.towers, given)
        out = run.output("BaseModelOutput", last_hidden_state=prompted.seen.last_hidden_state)
        out["pooled_output"] = prompted.seen.pooler_output
        out["conditional_embeddings"] = prompted.condition
        out["vision_model_output"] = prompted.seen
        out["decoder_output"] = run(self.decoder, (prompted, pixels))
        return out


@record
class MaskOutput(Component):
    """What a task gives of all that :class:`PromptedMasks` says."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, out: Any, given: Mapping[str, Any]) -> tuple[Array, Any]:
        """Logits (batch, height, width), and the decoder's output."""
        return out.decoder_output.logits, out.decoder_output
