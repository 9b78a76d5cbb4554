"""Helium 1: Llama in which each value turns with the next."""

from __future__ import annotations

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION


class HeliumConfig(decoders.DecoderConfig):
    """The keys of a Helium model. Defaults are those of Helium 1 preview 2B."""

    model_type = "helium"

    vocab_size: int = 48000
    hidden_size: int = 2560
    intermediate_size: int = 7040
    num_hidden_layers: int = 24
    num_attention_heads: int = 20
    num_key_value_heads: int | None = 20
    head_dim: int | None = 128
    max_position_embeddings: int = 4096
    rope_theta: float = 100000.0
    rms_norm_eps: float = 1e-8
    pad_token_id: int | None = 3
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    attention_bias: bool = False
    mlp_bias: bool = False

    def check_together(self) -> None:
        super().check_together()
        decoders.check_head_dim(self)


def blueprint(config: HeliumConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)._replace(interleaved=True)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    feed_forward = Part("mlp", decoders.feed_forward(config, bias=config.mlp_bias))
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(config, index, rotary=rotary, bias=(config.attention_bias, False)),
            feed_forward,
            norm,
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=HeliumConfig,
    stem="Helium",
    prefix="model",
    heads=decoders.decoder_heads("Helium", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="https://huggingface.co/kyutai/helium-1-preview-2b",
)
