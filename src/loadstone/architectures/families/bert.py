"""BERT, and the sentence encoders that kept its shape (MiniLM, BGE, GTE, E5)."""

from __future__ import annotations

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Activation, Bias, Dropout
from loadstone.architectures.components.models import Backbone
from loadstone.architectures.family import Family


class BertConfig(encoders.EncoderConfig):
    """The keys of a BERT model. Defaults are those of BERT base uncased."""

    model_type = "bert"


def blueprint(config: BertConfig, pooler: bool = True) -> Backbone:
    """The bare model."""
    layers = [encoders.plain_bert_layer(config, index) for index in range(config.num_hidden_layers)]
    return encoders.bert_backbone(config, encoders.bert_embeddings(config), layers, pooler=pooler)


def language_head(config: BertConfig) -> Part:
    """``cls.predictions``: a transform, the decoder, and the decoder's bias once more beside them."""
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
        beside=(Part("bias", Bias(config.vocab_size)),),
    )
    return Part("cls", Chain((Part("predictions", predictions),)))


def classifier(config: BertConfig) -> Part:
    """Dropout and one linear map over the pooled first token."""
    steps = (
        Part("dropout", Dropout(config.head_dropout)),
        Part("classifier", encoders.linear(config, config.hidden_size, config.num_labels)),
    )
    return Part("", Chain(steps))


FAMILY = Family(
    config=BertConfig,
    stem="Bert",
    prefix="bert",
    heads=encoders.encoder_heads(
        "Bert",
        encoders.BareEncoder("bert", blueprint),
        encoders.LanguageHead(
            language_head,
            decoder="cls.predictions.decoder",
            decoder_bias="cls.predictions.bias",
            optional=("cls.predictions",),
            causal="BertLMHeadModel",
        ),
        encoders.SequenceHead(classifier, pool="pooler"),
        token_dropout=lambda config: config.head_dropout,
    ),
    renames=encoders.RENAMES,
    leftovers=encoders.LEFTOVERS,
    sources="arXiv:1810.04805",
)
