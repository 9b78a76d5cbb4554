"""What RoBERTa and models built like it have in common: positions counted over tokens that are no padding; heads."""

from __future__ import annotations

from collections.abc import Callable

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family


class RobertaKinConfig(encoders.EncoderConfig):
    """The keys of models like RoBERTa: BERT's, with fairseq's special tokens."""

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


def family(
    config: type[encoders.EncoderConfig],
    stem: str,
    sources: str,
    *,
    prefix: str = "roberta",
    model: Callable[..., Tower] = blueprint,
    also: tuple[str, ...] = encoders.BareEncoder.also,
) -> Family:
    """A family with RoBERTa's heads and spelling of files, on a bare ``model`` that is called ``prefix`` in them.

    ``also``: other tasks that have the bare model.
    """
    heads = encoders.encoder_heads(
        stem,
        encoders.BareEncoder(prefix, model, also=also),
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
    return Family(
        config=config,
        stem=stem,
        prefix=prefix,
        heads=heads,
        rules=encoders.RULES,
        leftovers=encoders.LEFTOVERS,
        class_names=encoders.CLASS_NAMES,
        sources=sources,
    )
