"""BERT's heads, which models built like it have too: masked tokens, the next sentence, and classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Chain, TwoOutputs
from loadstone.architectures.components.leaves import Activation, Dropout, Weight
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.tasks import NEXT_SENTENCE, PRETRAINING

CLASS_NAMES = {
    **encoders.CLASS_NAMES,
    "cls": "{}OnlyMLMHead",
    "predictions": "{}LMPredictionHead",
    "transform": "{}PredictionHeadTransform",
}
"""What the classes of their modules are called."""


def transform(config: encoders.EncoderConfig, width: int | None = None, norm: str = "LayerNorm") -> Part:
    """``dense``, an activation and a norm, as wide as the layers where no other ``width`` is given."""
    width = width or config.hidden_size
    steps = (
        Part("dense", encoders.linear(config, config.hidden_size, width)),
        Part("transform_act_fn", Activation(config.hidden_act)),
        Part(norm, encoders.layer_norm(config, width)),
    )
    return Part("transform", Chain(steps))


def predictions(config: encoders.EncoderConfig, width: int | None = None, norm: str = "LayerNorm") -> Component:
    """A transform, the decoder, and the decoder's bias once more beside them."""
    decoder = Part("decoder", encoders.linear(config, width or config.hidden_size, config.vocab_size))
    return Chain((transform(config, width, norm), decoder), beside=(Part("bias", Weight((config.vocab_size,))),))


def language_head(config: encoders.EncoderConfig, made_by: Callable[[Any], Component] = predictions) -> Part:
    """``predictions``, under the name that files have for it."""
    return Part("cls", Chain((Part("predictions", made_by(config)),)))


def classifier(config: encoders.EncoderConfig) -> Part:
    """Dropout and one linear map over the pooled first token."""
    steps = (
        Part("dropout", Dropout(config.head_dropout)),
        Part("classifier", encoders.linear(config, config.hidden_size, config.num_labels)),
    )
    return Part("", Chain(steps))


def heads(
    stem: str,
    prefix: str,
    model: Callable[..., Any],
    *,
    predictions: Callable[[Any], Component] = predictions,
    causal: str | None = None,
    also: tuple[str, ...] = encoders.BareEncoder.also,
) -> tuple[HeadSpec, ...]:
    """All of them under a stem, on a bare ``model`` with a pooler that is called ``prefix`` in them.

    ``predictions``: config → what makes logits of hidden states; ``also``: other tasks that have the bare model.
    """
    language = encoders.LanguageHead(
        lambda config: language_head(config, predictions),
        decoder="cls.predictions.decoder",
        decoder_bias="cls.predictions.bias",
        optional=("cls.predictions",),
        causal=causal,
        also=(),
    )

    def relationship(config: encoders.EncoderConfig) -> Part:
        return Part("seq_relationship", encoders.linear(config, config.hidden_size, 2))

    def next_sentence(config: encoders.EncoderConfig) -> Component:
        output = Part("cls", Chain((relationship(config),)))
        return Head(Part(prefix, model(config)), output, pool="pooler", labels=2)

    def pretraining(config: encoders.EncoderConfig) -> Component:
        outputs = TwoOutputs(Part("predictions", predictions(config)), relationship(config))
        return Head(Part(prefix, model(config)), Part("cls", outputs), pool="pooler")

    return (
        *encoders.encoder_heads(
            stem,
            encoders.BareEncoder(prefix, model, also=also),
            language,
            encoders.SequenceHead(classifier, pool="pooler"),
            encoders.SequenceHead(lambda config: encoders.one_score(config, config.head_dropout), pool="pooler"),
            encoders.Dropouts(lambda config: config.head_dropout),
        ),
        HeadSpec(
            f"{stem}ForNextSentencePrediction",
            NEXT_SENTENCE,
            next_sentence,
            (("cls.seq_relationship",), (f"{prefix}.pooler",)),
            class_names={"cls": "{}OnlyNSPHead"},
        ),
        HeadSpec(
            f"{stem}ForPreTraining",
            PRETRAINING,
            pretraining,
            (("cls.predictions",), ("cls.seq_relationship",), (f"{prefix}.pooler",)),
            lambda config: language.tied(config, prefix),
            stand_ins=language.stand_ins,
            class_names={"cls": "{}PreTrainingHeads"},
        ),
    )
