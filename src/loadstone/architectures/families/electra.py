"""ELECTRA: BERT with embeddings that may be narrower than the layers; generator and discriminator share the shape."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import electra, encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Activation, Dropout
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import PRETRAINING, REPLACED_TOKENS
from loadstone.configs.keys import Refusal


class ElectraConfig(encoders.EncoderConfig):
    """The keys of an ELECTRA model. Defaults are those of ELECTRA small's discriminator."""

    model_type = "electra"

    embedding_size: int = 128
    hidden_size: int = 256
    num_attention_heads: int = 4
    intermediate_size: int = 1024
    summary_type: str = "first"
    summary_use_proj: bool = True
    summary_activation: str = "gelu"
    summary_last_dropout: float = 0.1

    refused: ClassVar = {
        **encoders.EncoderConfig.refused,
        "summary_type": Refusal(("first",), "sequences are chosen by their first token"),
    }
    positive = (*encoders.EncoderConfig.positive, "embedding_size")


def blueprint(config: ElectraConfig) -> Tower:
    """The bare model."""
    layers = [encoders.plain_bert_layer(config, index) for index in range(config.num_hidden_layers)]
    return encoders.bert_tower(config, electra.stem(config), layers, pooler=False)


def classifier(config: ElectraConfig) -> Part:
    """Two linear maps over the first token."""
    return encoders.dense_classifier(config, "gelu", config.head_dropout)


def summary(config: ElectraConfig) -> Part:
    """``sequence_summary`` of the first token, and ``classifier``."""
    steps: tuple[Part, ...] = ()
    if config.summary_use_proj:
        steps = (Part("summary", encoders.linear(config, config.hidden_size, config.hidden_size)),)
    if config.summary_activation:
        steps = (*steps, Part("activation", Activation(config.summary_activation)))
    steps = (*steps, Part("last_dropout", Dropout(config.summary_last_dropout)))
    score = encoders.linear(config, config.hidden_size, 1)
    return Part("", Chain((Part("sequence_summary", Chain(steps)), Part("classifier", score))))


def replaced_tokens(config: ElectraConfig) -> Component:
    """``discriminator_predictions`` over each token."""
    steps = (
        Part("dense", encoders.linear(config, config.hidden_size, config.hidden_size)),
        Part("activation", Activation(config.hidden_act)),
        Part("dense_prediction", encoders.linear(config, config.hidden_size, 1)),
    )
    return Head(Part("electra", blueprint(config)), Part("discriminator_predictions", Chain(steps)), labels=2)


FAMILY = Family(
    config=ElectraConfig,
    stem="Electra",
    prefix="electra",
    heads=(
        *encoders.encoder_heads(
            "Electra",
            encoders.BareEncoder("electra", blueprint, pooler=False),
            electra.language("ElectraForCausalLM"),
            encoders.SequenceHead(classifier),
            encoders.SequenceHead(summary, optional=("sequence_summary", "classifier")),
            encoders.Dropouts(lambda config: config.head_dropout),
        ),
        HeadSpec(
            "ElectraForPreTraining",
            REPLACED_TOKENS,
            replaced_tokens,
            (("discriminator_predictions",),),
            also=(PRETRAINING,),
        ),
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        **encoders.CLASS_NAMES,
        "generator_predictions": "ElectraGeneratorPredictions",
        "discriminator_predictions": "ElectraDiscriminatorPredictions",
        "sequence_summary": "ElectraSequenceSummary",
    },
    sources="arXiv:2003.10555",
)
