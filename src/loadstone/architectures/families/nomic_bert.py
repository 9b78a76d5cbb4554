"""Nomic BERT: BERT with rotary positions and gated feed-forward networks, without biases; nomic-embed-text."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import bert, encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import Gated
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.rotary_encoders import (
    LEFTOVERS,
    Names,
    RotaryEncoderConfig,
    heads,
    normed_beside,
    without_pooler,
)
from loadstone.architectures.tasks import BARE, MASKED_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION
from loadstone.configs.keys import Refusal
from loadstone.core.naming_rules import Rule

_NAMES = Names("attn", "Wqkv", "out_proj", ("norm1", "norm2"))


class NomicBertConfig(RotaryEncoderConfig):
    """The keys of a Nomic BERT model, also as the files of its code on the Hub spell them. Defaults are those of
    nomic-embed-text v1.5."""

    model_type = "nomic_bert"
    attribute_map: ClassVar = {
        "n_embd": "hidden_size",
        "n_layer": "num_hidden_layers",
        "n_head": "num_attention_heads",
        "n_inner": "intermediate_size",
        "max_trained_positions": "max_position_embeddings",
        "rotary_emb_base": "rope_theta",
        "layer_norm_epsilon": "layer_norm_eps",
        "attn_pdrop": "attention_probs_dropout_prob",
        "resid_pdrop": "hidden_dropout_prob",
    }

    vocab_size: int = 30528
    hidden_act: str = "silu"
    hidden_dropout_prob: float = 0.0
    attention_probs_dropout_prob: float = 0.0
    max_position_embeddings: int = 2048
    rope_theta: float = 1000.0

    refused: ClassVar = {
        **RotaryEncoderConfig.refused,
        "activation_function": Refusal(("swiglu",), "feed-forward networks have a gate, activated as hidden_act says"),
        "causal": Refusal((False,), "this family reads in both directions"),
        "prenorm": Refusal((False,), "norms are over sums"),
        "parallel_block": Refusal((False,), "attention and the feed-forward network follow each other"),
        "use_rms_norm": Refusal((False,), "norms are layer norms"),
        "qkv_proj_bias": Refusal((False,), "this family has no such biases"),
        "mlp_fc1_bias": Refusal((False,), "this family has no such biases"),
        "mlp_fc2_bias": Refusal((False,), "this family has no such biases"),
        "moe_every_n_layers": Refusal((0,), "experts are another family's"),
        "num_experts": Refusal((0,), "experts are another family's"),
        "rotary_emb_fraction": Refusal((1.0, 1), "whole heads turn"),
        "rotary_emb_interleaved": Refusal((False,), "the first half of a head turns with the second"),
        "rotary_emb_scale_base": Refusal((), "no scale by distance is computed"),
        "scale_attn_weights": Refusal((True,), "scores are scaled by the root of a head's width"),
        "scale_attn_by_inverse_layer_idx": Refusal((False,), "all layers scale alike"),
    }

    @property
    def rotary_scaling_factor(self) -> float | None:
        """The factor of dynamic scaling, as the files of the Hub's code spell it."""
        scaling = self.rope_scaling or {}
        return scaling.get("factor") if scaling.get("rope_type") == "dynamic" else None

    @rotary_scaling_factor.setter
    def rotary_scaling_factor(self, factor: float | None) -> None:
        self.rope_scaling = None if factor is None else {"rope_type": "dynamic", "factor": factor}


def blueprint(config: NomicBertConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    width, inner, std = config.hidden_size, config.intermediate_size, config.initializer_range
    feed_forward = Gated(
        projections=(Part("fc12", Linear(width, inner, False, std)), Part("fc11", Linear(width, inner, False, std))),
        activation=config.hidden_act,
        down=Part("fc2", Linear(inner, width, False, std)),
    )
    layers = [_NAMES.layer(config, index, feed_forward, bias=False) for index in range(config.num_hidden_layers)]
    return _NAMES.tower(config, normed_beside(config), layers, pooler=pooler)


def language_head(config: NomicBertConfig) -> Part:
    """``cls.predictions``, as in BERT but for a norm's name."""
    return bert.language_head(config, lambda config: bert.predictions(config, norm="layer_norm"))


FAMILY = Family(
    config=NomicBertConfig,
    stem="NomicBert",
    prefix="nomic_bert",
    heads=without_pooler(
        heads(
            "NomicBert",
            encoders.BareEncoder("nomic_bert", blueprint, also=()),
            encoders.LanguageHead(
                language_head,
                decoder="cls.predictions.decoder",
                decoder_bias="cls.predictions.bias",
                optional=("cls.predictions",),
                also=(),
            ),
            encoders.SequenceHead(bert.classifier, pool="pooler"),
            (BARE, MASKED_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION),
        )
    ),
    rules=(
        *_NAMES.rules,
        Rule("embeddings.LayerNorm", "emb_ln"),
        Rule("mlp.gate_proj", "mlp.fc12"),
        Rule("mlp.up_proj", "mlp.fc11"),
        Rule("mlp.down_proj", "mlp.fc2"),
    ),
    other_prefixes=("bert",),
    leftovers=LEFTOVERS,
    fused=(_NAMES.fused,),
    class_names={**bert.CLASS_NAMES, "layers.{}": "{}Layer"},
    sources="arXiv:2402.01613; model cards of nomic-ai",
)
