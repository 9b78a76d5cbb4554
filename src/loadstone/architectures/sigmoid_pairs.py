"""What SigLIP and its successor have in common: the last token stands for a text, a learned query finds what a picture
shows, and each pair is judged by itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from loadstone.architectures.components.base import Component, Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.leaves import Embedding, LayerNorm, Linear, Weight
from loadstone.architectures.components.query_pooler import QueryAttention, QueryPooler
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.components.two_towers import LastPooler, TwoTowers
from loadstone.architectures.image_text import (
    IRRELEVANT_TO_PICTURES,
    IRRELEVANT_TO_TEXTS,
    TowerConfig,
    feed_forward,
    stack,
)
from loadstone.architectures.images import IRRELEVANT, REFUSED
from loadstone.architectures.initial import Normal, Xavier
from loadstone.configs.keys import Refusal
from loadstone.configs.keys import Rule as KeyRule
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

LOSS = "sigmoid_contrastive"

CLASS_NAMES: Mapping[str, str] = {
    "text_model": "{}TextModel",
    "vision_model": "{}VisionModel",
    "encoder": "{}Encoder",
    "encoder.layers.{}": "{}EncoderLayer",
    "Embeddings": "{}TextEmbeddings",
    "QueryPooler": "{}MultiheadAttentionPoolingHead",
}
"""What the classes of their modules are called."""


class TextConfig(TowerConfig):
    """The keys of the tower that reads texts. Defaults are those of SigLIP base."""

    base_config_key = "text_config"

    vocab_size: int = 32000
    max_position_embeddings: int = 64
    hidden_act: str = "gelu_pytorch_tanh"
    layer_norm_eps: float = 1e-6
    projection_size: int | None = None
    pad_token_id: int | None = 1
    bos_token_id: int | None = 49406
    eos_token_id: int | list[int] | None = 49407

    positive: ClassVar[tuple[str, ...]] = (
        *("vocab_size", "max_position_embeddings", "projection_size"),
        *TowerConfig.positive,
    )
    follows: ClassVar[Mapping[str, KeyRule]] = {
        "projection_size": KeyRule(lambda config, given: given or config.hidden_size),
    }
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT_TO_TEXTS


class VisionConfig(TowerConfig):
    """The keys of the tower that reads pictures. Defaults are those of SigLIP base."""

    base_config_key = "vision_config"

    num_channels: int = 3
    patch_size: int | list[int] = 16
    hidden_act: str = "gelu_pytorch_tanh"
    layer_norm_eps: float = 1e-6
    vision_use_head: bool = True

    positive: ClassVar[tuple[str, ...]] = ("num_channels", *TowerConfig.positive)
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT_TO_PICTURES


class PairConfig(PretrainedConfig):
    """The keys beside the two towers'."""

    initializer_factor: float = 1.0

    refused: ClassVar[Mapping[str, Refusal]] = REFUSED
    irrelevant: ClassVar[Mapping[str, str]] = IRRELEVANT


def spread(inputs: int) -> float:
    """The standard deviation of the initial weights of what has so many inputs.

    It is the root of 1 / inputs made wider, as if they were to be cut off at two of it, which transformers' are not.
    """
    return 1.1368472 / math.sqrt(inputs)


def _map(config: Any, name: str, inputs: int, outputs: int) -> Linear:
    bias = Normal(1e-6) if name.startswith("fc") else None
    return Linear(inputs, outputs, initial=Xavier(), initial_bias=bias)


def text_tower(config: Any) -> Tower:
    """``embeddings``, ``encoder``, ``final_layer_norm`` and ``head``; the last token stands for the text."""
    width = config.hidden_size
    stem = Embeddings(
        tokens=Part("token_embedding", Embedding(config.vocab_size, width, std=width**-0.5)),
        position=Part("position_embedding", Embedding(config.max_position_embeddings, width, std=width**-0.5)),
    )
    head = Linear(width, config.projection_size, std=spread(width))
    return Tower(
        stem=Part("embeddings", stem),
        stack=stack(config, causal=False, linear=_map),
        width=width,
        norm=Part("final_layer_norm", LayerNorm(width, config.layer_norm_eps)),
        pooler=Part("", LastPooler(Part("head", head))),
        shows_normed=False,
    )


def vision_tower(config: Any, stem: Component) -> Tower:
    """``embeddings``, ``encoder``, ``post_layernorm`` and, where there is one, ``head``."""
    width, norm = config.hidden_size, LayerNorm(config.hidden_size, config.layer_norm_eps)
    attention = QueryAttention(
        Part("in_proj_weight", Weight((3 * width, width), initial=Xavier())),
        Part("in_proj_bias", Weight((3 * width,))),
        Part("out_proj", Linear(width, width, std=spread(width))),
        config.num_attention_heads,
    )
    pooler = QueryPooler(
        Part("probe", Weight((1, 1, width), initial=Xavier())),
        Part("attention", attention),
        Part("layernorm", norm),
        Part("mlp", feed_forward(config, _map)),
    )
    return Tower(
        stem=Part("embeddings", stem),
        stack=stack(config, causal=False, linear=_map),
        width=width,
        norm=Part("post_layernorm", norm),
        pooler=Part("head", pooler) if config.vision_use_head else None,
        shows_normed=False,
    )


def pair(config: Any, vision: Tower) -> Component:
    """``text_model``, ``vision_model``, ``logit_scale`` and ``logit_bias``. :class:`InvalidConfig` where the vectors of
    texts and pictures cannot be compared."""
    text, width = config.text_config, config.vision_config.hidden_size
    faults = []
    if text.projection_size != width:
        where = "config key 'text_config.projection_size'"
        faults.append(Fault(where, f"vision_config.hidden_size = {width}", str(text.projection_size)))
    if vision.pooler is None:
        faults.append(Fault("config key 'vision_config.vision_use_head'", "true, to compare pictures", "false"))
    if faults:
        raise InvalidConfig(faults)
    return TwoTowers(
        Part("text_model", text_tower(text)),
        Part("vision_model", vision),
        None,
        None,
        Part("logit_scale", Weight((1,))),
        Part("logit_bias", Weight((1,))),
    )


def image_classification(vision: Callable[[Any], Tower], mask: str = "attention_mask") -> Callable[[Any], Component]:
    """``classifier`` over the mean of the patches; ``mask``: the argument that says which there are."""

    def build(config: Any) -> Component:
        width = config.vision_config.hidden_size
        classifier = Linear(width, config.num_labels, std=width**-0.5 * config.initializer_factor)
        backbone = Part("vision_model", vision(config.vision_config))
        return Head(backbone, Part("classifier", classifier), pool="mean", labels=config.num_labels, mask=mask)

    return build
