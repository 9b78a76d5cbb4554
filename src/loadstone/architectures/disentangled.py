"""What the DeBERTa families have in common: configs, embeddings, layers and heads around disentangled attention."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loadstone.architectures import declarations, encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.disentangled import (
    DisentangledAttention,
    DistanceLayers,
    PaddedEmbeddings,
    Term,
)
from loadstone.architectures.components.layers import Biased, Chain, Residual
from loadstone.architectures.components.leaves import Activation, Dropout, Embedding, Linear, Weight
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.tasks import MASKED_LM, SEQUENCE_CLASSIFICATION
from loadstone.configs.keys import Rule
from loadstone.errors import Fault, InvalidConfig

TERMS: tuple[Term, ...] = ("c2p", "p2c")
_EMBEDDING = "embeddings.word_embeddings.weight"

LEFTOVERS = (
    *encoders.LEFTOVERS,
    "embeddings.position_embeddings.weight",
    *(f"mask_predictions.{name}" for name in ("dense.weight", "dense.bias", "LayerNorm.weight", "LayerNorm.bias")),
    *(f"mask_predictions.classifier.{name}" for name in ("weight", "bias")),
)
"""Positions that no longer are added to the input, and the discriminator of DeBERTa 3."""


class DisentangledConfig(encoders.EncoderConfig):
    """The keys that both families share."""

    irrelevant: ClassVar = {
        **encoders.EncoderConfig.irrelevant,
        "is_decoder": "this family reads in both directions, whatever is said",
        "position_embedding_type": "the keys about distances say it",
        "classifier_dropout": "cls_dropout is this family's",
        "pooler_hidden_size": "what is not hidden_size is refused",
    }
    refused: ClassVar = declarations.but(encoders.EncoderConfig.refused, "position_embedding_type")
    positive: ClassVar = (
        *(name for name in encoders.EncoderConfig.positive if name != "type_vocab_size"),
        *("embedding_size", "pooler_hidden_size", "attention_head_size"),
    )
    follows: ClassVar = {
        "embedding_size": Rule(lambda config, given: config.hidden_size if given is None else given),
        "pooler_hidden_size": Rule(lambda config, given: config.hidden_size if given is None else given),
    }

    type_vocab_size: int = 0
    layer_norm_eps: float = 1e-7
    embedding_size: int | None = None
    relative_attention: bool = False
    max_relative_positions: int = -1
    position_biased_input: bool = True
    pos_att_type: str | list[str] | None = None
    pooler_dropout: float = 0.0
    pooler_hidden_act: str = "gelu"
    pooler_hidden_size: int | None = None
    cls_dropout: float | None = None
    legacy: bool = True

    @property
    def terms(self) -> tuple[Term, ...]:
        """The kinds of terms that scores have for distances."""
        named = self._named_terms()
        return tuple(term for term in TERMS if term in named)

    def _named_terms(self) -> list[str]:
        kinds = self.pos_att_type or []
        names = kinds.lower().split("|") if isinstance(kinds, str) else kinds
        return [name.strip() for name in names if name.strip()]

    @property
    def farthest(self) -> int:
        """Up to which distance there are vectors, or buckets."""
        return self.max_position_embeddings if self.max_relative_positions < 1 else self.max_relative_positions

    @property
    def head_width(self) -> int:
        """How many numbers each head has."""
        return self.hidden_size // self.num_attention_heads

    def check_together(self) -> None:
        super().check_together()
        faults = [*self._faults()]
        if faults:
            raise InvalidConfig(faults)

    def _faults(self) -> list[Fault]:
        faults = []
        if not 0 <= self.type_vocab_size < 1 << 31:
            faults.append(Fault("config key 'type_vocab_size'", "a number of at least 0", repr(self.type_vocab_size)))
        if set(self._named_terms()) - {*TERMS}:
            faults.append(Fault("config key 'pos_att_type'", "kinds that are c2p or p2c", repr(self.pos_att_type)))
        if self.pooler_hidden_size != self.hidden_size:
            expected = f"hidden_size = {self.hidden_size}"
            faults.append(Fault("config key 'pooler_hidden_size'", expected, repr(self.pooler_hidden_size)))
        if not self.legacy and self.embedding_size != self.hidden_size:
            expected = f"hidden_size = {self.hidden_size}, where legacy is not set"
            faults.append(Fault("config key 'embedding_size'", expected, repr(self.embedding_size)))
        return faults


def embeddings(config: DisentangledConfig) -> Part:
    """``embeddings``: what is added up, mapped to the width of the layers where that is another."""
    width, std = config.embedding_size or config.hidden_size, config.initializer_range
    plain = encoders.bert_embeddings(config, width=width, segments=bool(config.type_vocab_size))
    position = Part("position_embeddings", Embedding(config.max_position_embeddings, width, std=std))
    widen = Part("embed_proj", Linear(width, config.hidden_size, bias=False, std=std))
    made = PaddedEmbeddings(
        plain.tokens,
        position if config.position_biased_input else None,
        plain.segment,
        Part("LayerNorm", encoders.layer_norm(config)),
        dropout=config.hidden_dropout_prob,
        widen=None if width == config.hidden_size else widen,
    )
    return Part("embeddings", made)


def tower(
    config: DisentangledConfig, attention: Callable[[int], DisentangledAttention], kinds: int, **more: Any
) -> Tower:
    """The bare model. ``attention``: index of a layer → its attention; ``kinds``: how many vectors there are for
    distances; ``more``: what else the layers share (:class:`DistanceLayers`)."""
    layers = []
    for index in range(config.num_hidden_layers):
        end = Part("output", encoders.bert_output(config, config.hidden_size))
        step = Residual(Part("self", attention(index)), end=end, shows_attention=True)
        layers.append(Part(f"layer.{index}", encoders.bert_layer(config, step)))
    table = Part("rel_embeddings", Embedding(kinds, config.hidden_size, std=config.initializer_range))
    stack = DistanceLayers(tuple(layers), table=table if config.relative_attention else None, **more)
    return Tower(embeddings(config), Part("encoder", stack), config.hidden_size)


def language_head(config: DisentangledConfig) -> Part:
    """``cls.predictions``, as BERT has it; or, newer, ``lm_predictions.lm_head``, whose last map is the token table."""
    width, inner = config.hidden_size, config.embedding_size or config.hidden_size
    dense = Part("dense", encoders.linear(config, width, inner))
    norm = Part("LayerNorm", encoders.layer_norm(config, inner))
    activation = Part("transform_act_fn", Activation(config.hidden_act))
    bias = Part("bias", Weight((config.vocab_size,)))
    if config.legacy:
        decoder = Part("decoder", encoders.linear(config, inner, config.vocab_size))
        steps = (Part("transform", Chain((dense, activation, norm))), decoder)
        return Part("cls", Chain((Part("predictions", Chain(steps, beside=(bias,))),)))
    decoder = Part("decoder", Linear(inner, config.vocab_size, bias=False, std=config.initializer_range))
    head = Biased(Part("", Chain((dense, activation, norm, decoder))), bias)
    return Part("lm_predictions", Chain((Part("lm_head", head),)))


def _sequence_head(config: DisentangledConfig, outputs: int) -> Part:
    width = config.hidden_size
    pooler = (
        Part("dropout", Dropout(config.pooler_dropout)),
        Part("dense", encoders.linear(config, width, width)),
        Part("activation", Activation(config.pooler_hidden_act)),
    )
    dropout = config.hidden_dropout_prob if config.cls_dropout is None else config.cls_dropout
    steps = (
        Part("pooler", Chain(pooler)),
        Part("dropout", Dropout(dropout)),
        Part("classifier", encoders.linear(config, width, outputs)),
    )
    return Part("", Chain(steps))


_LANGUAGE = encoders.LanguageHead(
    language_head,
    decoder="cls.predictions.decoder",
    decoder_bias="cls.predictions.bias",
    optional=("cls.predictions",),  # the newer head is never new: only files that have it ask for it
)


def _tied(config: DisentangledConfig) -> Mapping[str, str]:
    if config.legacy:
        return _LANGUAGE.tied(config, "deberta")
    return {"lm_predictions.lm_head.decoder.weight": f"deberta.{_EMBEDDING}"}


def heads(stem: str, blueprint: Callable[[Any], Component], *, without: str = "") -> tuple[HeadSpec, ...]:
    """The classes of a family, but for that of the task ``without``."""
    optional = ("pooler", "classifier")
    made = encoders.encoder_heads(
        stem,
        encoders.BareEncoder("deberta", blueprint, pooler=False),  # type: ignore[arg-type]
        _LANGUAGE,
        encoders.SequenceHead(lambda config: _sequence_head(config, config.num_labels), optional=optional),
        encoders.SequenceHead(lambda config: _sequence_head(config, 1), optional=optional),
        encoders.Dropouts(lambda config: config.hidden_dropout_prob),
    )
    own: Mapping[str, Mapping[str, Any]] = {
        MASKED_LM: {"tied": _tied},
        SEQUENCE_CLASSIFICATION: {"differs": {"loss": "shares_of_classes"}},
    }
    return tuple(replace(each, **own.get(each.task, {})) for each in made if each.task != without)


def class_names(stem: str) -> Mapping[str, str]:
    """What the classes of the modules are called."""
    return {
        **encoders.CLASS_NAMES,
        "PaddedEmbeddings": "{}Embeddings",
        "attention.self": "DisentangledSelfAttention",
        "encoder.conv": "ConvLayer",
        "pooler": "ContextPooler",
        "cls": f"Legacy{stem}OnlyMLMHead",
        "predictions": f"Legacy{stem}LMPredictionHead",
        "transform": f"Legacy{stem}PredictionHeadTransform",
        "lm_predictions": "{}OnlyMLMHead",
        "lm_predictions.lm_head": "{}LMPredictionHead",
    }
