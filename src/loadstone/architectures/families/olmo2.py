"""OLMo 2: Llama with the norms after attention and feed-forward network, and on whole queries and keys."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION


class Olmo2Config(decoders.DecoderConfig):
    """The keys of an OLMo 2 model. Defaults are those of OLMo 2 7B."""

    model_type = "olmo2"

    irrelevant: ClassVar = {
        **decoders.DecoderConfig.irrelevant,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    vocab_size: int = 50304
    rms_norm_eps: float = 1e-5
    pad_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 50279
    attention_bias: bool = False


def attention(config: Olmo2Config, index: int) -> Attention:
    """Llama's, with normed queries and keys."""
    plain = decoders.separate_attention(config, index, rotary=decoders.rotary(config), bias=config.attention_bias)
    return decoders.normed_as_a_whole(plain, config.rms_norm_eps)


def blueprint(config: Olmo2Config) -> Tower:
    """The bare model."""
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = decoders.feed_forward(config)
    layers = [
        decoders.post_norm_layer(attention(config, index), feed_forward, norm)
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Olmo2Config,
    stem="Olmo2",
    prefix="model",
    heads=decoders.decoder_heads("Olmo2", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    sources="arXiv:2501.00656",
)
