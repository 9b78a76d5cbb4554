"""DeepSeek-V3 and R1: latent attention, and experts in groups, chosen by sigmoid scores with a correction."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders, grouped_experts, latent
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION


class DeepseekV3Config(latent.LatentConfig, grouped_experts.GroupedExpertsConfig):
    """The keys of a DeepSeek-V3 model, which Kimi K2 is too."""

    model_type = "deepseek_v3"
    also_called = ("kimi_k2",)
    attribute_map: ClassVar = {
        **latent.LatentConfig.attribute_map,
        "num_local_experts": "n_routed_experts",
        "num_mtp_layers": "num_nextn_predict_layers",
    }
    refused: ClassVar = {**latent.LatentConfig.refused, **grouped_experts.REFUSED}
    irrelevant: ClassVar = {**latent.LatentConfig.irrelevant, **grouped_experts.IRRELEVANT}
    positive = (*latent.LatentConfig.positive, *grouped_experts.POSITIVE)

    vocab_size: int = 129280
    hidden_size: int = 7168
    intermediate_size: int = 18432
    moe_intermediate_size: int = 2048
    num_hidden_layers: int = 61
    num_attention_heads: int = 128
    num_key_value_heads: int | None = 128
    n_routed_experts: int = 256
    routed_scaling_factor: float = 2.5
    n_group: int | None = 8
    topk_group: int | None = 4
    first_k_dense_replace: int = 3
    max_position_embeddings: int = 4096
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    rope_interleave: bool | None = True
    num_nextn_predict_layers: int | None = 1

    def check_together(self) -> None:
        super().check_together()
        grouped_experts.check_layers_beyond(self)


def blueprint(config: DeepseekV3Config) -> Tower:
    """The bare model."""
    turned = latent.rotary(config, interleaved=bool(config.rope_interleave))
    return grouped_experts.blueprint(
        config, lambda index: latent.attention(config, index, turned), grouped_experts.corrected_router(config)
    )


FAMILY = Family(
    config=DeepseekV3Config,
    stem="DeepseekV3",
    prefix="model",
    heads=decoders.decoder_heads(
        "DeepseekV3", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION)
    ),
    leftovers=decoders.LEFTOVERS,
    spare=grouped_experts.layers_beyond,
    experts=grouped_experts.EXPERTS,
    class_names=grouped_experts.CLASS_NAMES,
    sources="arXiv:2412.19437",
)
