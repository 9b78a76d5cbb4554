"""Encoders with BERT's order of layers whose queries and keys are turned by their positions, and whose projections
files hold fused: Nomic's BERT, GTE, Jina's embeddings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import decoders, encoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Chain, Layer, Pooler, Stack, post_norm
from loadstone.architectures.components.leaves import Dropout, Embedding, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import HeadSpec
from loadstone.architectures.rope_config import RotaryConfig
from loadstone.architectures.rotary import Rotary
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import Fused
from loadstone.core.naming_rules import Rule
from loadstone.core.records import record

LEFTOVERS = encoders.LEFTOVERS + decoders.LEFTOVERS
"""Buffers that older files carry and no model uses."""


class RotaryEncoderConfig(RotaryConfig, encoders.EncoderConfig):
    """The keys that these families share."""

    head_dim: int | None = None

    refused: ClassVar[Mapping[str, Refusal]] = {
        **{name: why for name, why in encoders.EncoderConfig.refused.items() if not name.startswith("rope_")},
        "is_decoder": Refusal((False,), "this family reads in both directions"),
        "position_embedding_type": Refusal(("rotary", "rope"), "this family's positions are rotary"),
    }
    follows: ClassVar = {"head_dim": decoders.DecoderConfig.follows["head_dim"]}
    positive = (*encoders.EncoderConfig.positive, "head_dim")

    def check_together(self) -> None:
        self.rotary()

    def rotary(self) -> Rotary:
        """How queries and keys are turned."""
        return decoders.rotary(self)


@record
class Names:
    """What files call the parts of a layer."""

    attention: str
    projection: str
    """In attention, the map to queries, keys and values."""
    output: str
    """In attention, the map of what comes out."""
    norms: tuple[str, str]
    """The norms over attention's sum and over the feed-forward network's."""
    layers: str = "layers"
    """The list of layers in ``encoder``."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What the modules of Transformers 5 are called, which no files hold."""
        output = Rule("self_attn.o_proj", f"{self.attention}.{self.output}")
        return (
            Rule("layers.{}", f"encoder.{self.layers}.{{}}"),
            Rule("self_attn", self.attention),
            *((output,) if self.output != "o_proj" else ()),
            Rule("post_attention_layernorm", self.norms[0]),
            Rule("post_mlp_layernorm", self.norms[1]),
        )

    @property
    def fused(self) -> Fused:
        """Attention's projection, and the three that modules of Transformers 5 have."""
        parts = tuple(f"{self.attention}.{each}_proj" for each in "qkv")
        return Fused(f"{self.attention}.{self.projection}", parts)

    def layer(self, config: PretrainedConfig, index: int, feed_forward: Component, *, bias: bool) -> Layer:
        """A layer with norms over sums; ``bias``: of attention's maps."""
        width, heads, dim, std = (
            config.hidden_size,
            config.num_attention_heads,
            config.head_dim,
            config.initializer_range,
        )
        attention = Attention(
            heads=heads,
            kv_heads=heads,
            head_dim=dim,
            projections=(Part(self.projection, Linear(width, 3 * heads * dim, bias, std)),),
            output=Part(self.output, Linear(heads * dim, width, bias, std)),
            scale=dim**-0.5,
            causal=False,
            rotary=config.rotary(),
            dropout=config.attention_probs_dropout_prob,
            index=index,
        )
        bodies = (Part(self.attention, attention), Part("mlp", feed_forward))
        norm, dropout = encoders.layer_norm(config), config.hidden_dropout_prob
        return Layer(
            tuple(post_norm(body, Part(name, norm), dropout) for body, name in zip(bodies, self.norms, strict=True))
        )

    def tower(self, config: RotaryEncoderConfig, stem: Part, layers: Sequence[Layer], *, pooler: bool) -> Tower:
        """A stem, ``encoder`` and, where asked for, the pooler."""
        width = config.hidden_size
        numbered = tuple(Part(f"{self.layers}.{index}", layer) for index, layer in enumerate(layers))
        pool = Pooler(Part("dense", encoders.linear(config, width, width)))
        return Tower(stem, Part("encoder", Stack(numbered)), width, pooler=Part("pooler", pool) if pooler else None)


def embeddings(config: RotaryEncoderConfig, norm: Part | None = None) -> Embeddings:
    """``word_embeddings``, ``token_type_embeddings`` where there are segments, and perhaps a norm."""
    width, std, segments = config.hidden_size, config.initializer_range, config.type_vocab_size
    return Embeddings(
        tokens=Part("word_embeddings", Embedding(config.vocab_size, width, decoders.padding(config), std=std)),
        segment=Part("token_type_embeddings", Embedding(segments, width, std=std)) if segments else None,
        norm=norm,
        dropout=config.hidden_dropout_prob if norm is not None else 0.0,
    )


def normed_beside(config: RotaryEncoderConfig) -> Part:
    """``embeddings``, and ``emb_ln`` beside them."""
    steps = (
        Part("embeddings", embeddings(config)),
        Part("emb_ln", encoders.layer_norm(config)),
        Part("", Dropout(config.hidden_dropout_prob)),
    )
    return Part("", Chain(steps))


def heads(
    stem: str,
    bare: encoders.BareEncoder,
    language: encoders.LanguageHead,
    sequence: encoders.SequenceHead,
    tasks: Collection[str],
) -> tuple[HeadSpec, ...]:
    """The heads of such a family for the tasks that it has."""
    dropouts = encoders.Dropouts(lambda config: config.head_dropout)
    made = encoders.encoder_heads(stem, bare, language, sequence, sequence, dropouts)
    return tuple(head for head in made if head.task in tasks)


def without_pooler(heads: Sequence[HeadSpec]) -> tuple[HeadSpec, ...]:
    """The same heads where only what classifies sequences has a pooler, not the bare model."""
    bare, *others = heads

    def tower(config: PretrainedConfig) -> Component:
        whole = bare.build(config)
        assert isinstance(whole, Tower)
        return replace(whole, pooler=None)

    return (replace(bare, build=tower, optional=()), *others)
