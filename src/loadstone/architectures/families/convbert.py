"""ConvBERT: ELECTRA's shape, of whose heads half are convolutions over the tokens around."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import electra, encoders, summaries
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual
from loadstone.architectures.components.leaves import Activation, Conv, Weight
from loadstone.architectures.components.span_attention import GroupedLinear, MixedAttention, SeparableConv, SpanConv
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.decoders import divide
from loadstone.architectures.family import Family
from loadstone.configs.keys import Refusal
from loadstone.errors import Fault, InvalidConfig


class ConvBertConfig(encoders.EncoderConfig):
    """The keys of a ConvBERT model. Defaults are those of ConvBERT base."""

    model_type = "convbert"

    embedding_size: int = 768
    head_ratio: int = 2
    conv_kernel_size: int = 9
    num_groups: int = 1
    summary_type: str = "last"
    summary_use_proj: bool = False
    summary_activation: str | None = None
    summary_first_dropout: float = 0.0
    summary_last_dropout: float = 0.0
    pad_token_id: int | None = 1
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 2

    refused: ClassVar = {
        **encoders.EncoderConfig.refused,
        "is_decoder": Refusal((False,), "this family is bidirectional"),
        "summary_type": Refusal(("last", "first", "cls_index"), "sequences are chosen by their first or last token"),
        "summary_proj_to_labels": Refusal((False,), "sequences are chosen by one number"),
    }
    positive = (
        *encoders.EncoderConfig.positive,
        *("embedding_size", "head_ratio", "conv_kernel_size", "num_groups"),
    )

    def check_together(self) -> None:
        divide("hidden_size", self.hidden_size, "twice the heads that attend", 2 * self.attending_heads)
        for name in ("hidden_size", "intermediate_size"):
            divide(name, getattr(self, name), "num_groups", self.num_groups)
        size, longest = self.conv_kernel_size, self.max_position_embeddings
        if size % 2 == 0 or size > 2 * longest:
            expected = f"an odd number below 2 · max_position_embeddings, {2 * longest}"
            raise InvalidConfig([Fault("config key 'conv_kernel_size'", expected, str(size))])

    @property
    def attending_heads(self) -> int:
        """How many heads attend; as many are convolutions."""
        return max(self.num_attention_heads // self.head_ratio, 1)


def linear(config: ConvBertConfig, inputs: int, outputs: int) -> Component:
    """A map, in as many groups as the config says."""
    groups, std = config.num_groups, config.initializer_range
    if groups == 1:
        return encoders.linear(config, inputs, outputs)
    weight = Part("weight", Weight((groups, inputs // groups, outputs // groups), std=std))
    return GroupedLinear(weight, Part("bias", Weight((outputs,))), groups)


def attention(config: ConvBertConfig, index: int) -> MixedAttention:
    """``self``: attention, and ``key_conv_attn_layer``, ``conv_kernel_layer`` and ``conv_out_layer`` beside it."""
    width, size, std = config.hidden_size, config.conv_kernel_size, config.initializer_range
    heads = config.attending_heads
    dim = width // heads // 2
    inner = heads * dim
    around = SeparableConv(
        Part("depthwise", Conv(width, width, (size,), padding=size // 2, groups=width, bias=False, std=std)),
        Part("pointwise", Conv(width, inner, (1,), bias=False, std=std)),
        Part("bias", Weight((inner, 1))),
    )
    spans = SpanConv(
        size,
        around=Part("key_conv_attn_layer", around),
        kernel=Part("conv_kernel_layer", encoders.linear(config, inner, heads * size)),
        values=Part("conv_out_layer", encoders.linear(config, width, inner)),
    )
    return MixedAttention(
        heads=heads,
        kv_heads=heads,
        head_dim=dim,
        projections=tuple(Part(name, encoders.linear(config, width, inner)) for name in ("query", "key", "value")),
        output=None,
        scale=dim**-0.5,
        causal=False,
        dropout=config.attention_probs_dropout_prob,
        index=index,
        spans=Part("", spans),
    )


def layer(config: ConvBertConfig, index: int) -> Layer:
    """BERT's layer with such attention, and with maps in groups."""
    inner, norm = config.intermediate_size, Part("LayerNorm", encoders.layer_norm(config))
    end = Part("output", encoders.bert_output(config, config.hidden_size))
    up = Part("dense", linear(config, config.hidden_size, inner))
    down = Part("dense", linear(config, inner, config.hidden_size))
    feed_forward = Residual(
        Part("intermediate", Chain((up, Part("intermediate_act_fn", Activation(config.hidden_act))))),
        end=Part("output", Add(down, norm, config.hidden_dropout_prob)),
    )
    return Layer(
        (
            Part("attention", Residual(Part("self", attention(config, index)), end=end)),
            Part("", feed_forward),
        )
    )


def blueprint(config: ConvBertConfig) -> Tower:
    """The bare model."""
    layers = [layer(config, index) for index in range(config.num_hidden_layers)]
    return encoders.bert_tower(config, electra.stem(config), layers, pooler=False)


def classifier(config: ConvBertConfig) -> Part:
    """Two linear maps over the first token."""
    return encoders.dense_classifier(config, config.hidden_act, config.head_dropout)


FAMILY = Family(
    config=ConvBertConfig,
    stem="ConvBert",
    prefix="convbert",
    heads=tuple(
        summaries.seeing_all(head)
        for head in encoders.encoder_heads(
            "ConvBert",
            encoders.BareEncoder("convbert", blueprint, pooler=False, also=()),
            electra.language(),
            encoders.SequenceHead(classifier),
            summaries.CHOICE,
            encoders.Dropouts(lambda config: config.head_dropout),
        )
    ),
    rules=encoders.RULES,
    leftovers=encoders.LEFTOVERS,
    class_names={
        **encoders.CLASS_NAMES,
        "attention.self.key_conv_attn_layer": "SeparableConv1D",
        "generator_predictions": "{}GeneratorPredictions",
        "sequence_summary": "{}SequenceSummary",
    },
    sources="arXiv:2008.02496",
)
