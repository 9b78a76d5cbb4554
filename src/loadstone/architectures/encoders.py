"""What the encoder families have in common: BERT's layers, embeddings and heads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeVar

from loadstone.architectures import declarations
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Add, Chain, Layer, Pooler, Residual, Stack
from loadstone.architectures.components.leaves import Activation, Dropout, Embedding, LayerNorm, Linear, Weight
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.decoders import divide
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.tasks import (
    BARE,
    CAUSAL_LM,
    MASKED_LM,
    MULTIPLE_CHOICE,
    PRETRAINING,
    QUESTION_ANSWERING,
    SEQUENCE_CLASSIFICATION,
    TEXT_ENCODING,
    TOKEN_CLASSIFICATION,
)
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming_rules import Rule
from loadstone.core.records import record

ConfigT = TypeVar("ConfigT", bound=PretrainedConfig)
"""The config class of one family."""

RULES = (Rule("LayerNorm.gamma", "LayerNorm.weight"), Rule("LayerNorm.beta", "LayerNorm.bias"))
"""What TensorFlow checkpoints called the weights of layer norms."""

LEFTOVERS = ("embeddings.position_ids", "embeddings.token_type_ids")

CLASS_NAMES: Mapping[str, str] = {
    "encoder": "{}Encoder",
    "encoder.layer.{}": "{}Layer",
    "attention": "{}Attention",
    "attention.self": "{}SelfAttention",
    "attention.output": "{}SelfOutput",
    "intermediate": "{}Intermediate",
    "output": "{}Output",
    "lm_head": "{}LMHead",
    "classifier": "{}ClassificationHead",
}
"""What the classes of BERT's modules, and of models built like it, are called."""


class EncoderConfig(PretrainedConfig):
    """The keys that BERT's descendants share. Defaults are those of BERT base uncased."""

    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int | None = 0
    position_embedding_type: str | None = None
    classifier_dropout: float | None = None

    positive: ClassVar[tuple[str, ...]] = (
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "max_position_embeddings",
        "type_vocab_size",
    )

    refused: ClassVar[Mapping[str, Refusal]] = {
        **declarations.REFUSED_BY_ENCODERS,
        **declarations.WITHOUT_ROPE,
        "position_embedding_type": Refusal(("absolute",), "relative position embeddings are not supported"),
    }
    irrelevant: ClassVar[Mapping[str, str]] = declarations.IRRELEVANT

    def check_together(self) -> None:
        divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)

    @property
    def head_dropout(self) -> float:
        """The dropout of a classification head: its own key, else that of the hidden states."""
        return self.hidden_dropout_prob if self.classifier_dropout is None else self.classifier_dropout


def layer_norm(config: PretrainedConfig, width: int | None = None) -> LayerNorm:
    """A layer norm with the config's epsilon."""
    return LayerNorm(width or config.hidden_size, config.layer_norm_eps)


def linear(config: PretrainedConfig, inputs: int, outputs: int) -> Linear:
    """A linear map with the config's spread for initial weights."""
    return Linear(inputs, outputs, std=config.initializer_range)


def bert_attention(
    config: PretrainedConfig, index: int, names: tuple[str, str, str], output: Part | None = None
) -> Attention:
    """BERT's self-attention under the family's own names for query, key and value."""
    width, heads = config.hidden_size, config.num_attention_heads
    return Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=tuple(Part(name, linear(config, width, width)) for name in names),
        output=output,
        scale=(width // heads) ** -0.5,
        causal=config.is_decoder,
        dropout=config.attention_probs_dropout_prob,
        index=index,
    )


def bert_layer(config: PretrainedConfig, attention: Residual) -> Layer:
    """A layer with ``attention``, ``intermediate.dense`` and ``output.{dense,LayerNorm}``."""
    return Layer((Part("attention", attention), Part("", bert_feed_forward(config))))


def bert_feed_forward(config: PretrainedConfig) -> Residual:
    """``intermediate.dense`` and ``output.{dense,LayerNorm}``."""
    width, inner = config.hidden_size, config.intermediate_size
    intermediate = Chain(
        (
            Part("dense", linear(config, width, inner)),
            Part("intermediate_act_fn", Activation(config.hidden_act)),
        )
    )
    return Residual(Part("intermediate", intermediate), end=Part("output", bert_output(config, inner)))


def bert_output(config: PretrainedConfig, inputs: int | None = None) -> Add:
    """How half of a layer ends: ``dense``, where there are so many ``inputs`` for one, and ``LayerNorm``."""
    dense = None if inputs is None else Part("dense", linear(config, inputs, config.hidden_size))
    return Add(dense, Part("LayerNorm", layer_norm(config)), config.hidden_dropout_prob)


def plain_bert_layer(config: PretrainedConfig, index: int) -> Layer:
    """The layer of BERT, RoBERTa and ELECTRA."""
    attention = Part("self", bert_attention(config, index, ("query", "key", "value")))
    end = Part("output", bert_output(config, config.hidden_size))
    return bert_layer(config, Residual(attention, end=end, shows_attention=True))


def bert_embeddings(
    config: PretrainedConfig,
    *,
    width: int | None = None,
    positions: Literal["count", "tokens"] = "count",
    padding: int | None = None,
    segments: bool = True,
) -> Embeddings:
    """``word_embeddings``, ``position_embeddings``, ``token_type_embeddings``, ``LayerNorm``.

    With ``positions="tokens"`` position ids start after ``padding``, as in RoBERTa.
    """
    width, std = width or config.hidden_size, config.initializer_range
    row = config.pad_token_id if padding is None else padding
    row = row if row is not None and 0 <= row < config.vocab_size else None
    counted = positions == "count"
    return Embeddings(
        tokens=Part("word_embeddings", Embedding(config.vocab_size, width, row, std=std)),
        position=Part(
            "position_embeddings",
            Embedding(config.max_position_embeddings, width, None if counted else row, std=std),
        ),
        segment=Part("token_type_embeddings", Embedding(config.type_vocab_size, width, std=std)) if segments else None,
        norm=Part("LayerNorm", layer_norm(config, width)),
        dropout=config.hidden_dropout_prob,
        positions=positions,
        offset=0 if counted else row or 0,
        padding=None if counted else row,
    )


def bert_tower(
    config: PretrainedConfig, stem: Part, layers: Sequence[Component], *, pooler: bool, bias: Part | None = None
) -> Tower:
    """A stem, ``encoder.layer.0``, ``encoder.layer.1``, … and, where asked for, the pooler.

    ``bias``: a relative bias that all layers share.
    """
    dense = linear(config, config.hidden_size, config.hidden_size)
    stack: Component = Stack(tuple(Part(f"layer.{index}", layer) for index, layer in enumerate(layers)))
    return Tower(
        stem=stem,
        stack=Part("encoder", stack if bias is None else Chain((bias, Part("", stack)))),
        pooler=Part("pooler", Pooler(Part("dense", dense))) if pooler else None,
        width=config.hidden_size,
    )


def language_head(config: PretrainedConfig, norm: str = "layer_norm") -> Part:
    """RoBERTa's ``lm_head``: dense, gelu, norm, decoder, and the decoder's bias once more beside them."""
    width = config.hidden_size
    steps = (
        Part("dense", linear(config, width, width)),
        Part("activation", Activation("gelu")),
        Part(norm, layer_norm(config)),
        Part("decoder", linear(config, width, config.vocab_size)),
    )
    return Part("lm_head", Chain(steps, beside=(Part("bias", Weight((config.vocab_size,))),)))


def dense_classifier(config: PretrainedConfig, activation: str, dropout: float) -> Part:
    """``classifier.dense`` and ``classifier.out_proj`` over the first token (RoBERTa, ELECTRA, MPNet)."""
    width = config.hidden_size
    steps = (
        Part("dropout", Dropout(dropout)),
        Part("dense", linear(config, width, width)),
        Part("activation", Activation(activation)),
        Part("dropout_2", Dropout(dropout)),
        Part("out_proj", linear(config, width, config.num_labels)),
    )
    return Part("classifier", Chain(steps))


def one_score(config: PretrainedConfig, dropout: float) -> Part:
    """A number for the pooled first token of each sequence (BERT, RoBERTa, MPNet)."""
    steps = (Part("dropout", Dropout(dropout)), Part("classifier", linear(config, config.hidden_size, 1)))
    return Part("", Chain(steps))


@record
class BareEncoder:
    """The bare model of an encoder family, and its name in the classes with a head."""

    prefix: str
    model: Callable[..., Tower]
    """Config → model, told ``pooler=`` too, whether it is to have one, where the family has any."""
    pooler: bool = True
    """Whether the family has any."""
    also: tuple[str, ...] = (TEXT_ENCODING,)
    """Other tasks that have this class."""


@record
class LanguageHead:
    """What the language models of an encoder family have on top."""

    head: Callable[[Any], Part]
    """Config → what is applied to the hidden states."""
    decoder: str
    """Its last map, to the vocabulary."""
    optional: tuple[str, ...]
    """The parts that a checkpoint may lack, all together."""
    decoder_bias: str | None = None
    """The second name of the last map's bias."""
    embedding: str = "embeddings.word_embeddings"
    """The token table in the bare model, which the last map is tied to."""
    causal: str | None = None
    """The class name of the causal language model, if the family has one."""
    also: tuple[str, ...] = (PRETRAINING,)
    """Other tasks that have the class for masked tokens."""

    def tied(self, config: PretrainedConfig, prefix: str) -> dict[str, str]:
        """Slot → the slot that it shares its values with; ``prefix`` is the bare model's."""
        if not config.tie_word_embeddings:
            return {}
        ties = {f"{self.decoder}.weight": f"{prefix}.{self.embedding}.weight"}
        return ties | ({f"{self.decoder}.bias": self.decoder_bias} if self.decoder_bias else {})

    @property
    def stand_ins(self) -> tuple[tuple[str, str], ...]:
        """Files of models that are not tied may still hold the last map's bias only once, under either name."""
        return ((f"{self.decoder}.bias", self.decoder_bias),) if self.decoder_bias else ()


@record
class SequenceHead:
    """What classifies a sequence."""

    head: Callable[[Any], Part]
    """Config → what is applied to the vector that stands for the sequence."""
    pool: Literal["first", "mean", "pooler"] = "first"
    """Which vector that is."""
    optional: tuple[str, ...] = ("classifier",)
    """The parts that a checkpoint may lack, all together."""


@record
class Dropouts:
    """Config → the share that is zeroed before the last map."""

    tokens: Callable[[Any], float]
    """Of token classification."""
    questions: Callable[[Any], float] | None = None
    """Of question answering, if there is any."""


def encoder_heads(
    stem: str,
    bare: BareEncoder,
    language: LanguageHead,
    sequence: SequenceHead,
    choice: SequenceHead,
    dropouts: Dropouts,
) -> tuple[HeadSpec, ...]:
    """The heads of an encoder family; ``choice`` scores each of several sequences."""
    prefix = bare.prefix

    def backbone(config: ConfigT, with_pooler: bool = False) -> Part:
        return Part(prefix, bare.model(config, pooler=with_pooler) if bare.pooler else bare.model(config))

    def language_model(config: ConfigT) -> Component:
        return Head(backbone(config), language.head(config))

    def of_sequence(head: SequenceHead, config: ConfigT, labels: int) -> Component:
        return Head(backbone(config, head.pool == "pooler"), head.head(config), head.pool, labels)

    def sequence_classification(config: ConfigT) -> Component:
        return of_sequence(sequence, config, config.num_labels)

    def multiple_choice(config: ConfigT) -> Component:
        return of_sequence(choice, config, 1)

    def token_classification(config: ConfigT) -> Component:
        steps = (
            Part("dropout", Dropout(dropouts.tokens(config))),
            Part("classifier", linear(config, config.hidden_size, config.num_labels)),
        )
        return Head(backbone(config), Part("", Chain(steps)), labels=config.num_labels)

    def question_answering(config: ConfigT) -> Component:
        steps: tuple[Part, ...] = (Part("qa_outputs", linear(config, config.hidden_size, config.num_labels)),)
        if dropouts.questions is not None:
            steps = (Part("dropout", Dropout(dropouts.questions(config))), *steps)
        return Head(backbone(config), Part("", Chain(steps)), labels=2)

    def tied(config: ConfigT) -> Mapping[str, str]:
        return language.tied(config, prefix)

    def optional(head: SequenceHead) -> tuple[tuple[str, ...], ...]:
        return (head.optional, (f"{prefix}.pooler",)) if head.pool == "pooler" else (head.optional,)

    stand_ins = language.stand_ins
    bare_model = (lambda config: bare.model(config, pooler=True)) if bare.pooler else bare.model
    heads = [
        HeadSpec(f"{stem}Model", BARE, bare_model, (("pooler",),) if bare.pooler else (), also=bare.also),
        HeadSpec(f"{stem}ForMaskedLM", MASKED_LM, language_model, (language.optional,), tied, language.also, stand_ins),
        HeadSpec(
            f"{stem}ForSequenceClassification", SEQUENCE_CLASSIFICATION, sequence_classification, optional(sequence)
        ),
        HeadSpec(f"{stem}ForMultipleChoice", MULTIPLE_CHOICE, multiple_choice, optional(choice)),
        HeadSpec(f"{stem}ForTokenClassification", TOKEN_CLASSIFICATION, token_classification, (("classifier",),)),
        HeadSpec(f"{stem}ForQuestionAnswering", QUESTION_ANSWERING, question_answering, (("qa_outputs",),)),
    ]
    if language.causal:
        heads.append(HeadSpec(language.causal, CAUSAL_LM, language_model, (language.optional,), tied, (), stand_ins))
    return tuple(heads)
