"""BERT, and the sentence encoders that kept its shape (MiniLM, BGE, GTE, E5)."""

from __future__ import annotations

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Chain, TwoOutputs
from loadstone.architectures.components.leaves import Activation, Dropout, Weight
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import NEXT_SENTENCE, PRETRAINING


class BertConfig(encoders.EncoderConfig):
    """The keys of a BERT model. Defaults are those of BERT base uncased."""

    model_type = "bert"


def blueprint(config: BertConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    layers = [encoders.plain_bert_layer(config, index) for index in range(config.num_hidden_layers)]
    return encoders.bert_tower(config, Part("embeddings", encoders.bert_embeddings(config)), layers, pooler=pooler)


def language_head(config: BertConfig) -> Part:
    """``cls.predictions``."""
    return Part("cls", Chain((_predictions(config),)))


def _predictions(config: BertConfig) -> Part:
    """A transform, the decoder, and the decoder's bias once more beside them."""
    width = config.hidden_size
    transform = Chain(
        (
            Part("dense", encoders.linear(config, width, width)),
            Part("transform_act_fn", Activation(config.hidden_act)),
            Part("LayerNorm", encoders.layer_norm(config)),
        )
    )
    predictions = Chain(
        (
            Part("transform", transform),
            Part("decoder", encoders.linear(config, width, config.vocab_size)),
        ),
        beside=(Part("bias", Weight((config.vocab_size,))),),
    )
    return Part("predictions", predictions)


def classifier(config: BertConfig) -> Part:
    """Dropout and one linear map over the pooled first token."""
    steps = (
        Part("dropout", Dropout(config.head_dropout)),
        Part("classifier", encoders.linear(config, config.hidden_size, config.num_labels)),
    )
    return Part("", Chain(steps))


LANGUAGE = encoders.LanguageHead(
    language_head,
    decoder="cls.predictions.decoder",
    decoder_bias="cls.predictions.bias",
    optional=("cls.predictions",),
    causal="BertLMHeadModel",
    also=(),
)


def next_sentence(config: BertConfig) -> Component:
    """``cls.seq_relationship`` over the pooled first token."""
    relationship = Part("seq_relationship", encoders.linear(config, config.hidden_size, 2))
    return Head(Part("bert", blueprint(config)), Part("cls", Chain((relationship,))), pool="pooler", labels=2)


def pretraining(config: BertConfig) -> Component:
    """``cls.predictions`` and ``cls.seq_relationship``."""
    outputs = TwoOutputs(
        places=_predictions(config),
        sequence=Part("seq_relationship", encoders.linear(config, config.hidden_size, 2)),
    )
    return Head(Part("bert", blueprint(config)), Part("cls", outputs), pool="pooler")


HEADS = (
    *encoders.encoder_heads(
        "Bert",
        encoders.BareEncoder("bert", blueprint),
        LANGUAGE,
        encoders.SequenceHead(classifier, pool="pooler"),
        encoders.SequenceHead(lambda config: encoders.one_score(config, config.head_dropout), pool="pooler"),
        encoders.Dropouts(lambda config: config.head_dropout),
    ),
    HeadSpec(
        "BertForNextSentencePrediction",
        NEXT_SENTENCE,
        next_sentence,
        (("cls.seq_relationship",), ("bert.pooler",)),
        class_names={"cls": "BertOnlyNSPHead"},
    ),
    HeadSpec(
        "BertForPreTraining",
        PRETRAINING,
        pretraining,
        (("cls.predictions",), ("cls.seq_relationship",), ("bert.pooler",)),
        lambda config: LANGUAGE.tied(config, "bert"),
        stand_ins=LANGUAGE.stand_ins,
        class_names={"cls": "BertPreTrainingHeads"},
    ),
)

FAMILY = Family(
    config=BertConfig,
    stem="Bert",
    prefix="bert",
    heads=HEADS,
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        **encoders.CLASS_NAMES,
        "cls": "BertOnlyMLMHead",
        "predictions": "BertLMPredictionHead",
        "transform": "BertPredictionHeadTransform",
    },
    sources="arXiv:1810.04805",
)
