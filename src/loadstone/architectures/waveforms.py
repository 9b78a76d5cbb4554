"""What the towers that read sound as it is sampled are made of: wav2vec 2.0's stem, layers and adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.frame_lengths import FrameLengths, Step
from loadstone.architectures.components.layers import Chain, Layer, Residual, Stack, post_norm, pre_norm
from loadstone.architectures.components.leaves import Activation, Conv, Dropout, GroupNorm, LayerNorm, Linear, Weight
from loadstone.architectures.components.span_mask import SpanMask
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.components.waveform import AlongTime, GatedConv, SoundConv, Waveform, WeightNormed
from loadstone.architectures.initial import Uniform
from loadstone.architectures.sound_configs import said
from loadstone.core.naming_rules import Rule as Naming

NAMES = (
    Naming("weight_g", "parametrizations.weight.original0"),
    Naming("weight_v", "parametrizations.weight.original1"),
)
"""What older files call the two factors of a convolution's weight."""

CLASS_NAMES: Mapping[str, str] = {
    "encoder": "{}Encoder",
    "encoder.layers.{}": "{}EncoderLayer",
    "encoder.pos_conv_embed": "{}PositionalConvEmbedding",
    "feed_forward": "{}FeedForward",
    "adapter": "{}Adapter",
}


def linear(config: Any, inputs: int, outputs: int) -> Linear:
    """A linear map with the config's spread for initial weights."""
    return Linear(inputs, outputs, std=config.initializer_range)


def as_pytorch(inputs: int, outputs: int) -> Linear:
    """A linear map whose initial values are PyTorch's own."""
    bound = Uniform(-(inputs**-0.5), inputs**-0.5)
    return Linear(inputs, outputs, initial=bound, initial_bias=bound)


def norm(config: Any, width: int | None = None) -> LayerNorm:
    """A layer norm with the config's epsilon."""
    return LayerNorm(width or config.hidden_size, config.layer_norm_eps)


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1, padding: int = 0, bias: bool = True) -> Conv:
    """A convolution over time whose initial values are He's (arXiv:1502.01852)."""
    fan_in = inputs * kernel
    low = Uniform(-(fan_in**-0.5), fan_in**-0.5)
    return Conv(inputs, outputs, (kernel,), stride, padding, bias=bias, std=(2 / fan_in) ** 0.5, initial_bias=low)


def lengths(config: Any) -> FrameLengths:
    """How many frames the convolutions over samples make."""
    return FrameLengths(tuple(map(Step, config.conv_kernel, config.conv_stride)))


def heard(config: Any) -> FrameLengths:
    """How many there are in the end."""
    steps = lengths(config).steps if "conv_kernel" in config.fields() else ()
    if said(config, "add_adapter", False):
        step = Step(config.adapter_kernel_size, config.adapter_stride, 2 * config.adapter_padding)
        steps += (step,) * config.num_adapter_layers
    return FrameLengths(steps)


def convolutions(config: Any, *, zero_bias: bool = False) -> tuple[Part, ...]:
    """``feature_extractor.conv_layers.0`` …: group norm after the first, or layer norms after all. ``zero_bias``: how
    initial biases are."""
    parts, inputs = [], 1
    for index, (width, kernel, stride) in enumerate(
        zip(config.conv_dim, config.conv_kernel, config.conv_stride, strict=True)
    ):
        normed = None
        if said(config, "feat_extract_norm", "layer") == "layer":
            normed = Part("layer_norm", LayerNorm(width))
        elif index == 0:
            normed = Part("layer_norm", GroupNorm(width, width))
        over = conv(inputs, width, kernel, stride, bias=config.conv_bias)
        over = replace(over, initial_bias=None) if zero_bias else over
        layer = SoundConv(Part("conv", over), config.feat_extract_activation, normed)
        parts.append(Part(f"feature_extractor.conv_layers.{index}", layer))
        inputs = width
    return tuple(parts)


def mask_vector(config: Any) -> Part:
    """``masked_spec_embed``."""
    return Part("masked_spec_embed", Weight((config.hidden_size,), initial=Uniform(0.0, 1.0)))


def spans(config: Any) -> tuple[Part | None, Part | None]:
    """What is hidden while training: of frames, and of all frames' values."""
    over_time = SpanMask(1, None, config.mask_time_prob, config.mask_time_length, config.mask_time_min_masks)
    over_width = SpanMask(
        2, config.hidden_size, config.mask_feature_prob, config.mask_feature_length, config.mask_feature_min_masks
    )
    wanted = said(config, "apply_spec_augment", True)
    hides = [each if wanted and each.share > 0 else None for each in (over_time, over_width)]
    first, second = (None if each is None else Part("", each) for each in hides)
    return first, second


def hides(config: Any) -> bool:
    """Whether anything is hidden while training."""
    return bool(config.mask_time_prob > 0 or config.mask_feature_prob > 0)


def stem(config: Any, *, normed: bool = True, plain: bool = False, masked: bool = False) -> Waveform:
    """``feature_extractor``, ``feature_projection`` and ``masked_spec_embed``. ``plain``: initial values are those of
    any other map, and what is mapped is not shown. ``masked``: there is a vector for what is
    hidden, even if nothing is."""
    inputs, width = config.conv_dim[-1], config.hidden_size
    projection = linear(config, inputs, width) if plain else as_pytorch(inputs, width)
    over_time, over_width = spans(config)
    return Waveform(
        convolutions(config, zero_bias=plain),
        lengths(config),
        norm=Part("feature_projection.layer_norm", norm(config, inputs)) if normed else None,
        projection=Part("feature_projection.projection", projection),
        dropout=config.feat_proj_dropout,
        mask_vector=mask_vector(config) if hides(config) or masked else None,
        over_time=over_time,
        over_width=over_width,
        shows_features=not plain,
        may_hide=said(config, "apply_spec_augment", True),
    )


def positions(config: Any) -> Part:
    """``pos_conv_embed``: what is near tells where a frame is."""
    width, kernel, groups = config.hidden_size, config.num_conv_pos_embeddings, config.num_conv_pos_embedding_groups
    whole = Conv(width, width, (kernel,), 1, ((kernel // 2, (kernel - 1) // 2),), groups)
    # PyTorch's own initial values, which transformers leaves as they are (it sets those of the product, a copy).
    fan_in = width // groups * kernel
    low = fan_in**-0.5
    length = low * (width * (width // groups) / 3) ** 0.5
    normed = WeightNormed(
        whole,
        length=Part("parametrizations.weight.original0", Weight((1, 1, kernel), value=length)),
        direction=Part(
            "parametrizations.weight.original1", Weight((width, width // groups, kernel), initial=Uniform(-low, low))
        ),
        bias=Part("bias", Weight((width,))),
    )
    step = SoundConv(Part("conv", normed), config.feat_extract_activation)
    return Part("", Residual(Part("pos_conv_embed", AlongTime((Part("", step),)))))


def attention(config: Any, index: int) -> Attention:
    """``k_proj``, ``v_proj``, ``q_proj``, ``out_proj``."""
    width, heads = config.hidden_size, config.num_attention_heads
    return Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=tuple(Part(name, linear(config, width, width)) for name in ("q_proj", "k_proj", "v_proj")),
        output=Part("out_proj", linear(config, width, width)),
        scale=(width // heads) ** -0.5,
        causal=False,
        dropout=config.attention_dropout,
        index=index,
    )


def feed_forward(config: Any) -> FeedForward:
    """``intermediate_dense`` and ``output_dense``."""
    return FeedForward(
        Part("intermediate_dense", linear(config, config.hidden_size, config.intermediate_size)),
        config.hidden_act,
        Part("output_dense", linear(config, config.intermediate_size, config.hidden_size)),
        config.activation_dropout,
    )


def layer(config: Any, index: int, attend: Component | None = None) -> Layer:
    """``attention``, ``layer_norm``, ``feed_forward``, ``final_layer_norm``; of a stable model ``adapter_layer``, where
    there is one."""
    stable = said(config, "do_stable_layer_norm", False)
    step = pre_norm if stable else post_norm
    bodies = (
        (Part("attention", attend or attention(config, index)), "layer_norm"),
        (Part("feed_forward", feed_forward(config)), "final_layer_norm"),
    )
    steps = [step(body, Part(name, norm(config)), config.hidden_dropout) for body, name in bodies]
    narrow, width = said(config, "adapter_attn_dim", None), config.hidden_size
    if narrow is not None and stable:
        adapter = (
            Part("norm", LayerNorm(width)),
            Part("linear_1", linear(config, width, narrow)),
            Part("act_fn", Activation("relu")),
            Part("linear_2", linear(config, narrow, width)),
        )
        steps.append(Part("", Residual(Part("adapter_layer", Chain(adapter)))))
    return Layer(tuple(steps), config.layerdrop)


def encoder(config: Any, before: Sequence[Part], layers: Sequence[Component]) -> Part:
    """``encoder``: what comes ``before`` the layers, where norms come last their norm, and they."""
    steps = list(before)
    if not said(config, "do_stable_layer_norm", False):
        steps.append(Part("layer_norm", norm(config)))
    stack = Stack(tuple(Part(f"layers.{index}", each) for index, each in enumerate(layers)))
    return Part("encoder", Chain((*steps, Part("dropout", Dropout(config.hidden_dropout)), Part("", stack))))


def adapter(config: Any) -> Part:
    """``adapter``: convolutions that leave fewer frames. None is left out by chance while training: lengths would
    change."""
    width, steps = config.output_hidden_size, []
    if width != config.hidden_size:
        steps += [
            Part("proj", linear(config, config.hidden_size, width)),
            Part("proj_layer_norm", LayerNorm(width)),
        ]
    kernel, stride = config.adapter_kernel_size, config.adapter_stride
    layers = (
        Part(f"layers.{index}", GatedConv(Part("conv", conv(width, 2 * width, kernel, stride, padding=1))))
        for index in range(config.num_adapter_layers)
    )
    return Part("adapter", Chain((*steps, Part("", AlongTime(tuple(layers))))))


def tower(config: Any, first: Component, encoding: Part, *, normed: bool = False) -> Tower:
    """The stem, the encoder, the norm of a stable one, and the adapter, where there is one. ``normed``: that norm is
    there."""
    stable = normed or said(config, "do_stable_layer_norm", False)
    ends = [Part("encoder.layer_norm", norm(config))] if stable else []
    width = config.hidden_size
    if said(config, "add_adapter", False):
        ends.append(adapter(config))
        width = config.output_hidden_size
    end = ends[0] if len(ends) == 1 else Part("", Chain(tuple(ends))) if ends else None
    return Tower(Part("", first), encoding, width, end, shows_normed=False)
