"""XLM-RoBERTa XL and XXL: RoBERTa with each norm before what it was after, and one after the last layer."""

from __future__ import annotations

from dataclasses import replace

from loadstone.architectures import encoders, roberta
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual
from loadstone.architectures.components.leaves import Activation
from loadstone.architectures.components.towers import Tower


class XLMRobertaXLConfig(roberta.RobertaKinConfig):
    """The keys of an XLM-RoBERTa XL model."""

    model_type = "xlm-roberta-xl"

    vocab_size: int = 250880
    hidden_size: int = 2560
    num_hidden_layers: int = 36
    num_attention_heads: int = 32
    intermediate_size: int = 10240
    max_position_embeddings: int = 514
    type_vocab_size: int = 1
    layer_norm_eps: float = 1e-5


def layer(config: XLMRobertaXLConfig, index: int) -> Layer:
    """BERT's layer with its norms before what they were after; the feed-forward network has no dropout."""
    width, inner = config.hidden_size, config.intermediate_size
    after = Part("dense", encoders.linear(config, width, width))
    attention = Residual(
        Part("self", encoders.bert_attention(config, index, ("query", "key", "value"))),
        Part("self_attn_layer_norm", encoders.layer_norm(config)),
        Part("output", Add(after, dropout=config.hidden_dropout_prob)),
        shows_attention=True,
    )
    dense = Part("dense", encoders.linear(config, width, inner))
    feed_forward = Residual(
        Part("intermediate", Chain((dense, Part("intermediate_act_fn", Activation(config.hidden_act))))),
        Part("LayerNorm", encoders.layer_norm(config)),
        Part("output", Add(Part("dense", encoders.linear(config, inner, width)))),
    )
    return Layer((Part("attention", attention), Part("", feed_forward)))


def blueprint(config: XLMRobertaXLConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    embeddings = replace(encoders.bert_embeddings(config, positions="tokens"), norm=None)
    layers = [layer(config, index) for index in range(config.num_hidden_layers)]
    tower = encoders.bert_tower(config, Part("embeddings", embeddings), layers, pooler=pooler)
    stack = Chain((Part("", tower.stack.component), Part("LayerNorm", encoders.layer_norm(config))))
    return replace(tower, stack=Part("encoder", stack))


FAMILY = roberta.family(XLMRobertaXLConfig, "XLMRobertaXL", "arXiv:2105.00572", model=blueprint)
