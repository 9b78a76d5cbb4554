"""LayoutLM: BERT with vectors for where words are on a page."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import bert, declarations, encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Dropout, Embedding
from loadstone.architectures.components.pages import PageEmbeddings
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import DOCUMENT_QUESTION_ANSWERING, MULTIPLE_CHOICE, QUESTION_ANSWERING
from loadstone.architectures.text_tasks import ON_PAGES
from loadstone.configs.keys import Refusal


class LayoutLMConfig(encoders.EncoderConfig):
    """The keys of a LayoutLM model. Defaults are those of LayoutLM base."""

    model_type = "layoutlm"
    positive: ClassVar = (*encoders.EncoderConfig.positive, "max_2d_position_embeddings")
    refused: ClassVar = {
        **declarations.but(encoders.EncoderConfig.refused, "position_embedding_type"),
        "is_decoder": Refusal((False,), "this family reads in both directions"),
    }
    irrelevant: ClassVar = {
        **encoders.EncoderConfig.irrelevant,
        "position_embedding_type": "this family's are absolute, whatever is said",
        "classifier_dropout": "this family's classifiers have hidden_dropout_prob",
    }

    max_2d_position_embeddings: int = 1024


def blueprint(config: LayoutLMConfig, pooler: bool = True) -> Tower:
    """The bare model; every class has a pooler, even where nothing reads what it says."""
    layers = [encoders.plain_bert_layer(config, index) for index in range(config.num_hidden_layers)]
    plain = encoders.bert_embeddings(config)
    on_page = Embedding(config.max_2d_position_embeddings, config.hidden_size, std=config.initializer_range)
    stem = PageEmbeddings(
        plain.tokens,
        plain.position,
        plain.segment,
        plain.norm,
        dropout=plain.dropout,
        left_right=Part("x_position_embeddings", on_page),
        upper_lower=Part("y_position_embeddings", on_page),
        height=Part("h_position_embeddings", on_page),
        wide=Part("w_position_embeddings", on_page),
    )
    return encoders.bert_tower(config, Part("embeddings", stem), layers, pooler=True)


def classifier(config: LayoutLMConfig) -> Part:
    """Dropout and one linear map over the pooled first token."""
    last = Part("classifier", encoders.linear(config, config.hidden_size, config.num_labels))
    return Part("", Chain((Part("dropout", Dropout(config.hidden_dropout_prob)), last)))


def _heads() -> tuple[HeadSpec, ...]:
    made = encoders.encoder_heads(
        "LayoutLM",
        encoders.BareEncoder("layoutlm", blueprint, also=()),
        encoders.LanguageHead(
            bert.language_head,
            decoder="cls.predictions.decoder",
            decoder_bias="cls.predictions.bias",
            optional=("cls.predictions",),
        ),
        encoders.SequenceHead(classifier, pool="pooler"),
        encoders.SequenceHead(classifier),
        encoders.Dropouts(lambda config: config.hidden_dropout_prob),
    )
    return tuple(
        replace(
            head,
            task=DOCUMENT_QUESTION_ANSWERING if head.task == QUESTION_ANSWERING else head.task,
            differs={"inputs": ON_PAGES},
        )
        for head in made
        if head.task != MULTIPLE_CHOICE
    )


FAMILY = Family(
    config=LayoutLMConfig,
    stem="LayoutLM",
    prefix="layoutlm",
    heads=_heads(),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        **encoders.CLASS_NAMES,
        "PageEmbeddings": "{}Embeddings",
        "cls": "LayoutLMOnlyMLMHead",
        "predictions": "LayoutLMLMPredictionHead",
        "transform": "LayoutLMPredictionHeadTransform",
    },
    sources="arXiv:1912.13318",
)
