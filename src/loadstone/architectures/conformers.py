"""What the families that read sound by Conformers have in common (arXiv:2005.08100)."""

from __future__ import annotations

from typing import Any

from loadstone.architectures import waveforms
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.conformer import WaveAttention
from loadstone.architectures.components.distance_attention import TableAttention, TurnedAttention
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual
from loadstone.architectures.components.leaves import (
    BatchNorm,
    Conv,
    Dropout,
    Embedding,
    LayerNorm,
    Linear,
    Scaled,
    Weight,
)
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.components.waveform import AlongTime, GatedConv, SoundConv
from loadstone.architectures.decoders import divide
from loadstone.architectures.initial import Uniform
from loadstone.architectures.rotary import Rotary
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig

ATTENTION_NAMES = dict.fromkeys(("Attention", "WaveAttention", "TableAttention", "TurnedAttention"), "{}SelfAttention")
"""What the classes of their attention are called."""


@record
class WithoutPadding(Component):
    """Zeros in the place of padding."""

    def compute(self, run: Run, x: Array) -> Array:
        """``x`` (batch, places, width)."""
        real = run.state.padding
        return x if real is None else run.xp.where(real[..., None], x, run.xp.zeros_like(x))


def check(config: Any, *kinds: str | None) -> None:
    """:class:`InvalidConfig` for a kind of positions that is none of these, and for what does not go with a kind."""
    faults, kind = [], config.position_embeddings_type
    if kind not in kinds:
        allowed = " or ".join(map(repr, kinds))
        faults.append(Fault("config key 'position_embeddings_type'", allowed, repr(kind)))
    if config.conv_depthwise_kernel_size % 2 == 0:
        size = config.conv_depthwise_kernel_size
        faults.append(Fault("config key 'conv_depthwise_kernel_size'", "an odd number", str(size)))
    width, heads = config.hidden_size, config.num_attention_heads
    if kind == "relative" and width % 2:
        faults.append(Fault("config key 'hidden_size'", "an even number: sines and cosines", str(width)))
    if kind == "rotary" and divide("hidden_size", width, "num_attention_heads", heads) % 2:
        faults.append(Fault("config key 'hidden_size'", "heads of an even width, which turn", f"{width} for {heads}"))
    if faults:
        raise InvalidConfig(faults)


def linear(config: Any, inputs: int, outputs: int, bias: bool = True) -> Linear:
    """A linear map with the config's spread for initial weights."""
    return Linear(inputs, outputs, bias, std=config.initializer_range)


def attention(config: Any, index: int) -> Attention:
    """``linear_q``, ``linear_k``, ``linear_v``, ``linear_out``, and what tells positions."""
    width, heads, kind = config.hidden_size, config.num_attention_heads, config.position_embeddings_type
    dim = width // heads
    shared: dict[str, Any] = dict(
        heads=heads,
        kv_heads=heads,
        head_dim=dim,
        projections=tuple(Part(f"linear_{name}", linear(config, width, width)) for name in "qkv"),
        output=Part("linear_out", linear(config, width, width)),
        scale=dim**-0.5,
        causal=False,
        dropout=config.attention_dropout,
        index=index,
    )
    if kind == "relative":
        bound = (6 / (heads + dim)) ** 0.5
        return WaveAttention(
            **shared,
            relative=Part("linear_pos", linear(config, width, width, bias=False)),
            content_bias=Part("pos_bias_u", Weight((heads, dim), initial=Uniform(-bound, bound))),
            place_bias=Part("pos_bias_v", Weight((heads, dim), initial=Uniform(-bound, bound))),
        )
    if kind == "relative_key":
        behind, ahead = config.left_max_position_embeddings, config.right_max_position_embeddings
        table = Embedding(behind + 1 + ahead, dim, std=config.initializer_range)
        return TableAttention(**shared, table=Part("distance_embedding", table), behind=behind, ahead=ahead)
    if kind == "rotary":
        return TurnedAttention(**shared, rotary=rotary(config))
    return Attention(**shared)


def rotary(config: Any) -> Rotary:
    """How places are turned."""
    dim, longest = config.hidden_size // config.num_attention_heads, config.max_source_positions
    return Rotary(dim, config.rotary_embedding_base, longest, longest)


def norm(config: Any, eps: float) -> LayerNorm:
    """A norm over the width."""
    return LayerNorm(config.hidden_size, eps)


def convolutions(config: Any, eps: float, *, causal: bool) -> Part:
    """``conv_module``: a gate, a convolution of each channel and a map. A ``causal`` one looks at what came before,
    hears no padding, and has a layer norm over the channels; else there is a batch norm."""
    width, kernel = config.hidden_size, config.conv_depthwise_kernel_size
    pads = (kernel - 1, 0) if causal else (kernel // 2, kernel // 2)
    depthwise = Conv(width, width, (kernel,), 1, (pads,), width, bias=False, std=(2 / kernel) ** 0.5)
    normed = Part("depthwise_layer_norm", norm(config, eps)) if causal else Part("batch_norm", BatchNorm(width))
    steps = (
        Part("", GatedConv(Part("pointwise_conv1", waveforms.conv(width, 2 * width, 1, bias=False)))),
        Part("", SoundConv(Part("depthwise_conv", depthwise), config.hidden_act, normed)),
        Part("pointwise_conv2", waveforms.conv(width, width, 1, bias=False)),
    )
    before = (Part("layer_norm", norm(config, eps)), *((Part("", WithoutPadding()),) if causal else ()))
    whole = (*before, Part("", AlongTime(steps)), Part("dropout", Dropout(config.conformer_conv_dropout)))
    return Part("conv_module", Chain(whole))


def layer(config: Any, index: int, eps: float, *, causal: bool) -> Layer:
    """``ffn1``, ``self_attn``, ``conv_module``, ``ffn2``; of both ``ffn`` half is added."""

    def half(name: str, end: Part | None = None) -> Part:
        body = Part("", Chain((Part(name, waveforms.feed_forward(config)), Part("", Scaled(0.5)))))
        before = Part(f"{name}_layer_norm", norm(config, eps))
        return Part("", Residual(body, before, Part("", Add(norm=end, dropout=config.hidden_dropout))))

    attends = Residual(
        Part("self_attn", attention(config, index)),
        Part("self_attn_layer_norm", norm(config, eps)),
        Part("", Add(dropout=config.attention_dropout)),
    )
    steps = (
        half("ffn1"),
        Part("", attends),
        Part("", Residual(convolutions(config, eps, causal=causal))),
        half("ffn2", Part("final_layer_norm", norm(config, eps))),
    )
    return Layer(steps, config.layerdrop)


def feed_forward(width: int, config: Any, activation: str) -> FeedForward:
    """``intermediate_dense`` and ``output_dense``, of another width or with another activation."""
    return FeedForward(
        Part("intermediate_dense", linear(config, width, config.intermediate_size)),
        activation,
        Part("output_dense", linear(config, config.intermediate_size, width)),
        config.activation_dropout,
    )
