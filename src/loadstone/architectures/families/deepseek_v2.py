"""DeepSeek-V2 and its Lite and Coder kin: latent attention, and experts in groups, chosen by softmax scores."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders, grouped_experts, latent
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.grouped_router import GroupedRouter
from loadstone.architectures.components.leaves import Weight
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.declarations import but
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION
from loadstone.configs.keys import Refusal
from loadstone.errors import Fault, InvalidConfig

_METHODS = ("greedy", "group_limited_greedy")


class DeepseekV2Config(latent.LatentConfig, grouped_experts.GroupedExpertsConfig):
    """The keys of a DeepSeek-V2 model."""

    model_type = "deepseek_v2"
    attribute_map: ClassVar = {**latent.LatentConfig.attribute_map, "num_experts": "n_routed_experts"}
    refused: ClassVar = {
        **latent.LatentConfig.refused,
        "scoring_func": Refusal(("softmax",), "scores are probabilities here"),
        "norm_topk_prob": Refusal((False,), "the weights of the chosen experts stay as they are"),
        "moe_layer_freq": grouped_experts.REFUSED["moe_layer_freq"],
    }
    irrelevant: ClassVar = {
        **latent.LatentConfig.irrelevant,
        **but(grouped_experts.IRRELEVANT, "num_nextn_predict_layers"),
        "classifier_dropout": grouped_experts.WITHOUT_CLASSES["classifier_dropout"],
    }
    positive = (*latent.LatentConfig.positive, *grouped_experts.POSITIVE)

    vocab_size: int = 102400
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    mlp_bias: bool = False
    first_k_dense_replace: int = 0
    n_group: int | None = None
    n_routed_experts: int = 64
    n_shared_experts: int = 2
    topk_group: int | None = None
    topk_method: str | None = "greedy"
    norm_topk_prob: bool = False
    num_experts_per_tok: int = 6
    moe_intermediate_size: int = 1407

    def check_together(self) -> None:
        super().check_together()
        if self.topk_method not in _METHODS:
            expected = " or ".join(map(repr, _METHODS))
            raise InvalidConfig([Fault("config key 'topk_method'", expected, repr(self.topk_method))])


def _router(config: DeepseekV2Config) -> GroupedRouter:
    groups, top_groups = config.n_group or 1, config.topk_group or 1
    if config.topk_method == "greedy":
        groups = top_groups = 1
    return GroupedRouter(
        logits=Part("weight", Weight((config.n_routed_experts, config.hidden_size), config.initializer_range)),
        top_k=config.num_experts_per_tok,
        by="softmax",
        groups=groups,
        top_groups=top_groups,
        normalize=False,
        scale=config.routed_scaling_factor,
    )


def blueprint(config: DeepseekV2Config) -> Tower:
    """The bare model."""
    turned = latent.rotary(config, interleaved=True)
    return grouped_experts.blueprint(config, lambda index: latent.attention(config, index, turned), _router(config))


FAMILY = Family(
    config=DeepseekV2Config,
    stem="DeepseekV2",
    prefix="model",
    heads=decoders.decoder_heads("DeepseekV2", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    experts=grouped_experts.EXPERTS,
    class_names={**grouped_experts.CLASS_NAMES, "SparseExperts": "{}Moe"},
    sources="arXiv:2405.04434",
)
