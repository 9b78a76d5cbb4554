"""GLM-4-0414: GLM-4 with norms also after attention and feed-forward network."""

from __future__ import annotations

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.families.glm import GlmConfig, attention, feed_forward
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION

_NORMS = (("input_layernorm", "post_self_attn_layernorm"), ("post_attention_layernorm", "post_mlp_layernorm"))


class Glm4Config(GlmConfig):
    """The keys of a GLM-4-0414 model. Defaults are those of transformers."""

    model_type = "glm4"


def blueprint(config: Glm4Config) -> Tower:
    """The bare model."""
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    thinks = Part("mlp", feed_forward(config))
    layers = [
        decoders.sandwich_layer(Part("self_attn", attention(config, index)), thinks, norm, _NORMS)
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Glm4Config,
    stem="Glm4",
    prefix="model",
    heads=decoders.decoder_heads("Glm4", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    sources="https://huggingface.co/zai-org/GLM-4-9B-0414",
)
