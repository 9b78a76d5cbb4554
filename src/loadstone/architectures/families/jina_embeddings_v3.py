"""Jina embeddings v3: XLM-RoBERTa with rotary positions, whose projections files hold fused."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.rotary_encoders import LEFTOVERS, Names, RotaryEncoderConfig, heads, normed_beside
from loadstone.architectures.tasks import (
    BARE,
    MASKED_LM,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TOKEN_CLASSIFICATION,
)
from loadstone.core.naming_rules import Rule

_ADAPTED = ("word_embeddings", "token_type_embeddings", "Wqkv", "out_proj", "fc1", "fc2", "pooler.dense")
_NAMES = Names("mixer", "Wqkv", "out_proj", ("norm1", "norm2"))


class JinaEmbeddingsV3Config(RotaryEncoderConfig):
    """The keys of a Jina embeddings v3 model. Defaults are its own."""

    model_type = "jina_embeddings_v3"
    attribute_map: ClassVar = {"rotary_emb_base": "rope_theta"}

    vocab_size: int = 250002
    hidden_size: int = 1024
    num_hidden_layers: int = 24
    num_attention_heads: int = 16
    intermediate_size: int = 4096
    max_position_embeddings: int = 8194
    type_vocab_size: int = 1
    layer_norm_eps: float = 1e-5
    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    rope_theta: float = 20000.0


def blueprint(config: JinaEmbeddingsV3Config, pooler: bool = True) -> Tower:
    """The bare model."""
    feed_forward = FeedForward(
        up=Part("fc1", encoders.linear(config, config.hidden_size, config.intermediate_size)),
        activation=config.hidden_act,
        down=Part("fc2", encoders.linear(config, config.intermediate_size, config.hidden_size)),
    )
    layers = [_NAMES.layer(config, index, feed_forward, bias=True) for index in range(config.num_hidden_layers)]
    return _NAMES.tower(config, normed_beside(config), layers, pooler=pooler)


def classifier(config: JinaEmbeddingsV3Config) -> Part:
    """Two linear maps over the first token."""
    return encoders.dense_classifier(config, "tanh", config.head_dropout)


FAMILY = Family(
    config=JinaEmbeddingsV3Config,
    stem="JinaEmbeddingsV3",
    prefix="roberta",
    heads=heads(
        "JinaEmbeddingsV3",
        encoders.BareEncoder("roberta", blueprint, also=()),
        encoders.LanguageHead(
            encoders.language_head,
            decoder="lm_head.decoder",
            decoder_bias="lm_head.bias",
            optional=("lm_head",),
            also=(),
        ),
        encoders.SequenceHead(classifier),
        (BARE, MASKED_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION, QUESTION_ANSWERING),
    ),
    rules=(
        *_NAMES.rules,
        Rule("embeddings.LayerNorm", "emb_ln"),
        # What the adapters in the first file of the Hub lie over: without a task, its code computes without them.
        *(Rule(f"{name}.parametrizations.weight.original", f"{name}.weight") for name in _ADAPTED),
    ),
    leftovers=LEFTOVERS,
    fused=(_NAMES.fused,),
    class_names={"layers.{}": "{}Layer", "lm_head": "{}LMHead", "classifier": "{}ClassificationHead"},
    sources="arXiv:2409.10173",
)
