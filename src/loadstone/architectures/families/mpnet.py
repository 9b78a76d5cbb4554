"""MPNet: BERT's layers with a relative position bias that all of them share."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import encoders
from loadstone.architectures.components.attention import RelativeBias
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.layers import Residual
from loadstone.architectures.components.leaves import Embedding
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family

_PADDING = 1  # fixed in the architecture, whatever pad_token_id says
_BUCKETS = 32  # likewise: the reference never looks at relative_attention_num_buckets when it sorts distances


class MPNetConfig(encoders.EncoderConfig):
    """The keys of an MPNet model. Defaults are those of MPNet base."""

    model_type = "mpnet"
    without = ("type_vocab_size",)

    irrelevant: ClassVar = {
        **encoders.EncoderConfig.irrelevant,
        "classifier_dropout": "this family's classifiers have hidden_dropout_prob",
    }

    vocab_size: int = 30527
    relative_attention_num_buckets: int = 32
    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2


def blueprint(config: MPNetConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    width = config.hidden_size
    layers = []
    for index in range(config.num_hidden_layers):
        attention = encoders.bert_attention(
            config, index, ("q", "k", "v"), output=Part("o", encoders.linear(config, width, width))
        )
        step = Residual(Part("attn", attention), end=Part("", encoders.bert_output(config)), shows_attention=True)
        layers.append(encoders.bert_layer(config, step))
    stem = Part("embeddings", encoders.bert_embeddings(config, positions="tokens", padding=_PADDING, segments=False))
    table = Embedding(config.relative_attention_num_buckets, config.num_attention_heads, std=config.initializer_range)
    bias = Part("", RelativeBias(Part("relative_attention_bias", table), buckets=_BUCKETS))
    return encoders.bert_tower(config, stem, layers, pooler=pooler, bias=bias)


def classifier(config: MPNetConfig) -> Part:
    """Two linear maps over the first token."""
    return encoders.dense_classifier(config, "tanh", config.hidden_dropout_prob)


FAMILY = Family(
    config=MPNetConfig,
    stem="MPNet",
    prefix="mpnet",
    heads=encoders.encoder_heads(
        "MPNet",
        encoders.BareEncoder("mpnet", blueprint, also=()),
        encoders.LanguageHead(
            encoders.language_head, decoder="lm_head.decoder", decoder_bias="lm_head.bias", optional=("lm_head",)
        ),
        encoders.SequenceHead(classifier),
        encoders.SequenceHead(lambda config: encoders.one_score(config, config.hidden_dropout_prob), pool="pooler"),
        encoders.Dropouts(lambda config: config.hidden_dropout_prob),
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={**encoders.CLASS_NAMES, "attention.attn": "MPNetSelfAttention"},
    sources="arXiv:2004.09297",
)
