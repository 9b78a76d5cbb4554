"""Longformer: RoBERTa whose tokens see what is near, but for a few that see everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, ClassVar, Literal

from loadstone.architectures import declarations, encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Residual
from loadstone.architectures.components.long_attention import LongAttention, LongEmbeddings, LongHead
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import BARE, MULTIPLE_CHOICE, QUESTION_ANSWERING, SEQUENCE_CLASSIFICATION
from loadstone.configs.keys import Refusal
from loadstone.errors import Fault, InvalidConfig

_LARGEST_WINDOW = 1 << 20


class LongformerConfig(encoders.EncoderConfig):
    """The keys of a Longformer model. Defaults are those of its class in transformers."""

    model_type = "longformer"
    refused: ClassVar = {
        **declarations.but(encoders.EncoderConfig.refused, "position_embedding_type"),
        "is_decoder": Refusal((False,), "this family reads in both directions"),
    }
    irrelevant: ClassVar = {
        **declarations.but(encoders.EncoderConfig.irrelevant, "sep_token_id"),
        "position_embedding_type": "this family's are absolute, whatever is said",
        "classifier_dropout": "this family's classifiers have hidden_dropout_prob",
        "onnx_export": "how to compute, not what",
        "attention_dilation": "of a kernel that no version of transformers has",
        "attention_mode": "how to compute, not what",
        "autoregressive": "of a kernel that no version of transformers has",
        "ignore_attention_mask": "no version of transformers reads it",
    }

    attention_window: list[int] | int = 512
    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2
    sep_token_id: int | None = 2

    @property
    def windows(self) -> list[int]:
        """How far each layer sees, to both sides together."""
        each = self.attention_window
        return [each] * self.num_hidden_layers if isinstance(each, int) else each

    def check_together(self) -> None:
        super().check_together()
        windows = [self.attention_window] if isinstance(self.attention_window, int) else self.attention_window
        fits = isinstance(self.attention_window, int) or len(windows) == self.num_hidden_layers
        if not fits or not all(2 <= window <= _LARGEST_WINDOW and window % 2 == 0 for window in windows):
            expected = f"an even number from 2 to {_LARGEST_WINDOW}, or {self.num_hidden_layers} of them: one a layer"
            raise InvalidConfig([Fault("config key 'attention_window'", expected, repr(self.attention_window))])


def blueprint(config: LongformerConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    width, layers = config.hidden_size, []
    for index, window in enumerate(config.windows):
        plain = encoders.bert_attention(config, index, ("query", "key", "value"))
        own = {each.name: getattr(plain, each.name) for each in fields(plain)} | {"window": window // 2}
        names = ("query_global", "key_global", "value_global")
        own["everywhere"] = tuple(Part(name, encoders.linear(config, width, width)) for name in names)
        end = Part("output", encoders.bert_output(config, width))
        attention = Part("self", LongAttention(**{**own, "causal": False}))
        layers.append(encoders.bert_layer(config, Residual(attention, end=end, shows_attention=True)))
    embeddings = encoders.bert_embeddings(config, positions="tokens")
    stem = LongEmbeddings(**{each.name: getattr(embeddings, each.name) for each in fields(embeddings)})
    return encoders.bert_tower(config, Part("embeddings", stem), layers, pooler=pooler)


_ATTENDS: Mapping[str, Literal["first", "question", "answer"]] = {
    SEQUENCE_CLASSIFICATION: "first",
    QUESTION_ANSWERING: "question",
    MULTIPLE_CHOICE: "answer",
}
"""Which tokens see everything, where nobody says it."""

_INPUTS = (
    *("input_ids", "attention_mask", "global_attention_mask", "token_type_ids", "position_ids", "inputs_embeds"),
)


def _head(spec: HeadSpec) -> HeadSpec:
    """A class of RoBERTa's as Longformer has it."""
    output = spec.of_task.output
    differs: dict[str, Any] = {"inputs": _INPUTS}
    if spec.task != BARE:
        differs |= {"output": f"Longformer{output}", "kept": ("hidden_states", "attentions", "global_attentions")}
    attends = _ATTENDS.get(spec.task)
    if attends is None:
        return replace(spec, differs=differs)

    def build(config: LongformerConfig) -> Component:
        head = spec.build(config)
        assert isinstance(head, Head)
        own = {each.name: getattr(head, each.name) for each in fields(head)}
        return LongHead(**own, attends=attends, separator=config.sep_token_id)

    return replace(spec, differs=differs, build=build)


FAMILY = Family(
    config=LongformerConfig,
    stem="Longformer",
    prefix="longformer",
    heads=tuple(
        _head(spec)
        for spec in encoders.encoder_heads(
            "Longformer",
            encoders.BareEncoder("longformer", blueprint),
            encoders.LanguageHead(
                encoders.language_head,
                decoder="lm_head.decoder",
                decoder_bias="lm_head.bias",
                optional=("lm_head",),
            ),
            encoders.SequenceHead(lambda config: encoders.dense_classifier(config, "tanh", config.hidden_dropout_prob)),
            encoders.SequenceHead(lambda config: encoders.one_score(config, config.hidden_dropout_prob), pool="pooler"),
            encoders.Dropouts(lambda config: config.hidden_dropout_prob),
        )
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={**encoders.CLASS_NAMES, "LongEmbeddings": "{}Embeddings"},
    sources="arXiv:2004.05150",
)
