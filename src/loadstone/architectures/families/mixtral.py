"""Mixtral: Mistral's layers with a mixture of experts in place of the feed-forward network."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import SparseExperts
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.routers import SoftmaxRouter
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.expert_decoders import BY_NUMBER, experts, gate
from loadstone.architectures.family import Family
from loadstone.core.naming_rules import Rule


class MixtralConfig(decoders.DecoderConfig):
    """The keys of a Mixtral model. Defaults are those of Mixtral 8x7B."""

    model_type = "mixtral"
    attribute_map: ClassVar = {"num_experts": "num_local_experts"}

    intermediate_size: int = 14336
    num_key_value_heads: int | None = 8
    max_position_embeddings: int = 131072
    rms_norm_eps: float = 1e-5
    rope_theta: float = 1000000.0
    sliding_window: int | None = None
    num_local_experts: int = 8
    num_experts_per_tok: int = 2
    output_router_logits: bool = False
    router_aux_loss_coef: float = 0.001
    router_jitter_noise: float = 0.0
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2

    positive = (*decoders.DecoderConfig.positive, "num_local_experts", "num_experts_per_tok", "sliding_window")


def blueprint(config: MixtralConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    router = SoftmaxRouter(gate(config), config.num_experts_per_tok, normalize=True)
    sparse = SparseExperts(
        Part("", router), experts(config, config.intermediate_size), jitter=config.router_jitter_noise
    )
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(config, index, rotary=rotary, window=config.sliding_window),
            Part("block_sparse_moe", sparse),
            norm,
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=MixtralConfig,
    stem="Mixtral",
    prefix="model",
    heads=decoders.decoder_heads("Mixtral", blueprint),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    # What Transformers 5 calls them in memory, and so in files written without save_pretrained.
    rules=(Rule("mlp", "block_sparse_moe"),),
    experts=BY_NUMBER,
    sources="arXiv:2401.04088",
)
