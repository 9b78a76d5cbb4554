"""GTE v1.5: BERT with rotary positions and gated feed-forward networks, whose projections files hold fused."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import bert, encoders
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import GatedByLast
from loadstone.architectures.components.layers import Chain
from loadstone.architectures.components.leaves import Activation, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.rotary import Rotary, make_rotary
from loadstone.architectures.rotary_encoders import (
    LEFTOVERS,
    Names,
    RotaryEncoderConfig,
    embeddings,
    heads,
    without_pooler,
)
from loadstone.architectures.tasks import BARE, MASKED_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION
from loadstone.configs.keys import Refusal
from loadstone.core.naming import Fused
from loadstone.core.naming_rules import Rule
from loadstone.errors import Fault, InvalidConfig

_NAMES = Names("attention", "qkv_proj", "o_proj", ("attn_ln", "mlp_ln"), layers="layer")


class GteConfig(RotaryEncoderConfig):
    """The keys of a GTE model. Defaults are those of gte-multilingual-base."""

    model_type = "gte"
    also_called = ("new",)

    vocab_size: int = 250048
    attention_probs_dropout_prob: float = 0.0
    max_position_embeddings: int = 8192
    type_vocab_size: int = 1
    pad_token_id: int | None = 1
    rope_theta: float = 160000.0

    positive = tuple(name for name in RotaryEncoderConfig.positive if name != "type_vocab_size")
    refused: ClassVar = {
        **RotaryEncoderConfig.refused,
        "layer_norm_type": Refusal(("layer_norm",), "norms are layer norms"),
        "logn_attention_scale": Refusal((False,), "no scale by length is computed"),
    }

    def check_together(self) -> None:
        super().check_together()
        if not 0 <= self.type_vocab_size <= 1 << 16:
            where = "config key 'type_vocab_size'"
            raise InvalidConfig([Fault(where, f"a number from 0 to {1 << 16}", repr(self.type_vocab_size))])

    def rotary(self) -> Rotary:
        """Files of the Hub's code have the fixed scaling of https://kexue.fm/archives/9706 (equation 6), which is a
        larger base and linear scaling."""
        parameters, dim = self.rope_parameters, self.head_dim
        factor = parameters.get("factor")
        if parameters["rope_type"] != "ntk" or not dim or not isinstance(factor, int | float) or factor <= 0:
            return super().rotary()
        if parameters.get("mixed_b") is not None:
            fault = Fault("config key 'rope_scaling.mixed_b'", "null: one factor for all", repr(parameters["mixed_b"]))
            raise InvalidConfig([fault])
        return make_rotary(
            head_dim=dim,
            theta=parameters["rope_theta"] * factor,
            max_position=self.max_position_embeddings,
            scaling={"rope_type": "linear", "factor": factor ** (2 / dim)},
        )


def blueprint(config: GteConfig, pooler: bool = True) -> Tower:
    """The bare model."""
    width, inner, std = config.hidden_size, config.intermediate_size, config.initializer_range
    feed_forward = GatedByLast(
        projections=(Part("up_gate_proj", Linear(width, 2 * inner, False, std)),),
        activation=config.hidden_act,
        down=Part("down_proj", Linear(inner, width, True, std)),
        dropout=config.hidden_dropout_prob,
    )
    layers = [_NAMES.layer(config, index, feed_forward, bias=True) for index in range(config.num_hidden_layers)]
    norm = Part("LayerNorm", encoders.layer_norm(config))
    return _NAMES.tower(config, Part("embeddings", embeddings(config, norm)), layers, pooler=pooler)


def language_head(config: GteConfig) -> Part:
    """``lm_head``: dense, gelu, norm, decoder."""
    steps = (
        Part("dense", encoders.linear(config, config.hidden_size, config.hidden_size)),
        Part("activation", Activation("gelu")),
        Part("norm", encoders.layer_norm(config)),
        Part("decoder", encoders.linear(config, config.hidden_size, config.vocab_size)),
    )
    return Part("lm_head", Chain(steps))


FAMILY = Family(
    config=GteConfig,
    stem="Gte",
    prefix="gte",
    heads=without_pooler(
        heads(
            "Gte",
            encoders.BareEncoder("gte", blueprint, also=()),
            encoders.LanguageHead(language_head, decoder="lm_head.decoder", optional=("lm_head",), also=()),
            encoders.SequenceHead(bert.classifier, pool="pooler"),
            (BARE, MASKED_LM, SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION),
        )
    ),
    rules=(*_NAMES.rules, Rule("lm_head.layer_norm", "lm_head.norm")),
    other_prefixes=("new",),
    leftovers=LEFTOVERS,
    fused=(_NAMES.fused, Fused("mlp.up_gate_proj", ("mlp.up_proj", "mlp.gate_proj"))),
    class_names={"layer.{}": "{}Layer", "GatedByLast": "{}MLP", "lm_head": "{}LMHead"},
    sources="arXiv:2407.19669; model cards of Alibaba-NLP",
)
