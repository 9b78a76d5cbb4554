"""RemBERT: BERT with narrow embeddings that are read, and wide ones of its own that are written (decoupled)."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import bert, encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Activation
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.records import record


class RemBertConfig(encoders.EncoderConfig):
    """The keys of a RemBERT model."""

    model_type = "rembert"

    vocab_size: int = 250300
    hidden_size: int = 1152
    num_hidden_layers: int = 32
    num_attention_heads: int = 18
    input_embedding_size: int = 256
    output_embedding_size: int = 1664
    intermediate_size: int = 4608
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    classifier_dropout_prob: float = 0.1
    bos_token_id: int | None = 312
    eos_token_id: int | list[int] | None = 313
    tie_word_embeddings: bool = False

    without = ("classifier_dropout",)
    positive = (*encoders.EncoderConfig.positive, "input_embedding_size", "output_embedding_size")
    irrelevant: ClassVar = {
        **encoders.EncoderConfig.irrelevant,
        "tie_word_embeddings": "what is written has embeddings of its own, of another width",
    }

    @property
    def head_dropout(self) -> float:
        return self.classifier_dropout_prob


def blueprint(config: RemBertConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    embeddings = encoders.bert_embeddings(config, width=config.input_embedding_size)
    expand = encoders.linear(config, config.input_embedding_size, config.hidden_size)
    layers = [encoders.plain_bert_layer(config, index) for index in range(config.num_hidden_layers)]
    tower = encoders.bert_tower(config, Part("embeddings", embeddings), layers, pooler=pooler)
    stack = Chain((Part("embedding_hidden_mapping_in", expand), Part("", tower.stack.component)))
    return replace(tower, stack=Part("encoder", stack))


def language_head(config: RemBertConfig) -> Part:
    """``cls.predictions``, as wide as the embeddings that are written."""
    width = config.output_embedding_size
    steps = (
        Part("dense", encoders.linear(config, config.hidden_size, width)),
        Part("activation", Activation(config.hidden_act)),
        Part("LayerNorm", encoders.layer_norm(config, width)),
        Part("decoder", encoders.linear(config, width, config.vocab_size)),
    )
    return Part("cls", Chain((Part("predictions", Chain(steps)),)))


@record
class Decoupled(encoders.LanguageHead):
    """A language model's head whose last map is not tied to anything."""

    def tied(self, config: PretrainedConfig, prefix: str) -> dict[str, str]:
        return {}


FAMILY = Family(
    config=RemBertConfig,
    stem="RemBert",
    prefix="rembert",
    heads=encoders.encoder_heads(
        "RemBert",
        encoders.BareEncoder("rembert", blueprint),
        Decoupled(
            language_head,
            decoder="cls.predictions.decoder",
            optional=("cls.predictions",),
            causal="RemBertForCausalLM",
            also=(),
        ),
        encoders.SequenceHead(bert.classifier, pool="pooler"),
        encoders.SequenceHead(lambda config: encoders.one_score(config, config.head_dropout), pool="pooler"),
        encoders.Dropouts(lambda config: config.head_dropout),
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names=bert.CLASS_NAMES,
    sources="arXiv:2010.12821",
)
