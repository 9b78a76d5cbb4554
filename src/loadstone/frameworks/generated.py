"""What ``generate`` returns with ``return_dict_in_generate=True``, whatever the framework: as transformers names it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from loadstone.architectures.components.run import Array
from loadstone.frameworks.decoding import Outputs
from loadstone.frameworks.outputs import ModelOutput, output


@output
class GenerateDecoderOnlyOutput(ModelOutput):
    """``sequences`` (rows, tokens). The others have an entry for each step: ``scores``, (rows, vocab) in float32 after
    the rules; ``logits``, the same before them; ``attentions`` and ``hidden_states``, a pass's tuple for each."""

    sequences: Any = None
    scores: tuple[Any, ...] | None = None
    logits: tuple[Any, ...] | None = None
    attentions: tuple[Any, ...] | None = None
    hidden_states: tuple[Any, ...] | None = None
    past_key_values: object = None


@output
class ParakeetCTCGenerateOutput(ModelOutput):
    """``sequences`` (batch, frames) of tokens; ``logits`` (batch, frames, vocab), and what the one pass shows."""

    sequences: Any = None
    logits: Any = None
    attentions: tuple[Any, ...] | None = None
    hidden_states: tuple[Any, ...] | None = None


@output
class GenerateBeamDecoderOnlyOutput(ModelOutput):
    """The same of beams: ``sequences_scores`` (rows,); ``beam_indices`` (rows, new tokens), of which row of a step's
    scores each token was chosen, -1 behind the end of a text."""

    sequences: Any = None
    sequences_scores: Any = None
    scores: tuple[Any, ...] | None = None
    logits: tuple[Any, ...] | None = None
    beam_indices: Any = None
    attentions: tuple[Any, ...] | None = None
    hidden_states: tuple[Any, ...] | None = None
    past_key_values: object = None


@output
class GenerateEncoderDecoderOutput(ModelOutput):
    """The same of an encoder-decoder; what the encoder gave is there once."""

    sequences: Any = None
    scores: tuple[Any, ...] | None = None
    logits: tuple[Any, ...] | None = None
    encoder_attentions: tuple[Any, ...] | None = None
    encoder_hidden_states: tuple[Any, ...] | None = None
    decoder_attentions: tuple[Any, ...] | None = None
    cross_attentions: tuple[Any, ...] | None = None
    decoder_hidden_states: tuple[Any, ...] | None = None
    past_key_values: object = None


@output
class GenerateBeamEncoderDecoderOutput(ModelOutput):
    """The same of an encoder-decoder's beams."""

    sequences: Any = None
    sequences_scores: Any = None
    scores: tuple[Any, ...] | None = None
    logits: tuple[Any, ...] | None = None
    beam_indices: Any = None
    encoder_attentions: tuple[Any, ...] | None = None
    encoder_hidden_states: tuple[Any, ...] | None = None
    decoder_attentions: tuple[Any, ...] | None = None
    cross_attentions: tuple[Any, ...] | None = None
    decoder_hidden_states: tuple[Any, ...] | None = None
    past_key_values: object = None


class Steps(Protocol):
    """What writes texts, as far as it matters here."""

    out: Any
    """What the model gave in the last pass, if it is kept."""
    cache: Any
    encoded: Any
    """What an encoder gave; None where there is none."""


class Record:
    """What is kept of each step, and what is returned in the end."""

    def __init__(self, wanted: Outputs, writer: Steps) -> None:
        self.wanted, self.writer = wanted, writer
        self.scores: tuple[Array, ...] | None = () if wanted.scores else None
        self.logits: tuple[Array, ...] | None = () if wanted.logits else None
        self.passes: list[Any] = []

    def add(self, logits: Array, scores: Array) -> None:
        """A step: its logits (rows, vocab) before the rules, and its scores after them."""
        if self.scores is not None:
            self.scores = (*self.scores, scores)
        if self.logits is not None:
            self.logits = (*self.logits, logits)
        if self.wanted.attentions or self.wanted.hidden_states:
            self.passes.append(self.writer.out)

    def returned(self, texts: Array, **beams: Array | None) -> Any:
        """The texts (rows, tokens), or an output with them; ``beams``: what only a search has."""
        if not self.wanted.named:
            return texts
        encoded = self.writer.encoded
        given: dict[str, Any] = {"scores": self.scores, "logits": self.logits, "past_key_values": self.writer.cache}
        for field, wanted in {"attentions": self.wanted.attentions, "hidden_states": self.wanted.hidden_states}.items():
            if wanted and encoded is None:
                given[field] = self._of_passes(field)
            elif wanted:
                given[f"decoder_{field}"] = self._of_passes(f"decoder_{field}")
                given[f"encoder_{field}"] = getattr(encoded, field, None)
        if self.wanted.attentions and encoded is not None:
            given["cross_attentions"] = self._of_passes("cross_attentions")
        kind = _KINDS[bool(beams), encoded is not None]
        return kind(sequences=texts, **beams, **given)

    def _of_passes(self, name: str) -> tuple[Any, ...]:
        return tuple(getattr(out, name) for out in self.passes)


_KINDS: Mapping[tuple[bool, bool], type[ModelOutput]] = MappingProxyType(
    {
        (False, False): GenerateDecoderOnlyOutput,
        (True, False): GenerateBeamDecoderOnlyOutput,
        (False, True): GenerateEncoderDecoderOutput,
        (True, True): GenerateBeamEncoderDecoderOutput,
    }
)
"""By whether beams were searched, and whether an encoder has read."""
