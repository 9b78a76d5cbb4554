"""Inputs as data: the arrays that models take, by the names that they have in every framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from loadstone.core.records import record


@record
class Input:
    """One argument of a forward pass."""

    name: str
    axes: tuple[str, ...] = ()
    """What its axes are; none for what is no array."""
    kind: Literal["ids", "values", "mask", "cache", "output"] = "ids"
    """Integers that something is looked up by, floating-point numbers, what tells real places from padding, what an
    earlier pass left, or another model's output."""
    once: bool = False
    """Whether it belongs to the first tokens of a text: what it says is then in the cache."""

    @property
    def is_array(self) -> bool:
        """Whether it is an array of the framework."""
        return self.kind in ("ids", "values", "mask")


class Axis(NamedTuple):
    """One axis of an input, as a model's stem wants it."""

    name: str
    size: int | None = None
    """None where any will do."""
    least: int = 1
    known: bool = False
    """Whether a graph must know the size when it is traced."""

    def __str__(self) -> str:
        if self.size is not None:
            return str(self.size)
        return self.name if self.least == 1 else f"{self.name} of at least {self.least}"


_TEXT = ("batch", "tokens")
_TARGET = ("batch", "target tokens")

INPUTS: Mapping[str, Input] = {
    given.name: given
    for given in (
        Input("input_ids", _TEXT),
        Input("attention_mask", _TEXT, "mask"),
        Input("global_attention_mask", _TEXT, "mask"),
        Input("pooling_mask", _TEXT, "mask"),
        Input("token_type_ids", _TEXT),
        Input("bbox", (*_TEXT, "corners")),
        Input("position_ids", _TEXT),
        Input("inputs_embeds", (*_TEXT, "width"), "values"),
        Input("past_key_values", (), "cache"),
        Input("decoder_input_ids", _TARGET),
        Input("decoder_attention_mask", _TARGET, "mask"),
        Input("decoder_position_ids", _TARGET),
        Input("decoder_inputs_embeds", (*_TARGET, "width"), "values"),
        Input("encoder_outputs", (), "output"),
        Input("encoder_hidden_states", ("batch", "places", "width"), "values"),
        Input("encoder_attention_mask", ("batch", "places"), "mask"),
        Input("pixel_values", ("batch", "channels", "height", "width"), "values", once=True),
        Input("conditional_pixel_values", ("batch", "channels", "height", "width"), "values", once=True),
        Input("conditional_embeddings", ("batch", "width"), "values", once=True),
        Input("pixel_values_videos", ("patches", "numbers"), "values", once=True),
        Input("image_grid_thw", ("pictures", "axes"), once=True),
        Input("video_grid_thw", ("films", "axes"), once=True),
        Input("mm_token_type_ids", _TEXT, once=True),
        Input("pixel_attention_mask", ("batch", "patches"), "mask", once=True),
        Input("dataset_index", ("batch",), once=True),
        Input("flip_pairs", ("pairs", "sides"), once=True),
        Input("spatial_shapes", ("batch", "axes"), once=True),
        Input("bool_masked_pos", ("batch", "patches"), "mask"),
        Input("noise", ("batch", "patches"), "values"),
        Input("input_features", ("batch", "bands", "frames"), "values"),
        Input("input_values", ("batch", "samples"), "values"),
        Input("mask_time_indices", ("batch", "frames"), "mask"),
        Input("sampled_negative_indices", ("batch", "frames", "negatives")),
    )
}
"""Those that families here take, by name."""

ONCE = frozenset(name for name, given in INPUTS.items() if given.once)
"""Those that belong to the first tokens of a text."""


def may_be(size: int | None, expected: int | None) -> bool:
    """Whether two sizes are the same, as far as they are known."""
    return size is None or expected is None or size == expected


def agree(shape: Sequence[int | None], expected: Sequence[int | None]) -> bool:
    """Whether two shapes are the same, as far as their sizes are known."""
    return len(shape) == len(expected) and all(map(may_be, shape, expected))
