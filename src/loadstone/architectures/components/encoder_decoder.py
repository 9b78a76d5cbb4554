"""A tower that reads, and one that writes and looks at what was read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.frame_lengths import FrameLengths
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.inputs import agree
from loadstone.architectures.tasks import IGNORED
from loadstone.core.records import record
from loadstone.errors import ArgumentError


class Encoded(NamedTuple):
    """What an encoder says, as far as an encoder-decoder uses it."""

    last_hidden_state: Array
    """(batch, places, width)."""
    hidden_states: tuple[Array, ...] | None = None
    attentions: tuple[Array, ...] | None = None

    @classmethod
    def of(cls, output: Any) -> Encoded:
        """Of an encoder's output, or of a tuple that begins with its last hidden state; else :class:`ArgumentError`."""
        if hasattr(output, "last_hidden_state"):
            output = tuple(getattr(output, name, None) for name in cls._fields)
        if not isinstance(output, tuple | list) or not output or not hasattr(output[0], "shape"):
            raise ArgumentError(
                f"encoder_outputs is a {type(output).__name__}, expected an encoder's output, or a tuple that begins "
                "with its hidden states (batch, places, width)."
            )
        return cls(*output[:3])


@record
class EncoderDecoder(Component):
    """A tower that reads, and one that writes and looks at what was read (arXiv:1706.03762)."""

    encoder: Part
    decoder: Part
    beside: tuple[Part, ...] = ()
    """Parts that only lie here, such as a table that the towers' are tied to (T5's ``shared``)."""
    start: int | None = None
    """The token that a text to be written begins with."""
    padding: int | None = None
    masked: bool = True
    """Whether the input's attention mask is one for the encoder's output, too."""
    repeats: bool = False
    """Whether the text that is read is also written, where no other is given (BART's pretraining)."""
    frames: FrameLengths | None = None
    """What becomes of that mask on the way, where the encoder's output has other places than its input."""

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what is read under its plain names, what is written under names that begin with ``decoder_``."""
        ready = given.get("encoder_outputs")
        if ready is None:
            reading = {name: value for name, value in given.items() if not name.startswith(_OF_DECODERS)}
            encoded = Encoded.of(run(self.encoder, reading))
        else:
            encoded = Encoded.of(ready)
            self._check(encoded.last_hidden_state, given)
        writing = {
            name.removeprefix("decoder_"): value for name, value in given.items() if name.startswith(_OF_DECODERS)
        }
        if writing.get("input_ids") is None and writing.get("inputs_embeds") is None:
            if self.repeats and given.get("input_ids") is not None:
                writing["input_ids"] = self.shifted(run, "input_ids", given["input_ids"])
        if writing.get("input_ids") is None and writing.get("inputs_embeds") is None:
            raise ArgumentError("Give decoder_input_ids or decoder_inputs_embeds, or labels: what is to be written.")
        texts = writing["input_ids"] if writing.get("inputs_embeds") is None else writing["inputs_embeds"]
        rows, read = tuple(texts.shape)[:1], encoded.last_hidden_state
        if not agree(rows, tuple(read.shape)[:1]):
            raise ArgumentError(f"decoder_input_ids are for {rows[0]} texts, expected {read.shape[0]}, as were read.")
        writing["encoder_hidden_states"] = read
        if self.masked and (mask := given.get("attention_mask")) is not None:
            if self.frames is not None:
                mask = self.frames.shown(run, mask, run.xp.shape(read)[1])
            writing["encoder_attention_mask"] = mask
        with named_for_decoders():
            decoded = run(self.decoder, writing)
        return run.output(
            "Seq2SeqModelOutput",
            last_hidden_state=decoded.last_hidden_state,
            past_key_values=decoded.past_key_values,
            decoder_hidden_states=decoded.hidden_states,
            decoder_attentions=decoded.attentions,
            cross_attentions=decoded.cross_attentions,
            encoder_last_hidden_state=read,
            encoder_hidden_states=encoded.hidden_states,
            encoder_attentions=encoded.attentions,
        )

    def parts(self) -> tuple[Part, ...]:
        """What lies beside the towers first: in checkpoints and optimizers' states a shared table has its name."""
        return (*self.beside, self.encoder, self.decoder)

    def _check(self, read: Array, given: Mapping[str, Any]) -> None:
        """:class:`ArgumentError` where ``encoder_outputs`` and what is given beside them do not fit together."""
        width = getattr(self.encoder.component, "width", None)
        shape = tuple(read.shape)
        if not agree(shape, (None, None, width)):
            raise ArgumentError(f"encoder_outputs[0] has shape {shape}, expected (batch, places, {width}).")
        mask = given.get("attention_mask") if self.masked and self.frames is None else None
        if mask is not None and not agree(mask.shape, shape[:2]):
            raise ArgumentError(
                f"attention_mask has shape {tuple(mask.shape)}, expected {shape[:2]}: a column for each place of "
                "encoder_outputs."
            )

    def shifted(self, run: Run, name: str, ids: Array) -> Array:
        """What a decoder reads to write ``ids`` (batch, tokens): these, one place later, after what begins a text.

        ``name``: of the argument that they are.
        """
        if len(ids.shape) != 2:
            raise ArgumentError(f"{name} has shape {tuple(ids.shape)}, expected (batch, tokens).")
        zeros = run.xp.zeros_like(ids)
        ids = run.xp.where(ids == IGNORED, zeros + (self.padding or 0), ids)
        return run.xp.concat((self.first(run, ids), ids[:, :-1]), axis=1)

    def first(self, run: Run, ids: Array) -> Array:
        """The token that each of the texts ``ids`` (batch, tokens) begins with, (batch, 1)."""
        if self.start is None:
            raise ArgumentError("config.decoder_start_token_id is not set, with which a text to be written begins.")
        return run.xp.zeros_like(ids[:, :1]) + self.start


@contextmanager
def named_for_decoders() -> Iterator[None]:
    """Where a decoder refuses its ``input_ids``, it is ``decoder_input_ids`` that were given."""
    try:
        yield
    except ArgumentError as error:
        error.args = tuple(_OWN.sub(r"decoder_\g<0>", text) for text in error.args)
        raise


_OWN = re.compile(r"\b(input_ids|inputs_embeds|attention_mask|position_ids)\b")
_OF_DECODERS = ("decoder_", "past_key_values")
"""How the names of what a decoder is given begin."""


@record
class Written(Component):
    """What an encoder and a decoder make of a text, as if it were one tower's. Where nothing says what of the text that
    is written is padding, its ids do: no cache outlives the pass."""

    pair: Part
    padding: int | None

    gives_several: ClassVar[bool] = True

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        ids = given.get("decoder_input_ids")
        if ids is not None and given.get("decoder_attention_mask") is None and self.padding is not None:
            given = {**given, "decoder_attention_mask": ids != self.padding}
        out = run(self.pair, given)
        shown = {"hidden_states": out.decoder_hidden_states, "attentions": out.decoder_attentions}
        return run.output("BaseModelOutput", last_hidden_state=out.last_hidden_state, **shown)
