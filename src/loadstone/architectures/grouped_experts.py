"""What the decoders share whose routers choose among groups of experts, beside experts that answer every token
(DeepSeek-V2, arXiv:2405.04434, section 2.2, and those after it)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from loadstone.architectures import declarations, decoders
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import SparseExperts
from loadstone.architectures.components.grouped_router import GroupedRouter
from loadstone.architectures.components.leaves import Experts, RMSNorm, Weight
from loadstone.architectures.components.towers import Tower
from loadstone.configs.keys import Refusal
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming import StackedExperts
from loadstone.core.tensors import DType
from loadstone.errors import Fault, InvalidConfig

EXPERTS = (
    StackedExperts("experts.gate_up_proj", ("experts.{}.gate_proj.weight", "experts.{}.up_proj.weight")),
    StackedExperts("experts.down_proj", ("experts.{}.down_proj.weight",)),
)

CLASS_NAMES: Mapping[str, str] = {
    **DECODERS,
    "LatentAttention": "{}Attention",
    "SparseExperts": "{}MoE",
    "GroupedRouter": "{}TopkRouter",
}

IRRELEVANT: Mapping[str, str] = {
    "aux_loss_alpha": "of training by the makers' own code",
    "seq_aux": "of training by the makers' own code",
    "ep_size": "over how many devices experts were spread",
    "num_nextn_predict_layers": "layers that guess further tokens are left out",
}

WITHOUT_CLASSES: Mapping[str, str] = {
    **declarations.WITHOUT_CLASSES,
    "classifier_dropout": "of a token classifier, which this family has not",
}
"""Of the families that only write."""

REFUSED: Mapping[str, Refusal] = {
    "scoring_func": Refusal(("sigmoid", "noaux_tc"), "scores are sigmoids here"),
    "topk_method": Refusal(("noaux_tc",), "experts are chosen by groups, with a correction of their scores"),
    "moe_layer_freq": Refusal((1,), "every layer has experts after the first ones"),
}
"""Of the families with a :func:`corrected_router`."""


class GroupedExpertsConfig(PretrainedConfig):
    """The keys of experts in groups, for a config class to have beside its own."""

    moe_intermediate_size: int = 1408
    n_routed_experts: int = 128
    n_shared_experts: int = 1
    num_experts_per_tok: int = 8
    n_group: int | None = 1
    topk_group: int | None = 1
    norm_topk_prob: bool = True
    routed_scaling_factor: float = 1.0
    first_k_dense_replace: int = 1
    output_router_logits: bool = False

    def is_sparse(self, index: int) -> bool:
        """Whether a layer has experts."""
        return index >= self.first_k_dense_replace


POSITIVE = (
    *("moe_intermediate_size", "n_routed_experts", "n_shared_experts"),
    *("num_experts_per_tok", "n_group", "topk_group"),
)
"""Those that are sizes."""


def feed_forward(config: PretrainedConfig, router: GroupedRouter) -> SparseExperts:
    """``gate``, ``experts`` and ``shared_experts``."""
    width, inner, std = config.hidden_size, config.moe_intermediate_size, config.initializer_range
    shared = decoders.gated(
        width, inner * config.n_shared_experts, config.hidden_act, std, bool(config.get("mlp_bias"))
    )
    return SparseExperts(
        router=Part("gate", router),
        experts=Part("experts", Experts(config.n_routed_experts, width, inner, config.hidden_act, std)),
        shared=Part("shared_experts", shared),
    )


def blueprint(config: PretrainedConfig, attention: Callable[[int], Attention], router: GroupedRouter) -> Tower:
    """The bare model; ``attention``: of the layer with an index."""
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    dense = decoders.feed_forward(config, bias=bool(config.get("mlp_bias")))
    sparse = feed_forward(config, router)
    layers = [
        decoders.pre_norm_layer(attention(index), Part("mlp", sparse if config.is_sparse(index) else dense), norm)
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


def corrected_router(config: PretrainedConfig) -> GroupedRouter:
    """Sigmoid scores, and a bias that keeps experts busy (arXiv:2412.19437, section 2.1.2)."""
    experts = config.n_routed_experts
    return GroupedRouter(
        logits=Part("weight", Weight((experts, config.hidden_size), config.initializer_range)),
        top_k=config.num_experts_per_tok,
        correction=Part("e_score_correction_bias", Weight((experts,), trained=False, dtype=DType.FLOAT32)),
        groups=config.n_group or 1,
        top_groups=config.topk_group or 1,
        normalize=config.norm_topk_prob,
        scale=config.routed_scaling_factor,
    )


def check_layers_beyond(config: PretrainedConfig) -> None:
    """:class:`InvalidConfig` for a number of such layers that no file has."""
    count = config.num_nextn_predict_layers or 0
    if not 0 <= count <= config.num_hidden_layers:
        expected = f"from 0 to num_hidden_layers = {config.num_hidden_layers}"
        raise InvalidConfig([Fault("config key 'num_nextn_predict_layers'", expected, repr(count))])


def layers_beyond(config: PretrainedConfig) -> tuple[str, ...]:
    """The layers that guess further tokens, which files have after the others."""
    first = config.num_hidden_layers
    return tuple(f"layers.{first + index}" for index in range(config.num_nextn_predict_layers or 0))
