"""Wav2Vec2-BERT: Conformers over how loud each band of a sound is."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import conformers, sound_configs, waveform_heads, waveforms
from loadstone.architectures.components import (
    AlongTime,
    Bands,
    Chain,
    Component,
    Dropout,
    FrameAttention,
    FrameLengths,
    GatedConv,
    LayerNorm,
    Part,
    PooledLayer,
    PooledLayers,
    Residual,
    Scaled,
    Stack,
    Tower,
    check_activation,
    pre_norm,
)
from loadstone.architectures.decoders import divide
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import AUDIO_CLASSIFICATION, AUDIO_FRAME_CLASSIFICATION, AUDIO_XVECTOR, CTC
from loadstone.errors import Fault, InvalidConfig


class Wav2Vec2BertConfig(sound_configs.AdaptedConfig, sound_configs.SpeakerKeys, sound_configs.SoundConfig):
    """The keys of a Wav2Vec2-BERT model. Defaults are those of Wav2Vec2-BERT 2.0."""

    model_type = "wav2vec2-bert"

    hidden_size: int = 1024
    num_hidden_layers: int = 24
    num_attention_heads: int = 16
    intermediate_size: int = 4096
    feature_projection_input_dim: int = 160
    hidden_act: str = "swish"
    hidden_dropout: float = 0.0
    activation_dropout: float = 0.0
    attention_dropout: float = 0.0
    classifier_proj_size: int = 768
    num_adapter_layers: int = 1
    adapter_act: str = "relu"
    use_intermediate_ffn_before_adapter: bool = False
    position_embeddings_type: str | None = "relative_key"
    rotary_embedding_base: int = 10000
    max_source_positions: int = 5000
    left_max_position_embeddings: int = 64
    right_max_position_embeddings: int = 8
    conv_depthwise_kernel_size: int = 31
    conformer_conv_dropout: float = 0.1

    positive = (
        *sound_configs.SoundConfig.positive,
        *sound_configs.AdaptedConfig.positive,
        *("feature_projection_input_dim", "rotary_embedding_base", "max_source_positions", "xvector_output_dim"),
        *("left_max_position_embeddings", "right_max_position_embeddings", "conv_depthwise_kernel_size"),
    )
    follows: ClassVar = sound_configs.AdaptedConfig.follows
    refused: ClassVar = sound_configs.SoundConfig.refused
    irrelevant: ClassVar = sound_configs.SoundConfig.irrelevant

    @property
    def adapter_padding(self) -> int:
        """How many zeros the adapter's convolutions have at each end."""
        return self.adapter_stride // 2

    @property
    def inputs_to_logits_ratio(self) -> int:
        """How many values of the input there are to a frame in the end."""
        left = self.adapter_stride**self.num_adapter_layers if self.add_adapter else 1
        return 2 * self.feature_projection_input_dim * left

    def check_together(self) -> None:
        super().check_together()
        conformers.check(self, "relative_key", "relative", "rotary", None)
        check_activation(self.adapter_act)
        if self.use_intermediate_ffn_before_adapter and not self.add_adapter:
            fault = Fault("config key 'use_intermediate_ffn_before_adapter'", "False where add_adapter is", "True")
            raise InvalidConfig([fault])
        if self.add_adapter:
            divide("output_hidden_size", adapted(self), "num_attention_heads", self.num_attention_heads)


def adapted(config: Wav2Vec2BertConfig) -> int:
    """The width of what comes out of the adapter."""
    return config.output_hidden_size or config.hidden_size


def stem(config: Wav2Vec2BertConfig) -> Bands:
    """``feature_projection`` and ``masked_spec_embed``."""
    bands = config.feature_projection_input_dim
    over_time, over_width = waveforms.spans(config)
    return Bands(
        (),
        FrameLengths(()),
        norm=Part("feature_projection.layer_norm", waveforms.norm(config, bands)),
        projection=Part("feature_projection.projection", waveforms.as_pytorch(bands, config.hidden_size)),
        dropout=config.feat_proj_dropout,
        mask_vector=waveforms.mask_vector(config) if waveforms.hides(config) else None,
        over_time=over_time,
        over_width=over_width,
        may_hide=config.apply_spec_augment,
        count=bands,
    )


def adapter_layer(config: Wav2Vec2BertConfig) -> PooledLayer:
    """``residual_layer_norm``, ``residual_conv``, ``self_attn_layer_norm``, ``self_attn_conv``, ``self_attn``,
    ``ffn_layer_norm`` and ``ffn``."""
    width, eps = adapted(config), config.layer_norm_eps
    kernel, stride, padding = config.adapter_kernel_size, config.adapter_stride, config.adapter_padding

    def pooled(name: str) -> Part:
        conv = Part(f"{name}_conv", waveforms.conv(width, 2 * width, kernel, stride, padding))
        steps = (Part(f"{name}_layer_norm", LayerNorm(width, eps)), Part("", AlongTime((Part("", GatedConv(conv)),))))
        return Part("", Chain(steps))

    def mapped(name: str) -> Part:
        return Part(f"linear_{name}", conformers.linear(config, width, width))

    thinks = Part("ffn", conformers.feed_forward(width, config, config.adapter_act))
    return PooledLayer(
        around=pooled("residual"),
        before=pooled("self_attn"),
        attention=Part(
            "self_attn",
            FrameAttention(
                config.num_attention_heads,
                query=mapped("q"),
                key=mapped("k"),
                value=mapped("v"),
                output=mapped("out"),
                dropout=config.attention_dropout,
            ),
        ),
        dropout=config.conformer_conv_dropout,
        feed_forward=pre_norm(thinks, Part("ffn_layer_norm", LayerNorm(width, eps)), config.hidden_dropout),
    )


def ends(config: Wav2Vec2BertConfig) -> list[Part]:
    """What comes after the encoder: ``intermediate_ffn`` and ``adapter``, where there are any."""
    found: list[Part] = []
    width, narrow = config.hidden_size, adapted(config)
    if config.use_intermediate_ffn_before_adapter:
        thinks = Part("intermediate_ffn", conformers.feed_forward(width, config, "relu"))
        found.append(Part("", Residual(Part("", Chain((thinks, Part("", Scaled(0.5))))))))
    if config.add_adapter:
        steps = waveforms.heard(config).steps
        lengths = tuple(FrameLengths(steps[: index + 1]) for index in range(len(steps)))
        layers = tuple(Part(f"layers.{index}", adapter_layer(config)) for index in range(config.num_adapter_layers))
        first: list[Part] = []
        if narrow != width:
            first = [
                Part("proj", conformers.linear(config, width, narrow)),
                Part("proj_layer_norm", LayerNorm(narrow, config.layer_norm_eps)),
            ]
        found.append(Part("adapter", Chain((*first, Part("", PooledLayers(layers, lengths))))))
    return found


def blueprint(config: Wav2Vec2BertConfig) -> Tower:
    """``feature_projection``, ``encoder``, ``intermediate_ffn`` and ``adapter``."""
    layers: list[Component] = [
        conformers.layer(config, index, config.layer_norm_eps, causal=True) for index in range(config.num_hidden_layers)
    ]
    stack = Stack(tuple(Part(f"layers.{index}", layer) for index, layer in enumerate(layers)))
    encoder = Chain((Part("dropout", Dropout(config.hidden_dropout)), Part("", stack)))
    width = adapted(config) if config.add_adapter else config.hidden_size
    after = ends(config)
    end = Part("", Chain(tuple(after))) if after else None
    return Tower(Part("", stem(config)), Part("encoder", encoder), width, end, shows_normed=False)


FAMILY = Family(
    config=Wav2Vec2BertConfig,
    stem="Wav2Vec2Bert",
    prefix="wav2vec2_bert",
    heads=waveform_heads.heads(
        *("Wav2Vec2Bert", "wav2vec2_bert", blueprint),
        *(CTC, AUDIO_CLASSIFICATION, AUDIO_FRAME_CLASSIFICATION, AUDIO_XVECTOR),
        heard_as="input_features",
    ),
    leftovers=("masked_spec_embed", "embed_positions.pe", "embed_positions.inv_freq"),
    class_names={**waveforms.CLASS_NAMES, **conformers.ATTENTION_NAMES, "conv_module": "{}ConvolutionModule"},
    sources="arXiv:2312.05187",
)
