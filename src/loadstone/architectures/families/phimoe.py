"""Phi-3.5 MoE: Mixtral with layer norms, biases, LongRoPE with factors of its own, and a router that mixes sparsely."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import SparseExperts
from loadstone.architectures.components.leaves import LayerNorm
from loadstone.architectures.components.routers import SparseMixer
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.expert_decoders import BY_NUMBER, experts, gate
from loadstone.architectures.family import Family
from loadstone.architectures.rope_config import RopePlace
from loadstone.architectures.rotary import Rotary
from loadstone.architectures.tasks import CAUSAL_LM, SEQUENCE_CLASSIFICATION
from loadstone.core.naming_rules import Rule
from loadstone.errors import Fault, InvalidConfig

_FACTORS = ("short_mscale", "long_mscale")


class PhimoeConfig(decoders.DecoderConfig):
    """The keys of a Phi mixture-of-experts model. Defaults are those of Phi-3.5 MoE."""

    model_type = "phimoe"
    attribute_map: ClassVar = {"num_experts": "num_local_experts"}
    within: ClassVar = {
        **decoders.DecoderConfig.within,
        "original_max_position_embeddings": RopePlace("original_max_position_embeddings"),
    }
    irrelevant: ClassVar = {
        **decoders.DecoderConfig.irrelevant,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    vocab_size: int = 32064
    intermediate_size: int = 6400
    num_key_value_heads: int | None = 8
    max_position_embeddings: int = 131072
    original_max_position_embeddings: int = 4096
    rms_norm_eps: float = 1e-5
    rope_theta: float = 1000000.0
    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    sliding_window: int | None = None
    num_experts_per_tok: int = 2
    num_local_experts: int = 16
    output_router_logits: bool = False
    router_aux_loss_coef: float = 0.001
    router_jitter_noise: float = 0.01
    input_jitter_noise: float = 0.0
    attention_bias: bool = False
    lm_head_bias: bool = False

    positive = (
        *decoders.DecoderConfig.positive,
        "num_local_experts",
        "sliding_window",
        "original_max_position_embeddings",
    )

    def _take(self, values: Mapping[str, Any]) -> None:
        super()._take(values)
        # Where a file says it in two places, Transformers takes the one beside rope_parameters.
        if (original := values.get("original_max_position_embeddings")) is not None:
            self.original_max_position_embeddings = original

    def check_together(self) -> None:
        super().check_together()
        rope, faults = self.rope_parameters, []
        kind = rope["rope_type"]
        if self.num_experts_per_tok != 2:
            expected, found = "2: this router chooses two experts", repr(self.num_experts_per_tok)
            faults.append(Fault("config key 'num_experts_per_tok'", expected, found))
        if not self.router_jitter_noise >= 0:
            noise = repr(self.router_jitter_noise)
            faults.append(Fault("config key 'router_jitter_noise'", "at least 0", noise))
        if kind not in ("default", "longrope"):
            faults.append(Fault("config key 'rope_scaling.rope_type'", "longrope, or no scaling", repr(kind)))
        elif kind == "longrope":
            given = {key: rope.get(key) for key in _FACTORS}
            faults += [
                Fault(f"config key 'rope_scaling.{key}'", "a number above 0", repr(value))
                for key, value in given.items()
                if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf")
            ]
        if faults:
            raise InvalidConfig(faults)

    def rope_type(self, name: object) -> object:
        """Early files wrote "su" for what became LongRoPE."""
        return "longrope" if name == "su" else name


def rotary(config: PhimoeConfig) -> Rotary:
    """LongRoPE with the file's own factors, if there is a scaling."""
    plain = decoders.rotary(config)
    if plain.kind != "longrope":
        return plain
    short, long = (float(config.rope_parameters[key]) for key in _FACTORS)
    return plain._replace(factors=(short, long))


def blueprint(config: PhimoeConfig) -> Tower:
    """The bare model."""
    turned = rotary(config)
    norm = LayerNorm(config.hidden_size, config.rms_norm_eps)
    router = SparseMixer(gate(config), config.num_experts_per_tok, tolerance=2 * config.router_jitter_noise)
    sparse = SparseExperts(
        Part("", router), experts(config, config.intermediate_size), jitter=config.input_jitter_noise
    )
    layers = [
        decoders.pre_norm_layer(
            decoders.separate_attention(
                config, index, rotary=turned, bias=config.attention_bias, window=config.sliding_window
            ),
            Part("block_sparse_moe", sparse),
            norm,
        )
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=PhimoeConfig,
    stem="Phimoe",
    prefix="model",
    heads=decoders.decoder_heads("Phimoe", blueprint, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    # What Transformers 5 calls them in memory.
    rules=(Rule("mlp", "block_sparse_moe"), Rule("mlp.router", "block_sparse_moe.gate")),
    experts=BY_NUMBER,
    sources="arXiv:2404.14219, arXiv:2409.12136",
)
