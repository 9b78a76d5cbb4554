"""A tower that reads, and one that writes and looks at what was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import as_output
from loadstone.core.records import record
from loadstone.errors import ArgumentError


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

    def compute(self, run: Run, given: Mapping[str, Any]) -> Any:
        """``given``: what is read under its plain names, what is written under names that begin with ``decoder_``."""
        encoded = given.get("encoder_outputs")
        if encoded is None:
            reading = {name: value for name, value in given.items() if not name.startswith(_OF_DECODERS)}
            encoded = run(self.encoder, reading)
        encoded = as_output(run, encoded)
        writing = {
            name.removeprefix("decoder_"): value for name, value in given.items() if name.startswith(_OF_DECODERS)
        }
        if writing.get("input_ids") is None and writing.get("inputs_embeds") is None:
            raise ArgumentError("Give decoder_input_ids or decoder_inputs_embeds, or labels: what is to be written.")
        writing["encoder_hidden_states"] = encoded.last_hidden_state
        if self.masked:
            writing["encoder_attention_mask"] = given.get("attention_mask")
        decoded = run(self.decoder, writing)
        return run.output(
            "Seq2SeqModelOutput",
            last_hidden_state=decoded.last_hidden_state,
            past_key_values=decoded.past_key_values,
            decoder_hidden_states=decoded.hidden_states,
            decoder_attentions=decoded.attentions,
            cross_attentions=decoded.cross_attentions,
            encoder_last_hidden_state=encoded.last_hidden_state,
            encoder_hidden_states=encoded.hidden_states,
            encoder_attentions=encoded.attentions,
        )

    def shifted(self, run: Run, ids: Array) -> Array:
        """What a decoder reads to write ``ids`` (batch, tokens): these, one place later, after what begins a text."""
        if self.start is None:
            raise ArgumentError("config.decoder_start_token_id is not set, with which a text to be written begins.")
        xp, zeros = run.xp, run.xp.zeros_like(ids)
        read = xp.concat((zeros[:, :1] + self.start, ids[:, :-1]), axis=1)
        return xp.where(read == _IGNORED, zeros + (self.padding or 0), read)


_IGNORED = -100
"""What labels have where nothing is to be predicted."""
_OF_DECODERS = ("decoder_", "past_key_values")
"""How the names of what a decoder is given begin."""
