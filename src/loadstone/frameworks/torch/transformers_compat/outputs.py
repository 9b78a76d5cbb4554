"""What custom code returns besides: the fields in the order that Transformers gives them, under its names.

Apart from :mod:`loadstone.frameworks.outputs`, as no model of Loadstone's own returns one.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from loadstone.frameworks.outputs import CausalLMOutput, MaskedLMOutput, ModelOutput, SequenceClassifierOutput


@dataclass
class BaseModelOutputWithNoAttention(ModelOutput):
    """``last_hidden_state`` (batch, channels, height, width)."""

    last_hidden_state: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None


@dataclass
class BaseModelOutputWithPoolingAndNoAttention(ModelOutput):
    """The same, and ``pooler_output`` (batch, width)."""

    last_hidden_state: Tensor | None = None
    pooler_output: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None


@dataclass
class BaseModelOutputWithPooling(ModelOutput):
    """``last_hidden_state`` (batch, tokens, width); ``pooler_output`` (batch, width)."""

    last_hidden_state: Tensor | None = None
    pooler_output: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass
class BaseModelOutputWithPast(ModelOutput):
    """``last_hidden_state`` (batch, tokens, width) and what the next step needs."""

    last_hidden_state: Tensor | None = None
    past_key_values: object = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


@dataclass
class BaseModelOutputWithPastAndCrossAttentions(BaseModelOutputWithPast):
    """The same for a decoder that attends to an encoder."""

    cross_attentions: tuple[Tensor, ...] | None = None


@dataclass
class BaseModelOutputWithPoolingAndCrossAttentions(ModelOutput):
    """``last_hidden_state`` (batch, tokens, width); ``pooler_output`` (batch, width)."""

    last_hidden_state: Tensor | None = None
    pooler_output: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    past_key_values: object = None
    attentions: tuple[Tensor, ...] | None = None
    cross_attentions: tuple[Tensor, ...] | None = None


@dataclass
class CausalLMOutputWithPast(CausalLMOutput[Tensor]):
    """:class:`CausalLMOutput`, under the name that decoders use."""


@dataclass
class CausalLMOutputWithCrossAttentions(CausalLMOutput[Tensor]):
    """The same for a decoder that attends to an encoder."""

    cross_attentions: tuple[Tensor, ...] | None = None


@dataclass
class MoeModelOutputWithPast(BaseModelOutputWithPast):
    """``router_logits``: for each layer (tokens, experts)."""

    router_logits: tuple[Tensor, ...] | None = None


@dataclass
class Seq2SeqModelOutput(ModelOutput):
    """``last_hidden_state`` (batch, tokens, width), of the decoder."""

    last_hidden_state: Tensor | None = None
    past_key_values: object = None
    decoder_hidden_states: tuple[Tensor, ...] | None = None
    decoder_attentions: tuple[Tensor, ...] | None = None
    cross_attentions: tuple[Tensor, ...] | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: tuple[Tensor, ...] | None = None
    encoder_attentions: tuple[Tensor, ...] | None = None


@dataclass
class Seq2SeqLMOutput(ModelOutput):
    """``loss`` (); ``logits`` (batch, tokens, vocab), of the decoder."""

    loss: Tensor | None = None
    logits: Tensor | None = None
    past_key_values: object = None
    decoder_hidden_states: tuple[Tensor, ...] | None = None
    decoder_attentions: tuple[Tensor, ...] | None = None
    cross_attentions: tuple[Tensor, ...] | None = None
    encoder_last_hidden_state: Tensor | None = None
    encoder_hidden_states: tuple[Tensor, ...] | None = None
    encoder_attentions: tuple[Tensor, ...] | None = None


@dataclass
class SequenceClassifierOutputWithPast(SequenceClassifierOutput[Tensor]):
    """:class:`SequenceClassifierOutput`, under the name that decoders use."""


@dataclass
class MultipleChoiceModelOutput(MaskedLMOutput[Tensor]):
    """``loss`` (); ``logits`` (batch, choices)."""


@dataclass
class NextSentencePredictorOutput(MaskedLMOutput[Tensor]):
    """``loss`` (); ``logits`` (batch, 2)."""


@dataclass
class ImageClassifierOutput(MaskedLMOutput[Tensor]):
    """``loss`` (); ``logits`` (batch, labels)."""


@dataclass
class ImageClassifierOutputWithNoAttention(ModelOutput):
    """``loss`` (); ``logits`` (batch, labels)."""

    loss: Tensor | None = None
    logits: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None


@dataclass
class SemanticSegmenterOutput(MaskedLMOutput[Tensor]):
    """``loss`` (); ``logits`` (batch, labels, height, width)."""
