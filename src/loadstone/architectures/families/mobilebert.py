"""MobileBERT: thin layers within bottlenecks, each with several feed-forward networks, and tokens read by threes."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from loadstone.architectures import bert, encoders
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.bottleneck import (
    AddTwice,
    AttentionOfTwo,
    BottleneckLayer,
    NoNorm,
    ResidualOfOthers,
    Trigram,
)
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.layers import Add, Chain, Residual
from loadstone.architectures.components.leaves import Activation, Embedding, LayerNorm, Linear, Weight
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.components.two_towers import FirstPooler
from loadstone.architectures.decoders import divide
from loadstone.architectures.family import Family
from loadstone.configs.keys import Refusal
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig


class MobileBertConfig(encoders.EncoderConfig):
    """The keys of a MobileBERT model. Defaults are those of MobileBERT uncased."""

    model_type = "mobilebert"

    hidden_size: int = 512
    num_hidden_layers: int = 24
    num_attention_heads: int = 4
    intermediate_size: int = 512
    hidden_act: str = "relu"
    hidden_dropout_prob: float = 0.0
    embedding_size: int = 128
    trigram_input: bool = True
    use_bottleneck: bool = True
    intra_bottleneck_size: int = 128
    use_bottleneck_attention: bool = False
    key_query_shared_bottleneck: bool = True
    num_feedforward_networks: int = 4
    normalization_type: Literal["no_norm", "layer_norm"] = "no_norm"
    classifier_activation: bool = True

    refused: ClassVar = {
        **encoders.EncoderConfig.refused,
        "is_decoder": Refusal((False,), "this family is bidirectional"),
    }
    positive = (
        *encoders.EncoderConfig.positive,
        *("embedding_size", "intra_bottleneck_size", "num_feedforward_networks"),
    )

    def check_together(self) -> None:
        name = "intra_bottleneck_size" if self.use_bottleneck else "hidden_size"
        divide(name, self.width, "num_attention_heads", self.num_attention_heads)
        faults = []
        if self.embedding_size >= self.hidden_size:
            found = str(self.embedding_size)
            faults.append(Fault("config key 'embedding_size'", f"below hidden_size, {self.hidden_size}", found))
        if self.num_feedforward_networks > 1000:
            faults.append(
                Fault("config key 'num_feedforward_networks'", "at most 1000", str(self.num_feedforward_networks))
            )
        compares_wide = self.use_bottleneck and not (self.use_bottleneck_attention or self.key_query_shared_bottleneck)
        if compares_wide and self.width != self.hidden_size:
            expected = f"hidden_size, {self.hidden_size}, where attention has no bottleneck"
            faults.append(Fault("config key 'intra_bottleneck_size'", expected, str(self.width)))
        if faults:
            raise InvalidConfig(faults)

    @property
    def width(self) -> int:
        """Of the layers."""
        return self.intra_bottleneck_size if self.use_bottleneck else self.hidden_size


def norm(config: MobileBertConfig, width: int, eps: float | None = None) -> Part:
    """``LayerNorm``, or what the config has in place of one."""
    if config.normalization_type == "layer_norm":
        return Part("LayerNorm", LayerNorm(width, config.layer_norm_eps if eps is None else eps))
    return Part("LayerNorm", NoNorm(Part("weight", Weight((width,), value=1.0)), Part("bias", Weight((width,)))))


def dense(config: MobileBertConfig, inputs: int, outputs: int) -> Part:
    """``dense``."""
    return Part("dense", encoders.linear(config, inputs, outputs))


def embeddings(config: MobileBertConfig) -> Embeddings:
    """BERT's, of which the tokens' alone are narrow, and mapped by threes."""
    width, std = config.embedding_size, config.initializer_range
    wide = encoders.bert_embeddings(config)
    assert isinstance(wide.tokens.component, Embedding)
    inputs = 3 * width if config.trigram_input else width
    project = Part("embedding_transformation", encoders.linear(config, inputs, config.hidden_size))
    return replace(
        wide,
        tokens=Part("word_embeddings", Embedding(config.vocab_size, width, wide.tokens.component.padding, std=std)),
        project=Part("", Trigram(project)) if config.trigram_input else project,
        norm=norm(config, config.hidden_size, 1e-5),
    )


def narrow_map(config: MobileBertConfig) -> Chain:
    """A map into the bottleneck."""
    return Chain((dense(config, config.hidden_size, config.width), norm(config, config.width)))


def intermediate(config: MobileBertConfig) -> Part:
    """``intermediate``."""
    activation = Part("intermediate_act_fn", Activation(config.hidden_act))
    return Part("intermediate", Chain((dense(config, config.width, config.intermediate_size), activation)))


def feed_forward(config: MobileBertConfig) -> Residual:
    """One of those between attention and the last."""
    end = Add(dense(config, config.intermediate_size, config.width), norm(config, config.width))
    return Residual(intermediate(config), end=Part("output", end))


def attention(config: MobileBertConfig, index: int) -> ResidualOfOthers:
    """``self`` and ``output``."""
    width, heads = config.width, config.num_attention_heads
    told = width if config.use_bottleneck_attention else config.hidden_size
    inputs = (("query", width), ("key", width), ("value", told))
    attention = AttentionOfTwo(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=tuple(Part(name, encoders.linear(config, size, width)) for name, size in inputs),
        output=None,
        scale=(width // heads) ** -0.5,
        causal=False,
        dropout=config.attention_probs_dropout_prob,
        index=index,
    )
    dropout = 0.0 if config.use_bottleneck else config.hidden_dropout_prob
    end = Part("output", Add(dense(config, width, width), norm(config, width), dropout))
    return ResidualOfOthers(Part("self", attention), end=end, shows_attention=True)


def layer(config: MobileBertConfig, index: int) -> BottleneckLayer:
    """A layer, within a bottleneck if the config has any."""
    width, wide, inner = config.width, config.hidden_size, config.intermediate_size
    last: Component = Add(dense(config, inner, width), norm(config, width, 1e-5), config.hidden_dropout_prob)
    narrow = shared = None
    if config.use_bottleneck:
        outside = Add(dense(config, width, wide), norm(config, wide), config.hidden_dropout_prob)
        last = AddTwice(Part("", last), Part("bottleneck", outside))
        narrow = Part("bottleneck.input", narrow_map(config))
        if config.key_query_shared_bottleneck:
            shared = Part("bottleneck.attention", narrow_map(config))
    return BottleneckLayer(
        attention=Part("attention", attention(config, index)),
        intermediate=intermediate(config),
        output=Part("output", last),
        narrow=narrow,
        shared=shared,
        feed_forwards=tuple(
            Part(f"ffn.{index}", feed_forward(config)) for index in range(config.num_feedforward_networks - 1)
        ),
        attends_inside=config.use_bottleneck_attention,
    )


def blueprint(config: MobileBertConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    layers = [layer(config, index) for index in range(config.num_hidden_layers)]
    activates = config.classifier_activation
    tower = encoders.bert_tower(config, Part("embeddings", embeddings(config)), layers, pooler=pooler and activates)
    return replace(tower, pooler=Part("pooler", FirstPooler())) if pooler and not activates else tower


@record
class WidenedPredictions(Component):
    """Logits by a table of tokens that is as narrow as their embeddings, and by another one beside it."""

    transform: Part
    dense: Part
    """The one for what of a hidden state is wider than the embeddings."""
    decoder: Part
    bias: Part
    """The decoder's once more."""

    def compute(self, run: Run, x: Array) -> Array:
        narrow, wide = self.decoder.component, self.dense.component
        assert isinstance(narrow, Linear) and isinstance(wide, Linear)
        first, rest = run.xp.split(run(self.transform, x), (narrow.inputs, wide.inputs))
        return run(self.decoder, first) + run(self.dense, rest)


def predictions(config: MobileBertConfig) -> WidenedPredictions:
    """``cls.predictions``."""
    narrow, tokens, std = config.embedding_size, config.vocab_size, config.initializer_range
    return WidenedPredictions(
        transform=bert.transform(config),
        dense=Part("dense", Linear(config.hidden_size - narrow, tokens, bias=False, std=std, transposed=True)),
        decoder=Part("decoder", encoders.linear(config, narrow, tokens)),
        bias=Part("bias", Weight((tokens,))),
    )


FAMILY = Family(
    config=MobileBertConfig,
    stem="MobileBert",
    prefix="mobilebert",
    heads=bert.heads("MobileBert", "mobilebert", blueprint, predictions=predictions),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        **bert.CLASS_NAMES,
        "NoNorm": "NoNorm",
        "bottleneck.input": "BottleneckLayer",
        "bottleneck.attention": "BottleneckLayer",
        "output.bottleneck": "OutputBottleneck",
        "ffn.{}": "FFNLayer",
        "ffn.{}.output": "FFNOutput",
    },
    sources="arXiv:2004.02984",
)
