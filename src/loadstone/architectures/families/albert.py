"""ALBERT: a few layers, each run many times; narrow embeddings; a head that tells in which order two sentences are."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Add, Chain, Layer, Pooler, Residual, TwoOutputs
from loadstone.architectures.components.leaves import Activation, Dropout, Weight
from loadstone.architectures.components.repeated import RepeatedStack
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import PRETRAINING
from loadstone.configs.keys import Refusal
from loadstone.errors import Fault, InvalidConfig

_MOST_STEPS = 10_000
"""How often layers are run at the most."""


class AlbertConfig(encoders.EncoderConfig):
    """The keys of an ALBERT model. Defaults are those of ALBERT xxlarge."""

    model_type = "albert"

    vocab_size: int = 30000
    embedding_size: int = 128
    hidden_size: int = 4096
    num_hidden_groups: int = 1
    num_attention_heads: int = 64
    intermediate_size: int = 16384
    inner_group_num: int = 1
    hidden_act: str = "gelu_new"
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    classifier_dropout_prob: float = 0.1
    bos_token_id: int | None = 2
    eos_token_id: int | list[int] | None = 3

    without = ("classifier_dropout",)
    positive = (*encoders.EncoderConfig.positive, "embedding_size", "num_hidden_groups", "inner_group_num")
    refused: ClassVar = {
        **encoders.EncoderConfig.refused,
        "is_decoder": Refusal((False,), "this family is bidirectional"),
    }

    def check_together(self) -> None:
        super().check_together()
        most = {"num_hidden_groups": self.num_hidden_layers, "inner_group_num": _MOST_STEPS // self.num_hidden_layers}
        faults = [
            Fault(f"config key {name!r}", f"at most {limit}, with {self.num_hidden_layers} layers", repr(found))
            for name, limit in most.items()
            if (found := getattr(self, name)) > limit
        ]
        if faults:
            raise InvalidConfig(faults)

    @property
    def head_dropout(self) -> float:
        return self.classifier_dropout_prob


def layer(config: AlbertConfig) -> Layer:
    """BERT's layer under other names, and without dropout after its feed-forward network."""
    width, inner = config.hidden_size, config.intermediate_size
    dense = Part("dense", encoders.linear(config, width, width))
    attention = Residual(
        Part("", encoders.bert_attention(config, 0, ("query", "key", "value"))),
        end=Part("", Add(dense, Part("LayerNorm", encoders.layer_norm(config)), config.hidden_dropout_prob)),
        shows_attention=True,
    )
    up = Part("ffn", encoders.linear(config, width, inner))
    down = Part("ffn_output", encoders.linear(config, inner, width))
    feed_forward = Residual(
        Part("", Chain((up, Part("activation", Activation(config.hidden_act))))),
        end=Part("", Add(down, Part("full_layer_layer_norm", encoders.layer_norm(config)))),
    )
    return Layer((Part("attention", attention), Part("", feed_forward)))


def blueprint(config: AlbertConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    groups, inner, count = config.num_hidden_groups, config.inner_group_num, config.num_hidden_layers
    names = [f"albert_layer_groups.{group}.albert_layers.{index}" for group in range(groups) for index in range(inner)]
    chosen = [int(index / (count / groups)) for index in range(count)]
    order = [group * inner + index for group in chosen for index in range(inner)]
    expand = encoders.linear(config, config.embedding_size, config.hidden_size)
    layers = RepeatedStack(tuple(Part(name, layer(config)) for name in names), order=tuple(order))
    pooled = Pooler(Part("pooler", encoders.linear(config, config.hidden_size, config.hidden_size)))
    return Tower(
        stem=Part("embeddings", encoders.bert_embeddings(config, width=config.embedding_size)),
        stack=Part("encoder", Chain((Part("embedding_hidden_mapping_in", expand), Part("", layers)))),
        pooler=Part("", pooled) if pooler else None,
        width=config.hidden_size,
    )


def predictions(config: AlbertConfig) -> Part:
    """``predictions``, as narrow as the embeddings, with the decoder's bias once more beside them."""
    steps = (
        Part("dense", encoders.linear(config, config.hidden_size, config.embedding_size)),
        Part("activation", Activation(config.hidden_act)),
        Part("LayerNorm", encoders.layer_norm(config, config.embedding_size)),
        Part("decoder", encoders.linear(config, config.embedding_size, config.vocab_size)),
    )
    return Part("predictions", Chain(steps, beside=(Part("bias", Weight((config.vocab_size,))),)))


def classifier(config: AlbertConfig) -> Part:
    """Dropout and one linear map over the pooled first token."""
    steps = (
        Part("dropout", Dropout(config.head_dropout)),
        Part("classifier", encoders.linear(config, config.hidden_size, config.num_labels)),
    )
    return Part("", Chain(steps))


def pretraining(config: AlbertConfig) -> Component:
    """``predictions``, and ``sop_classifier`` over the pooled first token."""
    outputs = TwoOutputs(predictions(config), Part("sop_classifier", classifier(config).component))
    return Head(Part("albert", blueprint(config)), Part("", outputs), pool="pooler")


LANGUAGE = encoders.LanguageHead(
    predictions,
    decoder="predictions.decoder",
    decoder_bias="predictions.bias",
    optional=("predictions",),
    also=(),
)

HEADS = (
    *encoders.encoder_heads(
        "Albert",
        encoders.BareEncoder("albert", blueprint),
        LANGUAGE,
        encoders.SequenceHead(classifier, pool="pooler"),
        encoders.SequenceHead(lambda config: encoders.one_score(config, config.head_dropout), pool="pooler"),
        encoders.Dropouts(lambda config: config.head_dropout),
    ),
    HeadSpec(
        "AlbertForPreTraining",
        PRETRAINING,
        pretraining,
        (("predictions",), ("sop_classifier",), ("albert.pooler",)),
        lambda config: LANGUAGE.tied(config, "albert"),
        stand_ins=LANGUAGE.stand_ins,
        differs={
            "labels": ("labels", "sentence_order_label"),
            "gives": ("prediction_logits", "sop_logits"),
            "loss": "sentence_order",
            "output": "AlbertForPreTrainingOutput",
        },
    ),
)

FAMILY = Family(
    config=AlbertConfig,
    stem="Albert",
    prefix="albert",
    heads=HEADS,
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        "encoder": "{}Transformer",
        "albert_layers.{}": "{}Layer",
        "attention": "{}Attention",
        "predictions": "{}MLMHead",
        "sop_classifier": "{}SOPHead",
    },
    sources="arXiv:1909.11942",
)
