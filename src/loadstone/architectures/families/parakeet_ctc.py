"""Parakeet with connectionist temporal classification: a Fast Conformer that says a token or nothing for each frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loadstone.architectures import declarations, decoders, sound_configs
from loadstone.architectures.components.base import Component, Part, check_activation
from loadstone.architectures.components.conformer import ConformerConv, RelativeKeyAttention
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.frame_lengths import FrameLengths, Step
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual, pre_norm
from loadstone.architectures.components.leaves import (
    Activation,
    BatchNorm,
    Conv,
    Dropout,
    LayerNorm,
    Linear,
    Scaled,
    Weight,
)
from loadstone.architectures.components.sound_heads import CTCOutput
from loadstone.architectures.components.subsampling import Subsampling
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.components.waveform import AlongTime, GatedConv
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import AUDIO_TOWER, BARE, CTC
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


class ParakeetEncoderConfig(PretrainedConfig):
    """The keys of the encoder. Defaults are those of Parakeet CTC 1.1B."""

    model_type = "parakeet_encoder"
    base_config_key = "encoder_config"

    hidden_size: int = 1024
    num_hidden_layers: int = 24
    num_attention_heads: int = 8
    num_key_value_heads: int | None = None
    intermediate_size: int = 4096
    hidden_act: str = "silu"
    attention_bias: bool = True
    convolution_bias: bool = True
    conv_kernel_size: int = 9
    subsampling_factor: int = 8
    subsampling_conv_channels: int = 256
    num_mel_bins: int = 80
    subsampling_conv_kernel_size: int = 3
    subsampling_conv_stride: int = 2
    dropout: float = 0.1
    dropout_positions: float = 0.0
    layerdrop: float = 0.1
    activation_dropout: float = 0.1
    attention_dropout: float = 0.1
    max_position_embeddings: int = 5000
    scale_input: bool = True
    initializer_range: float = 0.02

    refused: ClassVar[Mapping[str, Refusal]] = declarations.REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = {
        **declarations.WITHOUT_CLASSES,
        "tie_word_embeddings": "no text is read",
        "num_key_value_heads": "each head has keys of its own",
        "max_position_embeddings": "distances have no bound",
    }
    positive: ClassVar[tuple[str, ...]] = (
        *("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "conv_kernel_size"),
        *("subsampling_factor", "subsampling_conv_channels", "num_mel_bins"),
        *("subsampling_conv_kernel_size", "subsampling_conv_stride"),
    )

    @property
    def lengths(self) -> FrameLengths:
        """What is left of a sound's length: the convolutions that make it shorter."""
        kernel, count = self.subsampling_conv_kernel_size, self.subsampling_factor.bit_length() - 1
        return FrameLengths((Step(kernel, self.subsampling_conv_stride, (kernel - 1) // 2 * 2),) * count)

    @property
    def bands_left(self) -> int:
        """How many bands are left of ``num_mel_bins``."""
        bands = self.num_mel_bins
        for kernel, stride, padding in self.lengths.steps:
            bands = (bands + padding - kernel) // stride + 1
        return bands

    def check_together(self) -> None:
        decoders.divide("hidden_size", self.hidden_size, "num_attention_heads", self.num_attention_heads)
        check_activation(self.hidden_act)
        faults = []
        if self.hidden_size % 2:
            faults.append(Fault("config key 'hidden_size'", "an even number: sines and cosines", str(self.hidden_size)))
        if self.conv_kernel_size % 2 == 0:
            faults.append(Fault("config key 'conv_kernel_size'", "an odd number", str(self.conv_kernel_size)))
        if not 2 <= self.subsampling_factor <= 1 << 10:
            expected = "a number from 2 to 1024"
            faults.append(Fault("config key 'subsampling_factor'", expected, str(self.subsampling_factor)))
        elif self.bands_left < 1:
            expected = "enough bands for the convolutions over them"
            faults.append(Fault("config key 'num_mel_bins'", expected, str(self.num_mel_bins)))
        if faults:
            raise InvalidConfig(faults)


class ParakeetCTCConfig(PretrainedConfig):
    """The keys of a Parakeet CTC model: the encoder's, and what it says. Defaults are those of Parakeet CTC 1.1B."""

    model_type = "parakeet_ctc"

    encoder_config: ParakeetEncoderConfig = ParakeetEncoderConfig()
    vocab_size: int = 1025
    ctc_loss_reduction: str = "mean"
    ctc_zero_infinity: bool = True
    pad_token_id: int | None = 1024
    initializer_range: float = 0.02

    refused: ClassVar[Mapping[str, Refusal]] = declarations.REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = {
        **declarations.WITHOUT_CLASSES,
        "tie_word_embeddings": "no text is read",
        "initializer_range": "the encoder's counts",
    }
    positive: ClassVar[tuple[str, ...]] = ("vocab_size",)

    def check_together(self) -> None:
        sound_configs.check_one_of(self, "ctc_loss_reduction", "sum", "mean", "none")
        if self.pad_token_id is None or not 0 <= self.pad_token_id < self.vocab_size:
            expected = f"a number from 0 to {self.vocab_size - 1}: the token that stands for nothing"
            raise InvalidConfig([Fault("config key 'pad_token_id'", expected, repr(self.pad_token_id))])


def stem(config: ParakeetEncoderConfig) -> Chain:
    """``subsampling``: a convolution, and others of each channel by itself, with a map of the channels after each."""
    channels, kernel, std = (
        config.subsampling_conv_channels,
        config.subsampling_conv_kernel_size,
        config.initializer_range,
    )
    first = Conv(1, channels, (kernel, kernel), config.subsampling_conv_stride, (kernel - 1) // 2, std=std)
    layers: list[Component] = [first, relu := Activation("relu")]
    for _ in config.lengths.steps[1:]:
        mixed = Conv(channels, channels, (1, 1), std=std)
        layers += [replace(first, inputs=channels, groups=channels), mixed, relu]
    linear = Linear(channels * config.bands_left, config.hidden_size, std=std)
    numbered = tuple(Part(f"layers.{index}", each) for index, each in enumerate(layers))
    subsampling = Subsampling(numbered, Part("linear", linear), config.lengths, config.num_mel_bins)
    scale = (Part("", Scaled(config.hidden_size**0.5)),) if config.scale_input else ()
    return Chain((Part("subsampling", subsampling), *scale, Part("", Dropout(config.dropout))))


def attention(config: ParakeetEncoderConfig, index: int) -> RelativeKeyAttention:
    """``q_proj``, ``k_proj``, ``v_proj``, ``o_proj``, ``relative_k_proj``, ``bias_u`` and ``bias_v``."""
    width, heads, std = config.hidden_size, config.num_attention_heads, config.initializer_range
    plain, bias = Linear(width, width, config.attention_bias, std), Weight((heads, width // heads), std)
    return RelativeKeyAttention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=tuple(Part(f"{name}_proj", plain) for name in "qkv"),
        output=Part("o_proj", plain),
        scale=(width // heads) ** -0.5,
        causal=False,
        dropout=config.attention_dropout,
        index=index,
        relative=Part("relative_k_proj", Linear(width, width, False, std)),
        content_bias=Part("bias_u", bias),
        place_bias=Part("bias_v", bias),
        place_dropout=config.dropout_positions,
    )


def convolution(config: ParakeetEncoderConfig) -> ConformerConv:
    """``pointwise_conv1``, ``depthwise_conv``, ``norm`` and ``pointwise_conv2``."""
    width, size, bias, std = (
        config.hidden_size,
        config.conv_kernel_size,
        config.convolution_bias,
        config.initializer_range,
    )
    around = (size - 1) // 2
    return ConformerConv(
        Part("", GatedConv(Part("pointwise_conv1", Conv(width, 2 * width, (1,), bias=bias, std=std)))),
        Part("depthwise_conv", Conv(width, width, (size,), padding=around, groups=width, bias=bias, std=std)),
        Part("norm", BatchNorm(width)),
        config.hidden_act,
        Part("pointwise_conv2", Conv(width, width, (1,), bias=bias, std=std)),
    )


def block(config: ParakeetEncoderConfig, index: int) -> Layer:
    """Half a feed-forward network, attention, convolutions, the other half, and ``norm_out``."""
    width, inner, bias, std = (
        config.hidden_size,
        config.intermediate_size,
        config.attention_bias,
        config.initializer_range,
    )
    norm, half = LayerNorm(width), Part("", Add(Part("", Scaled(0.5))))
    feed_forward = FeedForward(
        Part("linear1", Linear(width, inner, bias, std)),
        config.hidden_act,
        Part("linear2", Linear(inner, width, bias, std)),
        config.activation_dropout,
    )

    def half_step(number: int) -> Part:
        name = f"feed_forward{number}"
        return Part("", Residual(Part(name, feed_forward), Part(f"norm_{name}", norm), half))

    steps = (
        half_step(1),
        pre_norm(Part("self_attn", attention(config, index)), Part("norm_self_att", norm)),
        pre_norm(Part("conv", convolution(config)), Part("norm_conv", norm)),
        half_step(2),
        Part("norm_out", norm),
    )
    return Layer(steps, config.layerdrop)


def encoder(config: ParakeetEncoderConfig) -> Tower:
    """``subsampling`` and ``layers``."""
    layers = [block(config, index) for index in range(config.num_hidden_layers)]
    return Tower(Part("", stem(config)), decoders.stack(layers), config.hidden_size)


def ctc(config: ParakeetCTCConfig) -> Head:
    """``ctc_head`` over each frame."""
    own = config.encoder_config
    head = Conv(own.hidden_size, config.vocab_size, (1,), std=own.initializer_range)
    logits, blank = Part("", AlongTime((Part("ctc_head", head),))), config.pad_token_id
    assert blank is not None
    output = CTCOutput(logits, blank, config.ctc_loss_reduction, config.ctc_zero_infinity)  # type: ignore[arg-type]
    return Head(Part("encoder", encoder(own)), Part("", output), labels=config.vocab_size, frames=own.lengths)


_HEARS: Mapping[str, Any] = {"inputs": ("input_features", "attention_mask")}
_DOC = """``input_features`` (batch, frames, bands); ``attention_mask`` (batch, frames): 1 for a frame, 0 for padding at
            the end."""

FAMILY = Family(
    config=ParakeetCTCConfig,
    stem="Parakeet",
    prefix="encoder",
    heads=(
        HeadSpec(
            "ParakeetForCTC",
            CTC,
            ctc,
            (("ctc_head",),),
            also=(BARE,),
            body=AUDIO_TOWER,
            differs={
                **_HEARS,
                "writes_frames": True,
                "doc": f"""Logits (batch, fewer frames, vocab) of {_DOC}

            With ``labels`` (batch, tokens; -100 and the blank token are ignored) the loss.
            """,
            },
        ),
        HeadSpec(
            "ParakeetEncoder",
            AUDIO_TOWER,
            encoder,
            also=(BARE,),
            prefix="encoder",
            config=ParakeetEncoderConfig,
            differs={**_HEARS, "doc": f"Hidden states of {_DOC}"},
        ),
    ),
    class_names={
        "layers.{}": "{}EncoderBlock",
        "self_attn": "{}EncoderAttention",
        "conv": "{}EncoderConvolutionModule",
        "subsampling": "{}EncoderSubsamplingConv2D",
        "FeedForward": "{}EncoderFeedForward",
    },
    sources="arXiv:2305.05084",
)
