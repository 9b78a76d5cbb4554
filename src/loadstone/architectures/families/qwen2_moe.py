"""Qwen 1.5 and 2 with a mixture of experts, one of which answers every token, as far as a gate lets it."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import SparseExperts, Weighted
from loadstone.architectures.components.leaves import Linear, RMSNorm
from loadstone.architectures.components.routers import SoftmaxRouter
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.expert_decoders import BY_PROJECTION, experts, gate
from loadstone.architectures.families.qwen2 import WindowedDecoderConfig
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import FULL, SLIDING, layer_types_rule
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig


def _every_other_of_the_first(config: PretrainedConfig) -> list[str]:
    windows = config.max_window_layers if config.sliding_window is not None else 0
    return [SLIDING if index % 2 == 0 and index < windows else FULL for index in range(config.num_hidden_layers)]


class Qwen2MoeConfig(WindowedDecoderConfig):
    """The keys of a Qwen 2 mixture-of-experts model. Defaults are those of Qwen 1.5 MoE A2.7B."""

    model_type = "qwen2_moe"
    follows: ClassVar = {
        **WindowedDecoderConfig.follows,
        "layer_types": layer_types_rule(_every_other_of_the_first, "use_sliding_window", "max_window_layers"),
        "mlp_only_layers": Rule(lambda config, given: [] if given is None else given),
    }

    vocab_size: int = 151936
    hidden_size: int = 2048
    intermediate_size: int = 5632
    num_hidden_layers: int = 24
    num_attention_heads: int = 16
    num_key_value_heads: int | None = 16
    max_position_embeddings: int = 32768
    qkv_bias: bool = True
    decoder_sparse_step: int = 1
    moe_intermediate_size: int = 1408
    shared_expert_intermediate_size: int = 5632
    num_experts_per_tok: int = 4
    num_experts: int = 60
    norm_topk_prob: bool = False
    output_router_logits: bool = False
    router_aux_loss_coef: float = 0.001
    mlp_only_layers: list[int] | None = None

    positive = (
        *WindowedDecoderConfig.positive,
        "decoder_sparse_step",
        "moe_intermediate_size",
        "shared_expert_intermediate_size",
        "num_experts_per_tok",
        "num_experts",
    )

    def is_sparse(self, index: int) -> bool:
        """Whether a layer has experts."""
        return index not in (self.mlp_only_layers or ()) and (index + 1) % self.decoder_sparse_step == 0


def blueprint(config: Qwen2MoeConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    width, std, activation = config.hidden_size, config.initializer_range, config.hidden_act
    router = SoftmaxRouter(gate(config), config.num_experts_per_tok, normalize=config.norm_topk_prob)
    shared = Weighted(
        Part("shared_expert", decoders.gated(width, config.shared_expert_intermediate_size, activation, std)),
        Part("shared_expert_gate", Linear(width, 1, False, std)),
    )
    sparse = SparseExperts(Part("", router), experts(config, config.moe_intermediate_size), Part("", shared))
    dense = decoders.feed_forward(config)
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(
                config,
                index,
                rotary=rotary,
                bias=(config.qkv_bias, False),
                window=config.sliding_window if layer_type == SLIDING else None,
            ),
            Part("mlp", sparse if config.is_sparse(index) else dense),
            norm,
        )
        for index, layer_type in enumerate(config.layer_types or ())
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=Qwen2MoeConfig,
    stem="Qwen2Moe",
    prefix="model",
    heads=decoders.decoder_heads("Qwen2Moe", blueprint),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    experts=BY_PROJECTION,
    sources="arXiv:2407.10671",
)
