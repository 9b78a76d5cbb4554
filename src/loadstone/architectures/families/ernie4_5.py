"""ERNIE 4.5, dense: Llama in which each value turns with the next."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM


class Ernie4_5Config(decoders.DecoderConfig):
    """The keys of a dense ERNIE 4.5 model. Defaults are those of ERNIE 4.5 0.3B."""

    model_type = "ernie4_5"
    irrelevant: ClassVar = {
        **declarations.WITHOUT_CLASSES,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    vocab_size: int = 103424
    hidden_size: int = 1024
    intermediate_size: int = 3072
    num_hidden_layers: int = 18
    num_attention_heads: int = 16
    num_key_value_heads: int | None = 2
    head_dim: int | None = 128
    max_position_embeddings: int = 131072
    rope_theta: float = 500000.0
    rms_norm_eps: float = 1e-5
    pad_token_id: int | None = 0
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    tie_word_embeddings: bool = True
    use_bias: bool = False


def blueprint(config: Ernie4_5Config) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)._replace(interleaved=True)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = Part("mlp", decoders.feed_forward(config, bias=config.use_bias))
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(config, index, rotary=rotary, bias=config.use_bias), feed_forward, norm
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Ernie4_5Config,
    stem="Ernie4_5",
    prefix="model",
    heads=decoders.decoder_heads("Ernie4_5", blueprint, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="https://ernie.baidu.com/blog/publication/ERNIE_Technical_Report.pdf",
)
