"""BERT, and the sentence encoders that kept its shape (MiniLM, BGE, GTE, E5)."""

from __future__ import annotations

from loadstone.architectures import bert, encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family


class BertConfig(encoders.EncoderConfig):
    """The keys of a BERT model. Defaults are those of BERT base uncased."""

    model_type = "bert"


def blueprint(config: BertConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    layers = [encoders.plain_bert_layer(config, index) for index in range(config.num_hidden_layers)]
    return encoders.bert_tower(config, Part("embeddings", encoders.bert_embeddings(config)), layers, pooler=pooler)


FAMILY = Family(
    config=BertConfig,
    stem="Bert",
    prefix="bert",
    heads=bert.heads("Bert", "bert", blueprint, causal="BertLMHeadModel"),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names=bert.CLASS_NAMES,
    sources="arXiv:1810.04805",
)
