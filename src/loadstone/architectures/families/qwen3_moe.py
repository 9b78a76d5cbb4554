"""Qwen 3 with a mixture of experts in some or all layers."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import SparseExperts
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.routers import SoftmaxRouter
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.expert_decoders import BY_PROJECTION, experts, gate
from loadstone.architectures.families.qwen2 import window_in_use
from loadstone.architectures.family import Family
from loadstone.configs.keys import Rule
from loadstone.errors import Fault, InvalidConfig


class Qwen3MoeConfig(decoders.DecoderConfig):
    """The keys of a Qwen 3 mixture-of-experts model."""

    model_type = "qwen3_moe"
    attribute_map: ClassVar = {"num_local_experts": "num_experts"}  # Transformers 5 writes the first
    follows: ClassVar = {
        **decoders.DecoderConfig.follows,
        "sliding_window": Rule(window_in_use),
        "mlp_only_layers": Rule(lambda config, given: [] if given is None else given),
    }

    vocab_size: int = 151936
    hidden_size: int = 2048
    intermediate_size: int = 6144
    num_hidden_layers: int = 24
    num_key_value_heads: int | None = 4
    max_position_embeddings: int = 32768
    attention_bias: bool = False
    use_sliding_window: bool = False
    sliding_window: int | None = 4096
    decoder_sparse_step: int = 1
    moe_intermediate_size: int = 768
    num_experts_per_tok: int = 8
    num_experts: int = 128
    norm_topk_prob: bool = False
    output_router_logits: bool = False
    router_aux_loss_coef: float = 0.001
    mlp_only_layers: list[int] | None = None

    positive = (
        *decoders.DecoderConfig.positive,
        "moe_intermediate_size",
        "num_experts_per_tok",
        "num_experts",
        "decoder_sparse_step",
    )

    def check_together(self) -> None:
        super().check_together()
        if self.sliding_window is not None and self.sliding_window < 1:
            raise InvalidConfig([Fault("config key 'sliding_window'", "at least 1", repr(self.sliding_window))])

    def is_sparse(self, index: int) -> bool:
        """Whether a layer has experts."""
        return index not in (self.mlp_only_layers or ()) and (index + 1) % self.decoder_sparse_step == 0


def blueprint(config: Qwen3MoeConfig) -> Tower:
    """The bare model."""
    head_dim = config.head_dim or 0
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    dense = decoders.feed_forward(config)
    router = SoftmaxRouter(gate(config), config.num_experts_per_tok, normalize=config.norm_topk_prob)
    sparse = SparseExperts(Part("", router), experts(config, config.moe_intermediate_size))
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(
                config,
                index,
                rotary=rotary,
                bias=config.attention_bias,
                window=config.sliding_window,
                head_norm=RMSNorm(head_dim, config.rms_norm_eps),
            ),
            Part("mlp", sparse if config.is_sparse(index) else dense),
            norm,
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Qwen3MoeConfig,
    stem="Qwen3Moe",
    prefix="model",
    heads=decoders.decoder_heads("Qwen3Moe", blueprint, decoders.HeadParts(question_prefix="transformer")),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    experts=BY_PROJECTION,
    sources="arXiv:2505.09388",
)
