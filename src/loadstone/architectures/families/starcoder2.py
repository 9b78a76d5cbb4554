"""StarCoder 2: Llama with layer norms, a plain feed-forward network, biases and a sliding window."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.leaves import LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION


class Starcoder2Config(decoders.DecoderConfig):
    """The keys of a StarCoder 2 model. Defaults are those of StarCoder 2 3B."""

    model_type = "starcoder2"
    without = ("rms_norm_eps",)
    positive: ClassVar = (*decoders.DecoderConfig.positive, "sliding_window")

    vocab_size: int = 49152
    hidden_size: int = 3072
    intermediate_size: int = 12288
    num_hidden_layers: int = 30
    num_attention_heads: int = 24
    num_key_value_heads: int | None = 2
    hidden_act: str = "gelu_pytorch_tanh"
    max_position_embeddings: int = 4096
    initializer_range: float = 0.018042
    norm_epsilon: float = 1e-5
    bos_token_id: int | None = 50256
    eos_token_id: int | list[int] | None = 50256
    sliding_window: int | None = None
    residual_dropout: float = 0.0
    embedding_dropout: float = 0.0
    use_bias: bool = True
    tie_word_embeddings: bool = True


def blueprint(config: Starcoder2Config) -> Tower:
    """The bare model."""
    width, inner, bias, std = config.hidden_size, config.intermediate_size, config.use_bias, config.initializer_range
    rotary = decoders.rotary(config)
    norm = LayerNorm(width, config.norm_epsilon)
    feed_forward = FeedForward(
        up=Part("c_fc", Linear(width, inner, bias, std)),
        activation=config.hidden_act,
        down=Part("c_proj", Linear(inner, width, bias, std)),
    )
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(config, index, rotary=rotary, bias=bias, window=config.sliding_window),
            Part("mlp", feed_forward),
            norm,
            config.residual_dropout,
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm, dropout=config.embedding_dropout)


FAMILY = Family(
    config=Starcoder2Config,
    stem="Starcoder2",
    prefix="model",
    heads=decoders.decoder_heads(
        "Starcoder2", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)
    ),
    leftovers=decoders.LEFTOVERS,
    sources="arXiv:2402.19173",
)
