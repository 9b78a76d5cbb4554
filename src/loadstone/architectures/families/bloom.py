"""BLOOM: ALiBi, a norm over the embeddings, one map for the query, key and value of each head."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.layers import Add, Layer, Residual, pre_norm
from loadstone.architectures.components.leaves import Embedding, LayerNorm, Linear
from loadstone.architectures.components.linear_bias import LinearBiasEmbeddings, geometric_slopes
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, PRETRAINING
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


class BloomConfig(PretrainedConfig):
    """The keys of a BLOOM model. Defaults are those of the reference implementation, a tiny one."""

    model_type = "bloom"
    attribute_map: ClassVar = {
        "num_hidden_layers": "n_layer",
        "num_attention_heads": "n_head",
        "n_embed": "hidden_size",
    }
    refused: ClassVar = {
        **declarations.but(declarations.REFUSED_BY_DECODERS, "alibi"),
        **declarations.WITHOUT_ROPE,
        "alibi": Refusal((True,), "BLOOM's positions are ALiBi's"),
    }
    irrelevant: ClassVar = {
        **declarations.IRRELEVANT_TO_DECODERS,
        "n_inner": "what old files have beside hidden_size, four times as much",
        "pretraining_tp": "how products were split in training; results are the same",
        "slow_but_exact": "products split as in training; results are the same up to rounding",
    }

    vocab_size: int = 250880
    hidden_size: int = 64
    n_layer: int = 2
    n_head: int = 8
    n_inner: int | None = None
    layer_norm_epsilon: float = 1e-5
    initializer_range: float = 0.02
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    apply_residual_connection_post_layernorm: bool = False
    hidden_dropout: float = 0.0
    attention_dropout: float = 0.0
    classifier_dropout: float | None = None
    pretraining_tp: int = 1
    slow_but_exact: bool = False

    positive = ("vocab_size", "hidden_size", "n_layer", "n_head", "n_inner")

    def check_together(self) -> None:
        decoders.divide("hidden_size", self.hidden_size, "n_head", self.n_head)
        inner = 4 * self.hidden_size
        if self.n_inner not in (None, inner):
            expected = f"null or {inner}: four times hidden_size"
            raise InvalidConfig([Fault("config key 'n_inner'", expected, repr(self.n_inner))])


def layer(config: BloomConfig, index: int) -> Layer:
    """A norm before each half; what is added to is what comes before it or, if the config says so, after it."""
    width, heads, std, dropout = config.hidden_size, config.n_head, config.initializer_range, config.hidden_dropout
    norm, head_dim = LayerNorm(width, config.layer_norm_epsilon), width // heads
    attention = Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=head_dim,
        projections=(Part("query_key_value", Linear(width, 3 * width, std=std)),),
        output=Part("dense", Linear(width, width, std=std)),
        scale=head_dim**-0.5,
        fused="heads",
        dropout=config.attention_dropout,
        index=index,
    )
    feed_forward = FeedForward(
        up=Part("dense_h_to_4h", Linear(width, 4 * width, std=std)),
        activation="gelu_new",
        down=Part("dense_4h_to_h", Linear(4 * width, width, std=std)),
    )
    halves = (
        (Part("self_attention", attention), Part("input_layernorm", norm)),
        (Part("mlp", feed_forward), Part("post_attention_layernorm", norm)),
    )
    if not config.apply_residual_connection_post_layernorm:
        return Layer(tuple(pre_norm(*half, dropout) for half in halves))
    end = Part("", Add(dropout=dropout))
    return Layer(tuple(step for body, norm in halves for step in (norm, Part("", Residual(body, end=end)))))


def blueprint(config: BloomConfig) -> Tower:
    """The bare model."""
    width, norm = config.hidden_size, LayerNorm(config.hidden_size, config.layer_norm_epsilon)
    embeddings = LinearBiasEmbeddings(
        tokens=Part("word_embeddings", Embedding(config.vocab_size, width, std=config.initializer_range)),
        norm=Part("word_embeddings_layernorm", norm),
        slopes=geometric_slopes(config.n_head),
    )
    return Tower(
        stem=Part("", embeddings),
        stack=decoders.stack([layer(config, index) for index in range(config.n_layer)], "h"),
        norm=Part("ln_f", norm),
        width=width,
    )


FAMILY = Family(
    config=BloomConfig,
    stem="Bloom",
    prefix="transformer",
    heads=decoders.decoder_heads(
        "Bloom",
        blueprint,
        decoders.HeadParts("transformer", embedding="word_embeddings", token_classifier="classifier"),
        also={CAUSAL_LM: (PRETRAINING,)},
    ),
    class_names={"h.{}": "{}Block"},
    sources="arXiv:2211.05100",
)
