"""GLM 4.7 Flash: GLM 4.5's experts with DeepSeek's latent attention."""

from __future__ import annotations

from typing import Any, ClassVar

from loadstone.architectures import decoders, grouped_experts, latent
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import layer_types_rule
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig

DENSE, SPARSE = "dense", "sparse"


def _first_dense(config: PretrainedConfig) -> list[str]:
    return [SPARSE if index else DENSE for index in range(config.num_hidden_layers)]


class Glm4MoeLiteConfig(latent.LatentConfig, grouped_experts.GroupedExpertsConfig):
    """The keys of a GLM 4.7 Flash model."""

    model_type = "glm4_moe_lite"
    attribute_map: ClassVar = {**latent.LatentConfig.attribute_map, "num_local_experts": "n_routed_experts"}
    without = (*latent.LatentConfig.without, "first_k_dense_replace")
    follows: ClassVar = {**latent.LatentConfig.follows, "mlp_layer_types": layer_types_rule(_first_dense)}
    refused: ClassVar = {
        **latent.LatentConfig.refused,
        **grouped_experts.REFUSED,
        "first_k_dense_replace": Refusal((1,), "mlp_layer_types says which layers have experts"),
    }
    irrelevant: ClassVar = {
        **latent.LatentConfig.irrelevant,
        **grouped_experts.WITHOUT_CLASSES,
        **grouped_experts.IRRELEVANT,
    }
    positive = (*latent.LatentConfig.positive, *grouped_experts.POSITIVE)

    vocab_size: int = 154880
    hidden_size: int = 2048
    intermediate_size: int = 10240
    moe_intermediate_size: int = 1536
    num_hidden_layers: int = 47
    num_attention_heads: int = 20
    num_key_value_heads: int | None = 20
    n_routed_experts: int = 64
    routed_scaling_factor: float = 1.8
    q_lora_rank: int | None = 768
    v_head_dim: int = 256
    qk_nope_head_dim: int = 192
    num_experts_per_tok: int = 4
    max_position_embeddings: int = 202752
    rms_norm_eps: float = 1e-5
    bos_token_id: int | None = 0
    eos_token_id: int | list[int] | None = 1
    rope_interleave: bool = True
    mlp_layer_types: list[str] | None = None
    num_nextn_predict_layers: int | None = 1

    def check_together(self) -> None:
        super().check_together()
        grouped_experts.check_layers_beyond(self)
        given: list[Any] = self.mlp_layer_types or []
        if len(given) != self.num_hidden_layers or any(kind not in (DENSE, SPARSE) for kind in given):
            expected = f"{DENSE!r} or {SPARSE!r} for each of {self.num_hidden_layers} layers"
            raise InvalidConfig([Fault("config key 'mlp_layer_types'", expected, repr(given))])

    def is_sparse(self, index: int) -> bool:
        return (self.mlp_layer_types or [])[index] == SPARSE


def blueprint(config: Glm4MoeLiteConfig) -> Tower:
    """The bare model."""
    turned = latent.rotary(config, interleaved=config.rope_interleave)
    return grouped_experts.blueprint(
        config, lambda index: latent.attention(config, index, turned), grouped_experts.corrected_router(config)
    )


FAMILY = Family(
    config=Glm4MoeLiteConfig,
    stem="Glm4MoeLite",
    prefix="model",
    heads=decoders.decoder_heads("Glm4MoeLite", blueprint, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    spare=grouped_experts.layers_beyond,
    experts=grouped_experts.EXPERTS,
    class_names=grouped_experts.CLASS_NAMES,
    sources="https://huggingface.co/zai-org/GLM-4.7-Flash",
)
