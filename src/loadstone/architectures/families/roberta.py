"""RoBERTa: BERT with positions counted over tokens that are not padding, and a head of its own."""

from __future__ import annotations

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec


class RobertaConfig(encoders.EncoderConfig):
    """The keys of a RoBERTa model. Defaults are those of RoBERTa base."""

    model_type = "roberta"

    vocab_size: int = 50265
    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2


def blueprint(config: encoders.EncoderConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    layers = [encoders.plain_bert_layer(config, index) for index in range(config.num_hidden_layers)]
    embeddings = encoders.bert_embeddings(config, positions="tokens")
    return encoders.bert_tower(config, Part("embeddings", embeddings), layers, pooler=pooler)


def classifier(config: encoders.EncoderConfig) -> Part:
    """Two linear maps over the first token."""
    return encoders.dense_classifier(config, "tanh", config.head_dropout)


def heads(stem: str) -> tuple[HeadSpec, ...]:
    """RoBERTa's heads under a stem, since XLM-RoBERTa has the same."""
    return encoders.encoder_heads(
        stem,
        encoders.BareEncoder("roberta", blueprint),
        encoders.LanguageHead(
            encoders.language_head,
            decoder="lm_head.decoder",
            decoder_bias="lm_head.bias",
            optional=("lm_head",),
            causal=f"{stem}ForCausalLM",
        ),
        encoders.SequenceHead(classifier),
        encoders.SequenceHead(lambda config: encoders.one_score(config, config.hidden_dropout_prob), pool="pooler"),
        encoders.Dropouts(lambda config: config.head_dropout),
    )


FAMILY = Family(
    config=RobertaConfig,
    stem="Roberta",
    prefix="roberta",
    heads=heads("Roberta"),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names=encoders.CLASS_NAMES,
    sources="arXiv:1907.11692",
)
