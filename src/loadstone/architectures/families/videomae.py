"""VideoMAE: films in blocks of space and time, and a decoder that paints those that were hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures.components import (
    Attention,
    Biased,
    Chain,
    Component,
    Conv,
    Head,
    LayerNorm,
    Linear,
    Part,
    Stack,
    Tower,
    Tubelets,
    Weight,
)
from loadstone.architectures.components.masked_films import FilmPainter, FilmStem
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import SHOWN, LayersConfig, check_sizes, layer, linear, sized
from loadstone.architectures.tasks import BARE, PRETRAINING, VIDEO_CLASSIFICATION
from loadstone.core.naming_rules import Rule as Naming
from loadstone.errors import Fault, InvalidConfig


class VideoMAEConfig(LayersConfig):
    """The keys of a VideoMAE model. Defaults are those of the base model."""

    model_type = "videomae"
    attribute_map: ClassVar[Mapping[str, str]] = {"qkv_bias": "qv_bias"}

    image_size: int | list[int] = 224
    patch_size: int | list[int] = 16
    num_channels: int = 3
    num_frames: int = 16
    tubelet_size: int = 2
    qv_bias: bool = True
    use_mean_pooling: bool = True
    decoder_num_attention_heads: int = 6
    decoder_hidden_size: int = 384
    decoder_num_hidden_layers: int = 4
    decoder_intermediate_size: int = 1536
    norm_pix_loss: bool = True

    positive: ClassVar[tuple[str, ...]] = (
        *(*LayersConfig.positive, "num_channels", "num_frames", "tubelet_size", "decoder_num_attention_heads"),
        *("decoder_hidden_size", "decoder_num_hidden_layers", "decoder_intermediate_size"),
    )

    def check_together(self) -> None:
        check_sizes(self)
        if self.num_frames < self.tubelet_size:
            found = f"{self.num_frames} and {self.tubelet_size}"
            where = "config keys 'num_frames' and 'tubelet_size'"
            raise InvalidConfig([Fault(where, "films of at least one tubelet", found)])


def _attention(config: LayersConfig, index: int, biased: bool) -> Attention:
    """``attention.query``, ``attention.key`` and ``attention.value``, with ``q_bias`` and ``v_bias`` beside them, and
    ``output.dense``."""
    width, heads = config.hidden_size, config.num_attention_heads
    head_dim = width // heads
    plain = linear(config, width, heads * head_dim, bias=False)
    query, key, value = (Part(f"attention.{name}", plain) for name in ("query", "key", "value"))
    if biased:
        bias = Weight((heads * head_dim,))
        query = Part("", Biased(query, Part("attention.q_bias", bias)))
        value = Part("", Biased(value, Part("attention.v_bias", bias)))
    return Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=head_dim,
        projections=(query, key, value),
        output=Part("output.dense", linear(config, heads * head_dim, width)),
        scale=head_dim**-0.5,
        causal=False,
        dropout=config.attention_probs_dropout_prob,
        index=index,
    )


def _layers(config: LayersConfig, name: str, biased: bool) -> Stack:
    count = config.num_hidden_layers
    layers = (layer(config, index, _attention(config, index, biased)) for index in range(count))
    return Stack(tuple(Part(f"{name}.{index}", each) for index, each in enumerate(layers)))


def _stem(config: VideoMAEConfig) -> Tubelets:
    (height, across), patch = sized(config)
    sides = (config.tubelet_size, *patch)
    conv = Conv(config.num_channels, config.hidden_size, sides, sides, std=config.initializer_range)
    return Tubelets(Part("patch_embeddings.projection", conv), (config.num_frames, height, across))


def blueprint(config: VideoMAEConfig) -> Tower:
    """``embeddings``, ``encoder`` and, without a mean of all, ``layernorm``."""
    norm = Part("layernorm", LayerNorm(config.hidden_size, config.layer_norm_eps))
    return Tower(
        stem=Part("embeddings", _stem(config)),
        stack=Part("encoder", _layers(config, "layer", config.qv_bias)),
        width=config.hidden_size,
        norm=None if config.use_mean_pooling else norm,
        shows_normed=False,
    )


def video_classification(config: VideoMAEConfig) -> Component:
    """``classifier`` over the mean of the tubelets, normed by ``fc_norm``; or over the first of them."""
    classifier = Part("classifier", linear(config, config.hidden_size, config.num_labels))
    backbone = Part("videomae", blueprint(config))
    if not config.use_mean_pooling:
        return Head(backbone, classifier, pool="first", labels=config.num_labels)
    normed = Chain((Part("fc_norm", LayerNorm(config.hidden_size)), classifier))
    return Head(backbone, Part("", normed), pool="mean", labels=config.num_labels)


def pretraining(config: VideoMAEConfig) -> Component:
    """``encoder_to_decoder``, ``mask_token`` and ``decoder``."""
    width, stem = config.decoder_hidden_size, _stem(config)
    own = LayersConfig(
        hidden_size=width,
        num_hidden_layers=config.decoder_num_hidden_layers,
        num_attention_heads=config.decoder_num_attention_heads,
        intermediate_size=config.decoder_intermediate_size,
        hidden_act=config.hidden_act,
        hidden_dropout_prob=config.hidden_dropout_prob,
        attention_probs_dropout_prob=config.attention_probs_dropout_prob,
        initializer_range=config.initializer_range,
        layer_norm_eps=config.layer_norm_eps,
    )
    embed = Linear(config.hidden_size, width, bias=False, std=config.initializer_range)
    decoder = Tower(
        stem=Part("", FilmStem(Part("encoder_to_decoder", embed), Part("mask_token", Weight((1, 1, width))))),
        stack=Part("", _layers(own, "decoder.decoder_layers", config.qv_bias)),
        width=width,
        norm=Part("decoder.norm", LayerNorm(width)),
    )
    frames, rows, columns = stem.conv.kernel
    pixels = Part("decoder.head", linear(config, width, frames * rows * columns * config.num_channels))
    painter = FilmPainter(Part("", decoder), pixels, stem, config.norm_pix_loss)
    return Head(Part("videomae", blueprint(config)), Part("", painter))


_READS: Mapping[str, Any] = {"inputs": ("pixel_values", "bool_masked_pos"), "options": SHOWN[1:]}
"""What of its tasks is otherwise."""

FAMILY = Family(
    config=VideoMAEConfig,
    stem="VideoMAE",
    prefix="videomae",
    heads=(
        HeadSpec(
            "VideoMAEModel",
            BARE,
            blueprint,
            differs={
                **_READS,
                "doc": """``pixel_values`` (batch, frames, channels, height, width) → hidden states of the tubelets.

                ``bool_masked_pos`` (batch, tubelets): true for those that are left out, as many in each row. In Flax a
                pass with one is compiled by the model alone: how many there are must be known.
                """,
            },
        ),
        HeadSpec(
            "VideoMAEForPreTraining",
            PRETRAINING,
            pretraining,
            (("encoder_to_decoder", "mask_token", "decoder"),),
            differs={
                **_READS,
                "title": "Paints the tubelets of a film that are hidden.",
                "doc": """``logits`` (batch, hidden tubelets, numbers), the pixels of each hidden tubelet of
                ``pixel_values`` (batch, frames, channels, height, width), and the loss: how far they are from the
                film's.

                ``bool_masked_pos`` (batch, tubelets): true for those that are hidden, as many in each row. In Flax a
                pass with one is compiled by the model alone: how many there are must be known.
                """,
                "labels": (),
                "output": "VideoMAEForPreTrainingOutput",
                "reads": "all",
                "loss": "",
                "gives": ("loss", "logits"),
            },
        ),
        HeadSpec(
            "VideoMAEForVideoClassification", VIDEO_CLASSIFICATION, video_classification, (("fc_norm", "classifier"),)
        ),
    ),
    rules=(
        Naming("attention.attention.query.bias", "attention.attention.q_bias"),
        Naming("attention.attention.value.bias", "attention.attention.v_bias"),
    ),
    class_names={
        "encoder": "{}Encoder",
        "encoder.layer.{}": "{}Layer",
        "decoder.decoder_layers.{}": "{}Layer",
        "Tubelets": "{}Embeddings",
    },
    sources="arXiv:2203.12602",
)
