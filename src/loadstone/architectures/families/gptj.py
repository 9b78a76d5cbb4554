"""GPT-J: attention and feed-forward network side by side, rotary that turns each value with the next."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.family import Family
from loadstone.architectures.gptj_layers import CLASS_NAMES, LEFTOVERS, PARTS, GPTJLikeConfig, rotary, tower
from loadstone.architectures.tasks import CAUSAL_LM, QUESTION_ANSWERING, SEQUENCE_CLASSIFICATION

_SUMMARY = ("type", "use_proj", "activation", "proj_to_labels", "first_dropout")


class GPTJConfig(GPTJLikeConfig):
    """The keys of a GPT-J model. Defaults are those of GPT-J 6B."""

    model_type = "gptj"
    irrelevant: ClassVar = {
        **GPTJLikeConfig.irrelevant,
        **dict.fromkeys((f"summary_{name}" for name in _SUMMARY), "of a head that no class of this family has"),
    }


def attention(config: GPTJConfig, index: int) -> Attention:
    """``q_proj``, ``k_proj``, ``v_proj``, ``out_proj``, without biases."""
    width, heads, std = config.n_embd, config.n_head, config.initializer_range
    return Attention(
        heads=heads,
        kv_heads=heads,
        head_dim=width // heads,
        projections=tuple(Part(name, Linear(width, width, False, std)) for name in ("q_proj", "k_proj", "v_proj")),
        output=Part("out_proj", Linear(width, width, False, std)),
        scale=(width // heads) ** -0.5,
        rotary=rotary(config),
        dropout=config.attn_pdrop,
        index=index,
    )


def blueprint(config: GPTJConfig) -> Tower:
    """The bare model."""
    return tower(config, attention)


FAMILY = Family(
    config=GPTJConfig,
    stem="GPTJ",
    prefix="transformer",
    heads=decoders.decoder_heads(
        "GPTJ", blueprint, PARTS, tasks=(CAUSAL_LM, SEQUENCE_CLASSIFICATION, QUESTION_ANSWERING)
    ),
    leftovers=LEFTOVERS,
    class_names=CLASS_NAMES,
    sources="https://github.com/kingoflolz/mesh-transformer-jax",
)
