"""DistilBERT: half of BERT's layers, no segments, no pooler."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, encoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Chain, Layer, Stack, post_norm
from loadstone.architectures.components.leaves import Activation, Dropout, Embedding, LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.decoders import divide
from loadstone.architectures.family import Family
from loadstone.architectures.initial import sinusoids
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig

_EPS = 1e-12


class DistilBertConfig(PretrainedConfig):
    """The keys of a DistilBERT model. Defaults are those of DistilBERT base uncased."""

    model_type = "distilbert"
    attribute_map: ClassVar = {"hidden_size": "dim", "num_attention_heads": "n_heads", "num_hidden_layers": "n_layers"}

    refused: ClassVar = {
        **declarations.REFUSED_BY_ENCODERS,
        **declarations.WITHOUT_ROPE,
        "is_decoder": Refusal((False,), "this family is bidirectional"),
    }
    irrelevant: ClassVar = declarations.IRRELEVANT

    vocab_size: int = 30522
    max_position_embeddings: int = 512
    sinusoidal_pos_embds: bool = False
    n_layers: int = 6
    n_heads: int = 12
    dim: int = 768
    hidden_dim: int = 3072
    dropout: float = 0.1
    attention_dropout: float = 0.1
    activation: str = "gelu"
    initializer_range: float = 0.02
    qa_dropout: float = 0.1
    seq_classif_dropout: float = 0.2
    pad_token_id: int | None = 0

    positive = ("vocab_size", "max_position_embeddings", "n_layers", "n_heads", "dim", "hidden_dim")

    def check_together(self) -> None:
        divide("dim", self.dim, "n_heads", self.n_heads)


def blueprint(config: DistilBertConfig) -> Tower:
    """The bare model."""
    width, heads, std = config.dim, config.n_heads, config.initializer_range
    norm = LayerNorm(width, _EPS)

    def linear(inputs: int, outputs: int) -> Linear:
        return encoders.linear(config, inputs, outputs)

    feed_forward = FeedForward(
        up=Part("lin1", linear(width, config.hidden_dim)),
        activation=config.activation,
        down=Part("lin2", linear(config.hidden_dim, width)),
    )
    layers = []
    for index in range(config.n_layers):
        attention = Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=width // heads,
            projections=tuple(Part(name, linear(width, width)) for name in ("q_lin", "k_lin", "v_lin")),
            output=Part("out_lin", linear(width, width)),
            scale=(width // heads) ** -0.5,
            causal=False,
            dropout=config.attention_dropout,
            index=index,
        )
        layers.append(
            Layer(
                (
                    post_norm(Part("attention", attention), Part("sa_layer_norm", norm)),
                    post_norm(Part("ffn", feed_forward), Part("output_layer_norm", norm), config.dropout),
                )
            )
        )
    row = config.pad_token_id
    row = row if row is not None and 0 <= row < config.vocab_size else None
    table = sinusoids if config.sinusoidal_pos_embds else None
    embeddings = Embeddings(
        tokens=Part("word_embeddings", Embedding(config.vocab_size, width, row, std=std)),
        position=Part(
            "position_embeddings",
            Embedding(config.max_position_embeddings, width, std=std, initial=table),
        ),
        norm=Part("LayerNorm", norm),
        dropout=config.dropout,
    )
    numbered = tuple(Part(f"layer.{index}", layer) for index, layer in enumerate(layers))
    return Tower(
        stem=Part("embeddings", embeddings),
        stack=Part("transformer", Stack(numbered)),
        width=width,
    )


def language_head(config: DistilBertConfig) -> Part:
    """``vocab_transform``, ``vocab_layer_norm``, ``vocab_projector``."""
    steps = (
        Part("vocab_transform", encoders.linear(config, config.dim, config.dim)),
        Part("activation", Activation(config.activation)),
        Part("vocab_layer_norm", LayerNorm(config.dim, _EPS)),
        Part("vocab_projector", encoders.linear(config, config.dim, config.vocab_size)),
    )
    return Part("", Chain(steps))


def classifier(config: DistilBertConfig, outputs: int | None = None) -> Part:
    """``pre_classifier`` and ``classifier`` over the first token; as many ``outputs`` as there are labels."""
    steps = (
        Part("pre_classifier", encoders.linear(config, config.dim, config.dim)),
        Part("activation", Activation("relu")),
        Part("dropout", Dropout(config.seq_classif_dropout)),
        Part("classifier", encoders.linear(config, config.dim, outputs or config.num_labels)),
    )
    return Part("", Chain(steps))


FAMILY = Family(
    config=DistilBertConfig,
    stem="DistilBert",
    prefix="distilbert",
    heads=encoders.encoder_heads(
        "DistilBert",
        encoders.BareEncoder("distilbert", blueprint, pooler=False),
        encoders.LanguageHead(
            language_head,
            decoder="vocab_projector",
            optional=("vocab_transform", "vocab_layer_norm", "vocab_projector"),
        ),
        encoders.SequenceHead(classifier, optional=("pre_classifier", "classifier")),
        encoders.SequenceHead(lambda config: classifier(config, 1), optional=("pre_classifier", "classifier")),
        encoders.Dropouts(lambda config: config.dropout, lambda config: config.qa_dropout),
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        "Embeddings": "Embeddings",
        "transformer": "Transformer",
        "layer.{}": "TransformerBlock",
        "attention": "{}SelfAttention",
        "ffn": "FFN",
    },
    sources="arXiv:1910.01108",
)
