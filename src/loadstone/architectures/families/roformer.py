"""RoFormer: BERT whose queries and keys, and perhaps values, are turned by their positions; files hold the sines."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import bert, declarations, encoders, summaries
from loadstone.architectures.components.attention import Attention, rotate_neighbors
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Chain, Residual, Stack
from loadstone.architectures.components.leaves import Embedding
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.decoders import padding
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.initial import sinusoids_in_halves
from loadstone.architectures.rotary import Rotary, make_rotary
from loadstone.architectures.tasks import TASKS
from loadstone.configs.keys import Refusal, Rule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.records import record

_THETA = 10000.0


def _embedding_size(config: PretrainedConfig, given: int | None) -> int:
    return int(config.hidden_size) if given is None else given


class RoFormerConfig(encoders.EncoderConfig):
    """The keys of a RoFormer model. Defaults are those of the Chinese base model."""

    model_type = "roformer"

    refused: ClassVar = {
        **encoders.EncoderConfig.refused,
        **{name: Refusal((), "files hold the sines of all positions") for name in declarations.WITHOUT_ROPE},
        "position_embedding_type": Refusal(("rotary",), "this family's positions are rotary"),
        "summary_type": Refusal(("last", "cls_index"), "sequences are chosen by their last token"),
        "summary_proj_to_labels": Refusal((False,), "the vector that stands for a sequence keeps its width"),
    }
    irrelevant: ClassVar = {
        **encoders.EncoderConfig.irrelevant,
        "classifier_dropout": "this family's classifiers have hidden_dropout_prob",
    }
    follows: ClassVar = {"embedding_size": Rule(_embedding_size)}

    vocab_size: int = 50000
    embedding_size: int | None = None
    max_position_embeddings: int = 1536
    rotary_value: bool = False
    summary_type: str = "last"
    summary_use_proj: bool = False
    summary_proj_to_labels: bool = False
    summary_activation: str | None = None
    summary_first_dropout: float = 0.0
    summary_last_dropout: float = 0.0

    positive = (*encoders.EncoderConfig.positive, "embedding_size")

    def check_together(self) -> None:
        super().check_together()
        _rotary(self)


def _rotary(config: RoFormerConfig) -> Rotary:
    whole = make_rotary(
        head_dim=config.hidden_size // config.num_attention_heads,
        theta=_THETA,
        max_position=config.max_position_embeddings,
    )
    return whole._replace(interleaved=True, stored=True)


@record
class TurnedTexts(Embeddings):
    """Embeddings of texts whose positions turn queries and keys: as many as a table further on has rows for."""

    places: int = 0

    @property
    def longest_text(self) -> int | None:
        return self.places


@record
class SineTable(Component):
    """Leaves cos and sin of the positions in the state: rows of a table, all sines before all cosines."""

    table: Part
    rotary: Rotary

    def compute(self, run: Run, x: Array) -> Array:
        xp, half = run.xp, self.rotary.dim // 2
        rows = xp.astype(run(self.table, run.state.position_ids), x.dtype)
        sin, cos = xp.split(rows, (half, half))
        twice = (xp.concat((each, each), axis=-1)[:, None] for each in (cos, sin))
        run.leave_rotary(self.rotary, *twice)
        return x


@record
class ValueTurningAttention(Attention):
    """Attention whose values are turned by their positions, too."""

    computes_shares: ClassVar[bool] = True

    def _project(self, run: Run, x: Array) -> tuple[Array, Array, Array]:
        assert self.rotary is not None
        query, key, value = Attention._project(self, run, x)
        return query, key, rotate_neighbors(run.xp, value, *run.state.rotary[self.rotary])


def _attention(config: RoFormerConfig, index: int, rotary: Rotary) -> Attention:
    plain = encoders.bert_attention(config, index, ("query", "key", "value"))
    kind = ValueTurningAttention if config.rotary_value else Attention
    return kind(
        plain.heads,
        plain.kv_heads,
        plain.head_dim,
        plain.projections,
        None,
        plain.scale,
        causal=plain.causal,
        rotary=rotary,
        dropout=plain.dropout,
        index=index,
    )


def blueprint(config: RoFormerConfig) -> Tower:
    """The bare model."""
    width, inner, std = config.hidden_size, config.embedding_size or config.hidden_size, config.initializer_range
    rotary = _rotary(config)
    row = padding(config)
    stem = Part(
        "embeddings",
        TurnedTexts(
            tokens=Part("word_embeddings", Embedding(config.vocab_size, inner, row, std=std)),
            segment=Part("token_type_embeddings", Embedding(config.type_vocab_size, inner, std=std)),
            norm=Part("LayerNorm", encoders.layer_norm(config, inner)),
            dropout=config.hidden_dropout_prob,
            places=config.max_position_embeddings,
        ),
    )
    if inner != width:
        stem = Part("", Chain((stem, Part("embeddings_project", encoders.linear(config, inner, width)))))
    layers = []
    for index in range(config.num_hidden_layers):
        end = Part("output", encoders.bert_output(config, width))
        attention = Residual(Part("self", _attention(config, index, rotary)), end=end, shows_attention=True)
        layers.append(Part(f"layer.{index}", encoders.bert_layer(config, attention)))
    table = Embedding(config.max_position_embeddings, rotary.dim, trained=False, initial=sinusoids_in_halves)
    positions = Part("", SineTable(Part("embed_positions", table), rotary))
    return Tower(stem, Part("encoder", Chain((positions, Part("", Stack(tuple(layers)))))), width)


def language_head(config: RoFormerConfig) -> Part:
    """``cls.predictions``, whose transform has the width of the embeddings."""
    return bert.language_head(config, lambda config: bert.predictions(config, config.embedding_size))


def classifier(config: RoFormerConfig) -> Part:
    """Two linear maps over the first token."""
    return encoders.dense_classifier(config, config.hidden_act, config.hidden_dropout_prob)


def _differs(head: HeadSpec) -> HeadSpec:
    """Positions are always counted, and of a choice the summary sees all hidden states."""
    inputs = tuple(name for name in TASKS[head.task].inputs if name != "position_ids")
    return summaries.seeing_all(replace(head, differs={"inputs": inputs}))


FAMILY = Family(
    config=RoFormerConfig,
    stem="RoFormer",
    prefix="roformer",
    heads=tuple(
        _differs(head)
        for head in encoders.encoder_heads(
            "RoFormer",
            encoders.BareEncoder("roformer", blueprint, pooler=False),
            encoders.LanguageHead(
                language_head,
                decoder="cls.predictions.decoder",
                decoder_bias="cls.predictions.bias",
                optional=("cls.predictions",),
                causal="RoFormerForCausalLM",
                also=(),
            ),
            encoders.SequenceHead(classifier),
            summaries.CHOICE,
            encoders.Dropouts(lambda config: config.hidden_dropout_prob),
        )
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    known=("encoder.embed_positions.weight",),
    class_names={
        **bert.CLASS_NAMES,
        "classifier": "{}ClassificationHead",
        "sequence_summary": "{}SequenceSummary",
        "embed_positions": "{}SinusoidalPositionalEmbedding",
    },
    sources="arXiv:2104.09864",
)
